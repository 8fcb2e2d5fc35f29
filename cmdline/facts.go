package cmdline

import (
	"path"
	"slices"
	"strings"
)

// facts fills in what the calls do.
func (b *builder) facts() {
	cwd := ""
	for i := range b.cmd.Calls {
		c := &b.cmd.Calls[i]
		if name := c.Name(); (name == "cd" || name == "pushd") && len(c.Argv) > 1 && c.host == "" {
			if d := plainPath(c.Argv[1]); strings.HasPrefix(d, "/") || strings.HasPrefix(d, "~") {
				cwd = d
			} else if cwd != "" {
				cwd = path.Join(cwd, d)
			}
		}
		n := &noter{cmd: &b.cmd, i: i, cwd: cwd}
		for _, r := range c.Redirects {
			n.redirect(r)
		}
		if len(c.Argv) > 0 {
			n.program(c)
			if c.Code != "" && !isShell(c.Name()) {
				n.code(c.Code)
			}
		}
	}
	b.fetchedAndRun()
}

// noter adds the facts of one call.
type noter struct {
	cmd *Command
	i   int
	cwd string // where cd went before, when that is known
}

func (n *noter) note(kind FactKind, v string) {
	if v == "" || len(n.cmd.Facts) >= 4*MaxCalls {
		return
	}
	for k := len(n.cmd.Facts) - 1; k >= 0 && n.cmd.Facts[k].Call == n.i; k-- {
		if n.cmd.Facts[k].Kind == kind && n.cmd.Facts[k].Value == v {
			return
		}
	}
	n.cmd.Facts = append(n.cmd.Facts, Fact{Kind: kind, Value: v, Call: n.i})
}

func (n *noter) files(kind FactKind, list ...string) {
	for _, p := range list {
		if p != "" && p != "-" && p != "/dev/null" {
			p = plainPath(p)
			if n.cwd != "" && relative(p) {
				p = path.Join(n.cwd, p)
			}
			n.note(kind, p)
		}
	}
}

// plainPath cleans a path and writes the home folder as "~".
func plainPath(p string) string {
	for _, h := range [...]string{"$HOME", "${HOME}"} {
		if r, ok := strings.CutPrefix(p, h); ok && (r == "" || r[0] == '/') {
			p = "~" + r
			break
		}
	}
	if strings.Contains(p, "://") || p == "" {
		return p
	}
	if len(p) > 1 && p[len(p)-1] == '/' || strings.Contains(p, "//") || strings.Contains(p, "/.") {
		return path.Clean(p)
	}
	return p
}

func (n *noter) redirect(r Redirect) {
	switch r.Op {
	case ">", ">>", ">|", "&>", "&>>", "<>":
		if hp, ok := devTCP(r.Target); ok {
			n.note(FactConnect, hp)
			return
		}
		n.files(FactWrite, r.Target)
	case ">&":
		if hp, ok := devTCP(r.Target); ok {
			n.note(FactConnect, hp)
		} else if atoi(r.Target) < 0 && r.Target != "-" && !strings.HasPrefix(r.Target, "$") && !strings.HasSuffix(r.Target, "-") {
			n.files(FactWrite, r.Target)
		}
	case "<":
		if hp, ok := devTCP(r.Target); ok {
			n.note(FactConnect, hp)
			return
		}
		n.files(FactRead, r.Target)
	}
}

// devTCP reads bash's /dev/tcp/HOST/PORT.
func devTCP(p string) (string, bool) {
	for _, pre := range [...]string{"/dev/tcp/", "/dev/udp/"} {
		if r, ok := strings.CutPrefix(p, pre); ok {
			host, port, _ := strings.Cut(r, "/")
			return host + ":" + port, true
		}
	}
	return "", false
}

// fetchedAndRun notes the files that a call fetched or made from something
// fetched and that a later call executes.
func (b *builder) fetchedAndRun() {
	type got struct{ file, url string }
	var list []got
	facts := b.cmd.Facts
	for _, f := range facts {
		if f.Kind != FactFetch {
			continue
		}
		calls := append([]int{f.Call}, b.cmd.Downstream(f.Call)...)
		for _, w := range facts {
			if w.Kind == FactWrite && index0(calls, w.Call) {
				list = append(list, got{w.Value, f.Value})
			}
		}
		if b.cmd.Calls[f.Call].Name() == "wget" || len(list) == 0 {
			if base := urlBase(f.Value); base != "" {
				list = append(list, got{base, f.Value})
			}
		}
	}
	if len(list) == 0 {
		return
	}
	for _, f := range facts {
		if f.Kind != FactRun {
			continue
		}
		for _, g := range list {
			if sameFile(g.file, f.Value) {
				n := &noter{cmd: &b.cmd, i: f.Call}
				n.note(FactFetched, f.Value)
			}
		}
	}
}

func index0(list []int, n int) bool {
	return slices.Contains(list, n)
}

// sameFile compares a file that was written with one that is run, by its name
// when one of them is relative.
func sameFile(a, b string) bool {
	if a == b {
		return true
	}
	if strings.HasPrefix(a, "/") && strings.HasPrefix(b, "/") {
		return false
	}
	return baseName(a) == baseName(b) && len(baseName(a)) > 0
}

func urlBase(u string) string {
	if i := strings.Index(u, "://"); i >= 0 {
		u = u[i+3:]
	}
	u, _, _ = strings.Cut(u, "?")
	if i := strings.LastIndexByte(u, '/'); i >= 0 {
		return u[i+1:]
	}
	return ""
}

// isURL reports whether an argument names a place in the network by a scheme.
func isURL(s string) bool {
	i := strings.Index(s, "://")
	return i > 0 && i < 10 && s != "file://"
}
