package capture

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
)

// client is one ssh connection.
type client struct {
	user, from string
	port       int      // 0 means 22
	passwords  []string // that it answers with, one for each prompt
	key        bool
	tty        bool
	identity   string   // the file of the key; "" is the common one
	command    string   // "" waits until the client is closed
	typed      []string // in place of command: lines typed into a login shell
}

// connection is a client that runs.
type connection struct {
	client
	b     *box
	cmd   *exec.Cmd
	stdin io.WriteCloser
	began time.Time
	ended time.Time
	ok    bool
	out   output
}

// output is what ssh printed so far.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) write(s string) { _, _ = o.Write([]byte(s)) }

// end returns the last of what was printed.
func (o *output) end() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.text.String()
	return s[max(0, len(s)-200):]
}

// prompts reports whether the last thing printed is a shell's prompt or the
// question for a password.
func (o *output) prompts() bool {
	s := strings.TrimSuffix(o.end(), "\x1b[K")
	return strings.HasSuffix(s, "$ ") || strings.HasSuffix(s, "# ") || strings.HasSuffix(s, "Password: ")
}

func (o *output) has(s string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Contains(o.text.String(), s)
}

var clients int

// dial starts a client. The user's name is in a file, where ssh takes any.
func (b *box) dial(c client) *connection {
	clients++
	base := b.path(fmt.Sprintf("client%d", clients))
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c.user)
	conf := fmt.Sprintf("User \"%s\"\nBindAddress %s\nPort %d\nUserKnownHostsFile %s\nStrictHostKeyChecking no\nNumberOfPasswordPrompts %d\nLogLevel ERROR\nIdentitiesOnly yes\nIdentityAgent none\n",
		quoted, c.from, max(c.port, 22), b.path("known"), max(1, len(c.passwords)))
	if c.key {
		conf += "IdentityFile " + cmp.Or(c.identity, b.path("userkey")) + "\nPreferredAuthentications publickey\n"
	} else {
		conf += "IdentityFile none\nPreferredAuthentications password\n"
	}
	b.write(base+".conf", conf)
	b.write(base+".pw", strings.Join(c.passwords, "\n")+"\n")
	b.write(base+".ask", fmt.Sprintf("#!/bin/sh\nread -r answer < %[1]s.pw\nsed -i 1d %[1]s.pw\necho \"$answer\"\n", base))
	require.NoError(b.t, os.Chmod(base+".ask", 0o755))

	args := []string{"-F", base + ".conf"}
	if c.tty {
		args = append(args, "-tt")
	} else {
		args = append(args, "-T")
	}
	args = append(args, "127.0.0.1")
	switch {
	case c.typed != nil:
	case c.command != "":
		args = append(args, c.command)
	default:
		args = append(args, "echo ready; cat")
	}
	x := &connection{client: c, b: b, cmd: exec.Command("ssh", args...)}
	x.cmd.Env = append(os.Environ(), "SSH_ASKPASS="+base+".ask", "SSH_ASKPASS_REQUIRE=force", "HOME="+b.dir)
	x.cmd.Stdout, x.cmd.Stderr = &x.out, &x.out
	var err error
	x.stdin, err = x.cmd.StdinPipe()
	require.NoError(b.t, err)
	x.began = time.Now()
	require.NoError(b.t, x.cmd.Start())
	return x
}

// end waits until the client is gone, by itself or because its input ends.
func (x *connection) end() *connection {
	_ = x.stdin.Close() // it may be gone already
	err := x.cmd.Wait()
	x.ended = time.Now()
	code := x.cmd.ProcessState.ExitCode()
	x.ok = err == nil || code > 0 && code < 255 // 255 is ssh's own
	return x
}

// ssh runs a client to its end.
func (b *box) ssh(c client) *connection { return b.dial(c).end() }

// shell runs a client that types its lines, each after a prompt and a pause,
// and leaves.
func (b *box) shell(c client, pause time.Duration) *connection {
	x := b.dial(c)
	for _, line := range append(c.typed, "exit") {
		b.wait("a prompt for "+line, x.out.prompts)
		time.Sleep(pause)
		x.out.write("\n") // the prompt is answered
		_, err := io.WriteString(x.stdin, line+"\n")
		require.NoError(b.t, err)
	}
	return x.end()
}

// hold starts a client and waits until it is in.
func (b *box) hold(c client) *connection {
	x := b.dial(c)
	b.wait(c.user+" from "+c.from, func() bool { return x.out.has("ready") })
	return x
}

// knock connects, says a line if it has one, and leaves.
func (b *box) knock(from, line string) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	c, err := d.Dial("tcp", "127.0.0.1:22")
	require.NoError(b.t, err)
	defer c.Close()
	if line != "" {
		_, err = io.WriteString(c, line)
		require.NoError(b.t, err)
		_, _ = io.Copy(io.Discard, c) // until sshd hangs up
	}
}
