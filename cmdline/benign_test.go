package cmdline_test

import (
	"bufio"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/syntax"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

var benignAll = flag.Bool("benign.all", false, "TestBenignHost reads every manual page and script, not one in eight")

var benignRoot = flag.String("benign.root", "/", "the system whose commands TestBenignHost gathers")

// TestBenignHost gathers the commands that a Debian system itself brings (the
// maintainer scripts of its packages, cron files, boot scripts, units, manual
// page examples, documentation) and asks that none is above low and at most
// one in a hundred is low.
func TestBenignHost(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the whole documentation of the system")
	}
	cmds := gather()
	if len(cmds) < 2000 {
		t.Skipf("this system has only %d such commands; a Debian system with manual pages has more", len(cmds))
	}
	rules := cmdline.DefaultRules()
	counts := map[string]int{}
	low := 0
	for _, c := range cmds {
		counts[c.from]++
		top, id := worst(rules.Match(c.cmd))
		if whole := strings.HasSuffix(c.from, "(whole)"); whole && top <= cmdline.Medium {
			continue // a script that sets up a service may write its cron file
		}
		switch {
		case top > cmdline.Low && showsTheAct.MatchString(c.cmd.Text):
			t.Logf("the documentation shows the act itself: %s: %s", id, c.cmd.Text)
		case top > cmdline.Low:
			t.Errorf("%s: %s %s: %s", c.from, top, id, c.cmd.Text)
		case top == cmdline.Low:
			low++
			t.Logf("low: %s: %s: %s", c.from, id, c.cmd.Text)
		}
	}
	t.Logf("%d commands, %d low: %v", len(cmds), low, counts)
	assert.LessOrEqual(t, low*100, len(cmds))
}

// showsTheAct are the examples in manual pages that are what the rules look
// for: capsh(1) and sudo(8) print the password hashes, and ncat(1) gives a
// shell to whoever connects.
var showsTheAct = regexp.MustCompile(`^(?:sudo )?cat (?:/var/log/messages )?/etc/shadow\b|^ncat --exec "/bin/bash"`)

// TestBenignList holds what is written in testdata/benign.txt.
func TestBenignList(t *testing.T) {
	data, err := os.ReadFile("testdata/benign.txt")
	require.NoError(t, err)
	rules := cmdline.DefaultRules()
	n := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		text, low := strings.CutPrefix(line, "low: ")
		limit := cmdline.Info
		if low {
			limit = cmdline.Low
		}
		for name, c := range map[string]cmdline.Command{
			"shell": cmdline.Parse(text), "sudo": cmdline.FromSudo(text), "sudo sh -c": cmdline.FromArgv([]string{"sudo", "sh", "-c", text}),
		} {
			if name == "sudo" && strings.HasPrefix(text, "alias ") {
				continue // a shell's own word, which sudo cannot run
			}
			top, id := worst(rules.Match(c))
			assert.LessOrEqual(t, top, limit, "%s: %s %s: %s", name, top, id, text)
		}
		n++
	}
	assert.Greater(t, n, 250)
}

// worst returns the highest severity of the hits, -1 when there is none.
func worst(hits []cmdline.Hit) (cmdline.Severity, string) {
	top, id := cmdline.Severity(-1), ""
	for _, h := range hits {
		if h.Severity > top {
			top, id = h.Severity, h.Rule
		}
	}
	return top, id
}

type sample struct {
	from string
	cmd  cmdline.Command
}

func gather() []sample {
	seen := map[string]bool{}
	var out []sample
	add := func(from, text string, parse func(string) cmdline.Command) {
		text = strings.TrimSpace(text)
		if len(text) < 2 || seen[text] {
			return
		}
		seen[text] = true
		out = append(out, sample{from, parse(text)})
	}
	each := func(pattern string, fn func(path, text string)) {
		names, _ := filepath.Glob(filepath.Join(*benignRoot, pattern))
		slices.Sort(names)
		if !*benignAll && len(names) > 1000 {
			for i := 0; i < len(names); i += 8 {
				names[i/8] = names[i]
			}
			names = names[:len(names)/8]
		}
		for _, n := range names {
			if st, err := os.Stat(n); err != nil || st.IsDir() || st.Size() > 1<<20 {
				continue
			}
			if b, err := os.ReadFile(n); err == nil {
				fn(n, string(b))
			}
		}
	}
	script := func(from string) func(path, text string) {
		return func(path, text string) {
			head, _, _ := strings.Cut(text, "\n")
			if !strings.Contains(head, "sh") || !strings.HasPrefix(head, "#!") {
				return
			}
			add(from+" (whole)", text, cmdline.Parse)
			for _, s := range statements(text) {
				add(from, s, cmdline.Parse)
			}
		}
	}
	for _, p := range []string{"preinst", "postinst", "prerm", "postrm", "config"} {
		each("/var/lib/dpkg/info/*."+p, script("maintainer script"))
	}
	for _, p := range []string{"/etc/cron.hourly/*", "/etc/cron.daily/*", "/etc/cron.weekly/*", "/etc/cron.monthly/*", "/etc/init.d/*", "/etc/profile.d/*", "/etc/update-motd.d/*", "/usr/sbin/*", "/usr/bin/*"} {
		each(p, script("system script"))
	}
	each("/etc/cron.d/*", func(_, text string) { cronLines(text, add) })
	each("/etc/crontab", func(_, text string) { cronLines(text, add) })
	each("/usr/lib/systemd/system/*.service", func(_, text string) {
		for l := range strings.Lines(text) {
			if k, v, ok := strings.Cut(l, "="); ok && strings.HasPrefix(k, "Exec") {
				add("unit", strings.TrimLeft(strings.TrimSpace(v), "-@:+!"), cmdline.Parse)
			}
		}
	})
	for _, s := range []string{"1", "5", "7", "8"} {
		each("/usr/share/man/man"+s+"/*", func(path, text string) {
			for _, c := range manual(path, text) {
				add("manual page", c, cmdline.Parse)
			}
		})
	}
	for _, p := range []string{"/usr/share/doc/*/README*", "/usr/share/doc/*/*.md", "/usr/share/doc/*/*.txt", "/usr/share/doc/*/examples/*.sh"} {
		each(p, func(path, text string) {
			for _, c := range prompts(path, text) {
				add("documentation", c, cmdline.Parse)
			}
		})
	}
	return out
}

