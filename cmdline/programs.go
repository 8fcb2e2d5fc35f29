package cmdline

import "strings"

// program notes what a program does with its arguments.
func (n *noter) program(c *Call) {
	name, args := c.Name(), c.Args()
	n.ran(c)
	switch name {
	case "cat", "head", "tail", "less", "more", "tac", "nl", "od", "xxd", "hexdump", "strings", "base64", "base32", "rev", "wc", "sort", "uniq",
		"cut", "md5sum", "sha256sum", "sha1sum", "file", "bat", "zcat", "gzip", "bzip2", "xz", "view", "column", "fold", "expand", "pr", "unshadow", "john", "hashcat", "diff", "cmp", "comm", "paste", "join":
		n.files(FactRead, operands(args, "ncbwds")...)
		if (name == "sort" || name == "xxd") && len(args) > 0 {
			if o, ok := flagValue(args, "o", "output"); ok && name == "sort" {
				n.files(FactWrite, o)
			}
		}
	case "grep", "egrep", "fgrep", "zgrep", "rg", "ag":
		p := operands(args, "efmABCd")
		if !hasFlag(args, "e", "regexp") && len(p) > 0 {
			p = p[1:]
		}
		n.files(FactRead, p...)
	case "sed", "perl", "awk", "gawk", "mawk":
		n.editor(name, args)
	case "tee", "sponge":
		n.files(FactWrite, operands(args, "")...)
	case "cp", "mv", "install", "ln", "rsync", "scp":
		n.copy(name, args)
	case "dd":
		for _, a := range args {
			if p, ok := strings.CutPrefix(a, "of="); ok {
				n.files(FactWrite, p)
			} else if p, ok := strings.CutPrefix(a, "if="); ok {
				n.files(FactRead, p)
			}
		}
	case "rm", "unlink", "shred", "srm", "wipe":
		n.files(FactDelete, operands(args, "ns")...)
	case "truncate":
		n.files(FactWrite, operands(args, "sr")...)
	case "touch":
		n.files(FactChange, operands(args, "drt")...)
	case "chmod", "chown", "chgrp", "chattr", "setfacl", "setcap":
		letters := ""
		if name == "setfacl" {
			letters = "mxMX"
		}
		p := operands(args, letters)
		if name != "setfacl" && !minusMode(name, args) && len(p) > 0 {
			p = p[1:]
		}
		n.files(FactChange, p...)
	case "mkdir":
		n.files(FactChange, operands(args, "mZ")...)
	case "vi", "vim", "nano", "emacs", "ed", "pico", "joe", "nvim", "mcedit", "visudo", "sudoedit", "crontab":
		if name == "crontab" && hasFlag(args, "l", "") {
			break
		}
	case "curl", "wget", "fetch", "aria2c", "axel", "lwp-download", "lynx", "w3m", "links", "GET", "http", "https", "tftp", "ftp", "ftpget", "ftpput":
		n.download(name, args)
	case "useradd", "adduser", "usermod", "userdel", "deluser", "passwd", "chpasswd", "chage", "gpasswd", "groupadd", "addgroup", "newusers":
		n.accounts(name, args)
		if name == "chpasswd" || name == "newusers" {
			for line := range strings.Lines(c.input) {
				if u, _, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
					n.note(FactAccount, u)
				}
			}
		}
	case "systemctl", "service", "update-rc.d", "chkconfig", "rc-update", "invoke-rc.d":
		n.units(name, args)
	case "insmod", "modprobe", "rmmod":
		n.files(FactModule, operands(args, "CdS")...)
	case "nc", "ncat", "netcat", "telnet", "socat", "openssl", "nc.traditional", "nc.openbsd", "ssh", "sftp":
		n.network(name, args)
	case "tar", "zip", "7z":
		n.archive(name, args)
	case "tcpdump", "tshark", "dumpcap":
		if f, ok := flagValue(args, "w", ""); ok {
			n.files(FactWrite, f)
		}
	}
}

// minusMode reports whether the mode is one that looks like an option, as in
// chmod -x FILE, chattr -i FILE and setcap -r FILE.
func minusMode(name string, args []string) bool {
	letters := map[string]string{"chmod": "rwxXst", "chattr": "acdeijmstuxACDFPST", "setcap": "r"}[name]
	for _, a := range args {
		if len(a) > 1 && a[0] == '-' && a[1] != '-' && letters != "" && strings.Trim(a[1:], letters) == "" {
			return true
		}
	}
	return false
}

