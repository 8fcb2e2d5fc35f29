package cmdline

import (
	"path"
	"strconv"
	"strings"
)

// wrapper says how a program that runs another one is called: its options
// that take an argument of their own, and how many words stand before the
// program that it runs.
type wrapper struct {
	short  string // letters of options with an argument
	long   string // long options with an argument, blank separated
	skip   int    // words before the command
	assign bool   // NAME=value words before the command
	joined bool   // the words are joined and read by a shell
}

var wrappers = map[string]wrapper{
	"sudo":         {short: "ugCDhpRrtTU", long: "user group close-from chdir host prompt chroot role type command-timeout other-user", assign: true},
	"doas":         {short: "uC", assign: true},
	"env":          {short: "uC", long: "unset chdir", assign: true},
	"nohup":        {},
	"setsid":       {},
	"timeout":      {short: "sk", long: "signal kill-after", skip: 1},
	"nice":         {short: "n", long: "adjustment"},
	"ionice":       {short: "cnpPu", long: "class classdata"},
	"chrt":         {short: "TPDp", skip: 1},
	"taskset":      {short: "p", skip: 1},
	"stdbuf":       {short: "ioe", long: "input output error"},
	"time":         {short: "fo", long: "format output"},
	"strace":       {short: "aeoOpPsSuEbIX", long: "output trace"},
	"ltrace":       {short: "aeopsulxnDF"},
	"command":      {},
	"builtin":      {},
	"exec":         {short: "a"},
	"busybox":      {},
	"toybox":       {},
	"chroot":       {long: "userspec groups", skip: 1},
	"nsenter":      {short: "tSG", long: "target setuid setgid"},
	"unshare":      {short: "SGRw", long: "setuid setgid root wd map-user map-group"},
	"systemd-run":  {short: "puGMHE", long: "unit property uid gid setenv on-active on-boot on-calendar on-startup on-unit-active slice description machine host working-directory timer-property service-type nice"},
	"flock":        {short: "wE", long: "timeout wait conflict-exit-code", skip: 1},
	"setarch":      {skip: 1},
	"linux32":      {},
	"linux64":      {},
	"fakeroot":     {short: "lisb"},
	"proot":        {short: "rbqwkvi"},
	"firejail":     {},
	"torsocks":     {short: "uaP"},
	"torify":       {},
	"proxychains":  {short: "f"},
	"proxychains4": {short: "f"},
	"unbuffer":     {},
	"rlwrap":       {short: "abcfgHmMprsStw"},
	"setpriv":      {long: "reuid regid groups inh-caps ambient-caps bounding-set securebits pdeathsig selinux-label apparmor-profile"},
	"pkexec":       {long: "user"},
	"watch":        {short: "n", long: "interval", joined: true},
	"parallel":     {short: "jINnaSP", long: "jobs arg-file"},
	"chpst":        {short: "uUnCbemdoc/"},
	"logsave":      {skip: 1},
	"catchsegv":    {},
	"eatmydata":    {},
	"dbus-launch":  {},
	"numactl":      {short: "mNCplit"},
	"cgexec":       {short: "g"},
	"cpulimit":     {short: "lp"},
	"prlimit":      {short: "p"},
	"choom":        {short: "n"},
	"xvfb-run":     {short: "efnpsw"},
	"memusage":     {},
	"valgrind":     {},
	"runcon":       {short: "turl", skip: 1},
	"daemonize":    {short: "aceoplLuE"},
	"sshpass":      {short: "pfdP"},
	"lxc-attach":   {short: "n", long: "name"},
}

