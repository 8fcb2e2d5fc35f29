package cmdline

import "strings"

// special follows the programs that run others in a way of their own. done
// says that there is nothing more to follow.
func (b *builder) special(i int, name string, f frame) (v value, done bool) {
	args := b.cmd.Calls[i].Args()
	switch name {
	case "eval":
		return b.run(strings.Join(args, " "), nil, "eval", f), true
	case ".", "source":
		if len(args) > 0 {
			b.cmd.Calls[i].script = args[0]
			return b.source0(args[0], f.wrapped(name)), true
		}
	case "trap":
		if len(args) > 1 && args[0] != "-" && !strings.HasPrefix(args[0], "-") {
			b.run(args[0], nil, "trap", f)
			return value{known: true}, true
		}
	case "alias":
		for _, a := range args {
			if _, text, ok := strings.Cut(a, "="); ok {
				b.run(text, nil, "alias", f)
			}
		}
		return value{known: true}, true
	case "su", "runuser", "sg":
		return b.su(i, name, f), true
	case "script", "capsh", "unbuffer":
		if k := codeOption(args, "c", "command"); k >= 0 {
			return b.run(args[k], nil, name, f), true
		}
	case "ssh":
		return b.ssh(i, f), true
	case "docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "crictl", "ctr", "machinectl", "incus":
		return b.container(i, name, f), true
	case "xargs":
		return b.xargs(i, f), true
	case "find", "fd", "fdfind":
		b.find(i, name, f)
		return value{}, true
	case "at", "batch":
		if f.stdin.text != "" {
			f.planted, f.pipes = "at", nil
			b.run(f.stdin.text, f.stdin.steps, name, f)
		}
		return value{}, true
	case "crontab":
		b.crontab(i, f)
		return value{}, true
	case "tar", "bsdtar":
		for k, a := range args {
			t, ok := strings.CutPrefix(a, "--checkpoint-action=exec=")
			if !ok && a == "--checkpoint-action" && k+1 < len(args) {
				t, ok = strings.CutPrefix(args[k+1], "exec=")
			}
			if !ok {
				t, ok = strings.CutPrefix(a, "--to-command=")
			}
			if !ok {
				if t, ok = strings.CutPrefix(a, "--use-compress-program="); !ok && a == "-I" && k+1 < len(args) {
					t, ok = args[k+1], true
				}
			}
			if ok {
				b.run(t, nil, name, f)
			}
		}
		return value{}, true
	case "vim", "vi", "view", "rvim", "nvim", "ex", "less", "man", "more", "ftp", "gdb", "ed":
		b.escapes(args, name, f)
		return value{}, true
	case "screen":
		rest := unoption(args, wrapper{short: "SceThpsL"})
		return b.inner(i, rest, name, f), true
	case "tmux":
		b.tmux(args, f)
		return value{}, true
	case "start-stop-daemon":
		b.startStop(i, args, f)
		return value{}, true
	case "socat":
		for _, a := range args {
			l := strings.ToLower(a)
			if strings.HasPrefix(l, "exec:") || strings.HasPrefix(l, "system:") {
				t, _, _ := strings.Cut(a[strings.IndexByte(a, ':')+1:], ",")
				b.run(strings.Trim(t, `"'`), nil, "socat", f)
			}
		}
		return value{}, true
	case "nc", "ncat", "netcat", "nc.traditional", "nc.openbsd":
		if k := codeOption(args, "ec", "exec"); k >= 0 {
			b.run(args[k], nil, name, f)
		} else if k := codeOption(args, "", "sh-exec"); k >= 0 {
			b.run(args[k], nil, name, f)
		}
		return value{}, true
	case "ansible", "salt", "salt-ssh", "pssh", "parallel-ssh", "clush", "pdsh", "mosh":
		b.fleet(args, name, f)
		return value{}, true
	case "zip":
		if t, ok := flagAfter(args, "-TT"); ok {
			b.run(t, nil, name, f)
		}
		return value{}, true
	case "psql":
		for _, a := range args {
			if k := strings.Index(strings.ToLower(a), "program '"); k >= 0 {
				if end := closing(a[k+8:]); end > 0 {
					b.run(a[k+9:k+8+end], nil, name, f)
				}
			}
		}
	case "git", "rsync", "scp", "sftp":
		b.transport(args, name, f)
		return value{}, true
	case "tee":
		for _, a := range args {
			if !strings.HasPrefix(a, "-") {
				b.write(a, f.stdin)
				b.planted(a, f.stdin, f)
			}
		}
	case "cp", "mv", "install", "ln":
		if p := operands(args, "tSmog"); len(p) == 2 {
			if v, ok := b.files[p[0]]; ok {
				b.write(p[1], v)
			}
		}
	}
	return value{}, false
}

