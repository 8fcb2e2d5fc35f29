package capture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	asked  = "TUXTRAIL_REAL"
	inside = "TUXTRAIL_REAL_INSIDE" // the folder that the inner process works in
)

var tools = []string{"chpasswd", "cp", "cron", "crontab", "groupadd", "groupdel", "ip", "rsyslogd", "ssh", "ssh-keygen", "sshd", "su", "sudo", "useradd", "userdel", "usermod"}

// enter runs the calling test once more in namespaces of its own, and in those
// of more, and reports whether this is that process.
func enter(t *testing.T, more uintptr) (dir string, ok bool) {
	t.Helper()
	if os.Getenv(asked) == "" {
		t.Skipf("needs root and real daemons; set %s=1 to run it", asked)
	}
	if dir := os.Getenv(inside); dir != "" {
		return dir, true
	}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, name := range tools {
		_, err := exec.LookPath(name)
		require.NoError(t, err)
	}
	require.Zero(t, os.Geteuid(), "only root can make namespaces and accounts")
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=4m", fmt.Sprintf("-update=%v", *update))
	cmd.Env = append(os.Environ(), inside+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC | more,
		Pdeathsig:  syscall.SIGKILL,
	}
	cmd.WaitDelay = 5 * time.Second // for a daemon that outlives it
	out, err := cmd.CombinedOutput()
	t.Logf("inside:\n%s", out)
	require.NoError(t, err)
	return "", false
}

// box is the host that the daemons run on.
type box struct {
	t    *testing.T
	dir  string
	sshd map[int]*exec.Cmd // by port
}

const hostName = "box"

// newBox makes the namespaces a host of its own.
func newBox(t *testing.T, dir string, logs []logFile) *box {
	b := &box{t: t, dir: dir, sshd: map[int]*exec.Cmd{}}
	b.mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE)
	b.mount("proc", "/proc", "proc", 0)
	b.run("cp", "-a", "/etc", b.path("etc"))
	b.mount(b.path("etc"), "/etc", "", syscall.MS_BIND)
	b.devices()
	for _, d := range []string{"/run", "/var/log", "/var/mail", "/var/spool/cron", "/home", "/var/lib/sudo"} {
		require.NoError(t, os.MkdirAll(d, 0o755))
		b.mount("tmpfs", d, "tmpfs", 0)
		require.NoError(t, os.Chmod(d, 0o755))
	}
	for _, d := range []string{"/run/sshd", "/run/lock", "/var/spool/cron/crontabs"} {
		require.NoError(t, os.Mkdir(d, 0o755))
	}
	b.write("/var/log/lastlog", "")
	b.run("chown", "root:crontab", "/var/spool/cron/crontabs")
	b.run("chmod", "1730", "/var/spool/cron/crontabs")
	require.NoError(t, syscall.Sethostname([]byte(hostName)))
	b.write("/etc/hosts", "127.0.0.1 localhost "+hostName+"\n")
	b.write("/etc/sudoers.d/capture", "Defaults !mail_badpass, !mail_no_user\nalice ALL=(ALL) NOPASSWD: ALL\n")
	require.NoError(t, os.Chmod("/etc/sudoers.d/capture", 0o440))
	b.write("/etc/crontab", "")
	for _, f := range glob("/etc/cron.d/*") {
		require.NoError(t, os.Remove(f))
	}
	if pam, err := os.ReadFile("/etc/pam.d/sshd"); err == nil { // a container may not let sshd set its login uid
		b.write("/etc/pam.d/sshd", strings.ReplaceAll(string(pam), "required     pam_loginuid.so", "optional     pam_loginuid.so"))
	}
	b.run("ip", "link", "set", "lo", "up")
	b.rsyslog(logs)
	return b
}

func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern)
	return found
}

func (b *box) path(name string) string { return filepath.Join(b.dir, name) }

func (b *box) mount(source, target, fstype string, flags uintptr) {
	b.t.Helper()
	require.NoError(b.t, syscall.Mount(source, target, fstype, flags, ""), "mount %s", target)
}

func (b *box) write(name, text string) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(name, []byte(text), 0o644))
}

// run runs a command that must work and returns what it prints.
func (b *box) run(name string, args ...string) string {
	b.t.Helper()
	return b.feed("", name, args...)
}

func (b *box) feed(stdin, name string, args ...string) string {
	b.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	require.NoError(b.t, err, "%s %s: %s", name, strings.Join(args, " "), out)
	return string(out)
}