// ran notes the file that a call executes: a program with a folder in its
// name, or the script that an interpreter is given.
func (n *noter) ran(c *Call) {
	if strings.Contains(c.Argv[0], "/") && !strings.HasPrefix(c.Argv[0], "$(") {
		n.files(FactRun, c.Argv[0])
	}
	if c.script != "" && !strings.HasPrefix(c.script, "<(") {
		n.files(FactRun, c.script)
	}
	switch args := c.Args(); c.Name() {
	case "go":
		if p := operands(args, ""); len(p) > 1 && p[0] == "run" {
			n.files(FactRun, p[1])
		}
	case "java":
		if j, ok := flagAfter(args, "-jar"); ok {
			n.files(FactRun, j)
		}
	}
}

func (n *noter) editor(name string, args []string) {
	switch name {
	case "sed":
		p := operands(args, "ef")
		if !hasFlag(args, "ef", "expression file") && len(p) > 0 {
			p = p[1:]
		}
		kind := FactRead
		for _, a := range args {
			if strings.HasPrefix(a, "-i") || strings.HasPrefix(a, "--in-place") || len(a) > 2 && a[0] == '-' && a[1] != '-' && strings.IndexByte(a, 'i') > 0 {
				kind = FactWrite
			}
		}
		n.files(kind, p...)
	case "perl":
		if k := codeOption(args, "eE", ""); k > 0 {
			kind := FactRead
			for _, a := range args[:k] {
				if strings.HasPrefix(a, "-") && strings.Contains(a, "i") && !strings.HasPrefix(a, "-M") && !strings.HasPrefix(a, "-I") {
					kind = FactWrite
				}
			}
			n.files(kind, operands(args[k+1:], "")...)
		}
	default:
		if p := operands(args, "Fvf"); len(p) > 1 {
			n.files(FactRead, p[1:]...)
		}
	}
}

func (n *noter) copy(name string, args []string) {
	letters := map[string]string{"cp": "tS", "mv": "tS", "install": "tmogS", "ln": "tS", "rsync": "efBT", "scp": "cFiJloPS"}[name]
	if name == "install" && hasFlag(args, "d", "directory") {
		return
	}
	p := operands(args, letters)
	dir, has := "", false
	if name != "rsync" && name != "scp" {
		dir, has = flagValue(args, "t", "target-directory")
	}
	if !has {
		if len(p) < 2 {
			return
		}
		dir, p = p[len(p)-1], p[:len(p)-1]
	}
	remote := func(s string) bool {
		k := strings.IndexByte(s, ':')
		return k > 0 && !strings.Contains(s[:k], "/")
	}
	for _, src := range p {
		if (name == "scp" || name == "rsync") && (remote(src) || isURL(src)) {
			n.note(FactFetch, src)
			continue
		}
		if name != "ln" {
			n.files(FactRead, src)
		} else {
			n.note(FactRead, plainPath(src))
		}
		if name == "mv" {
			n.files(FactDelete, src)
		}
	}
	if (name == "scp" || name == "rsync") && (remote(dir) || isURL(dir)) {
		n.note(FactSend, dir)
		return
	}
	if strings.HasSuffix(dir, "/") || has {
		for _, src := range p {
			n.files(FactWrite, strings.TrimSuffix(dir, "/")+"/"+baseName(src))
		}
		return
	}
	n.files(FactWrite, dir)
}

// archive notes what an archive is made of, and where it is written.
func (n *noter) archive(name string, args []string) {
	if len(args) == 0 || args[0] == "" {
		return
	}
	p := operands(args, "fCXTIbV")
	out := ""
	switch name {
	case "zip":
		p = operands(args, "Pbntx")
		if len(p) < 2 {
			return
		}
		out, p = p[0], p[1:]
	case "7z":
		if len(p) < 3 || p[0] != "a" && p[0] != "u" {
			return
		}
		out, p = p[1], p[2:]
	default:
		old := args[0][0] != '-' // tar czf FILE
		switch {
		case old && strings.Contains(args[0], "c"):
			p = p[1:]
			if strings.Contains(args[0], "f") && len(p) > 0 {
				out, p = p[0], p[1:]
			}
		case hasFlag(args, "c", "create"):
			out, _ = flagValue(args, "f", "file")
		default:
			return
		}
	}
	n.files(FactWrite, out)
	n.files(FactRead, p...)
}