// codeOption returns the index of the argument of an option, given by its
// letters (it may end a cluster such as -lc) or its long name.
func (b *builder) su(i int, name string, f frame) value {
	args := b.cmd.Calls[i].Args()
	k := codeOption(args, "c", "command")
	if k < 0 && name == "sg" && len(args) == 2 {
		k = 1
	}
	if k >= 0 {
		b.cmd.Calls[i].Code = args[k]
		return b.run(args[k], nil, name+" -c", f)
	}
	if name == "runuser" {
		if _, ok := flagValue(args, "u", "user"); ok {
			rest := unoption(args, wrapper{short: "ugGsw", long: "user group supp-group shell"})
			return b.inner(i, rest, name, f)
		}
	}
	// su USER [-- ARGUMENTS of the shell]
	for k, a := range args {
		if a == "--" && k+2 < len(args) && args[k+1] == "-c" {
			return b.run(args[k+2], nil, name, f)
		}
	}
	if f.stdin.text != "" {
		return b.run(f.stdin.text, f.stdin.steps, name, f)
	}
	return value{}
}

const sshShort = "BbcDEeFIiJLlmOoPpQRSWw"

func (b *builder) ssh(i int, f frame) value {
	rest := unoption(b.cmd.Calls[i].Args(), wrapper{short: sshShort})
	if k := b.cmd.Calls[i].Args(); len(k) > 0 {
		for _, a := range k {
			if t, ok := cutFold(a, "proxycommand="); ok {
				b.run(t, nil, "ssh", f)
			}
			if t, ok := cutFold(a, "-oproxycommand="); ok {
				b.run(t, nil, "ssh", f)
			}
			if t, ok := cutFold(a, "localcommand="); ok {
				b.run(t, nil, "ssh", f)
			}
		}
	}
	if len(rest) < 1 {
		return value{}
	}
	f.host = rest[0]
	rest = unoption(rest[1:], wrapper{short: sshShort})
	if len(rest) == 0 {
		if f.stdin.text != "" {
			b.run(f.stdin.text, f.stdin.steps, "ssh", f)
		}
		return value{}
	}
	f.stdin = value{}
	return b.run(strings.Join(rest, " "), nil, "ssh", f)
}

var containerShort = wrapper{
	short: "eHlvpuwmhcnf",
	long: "env env-file user workdir volume name network net publish entrypoint mount hostname label memory cpus " +
		"pid ipc uts userns cap-add cap-drop device security-opt cgroupns platform restart runtime tmpfs ulimit host " +
		"context log-level namespace container kubeconfig cluster image overrides annotations add-host dns gpus pull link " +
		"volumes-from cidfile cgroup-parent ip log-driver log-opt shm-size stop-signal sysctl expose group-add",
}

func (b *builder) container(i int, tool string, f frame) value {
	args := unoption(b.cmd.Calls[i].Args(), containerShort)
	if len(args) == 0 {
		return value{}
	}
	verb := args[0]
	if (verb == "container" || verb == "compose") && len(args) > 1 {
		args = args[1:]
		verb = args[0]
	}
	if verb != "exec" && verb != "run" && verb != "create" && verb != "shell" && verb != "debug" {
		return value{}
	}
	entry, _ := flagValue(args[1:], "", "entrypoint")
	rest := unoption(args[1:], containerShort)
	if len(rest) == 0 {
		return value{}
	}
	f.host = rest[0]
	rest = unoption(rest[1:], containerShort)
	if entry != "" {
		rest = append([]string{entry}, rest...)
	}
	f.stdin = value{}
	return b.inner(i, rest, tool+" "+verb, f)
}

func (b *builder) xargs(i int, f frame) value {
	args := b.cmd.Calls[i].Args()
	repl, hasRepl := flagValue(args, "I", "replace")
	for _, a := range args {
		if a == "-i" {
			repl, hasRepl = "{}", true
		}
		if !strings.HasPrefix(a, "-") {
			break
		}
	}
	rest := unoption(args, wrapper{short: "aEdILnPs", long: "arg-file delimiter max-lines max-args max-procs max-chars replace"})
	if len(rest) == 0 {
		rest = []string{"echo"}
	}
	argv := append([]string{}, rest...)
	if f.stdin.known {
		in := strings.TrimRight(f.stdin.text, "\n")
		if hasRepl && repl != "" {
			if !b.spend(len(in) * len(argv)) {
				return value{}
			}
			for k := range argv {
				if len(argv[k]) < 4096 {
					argv[k] = strings.ReplaceAll(argv[k], repl, in)
				}
			}
		} else {
			argv = append(argv, strings.Fields(in)...)
		}
		if len(f.stdin.steps) > 0 {
			f.layer = b.layer(quoteAll(argv), f.stdin.steps)
		}
	} else if isShell(baseName(argv[0])) && len(argv) > 1 && strings.HasSuffix(argv[len(argv)-1], "c") && strings.HasPrefix(argv[len(argv)-1], "-") {
		b.cmd.Calls[i].readsCode = true // xargs sh -c
	}
	f.stdin = value{}
	return b.inner(i, argv, "xargs", f)
}

func (b *builder) find(i int, name string, f frame) {
	args := b.cmd.Calls[i].Args()
	for k := 0; k < len(args); k++ {
		switch args[k] {
		case "-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch":
			if strings.HasPrefix(args[k], "--") || len(args[k]) == 2 {
				if name == "find" {
					continue
				}
			}
			end := k + 1
			for end < len(args) && args[end] != ";" && args[end] != "+" && args[end] != `\;` {
				end++
			}
			b.inner(i, args[k+1:end], "find -exec", f)
			k = end
		}
	}
}

