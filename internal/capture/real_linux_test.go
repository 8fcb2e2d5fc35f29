package capture

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// done is what the script did.
type done struct {
	ssh  []*connection
	open map[*connection]bool // whose end the log cannot have: sshd was killed with SIGKILL
	sudo []string             // "who command", as often as it was run
}

// names that clients sent to mislead those who read the log.
var hostile = []string{
	"root from 8.8.8.8 port 22 ssh2",
	"x from 8.8.8.8 port 22 ssh2: RSA SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
	"<script>alert(1)</script>",
	"invalid user admin",
	"a b  c",
	`';--"\`,
	"sshd[1]: Accepted password for root from 192.0.2.99 port 1 ssh2",
	"naïve",
	"nobody\x1b[2J",
}

// printed is how sshd writes a name: without what Debian's takes as a role and
// any sshd as a style, bytes that are not graphic ASCII in octal (vis(3) with
// VIS_SAFE and VIS_OCTAL), backslashes doubled.
func printed(name string) string {
	name, _, _ = strings.Cut(name, "/")
	name, _, _ = strings.Cut(name, ":")
	var s strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c == '\\':
			s.WriteString(`\\`)
		case c < ' ' || c > '~':
			fmt.Fprintf(&s, `\%03o`, c)
		default:
			s.WriteByte(c)
		}
	}
	return s.String()
}

const (
	admin, desk, guesser, second, odd, scanner, forgetful = "192.0.2.10", "192.0.2.11", "203.0.113.66", "203.0.113.67", "203.0.113.68", "198.51.100.9", "198.51.100.7"
)

// TestRealLog compares what was done on a host with what its log says of it.
func TestRealLog(t *testing.T) {
	dir, in := enter(t, syscall.CLONE_NEWPID)
	if !in {
		return
	}
	b := newBox(t, dir, oneOfEach())
	for _, a := range []string{admin, desk, guesser, second, odd, scanner, forgetful} {
		b.run("ip", "addr", "add", a+"/32", "dev", "lo")
	}
	d := play(b)
	for form := range forms {
		t.Run(form, func(t *testing.T) { compare(t, b, d, form) })
	}
}

// play does what users, an administrator and an intruder do.
func play(b *box) *done {
	d := &done{open: map[*connection]bool{}}
	accounts(b)
	b.write(b.path("job"), "@reboot /bin/echo job >/dev/null\n")
	b.run("crontab", "-u", "bob", b.path("job"))
	b.run("crontab", "-u", "bob", "-l")
	b.start("cron", "-f")
	b.serve(22, "UsePAM yes")
	b.serve(2222, "UsePAM no", "LogLevel VERBOSE")

	first := b.hold(client{user: "alice", from: admin, passwords: []string{"alice-pw"}})
	other := b.hold(client{user: "alice", from: desk, key: true})
	guesses(b, d)

	killed := b.hold(client{user: "carol", from: desk, passwords: []string{"carol-pw"}})
	b.kill(b.servers(killed), syscall.SIGKILL)
	d.open[killed.end()] = true
	asked := b.hold(client{user: "carol", from: desk, passwords: []string{"carol-pw"}})
	b.kill(b.servers(asked)[:1], syscall.SIGTERM)
	asked.end()
	// without its monitor the process that serves the connection goes on and
	// logs the disconnect, but not PAM's close
	orphan := b.hold(client{user: "carol", from: admin, passwords: []string{"carol-pw"}})
	b.kill(b.servers(orphan)[:1], syscall.SIGKILL)
	orphan.end()

	// the listener is started anew and the sessions live on
	require.NoError(b.t, b.sshd[22].Process.Signal(syscall.SIGTERM))
	_ = b.sshd[22].Wait()
	b.serve(22, "UsePAM yes")
	d.ssh = append(d.ssh, other.end(), killed, asked, orphan)

	d.ssh = append(d.ssh, b.ssh(client{user: "bob", from: desk, port: 2222, passwords: []string{"bob-pw"}, tty: true, command: "true"}))
	d.ssh = append(d.ssh, b.ssh(client{user: "alice", from: desk, passwords: []string{"alice-pw"}, tty: true, command: "sudo -n /bin/true"}))
	d.ssh = append(d.ssh, b.ssh(client{user: "alice", from: desk, key: true, command: "sudo -n -u bob /bin/sleep 1 & sleep .4; sudo -n /bin/sleep .2; wait"}))
	d.ssh = append(d.ssh, b.ssh(client{user: "alice", from: desk, key: true, command: "echo bob-pw | su -c 'exec /bin/true' bob"}))
	d.ssh = append(d.ssh, b.ssh(client{user: "bob", from: desk, passwords: []string{"bob-pw"}, command: "echo no | su -c id alice; echo no | sudo -S id"}))
	d.sudo = append(d.sudo, "alice /bin/true", "alice /bin/sleep 1", "alice /bin/sleep .2")
	d.ssh = append(d.ssh, first.end())

	b.run("crontab", "-u", "bob", "-r")
	b.run("userdel", "-r", "carol")
	b.run("groupdel", "lab")
	b.logged("removed group 'carol'", 1)
	time.Sleep(200 * time.Millisecond) // the last lines
	return d
}

func accounts(b *box) {
	for _, u := range []string{"alice", "bob", "carol"} {
		b.run("useradd", "-m", "-s", "/bin/sh", u)
		b.feed(u+":"+u+"-pw\n", "chpasswd")
	}
	b.run("groupadd", "lab")
	b.run("usermod", "-aG", "lab", "alice")
	b.run("usermod", "-s", "/bin/bash", "bob")
	b.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", b.path("userkey"))
	pub, err := os.ReadFile(b.path("userkey.pub"))
	require.NoError(b.t, err)
	require.NoError(b.t, os.Mkdir("/home/alice/.ssh", 0o700))
	b.write("/home/alice/.ssh/authorized_keys", string(pub))
	b.run("chown", "-R", "alice:", "/home/alice/.ssh")
}

// guesses is what the intruder does, all at a time, as PAM makes it wait.
func guesses(b *box, d *done) {
	var all []client
	for _, u := range []string{"root", "bob", "admin", "test", "oracle"} {
		all = append(all, client{user: u, from: guesser, passwords: []string{"1"}})
	}
	all = append(all,
		client{user: "bob", from: second, passwords: []string{"1", "2", "3"}},
		client{user: "bob", from: forgetful, passwords: []string{"bob", "bob-pw"}, command: "true"},
		client{user: "bob", from: guesser, passwords: []string{"bob-pw"}, command: "true"},
	)
	for _, name := range hostile {
		all = append(all, client{user: name, from: odd, passwords: []string{"1"}})
	}
	var wg sync.WaitGroup
	for _, c := range all {
		x := b.dial(c)
		d.ssh = append(d.ssh, x)
		wg.Go(func() { x.end() })
	}
	b.knock(scanner, "")
	b.knock(scanner, "GET / HTTP/1.0\r\n\r\n")
	wg.Wait()
}

// servers returns the processes of the sshd that serves x, the monitor first.
func (b *box) servers(x *connection) []int {
	var pids []int
	for rec, err := range syslog.NewReader(strings.NewReader(b.log("iso")), syslog.Options{}).All() {
		require.NoError(b.t, err)
		if e, _ := syslog.Parse(rec); e.Kind == syslog.KindLogonSuccess && e.Program == "sshd" && e.User == x.user && e.Source.String() == x.from {
			pids = []int{e.PID}
		}
	}
	require.NotEmpty(b.t, pids)
	for i := 0; i < len(pids); i++ {
		for _, f := range glob(fmt.Sprintf("/proc/%d/task/*/children", pids[i])) {
			children, err := os.ReadFile(f)
			require.NoError(b.t, err)
			for c := range strings.FieldsSeq(string(children)) {
				pid, err := strconv.Atoi(c)
				require.NoError(b.t, err)
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

func (b *box) kill(pids []int, sig syscall.Signal) {
	for i, pid := range pids {
		if err := syscall.Kill(pid, sig); i == 0 || !errors.Is(err, syscall.ESRCH) { // some end with the one above them
			require.NoError(b.t, err)
		}
	}
}

// compare asks that the log of a form says what was done, and nothing else.
func compare(t *testing.T, b *box, d *done, form string) {
	log := b.log(form)
	var events []syslog.Event
	var strange []string
	for rec, err := range syslog.NewReader(strings.NewReader(log), syslog.Options{Name: form, Now: time.Now(), Location: time.Local}).All() {
		require.NoError(t, err)
		e, ok := syslog.Parse(rec)
		if !ok && (e.Program == "CRON" || slices.Contains(tools, e.Program)) {
			strange = append(strange, rec.Raw)
		}
		assert.Equal(t, hostName, rec.Host)
		events = append(events, e)
	}
	assert.Empty(t, strange, "lines that are not understood")
	sessions := syslog.Sessions(slices.Values(events))
	compareSSH(t, d, sessions)
	compareOthers(t, d, sessions)
	compareAttempts(t, d, syslog.Attempts(slices.Values(events)))
	compareChanges(t, events)
	if t.Failed() {
		t.Logf("%s", log)
	}
}

// slack is how far the log's time may be from what the client saw; RFC 3164 has
// whole seconds.
const slack = 2500 * time.Millisecond

func compareSSH(t *testing.T, d *done, sessions []syslog.Session) {
	var want []*connection
	for _, x := range d.ssh {
		if x.ok || d.open[x] || x.user == "carol" {
			want = append(want, x)
		}
	}
	for _, s := range sessions {
		if s.Kind != "sshd" {
			continue
		}
		i := slices.IndexFunc(want, func(x *connection) bool {
			return x.user == s.User && x.from == s.Source.String() && s.Start.After(x.began.Add(-slack)) && s.Start.Before(x.ended.Add(slack)) &&
				d.open[x] == s.End.IsZero() && (s.End.IsZero() || s.End.Sub(x.ended).Abs() < slack)
		})
		if !assert.GreaterOrEqual(t, i, 0, "an ssh session that nobody had: %+v", s) {
			continue
		}
		x := want[i]
		want = slices.Delete(want, i, i+1)
		assert.Equal(t, x.key, s.Method == "publickey")
		assert.Equal(t, x.key, s.Key != "")
		assert.NotZero(t, s.SourcePort)
		if d.open[x] {
			assert.Equal(t, syslog.EndOpen, s.EndReason)
		} else {
			assert.Equal(t, syslog.EndClosed, s.EndReason)
		}
		if x.port == 2222 {
			assert.True(t, strings.HasPrefix(s.TTY, "pts/"), "sshd tells the terminal when it is verbose: %q", s.TTY)
		}
	}
	for _, x := range want {
		assert.Fail(t, "an ssh session is missing", "%s from %s", x.user, x.from)
	}
}

func compareOthers(t *testing.T, d *done, sessions []syslog.Session) {
	var sudo, su, cron []string
	for _, s := range sessions {
		var got *[]string
		switch s.Kind {
		case "sudo":
			got = &sudo
		case "su":
			got = &su
		case "cron":
			got = &cron
		default:
			continue
		}
		*got = append(*got, s.By+" "+s.Command)
		assert.Equal(t, syslog.EndClosed, s.EndReason)
		assert.False(t, s.NoStart)
		if s.Kind == "cron" {
			assert.Equal(t, "bob", s.User)
			continue
		}
		if assert.GreaterOrEqual(t, s.Parent, 0, "%s runs in an ssh session", s.Kind) {
			p := sessions[s.Parent]
			assert.Equal(t, s.By, p.User)
			assert.False(t, s.Start.Before(p.Start))
		}
	}
	slices.Sort(sudo)
	want := slices.Sorted(slices.Values(d.sudo))
	assert.Equal(t, want, sudo)
	assert.Equal(t, []string{"alice "}, su)
	assert.Equal(t, []string{" /bin/echo job >/dev/null"}, cron)
}

func compareAttempts(t *testing.T, d *done, attempts []syslog.Attempt) {
	var want, got []string
	known := func(name string) bool { return slices.Contains([]string{"root", "alice", "bob", "carol"}, name) }
	for _, x := range d.ssh {
		in := x.ok || x.user == "carol"
		tries := max(1, len(x.passwords))
		want = append(want, fmt.Sprint(x.from, " ", printed(x.user), " known ", known(x.user), " tries ", tries, " in ", in))
	}
	for _, a := range attempts {
		if a.Kind == "sshd" {
			got = append(got, fmt.Sprint(a.Source, " ", a.User, " known ", a.UserKnown, " tries ", a.Tries, " in ", a.Success))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	assert.Equal(t, want, got)
	var local []string
	for _, a := range attempts {
		if a.Kind != "sshd" {
			local = append(local, fmt.Sprint(a.Kind, " ", a.By, " to ", a.User, " tries ", a.Tries, " in ", a.Success))
		}
	}
	slices.Sort(local)
	assert.Equal(t, []string{"su alice to bob tries 1 in true", "su bob to alice tries 1 in false", "sudo bob to bob tries 1 in false"}, local)

	var taken []string
	for _, c := range syslog.Guessing(attempts) {
		if slices.Equal(c.Sources, []string{guesser}) {
			assert.Equal(t, syslog.CampaignSpraying, c.Kind)
			for _, x := range c.Taken {
				taken = append(taken, x.User)
			}
		}
	}
	assert.Equal(t, []string{"bob"}, taken)
}

func compareChanges(t *testing.T, events []syslog.Event) {
	got := map[string]bool{}
	for _, e := range events {
		who := e.TargetUser
		if who == "" {
			who = e.User
		}
		switch e.Kind {
		case syslog.KindUserAdd, syslog.KindUserDelete:
			got[string(e.Kind)+" "+who] = true
		case syslog.KindUserModify:
			got[fmt.Sprint(e.Kind, " ", who, " ", e.Change, " ", e.Group)] = true
		case syslog.KindGroupAdd, syslog.KindGroupDelete:
			got[string(e.Kind)+" "+e.Group] = true
		case syslog.KindCronEdit:
			got[fmt.Sprint(e.Kind, " ", who, " ", e.Message[strings.IndexByte(e.Message, ')')+2:][:4])] = true
		case syslog.KindProbe:
			got["probe from "+e.Source.String()] = true
		}
	}
	for _, want := range []string{
		"user_add alice", "user_add bob", "user_add carol", "user_delete carol",
		"user_modify alice password ", "user_modify alice group lab", "user_modify bob shell ",
		"group_add lab", "group_delete lab", "cron_edit bob REPL", "cron_edit bob DELE",
		"probe from " + scanner,
	} {
		assert.True(t, got[want], "%s is missing in %v", want, got)
	}
}
