package capture

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// TestRealClean is a day of ordinary administration, compressed in time: there
// must be no finding above low.
func TestRealClean(t *testing.T) {
	logs, ok := runScene(t, "rfc3164", cleanHost, cleanDay)
	if !ok {
		return
	}
	inv := investigate(t, logs)
	for _, f := range inv.Findings {
		assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, "%s\n%+v", f.Title, f.Steps)
	}
}

const (
	office, office2, home, vpn = "192.0.2.10", "192.0.2.11", "198.51.100.40", "192.0.2.200"
	mirror, backup             = "192.0.2.50", "192.0.2.60"
	noise, noise2, crawler     = "203.0.113.9", "203.0.113.44", "198.51.100.200"
)

func cleanHost(s *scene) {
	s.addresses(webHost, office, office2, home, vpn, mirror, backup, noise, noise2, crawler)
	s.account("alice", "correct-horse-9", true)
	s.account("bob", "battery-staple-4", true)
	s.account("carol", "tr0ub4dor-and-3", false)
	s.write("/etc/sudoers.d/admins", "alice ALL=(ALL) NOPASSWD: ALL\nbob ALL=(root) NOPASSWD: /usr/bin/systemctl, /usr/bin/journalctl, /usr/bin/tail\n")
	require.NoError(s.t, os.Chmod("/etc/sudoers.d/admins", 0o440))
	s.web()
	s.outside(mirror+":80", map[string]string{"/tool-1.2.tar.gz": "not really an archive", "/notes.txt": "release notes\n"})
}

func cleanDay(s *scene) {
	s.start("cron", "-f")
	s.serve(22, "UsePAM yes")
	const pause = 250 * time.Millisecond

	s.did("web_visits", "", crawler, "/ and status")
	for range 3 {
		s.get(crawler, "/")
		s.get(office, "/cgi-bin/status", "host", "db1")
	}
	s.did("ssh_guesses", "root", noise, "three tries that fail")
	for _, u := range []string{"root", "admin", "ubuntu"} {
		s.ssh(client{user: u, from: noise, passwords: []string{"123456"}})
	}
	s.did("ssh_mistyped", "carol", office2, "one wrong password, then the right one")
	s.ssh(client{user: "carol", from: office2, passwords: []string{"tr0ubador-and-3", "tr0ub4dor-and-3"}, tty: true, command: "ls -la; cat /etc/os-release; df -h"})

	s.did("ssh_admin", "alice", office, "updates, a service, a new colleague")
	s.shell(client{user: "alice", from: office, key: true, identity: s.path("alice.key"), tty: true, typed: []string{
		"sudo apt-get --version", "sudo apt-get -s upgrade | tail -n 3", "dpkg -l | wc -l", "systemctl --no-pager status ssh",
		"sudo useradd -m -s /bin/bash dave", "echo dave:a-first-password-7 | sudo chpasswd", "sudo usermod -aG www-data dave", "id dave",
		"sudo tail -n 2 /etc/services", "sudo sed -i 's/^#X11/X11/' /etc/ssh/ssh_config", "sudo cp /etc/hosts /etc/hosts.bak", "echo 192.0.2.61 db1 | sudo tee -a /etc/hosts",
		"curl -s -o notes.txt http://" + mirror + "/notes.txt", "less notes.txt | cat", "curl -sO http://" + mirror + "/tool-1.2.tar.gz", "sha256sum tool-1.2.tar.gz",
		"ps aux | grep apache2 | head -3", "ss -tln", "sudo ls -l /root", "last -n 5", "w", "uptime", "free -m", "git --version",
	}}, pause)
	s.did("ssh_key", "bob", home, "from home, reads logs, edits his jobs")
	s.shell(client{user: "bob", from: home, key: true, identity: s.path("bob.key"), tty: true, typed: []string{
		"sudo journalctl -n 5 --no-pager", "sudo systemctl status cron", "mkdir -p bin", "printf '#!/bin/sh\\ntar czf /tmp/www.tgz /srv/www\\n' > bin/backup.sh", "chmod +x bin/backup.sh", "bin/backup.sh",
		"printf '0 3 * * * /home/bob/bin/backup.sh\\n* * * * * /bin/true\\n' | crontab -", "crontab -l", "find . -name '*.sh' | xargs wc -l", "grep -r host /srv/www | head", "vi --version | head -1", "python3 -c 'print(1+1)'", "base64 --version | head -1",
	}}, pause)
	s.did("ssh_deploy", "dave", vpn, "the new colleague's first day")
	s.ssh(client{user: "dave", from: vpn, passwords: []string{"a-first-password-7"}, tty: true, command: "id; groups; ls /srv/www; env | sort | head -3; exit 0"})
	s.did("ssh_guesses", "test", noise2, "six tries that fail")
	for _, u := range []string{"test", "oracle", "git", "root", "postgres", "bob"} {
		s.ssh(client{user: u, from: noise2, passwords: []string{"password1"}})
	}
	s.did("su", "alice", office, "to carol, who asked for help")
	s.shell(client{user: "alice", from: office, key: true, identity: s.path("alice.key"), tty: true, typed: []string{
		"sudo -u carol ls -la /home/carol", "sudo -i", "cd /etc", "ls -la sudoers.d", "visudo -c", "grep -c . passwd", "exit", "sudo chown -R www-data: /srv/www", "sudo find /var/log -name '*.gz' -mtime +30 -delete", "wget -q -O- http://" + mirror + "/notes.txt",
	}}, pause)
	s.did("backup", "alice", backup, "a key from the backup host, without a terminal")
	s.ssh(client{user: "alice", from: backup, key: true, identity: s.path("alice.key"), command: "sudo tar cf - /srv/www /etc/hosts | gzip -c | wc -c"})
	s.did("user_removed", "alice", office, "a test account made and removed")
	s.ssh(client{user: "alice", from: office, key: true, identity: s.path("alice.key"), command: "sudo useradd tester; sudo userdel tester; sudo passwd -S dave; sudo chage -l dave"})
	time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute + 2*time.Second))) // bob's job of each minute runs
}