// devices gives the box a /dev in which /dev/log is its own.
func (b *box) devices() {
	dev := b.path("dev")
	require.NoError(b.t, os.Mkdir(dev, 0o755))
	b.mount("tmpfs", dev, "tmpfs", 0)
	require.NoError(b.t, os.Chmod(dev, 0o755))
	for _, name := range []string{"full", "null", "random", "tty", "urandom", "zero"} {
		f := filepath.Join(dev, name)
		b.write(f, "")
		b.mount("/dev/"+name, f, "", syscall.MS_BIND)
	}
	pts := filepath.Join(dev, "pts")
	require.NoError(b.t, os.Mkdir(pts, 0o755))
	require.NoError(b.t, syscall.Mount("devpts", pts, "devpts", 0, "newinstance,ptmxmode=0666,mode=620,gid=5"))
	require.NoError(b.t, os.Mkdir(filepath.Join(dev, "shm"), 0o1777))
	for name, to := range map[string]string{"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"} {
		require.NoError(b.t, os.Symlink(to, filepath.Join(dev, name)))
	}
	b.mount(dev, "/dev", "", syscall.MS_BIND|syscall.MS_REC)
}

// start starts a daemon that stays in the foreground.
func (b *box) start(name string, args ...string) *exec.Cmd {
	b.t.Helper()
	path, err := exec.LookPath(name) // sshd wants to be called by its whole path
	require.NoError(b.t, err)
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	require.NoError(b.t, cmd.Start())
	return cmd
}

// The forms in which rsyslog writes the log.
var forms = map[string]string{
	"rfc3164": "RSYSLOG_TraditionalFileFormat",
	"iso":     "RSYSLOG_FileFormat",
	"rfc5424": "RSYSLOG_SyslogProtocol23Format",
}

// logFile is a file that rsyslog writes.
type logFile struct{ name, selector, form string }

// oneOfEach is everything in a file of each form.
func oneOfEach() []logFile {
	var logs []logFile
	for form := range forms {
		logs = append(logs, logFile{form + ".log", "*.*", form})
	}
	return logs
}

func (b *box) rsyslog(logs []logFile) {
	conf := "module(load=\"imuxsock\" SysSock.RateLimit.Interval=\"0\")\nglobal(workDirectory=\"" + b.dir + "\")\n"
	for _, l := range logs {
		conf += fmt.Sprintf("%s action(type=\"omfile\" file=%q template=%q asyncWriting=\"off\")\n", l.selector, b.path(l.name), forms[l.form])
	}
	b.write(b.path("rsyslog.conf"), conf)
	b.start("rsyslogd", "-n", "-f", b.path("rsyslog.conf"), "-i", b.path("rsyslogd.pid"))
	b.wait("rsyslogd to listen", func() bool { _, err := os.Stat("/dev/log"); return err == nil })
}

// log returns what was logged so far.
func (b *box) log(form string) string {
	data, err := os.ReadFile(b.path(form + ".log"))
	if err != nil {
		return ""
	}
	return string(data)
}

// wait waits until done.
func (b *box) wait(what string, done func() bool) {
	b.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	require.Failf(b.t, "waited in vain", "for %s; the log is\n%s", what, b.log("iso"))
}

// logged waits until the log holds text n times.
func (b *box) logged(text string, n int) {
	b.t.Helper()
	b.wait(fmt.Sprintf("%d of %q", n, text), func() bool { return strings.Count(b.log("iso"), text) >= n })
}

// serve starts sshd on a port, in place of the one that was there.
func (b *box) serve(port int, options ...string) {
	key := b.path("hostkey")
	if _, err := os.Stat(key); err != nil {
		b.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	}
	before := strings.Count(b.log("iso"), fmt.Sprintf("Server listening on 0.0.0.0 port %d.", port))
	conf := b.path(fmt.Sprintf("sshd%d.conf", port))
	b.write(conf, fmt.Sprintf("Port %d\nListenAddress 0.0.0.0\nHostKey %s\nPidFile none\nMaxStartups 100\nPermitRootLogin no\nUseDNS no\n%s\n", port, key, strings.Join(options, "\n")))
	b.sshd[port] = b.start("sshd", "-D", "-f", conf)
	b.logged(fmt.Sprintf("Server listening on 0.0.0.0 port %d.", port), before+1)
}
