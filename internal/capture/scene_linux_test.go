package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "keep the logs of the scenes in hunt/testdata")

// scene is a host with users, a web server and the kernel's audit, on which
// something happens.
type scene struct {
	*box
	truth   bytes.Buffer
	visitor map[string]*http.Client // by address
	reached chan string             // bodies and paths that came to the outside server
}

// step is a line of a scene's truth.
type step struct {
	Time   float64 `json:"ts"`
	What   string  `json:"what"`
	User   string  `json:"user,omitempty"`
	Source string  `json:"src,omitempty"`
	Detail string  `json:"detail,omitempty"`
}

// sceneLogs are the files that Debian's rsyslog writes, in the given form.
func sceneLogs(form string) []logFile {
	return []logFile{
		{"iso.log", "*.*", "iso"}, // what the script itself waits for
		{"logs/auth.log", "auth,authpriv.*", form},
		{"logs/syslog", "*.*;auth,authpriv.none", form},
	}
}

// runScene plays a scene on a host of its own and gives the folder of its logs,
// which begin after the host was set up.
func runScene(t *testing.T, form string, setUp, play func(*scene)) (logs string, ok bool) {
	dir, in := enter(t, 0) // audit wants the first namespace of processes
	if !in {
		return "", false
	}
	s := &scene{visitor: map[string]*http.Client{}, reached: make(chan string, 100)}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "logs"), 0o755))
	adopt(t)
	t.Cleanup(killChildren)
	s.box = newBox(t, dir, sceneLogs(form))
	for _, d := range []string{"/opt", "/root", "/srv"} {
		s.mount("tmpfs", d, "tmpfs", 0)
		require.NoError(t, os.Chmod(d, 0o755))
	}
	s.run("cp", "-rT", "/etc/skel", "/root")
	for name, mode := range map[string]os.FileMode{"/var/log/wtmp": 0o664, "/var/log/btmp": 0o660} {
		s.write(name, "")
		s.run("chown", "root:utmp", name)
		require.NoError(t, os.Chmod(name, mode))
	}
	setUp(s)
	time.Sleep(time.Second)
	for _, l := range glob(s.path("logs/*")) {
		require.NoError(t, os.Truncate(l, 0)) // rsyslogd appends
	}
	stop := s.audit()
	play(s)
	time.Sleep(time.Second) // the last lines
	logs = s.path("logs")
	for _, name := range []string{"/var/log/wtmp", "/var/log/btmp", s.path("audit.log")} {
		if data, err := os.ReadFile(name); err == nil && len(data) > 0 {
			require.NoError(t, os.WriteFile(filepath.Join(logs, filepath.Base(name)), data, 0o644))
		}
	}
	stop()
	s.write(filepath.Join(logs, "truth.jsonl"), s.truth.String())
	if *update {
		keep(t, logs)
	}
	return logs, true
}

// did notes what is done now.
func (s *scene) did(what, user, source, detail string) {
	now := time.Now()
	line, err := json.Marshal(step{float64(now.UnixMicro()) / 1e6, what, user, source, detail})
	require.NoError(s.t, err)
	s.truth.Write(append(line, '\n'))
}

// keep puts the logs, compressed, where the tests of package hunt read them.
func keep(t *testing.T, logs string) {
	name := strings.ToLower(strings.TrimPrefix(t.Name(), "TestReal"))
	to := filepath.Join("..", "..", "hunt", "testdata", name)
	require.NoError(t, os.RemoveAll(to))
	require.NoError(t, os.MkdirAll(to, 0o755))
	for _, f := range glob(filepath.Join(logs, "*")) {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		base := filepath.Base(f)
		if base != "truth.jsonl" {
			var z bytes.Buffer
			w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
			require.NoError(t, err)
			_, err = w.Write(data)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			data, base = z.Bytes(), base+".gz"
		}
		require.NoError(t, os.WriteFile(filepath.Join(to, base), data, 0o644))
	}
}

