//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/report"
)

func TestMain(m *testing.M) { os.Exit(inFolder(m)) }

// programs is the folder that the program is built into.
var programs string

func inFolder(m *testing.M) int {
	var err error
	if programs, err = os.MkdirTemp("", "linuxhost"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(programs)
	return m.Run()
}

var built = sync.OnceValues(func() (string, error) {
	name := filepath.Join(programs, "linuxhost")
	out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

// console is the program in a terminal of 80 by 24.
type console struct {
	t      *testing.T
	cmd    *exec.Cmd
	pty    *os.File
	screen *vt.SafeEmulator
	mu     sync.Mutex
	raw    bytes.Buffer
	read   chan struct{} // closed at the end of what the program writes
}

func start(t *testing.T, args ...string) *console {
	t.Helper()
	name, err := built()
	require.NoError(t, err)
	c := &console{t: t, cmd: exec.Command(name, append([]string{"-interactive"}, args...)...), screen: vt.NewSafeEmulator(80, 24), read: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	c.pty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Rows: 24, Cols: 80})
	require.NoError(t, err)
	go func() { _, _ = io.Copy(c.pty, c.screen) }() // what the terminal answers
	go func() {
		defer close(c.read)
		buf := make([]byte, 4096)
		for {
			n, err := c.pty.Read(buf)
			c.mu.Lock()
			c.raw.Write(buf[:n])
			_, _ = c.screen.Write(buf[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		_ = c.pty.Close()
	})
	return c
}

// text is what the screen shows.
func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.screen.String()
}

// see waits until the screen holds text.
func (c *console) see(text string) {
	c.t.Helper()
	require.Eventually(c.t, func() bool { return strings.Contains(c.text(), text) }, 20*time.Second, 20*time.Millisecond, "waiting for %q on\n%s", text, stringer{c})
}

type stringer struct{ c *console }

func (s stringer) String() string { return s.c.text() }

// press sends keys.
func (c *console) press(keys ...string) {
	c.t.Helper()
	for _, k := range keys {
		_, err := c.pty.WriteString(k)
		require.NoError(c.t, err)
		time.Sleep(30 * time.Millisecond)
		if k == escape {
			time.Sleep(200 * time.Millisecond) // so that it is not the start of a sequence
		}
	}
}

// back goes back until the screen holds text: on a busy machine two keys may be
// read as one.
func (c *console) back(text string) {
	c.t.Helper()
	for range 20 {
		c.press(escape)
		for range 25 {
			if strings.Contains(c.text(), text) {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	c.see(text)
}

const (
	enter  = "\r"
	escape = "\x1b"
	down   = "\x1b[B"
)

// pick chooses a line of the list by typing a part of it.
func (c *console) pick(text string) {
	c.t.Helper()
	c.press("/", text, enter)
	c.see("> ")
	require.Eventually(c.t, func() bool {
		for l := range strings.Lines(c.text()) {
			if strings.HasPrefix(l, "> ") && strings.Contains(l, text) {
				return true
			}
		}
		return false
	}, 10*time.Second, 20*time.Millisecond, "no line %q to choose on\n%s", text, stringer{c})
	c.press(enter)
}

var replayed = regexp.MustCompile(`(?m)^\$ (.*(?:\n.*)?)\n`)

// command is the command line that the screen shows, as its words.
func (c *console) command() []string {
	c.t.Helper()
	m := replayed.FindStringSubmatch(c.text() + "\n")
	require.NotNil(c.t, m, c.text())
	return strings.Fields(strings.ReplaceAll(m[1], "\n", ""))
}

// over waits until the program has ended and asks that the terminal is as it was.
func (c *console) over() string {
	c.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		require.Fail(c.t, "it goes on", c.text())
	}
	select {
	case <-c.read:
	case <-time.After(20 * time.Second):
		require.Fail(c.t, "the terminal is still open")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	raw := c.raw.String()
	for mode, off := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?25l": "\x1b[?25h", "\x1b[?2004h": "\x1b[?2004l", "\x1b[?1000h": "\x1b[?1000l", "\x1b[?1006h": "\x1b[?1006l"} {
		assert.GreaterOrEqual(c.t, strings.LastIndex(raw, off), strings.LastIndex(raw, mode), "%q is left on", mode)
	}
	return raw
}

func TestInteractive(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.see("Summary")
	for _, what := range []string{"Findings", "Alerts", "Sessions", "Sudo commands", "Accounts", "Applications", "Addresses", "Time window", "Host", "Leave"} {
		assert.Contains(t, c.text(), what)
	}
	c.pick("Summary")
	c.see("tuxtrail: host")
	assert.Equal(t, []string{"linuxhost"}, c.command())
	c.press(escape, escape) // the page, then the filter of the menu
	for _, kind := range report.TopicKinds() {
		title := map[report.TopicKind]string{
			report.TopicFinding: "Findings (", report.TopicAlert: "Alerts (", report.TopicSession: "Sessions (", report.TopicSudo: "Sudo commands (",
			report.TopicUser: "Accounts (", report.TopicApp: "Applications (", report.TopicAddress: "Addresses (",
		}[kind]
		empty := strings.Contains(c.text(), title+"0)")
		c.pick(title)
		if empty {
			c.see("No items")
			c.press(escape, escape)
			continue
		}
		c.see("esc back")
		c.press(down, enter)
		c.see("$ linuxhost -" + string(kind))
		words := c.command()
		var stdout, stderr bytes.Buffer
		assert.Zero(t, run(context.Background(), words[1:], &stdout, &stderr, time.Now), "%q: %s", words, stderr.String())
		first, _, _ := strings.Cut(strings.TrimSpace(stdout.String()), "\n")
		assert.Contains(t, c.text(), first[:min(len(first), 60)], "the flags give what the screen shows")
		c.back("Time window")
	}

	c.pick("Time window")
	c.see("the last week")
	c.pick("another one")
	c.see("enter hunt in it")
	c.press(strings.Repeat("\x7f", 10), "nonsense", enter)
	c.see("nonsense")
	c.press(strings.Repeat("\x7f", 10), "2026-11-23T08:00/09:00", enter)
	c.see("-window 2026-11-23T08:00/09:00")
	c.see("Summary")
	c.pick("Time window")
	c.pick("from a day before to a day after F1")
	c.see("-window 2026-11-22T")
	c.see("Summary")
	assert.Zero(t, run(context.Background(), c.command()[1:], io.Discard, io.Discard, time.Now), "%q", c.command())
	c.pick("Host")
	c.see("esc back")
	c.press(enter)
	c.see("-host ")
	c.see("Summary")
	c.press("q")
	raw := c.over()
	assert.Zero(t, c.cmd.ProcessState.ExitCode())
	assert.Contains(t, raw[strings.LastIndex(raw, "\x1b[?1049l"):], "linuxhost -host ", "the last words are the command that repeats it")
	for i, l := range strings.Split(c.text(), "\n") {
		assert.LessOrEqual(t, len([]rune(l)), 80, "line %d", i)
	}
}

// A terminal must be usable after any end but SIGKILL.
func TestInteractiveEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*console){
		"q":       func(c *console) { c.press("q") },
		"ctrl+c":  func(c *console) { c.press("\x03") },
		"SIGTERM": func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGHUP) },
		"SIGINT":  func(c *console) { _ = c.cmd.Process.Signal(syscall.SIGINT) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			c.see("Summary")
			end(c)
			c.over()
		})
	}
}

func TestInteractiveNeedsATerminal(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 2, run(context.Background(), []string{"-interactive"}, &stdout, &stderr, time.Now))
	assert.Contains(t, stderr.String(), "needs a terminal")
}