// call records a simple command, follows what it wraps or decodes, and returns
// what it prints when that is known.
func (b *builder) call(c Call, stdin value, f frame) value {
	if f.depth > MaxDepth || !b.spend(64) {
		b.cmd.Limited = true
		return value{}
	}
	f.depth++
	f.stdin = stdin
	if len(c.Argv) == 0 {
		b.add(c, f)
		return value{}
	}
	i := b.add(c, f)
	if i < 0 {
		return value{}
	}
	if stdin.text != "" {
		b.cmd.Calls[i].input = cutText(stdin.text)
	}
	name := c.Name()
	if name == "[" || name == "test" {
		return value{known: true}
	}
	if isShell(name) {
		return b.shell(i, f)
	}
	if v, done := b.special(i, name, f); done {
		return v
	}
	if w, ok := wrappers[name]; ok {
		return b.unwrap(i, w, f)
	}
	if isLoader(c.Argv[0]) && len(c.Argv) > 1 {
		return b.inner(i, unoption(c.Argv[1:], wrapper{long: "library-path preload argv0"}), "ld.so", f)
	}
	if lang := interpreter(name); lang != "" {
		return b.interpreted(i, lang, f)
	}
	return b.output(c.Argv, stdin, c.unknown)
}

func isShell(name string) bool {
	switch name {
	case "sh", "bash", "dash", "ash", "zsh", "ksh", "ksh93", "mksh", "rbash", "fish", "csh", "tcsh", "-sh", "-bash", "hush", "lksh", "yash", "bash5":
		return true
	}
	return false
}

func isLoader(p string) bool {
	n := baseName(p)
	return strings.HasPrefix(n, "ld-linux") || strings.HasPrefix(n, "ld-musl") || n == "ld.so"
}

// inner follows the command that call i wraps.
func (b *builder) inner(i int, argv []string, via string, f frame) value {
	if len(argv) == 0 {
		return value{}
	}
	c := Call{Argv: append([]string{}, argv...), Redirects: b.cmd.Calls[i].Redirects, Text: quoteAll(argv), unknown: b.cmd.Calls[i].unknown}
	return b.call(c, f.stdin, f.wrapped(via))
}

// code follows a text that call i runs as a script.
func (b *builder) run(text string, steps []Step, via string, f frame) value {
	f = f.wrapped(via)
	if len(steps) > 0 {
		f.layer = b.layer(text, steps)
		f.decoded = f.decoded || hides(steps)
	}
	f.decoded, f.hidden = f.decoded || f.hidden, false
	if strings.Contains(text, "$(") || strings.Contains(text, "`") || strings.Contains(text, "<(") {
		b.code = append(b.code, text)
	}
	return b.script(text, f)
}

func (b *builder) unwrap(i int, w wrapper, f frame) value {
	argv := b.cmd.Calls[i].Argv
	name := baseName(argv[0])
	args := argv[1:]
	switch name {
	case "sudo":
		for _, a := range args {
			if a == "-e" || a == "--edit" {
				return value{}
			}
			if !strings.HasPrefix(a, "-") {
				break
			}
		}
	case "command":
		if len(args) > 0 && (args[0] == "-v" || args[0] == "-V") {
			return value{}
		}
	case "env":
		for k, a := range args {
			if t, ok := strings.CutPrefix(a, "-S"); ok {
				if t == "" && k+1 < len(args) {
					t = args[k+1]
				}
				return b.run(t, nil, "env", f)
			}
			if t, ok := strings.CutPrefix(a, "--split-string="); ok {
				return b.run(t, nil, "env", f)
			}
			if !strings.HasPrefix(a, "-") {
				break
			}
		}
	case "flock", "taskset", "chrt":
		if name == "flock" {
			if k := index(args, "-c"); k >= 0 && k+1 < len(args) {
				return b.run(args[k+1], nil, "flock", f)
			}
		}
	}
	rest := unoption(args, w)
	if w.assign {
		for len(rest) > 0 && isAssign(rest[0]) {
			b.cmd.Calls[i].Env = append(b.cmd.Calls[i].Env, rest[0])
			rest = rest[1:]
		}
	}
	if w.skip > 0 {
		if len(rest) < w.skip {
			return value{}
		}
		rest = rest[w.skip:]
		rest = unoption(rest, wrapper{})
	}
	if len(rest) == 0 {
		return value{}
	}
	if w.joined {
		return b.run(strings.Join(rest, " "), nil, name, f)
	}
	if name == "chroot" || name == "nsenter" || name == "lxc-attach" {
		if name == "lxc-attach" {
			f.host = "container"
		}
	}
	return b.inner(i, rest, name, f)
}