// crontab follows the lines of a crontab that is given on standard input.
func (b *builder) crontab(i int, f frame) {
	args := b.cmd.Calls[i].Args()
	for _, a := range args {
		if a == "-l" || a == "-r" || a == "-e" {
			return
		}
	}
	if p := operands(args, "us"); len(p) > 0 && p[0] != "-" {
		v, ok := b.files[p[0]]
		if !ok {
			return
		}
		f.stdin = v
	}
	f.planted, f.pipes = "crontab", nil
	b.cronLines(f.stdin, "crontab", false, f)
}

// cronLines follows the commands in the text of a cron table; system says that
// a user name stands before the command.
func (b *builder) cronLines(v value, via string, system bool, f frame) {
	f.stdin = value{}
	for line := range strings.Lines(v.text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || isAssign(line) {
			continue
		}
		n := 5
		if line[0] == '@' {
			n = 1
		}
		if system {
			n++
		}
		rest := line
		for ; n > 0 && rest != ""; n-- {
			k := strings.IndexAny(rest, " \t")
			if k < 0 {
				rest = ""
				break
			}
			rest = strings.TrimLeft(rest[k:], " \t")
		}
		if rest == "" {
			continue
		}
		code, _, _ := splitCron(rest)
		b.run(code, v.steps, via, f)
	}
}

// escapes follows the shell commands that editors and pagers are told to run:
// vim -c ':!id', gdb -ex '!id', less +!id.
func (b *builder) escapes(args []string, name string, f frame) {
	for _, a := range args {
		t := strings.TrimLeft(a, "+:")
		if t == a && !strings.HasPrefix(a, "!") {
			if t, ok := strings.CutPrefix(a, "shell "); ok && name == "gdb" {
				b.run(t, nil, name, f)
			}
			continue
		}
		if code, ok := strings.CutPrefix(t, "!"); ok && code != "" {
			b.run(code, nil, name, f)
		}
	}
}

// fleet follows the commands that are sent to many hosts.
func (b *builder) fleet(args []string, name string, f frame) {
	f.host, f.stdin = name, value{}
	switch name {
	case "ansible":
		if t, ok := flagValue(args, "a", "args"); ok {
			b.run(t, nil, name, f)
		}
	case "salt", "salt-ssh":
		if t, ok := flagAfter(args, "cmd.run"); ok {
			b.run(t, nil, name, f)
		}
	default:
		rest := operands(args, "hHltopOgwxkiap")
		if (name == "mosh" || name == "clush" || name == "pdsh") && len(rest) > 1 && index(args, "-w") < 0 {
			rest = rest[1:]
		}
		if len(rest) > 0 {
			b.run(strings.Join(rest, " "), nil, name, f)
		}
	}
}

func (b *builder) tmux(args []string, f frame) {
	args = unoption(args, wrapper{short: "cfLST"})
	if len(args) == 0 {
		return
	}
	verb := args[0]
	rest := unoption(args[1:], wrapper{short: "ceFfnstxy"})
	switch verb {
	case "new-session", "new", "new-window", "neww", "split-window", "splitw", "respawn-pane", "run-shell", "run":
		if len(rest) > 0 {
			b.run(strings.Join(rest, " "), nil, "tmux", f)
		}
	case "send-keys", "send":
		if len(rest) > 1 && (rest[len(rest)-1] == "Enter" || rest[len(rest)-1] == "C-m" || rest[len(rest)-1] == "ENTER") {
			b.run(strings.Join(rest[:len(rest)-1], " "), nil, "tmux", f)
		}
	}
}

func (b *builder) startStop(i int, args []string, f frame) {
	prog, ok := flagValue(args, "xa", "exec startas")
	if !ok || !hasFlag(args, "S", "start") {
		return
	}
	argv := []string{prog}
	if k := index(args, "--"); k >= 0 {
		argv = append(argv, args[k+1:]...)
	}
	b.inner(i, argv, "start-stop-daemon", f)
}

// transport follows the commands that copying tools use as their transport.
func (b *builder) transport(args []string, name string, f frame) {
	switch name {
	case "rsync":
		if t, ok := flagValue(args, "e", "rsh"); ok {
			n := unoption(strings.Fields(t), wrapper{})
			if len(n) > 0 && baseName(n[0]) != "ssh" {
				b.run(t, nil, "rsync -e", f)
			}
		}
	case "scp", "sftp":
		if t, ok := flagValue(args, "S", ""); ok {
			b.run(t, nil, name, f)
		}
	case "git":
		for k, a := range args {
			if a == "-c" && k+1 < len(args) {
				if _, t, ok := strings.Cut(args[k+1], "=!"); ok {
					b.run(t, nil, name, f)
				}
			}
		}
	}
}

// flagValue returns the argument of an option: -x V, -xV, --long V, --long=V.
// hasFlag reports whether one of the letters stands in a cluster of short
// options, or one of the long names as a long option.
// operands returns the arguments that are no options; the letters are options
// with an argument of their own.