// statements returns the simple commands and pipelines of a script.
func statements(text string) []string {
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil
	}
	var out []string
	syntax.Walk(f, func(n syntax.Node) bool {
		s, ok := n.(*syntax.Stmt)
		if !ok {
			return true
		}
		switch c := s.Cmd.(type) {
		case *syntax.CallExpr:
		case *syntax.BinaryCmd:
			if c.Op != syntax.Pipe {
				return true
			}
		default:
			return true
		}
		from, to := s.Pos().Offset(), s.End().Offset()
		if int(to) <= len(text) && from < to {
			out = append(out, text[from:to])
		}
		return true
	})
	return out
}

func cronLines(text string, add func(from, text string, parse func(string) cmdline.Command)) {
	for l := range strings.Lines(text) {
		f := strings.Fields(l)
		if len(f) < 7 || strings.HasPrefix(l, "#") || strings.Contains(f[0], "=") {
			continue
		}
		add("cron", strings.Join(f[6:], " "), cmdline.FromCron)
	}
}

var (
	roffFont = regexp.MustCompile(`\\f(?:[A-Z0-9]|\([A-Z]{2}|\[[A-Z]*\])`)
	roffRest = regexp.MustCompile(`\\[&/|^)]|\\s[-+]?\d`)
)

// manual returns the commands in the examples of a manual page: what stands
// in unfilled text behind a prompt, or starts with a program of this system.
func manual(path, text string) []string {
	text = plainFile(path, text)
	var out []string
	inCode, examples := false, false
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		switch {
		case strings.HasPrefix(l, ".SH"):
			examples = strings.Contains(strings.ToUpper(l), "EXAMPLE")
		case strings.HasPrefix(l, ".nf"), strings.HasPrefix(l, ".EX"), strings.HasPrefix(l, ".Bd"):
			inCode = true
			continue
		case strings.HasPrefix(l, ".fi"), strings.HasPrefix(l, ".EE"), strings.HasPrefix(l, ".Ed"):
			inCode = false
		case strings.HasPrefix(l, ".B ") && examples:
			l = strings.TrimPrefix(l, ".B ")
		}
		if strings.HasPrefix(l, ".") {
			continue
		}
		l = roffFont.ReplaceAllString(l, "")
		l = roffRest.ReplaceAllString(l, "")
		l = strings.NewReplacer(`\-`, "-", `\e`, `\`, `\(aq`, "'", `\(dq`, `"`, `\(ha`, "^", `\(ti`, "~", `\ `, " ", `\\`, `\`).Replace(l)
		if c, ok := promptLine(l); ok {
			out = append(out, c)
		} else if (inCode || examples) && known(l) {
			out = append(out, l)
		}
	}
	return out
}

// prompts returns the lines of a document that show a command behind a prompt
// or, indented, start with a program of this system.
func prompts(path, text string) []string {
	var out []string
	for l := range strings.Lines(plainFile(path, text)) {
		if c, ok := promptLine(l); ok {
			out = append(out, c)
		} else if strings.HasPrefix(l, "    ") && known(l) {
			out = append(out, strings.TrimSpace(l))
		}
	}
	return out
}

func promptLine(l string) (string, bool) {
	l = strings.TrimSpace(l)
	for _, p := range []string{"$ ", "# ", "% "} {
		if c, ok := strings.CutPrefix(l, p); ok && known(c) {
			return c, true
		}
	}
	return "", false
}

var commandLine = regexp.MustCompile(`^[a-z][a-z0-9_.+-]*$`)

// known reports whether a line starts with a program of this system and looks
// like a command and not like prose.
func known(l string) bool {
	f := strings.Fields(l)
	if len(f) < 2 || !commandLine.MatchString(f[0]) || strings.HasSuffix(strings.TrimSpace(l), ".") {
		return false
	}
	if f[0] == "sudo" {
		f = f[1:]
	}
	for _, d := range []string{"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"} {
		if _, err := os.Stat(filepath.Join(*benignRoot, d, f[0])); err == nil {
			return strings.ContainsAny(l, "-/=|>.*$'\"0123456789") || len(f) <= 3
		}
	}
	return false
}

// plainFile decompresses a .gz file.
func plainFile(path, text string) string {
	if !strings.HasSuffix(path, ".gz") {
		return text
	}
	r, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		return ""
	}
	var b strings.Builder
	w := bufio.NewWriter(&b)
	if _, err := io.CopyN(w, r, 4<<20); err != nil && err != io.EOF {
		return ""
	}
	w.Flush()
	return b.String()
}