// unoption drops the options in front, with the arguments that they take.
func unoption(args []string, w wrapper) []string {
	for len(args) > 0 {
		a := args[0]
		switch {
		case a == "--":
			return args[1:]
		case len(a) < 2 || a[0] != '-':
			return args
		case strings.HasPrefix(a, "--"):
			args = args[1:]
			if !strings.Contains(a, "=") && hasWord(w.long, a[2:]) && len(args) > 0 {
				args = args[1:]
			}
		default:
			args = args[1:]
			for k := 1; k < len(a); k++ {
				if strings.IndexByte(w.short, a[k]) >= 0 {
					if k == len(a)-1 && len(args) > 0 {
						args = args[1:]
					}
					break
				}
			}
		}
	}
	return args
}

func hasWord(list, w string) bool {
	for s := range strings.FieldsSeq(list) {
		if s == w {
			return true
		}
	}
	return false
}

func isAssign(s string) bool {
	n := strings.IndexByte(s, '=')
	if n < 1 {
		return false
	}
	for i := range n {
		c := s[i]
		if c != '_' && !isLetter(c) && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func index(list []string, s string) int {
	for i, v := range list {
		if v == s {
			return i
		}
	}
	return -1
}

// shell follows a shell: -c TEXT, a script file, or standard input.
func (b *builder) shell(i int, f frame) value {
	c := b.cmd.Calls[i]
	name := c.Name()
	args := c.Args()
	fromStdin := false
	for len(args) > 0 {
		a := args[0]
		if a == "--" || a == "-" {
			args = args[1:]
			break
		}
		if len(a) < 2 || a[0] != '-' && a[0] != '+' {
			break
		}
		args = args[1:]
		switch {
		case a == "--rcfile" || a == "--init-file":
			if len(args) > 0 {
				b.source0(args[0], f)
				args = args[1:]
			}
		case strings.HasPrefix(a, "--"):
			if a == "--command" && len(args) > 0 {
				return b.shellText(i, args, name, f)
			}
		default:
			if a == "-o" || a == "+o" || a == "-O" || a == "+O" {
				if len(args) > 0 {
					args = args[1:]
				}
				continue
			}
			if strings.IndexByte(a, 'c') > 0 && a[0] == '-' {
				for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' { // bash -c -x TEXT
					args = args[1:]
				}
				if len(args) == 0 {
					return value{}
				}
				return b.shellText(i, args, name, f)
			}
			if strings.IndexByte(a, 's') > 0 && a[0] == '-' {
				fromStdin = true
			}
		}
	}
	if len(args) > 0 && !fromStdin {
		if args[0] != "/dev/stdin" && args[0] != "/proc/self/fd/0" && args[0] != "/dev/fd/0" {
			b.cmd.Calls[i].script = args[0]
			return b.source0(args[0], f.wrapped(name))
		}
		fromStdin = true
	}
	if len(args) == 0 {
		fromStdin = true
	}
	if fromStdin {
		b.cmd.Calls[i].readsCode = true
		if f.stdin.text != "" {
			b.cmd.Calls[i].Code = f.stdin.text
			v := f.stdin
			f.stdin = value{}
			return b.run(v.text, v.steps, name+" <", f)
		}
	}
	return value{}
}

func (b *builder) shellText(i int, args []string, name string, f frame) value {
	b.cmd.Calls[i].Code = args[0]
	old := map[string]value{}
	for k := 1; k < len(args) && k <= 10; k++ {
		n := strconv.Itoa(k - 1)
		if v, ok := b.vars[n]; ok {
			old[n] = v
		}
		b.set(n, value{text: args[k], known: true})
	}
	v := b.run(args[0], nil, name+" -c", f)
	for k := 1; k < len(args) && k <= 10; k++ {
		n := strconv.Itoa(k - 1)
		delete(b.vars, n)
		if o, ok := old[n]; ok {
			b.set(n, o)
		}
	}
	return v
}

// source0 follows a file that is run as a script when its content is known.
func (b *builder) source0(file string, f frame) value {
	b.code = append(b.code, file)
	v, ok := b.files[file]
	if !ok {
		v, ok = b.files[path.Clean(file)]
	}
	if !ok || !v.known {
		return value{}
	}
	delete(b.files, file) // a script that runs itself is followed once
	return b.run(v.text, v.steps, file, f)
}