// killChildren ends the daemons, wherever they have gone.
func killChildren() {
	for range 100 {
		children := descendants(os.Getpid())
		if len(children) == 0 {
			return
		}
		for _, pid := range children {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// adopt makes this process the parent of those below it that lose theirs.
func adopt(t *testing.T) {
	const setChildSubreaper = 36 // prctl(2)
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0)
	require.Zero(t, errno)
}

func descendants(pid int) []int {
	var pids []int
	for _, f := range glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) {
		children, _ := os.ReadFile(f) // it may have ended
		for c := range strings.FieldsSeq(string(children)) {
			if n, err := strconv.Atoi(c); err == nil {
				pids = append(append(pids, n), descendants(n)...)
			}
		}
	}
	return pids
}

// audit starts auditd and returns what ends it and leaves the machine's audit
// as it was.
func (s *scene) audit() (stop func()) {
	s.write("/etc/audit/auditd.conf", strings.ReplaceAll(`log_file = DIR/audit.log
plugin_dir = DIR/plugins
log_format = ENRICHED
flush = NONE
max_log_file = 200
num_logs = 2
max_log_file_action = IGNORE
space_left = 2
admin_space_left = 1
space_left_action = IGNORE
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
name_format = NONE
q_depth = 8000
`, "DIR", s.dir))
	require.NoError(s.t, os.MkdirAll(s.path("plugins"), 0o750))
	require.NoError(s.t, os.Chmod("/etc/audit/auditd.conf", 0o640))
	require.Equal(s.t, "0", s.auditStatus("pid"), "the kernel's audit is taken")
	enabled, backlog := s.auditStatus("enabled"), s.auditStatus("backlog_limit")
	daemon := s.start("auditd", "-n", "-s", "nochange")
	var rules [][]string
	stop = func() {
		for _, r := range rules {
			_ = exec.Command("auditctl", append([]string{"-d"}, r...)...).Run()
		}
		_ = daemon.Process.Signal(syscall.SIGTERM)
		_ = daemon.Wait()
		_ = exec.Command("auditctl", "-b", backlog).Run()
		_ = exec.Command("auditctl", "-e", enabled).Run()
		rules = nil
	}
	s.t.Cleanup(func() {
		if rules != nil {
			stop()
		}
	})
	s.wait("auditd", func() bool { return s.auditStatus("pid") == strconv.Itoa(daemon.Process.Pid) })
	s.run("auditctl", "-e", "1")
	s.run("auditctl", "-b", "8192")
	rule := func(args ...string) {
		s.run("auditctl", append([]string{"-a"}, args...)...)
		rules = append(rules, args)
	}
	// everybody who logged on, and the web server: the machine does other things
	for _, who := range []string{"auid!=unset", "uid=www-data"} {
		rule("always,exit", "-F", "arch=b64", "-S", "execve,execveat", "-F", who, "-k", "exec")
		rule("always,exit", "-F", "arch=b64", "-S", "connect", "-F", who, "-k", "net")
	}
	for _, f := range []string{"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/sudoers", "/etc/sudoers.d/", "/etc/systemd/system/", "/etc/cron.d/", "/var/spool/cron/", "/srv/www/"} {
		if _, err := os.Stat(f); err != nil {
			require.NoError(s.t, os.MkdirAll(f, 0o755))
		}
		kind := "path="
		if strings.HasSuffix(f, "/") {
			kind = "dir="
		}
		rule("always,exit", "-F", kind+strings.TrimSuffix(f, "/"), "-F", "perm=wa", "-k", "watch")
	}
	return stop
}

func (s *scene) auditStatus(what string) string {
	for l := range strings.Lines(s.run("auditctl", "-s")) {
		if f := strings.Fields(l); len(f) >= 2 && f[0] == what {
			return f[1]
		}
	}
	return ""
}

// addresses gives the host and its peers their addresses.
func (s *scene) addresses(all ...string) {
	for _, a := range all {
		s.run("ip", "addr", "add", a+"/32", "dev", "lo")
	}
}

const webHost = "192.0.2.80"

// web starts Apache with a folder of scripts.
func (s *scene) web() {
	for name, text := range map[string]string{
		"/srv/www/index.html":     "hello\n",
		"/srv/www/cgi-bin/status": "#!/bin/bash\necho 'Content-Type: text/plain'; echo\nq=${QUERY_STRING#host=}; q=${q//+/ }; q=$(printf '%b' \"${q//%/\\\\x}\")\nsh -c \"echo status of $q\"\n",
	} {
		require.NoError(s.t, os.MkdirAll(filepath.Dir(name), 0o755))
		s.write(name, text)
	}
	s.run("chmod", "755", "/srv/www/cgi-bin/status")
	s.run("chown", "-R", "www-data:www-data", "/srv/www")
	require.NoError(s.t, os.MkdirAll("/var/log/apache2", 0o755))
	const modules = "/usr/lib/apache2/modules/mod_"
	conf := "ServerRoot /srv\nServerName box\nListen " + webHost + ":80\nPidFile /run/apache2.pid\nUser www-data\nGroup www-data\nErrorLog syslog:local1\nTransferLog /var/log/apache2/access.log\n" +
		"DocumentRoot /srv/www\n"
	for _, m := range []string{"mpm_prefork", "authz_core", "cgi", "alias"} {
		conf += "LoadModule " + m + "_module " + modules + m + ".so\n"
	}
	conf += "Mutex file:/run\nScriptAlias /cgi-bin/ /srv/www/cgi-bin/\n"
	s.write(s.path("apache.conf"), conf)
	s.start("apache2", "-D", "FOREGROUND", "-f", s.path("apache.conf"))
	s.wait("the web server", func() bool {
		c, err := net.Dial("tcp", webHost+":80")
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// outside serves files, and takes what is sent, at an address that is not the
// host's.
func (s *scene) outside(address string, files map[string]string) {
	l, err := net.Listen("tcp", address)
	require.NoError(s.t, err)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.reached <- r.URL.Path + " " + string(body)
		if text, ok := files[r.URL.Path]; ok {
			_, _ = io.WriteString(w, text)
		} else if r.Method == http.MethodGet {
			http.NotFound(w, r)
		}
	})}
	go server.Serve(l) // until the process ends
}

// get asks the host's web server for a page, as a visitor from an address.
func (s *scene) get(from, path string, query ...string) string {
	c := s.visitor[from]
	if c == nil {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
		c = &http.Client{Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true}, Timeout: 20 * time.Second}
		s.visitor[from] = c
	}
	u := "http://" + webHost + path
	if len(query) == 2 {
		u += "?" + query[0] + "=" + strings.ReplaceAll(url.QueryEscape(query[1]), "%20", "+")
	}
	r, err := c.Get(u)
	require.NoError(s.t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(s.t, err)
	return string(body)
}

// account makes an account with a password, and a key pair if it wants one.
func (s *scene) account(name, password string, key bool) {
	s.run("useradd", "-m", "-s", "/bin/bash", name)
	s.feed(name+":"+password+"\n", "chpasswd")
	if !key {
		return
	}
	s.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", s.path(name+".key"))
	pub, err := os.ReadFile(s.path(name + ".key.pub"))
	require.NoError(s.t, err)
	home := "/home/" + name
	require.NoError(s.t, os.MkdirAll(home+"/.ssh", 0o700))
	s.write(home+"/.ssh/authorized_keys", string(pub))
	s.run("chown", "-R", name+":", home)
}
