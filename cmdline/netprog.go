package cmdline

import "strings"

const curlShort = "oTdFHXuAebcKmxyYzCDEPQrtUw"

// download notes the URLs that a program fetches or sends to, and the files
// that it writes.
func (n *noter) download(name string, args []string) {
	switch name {
	case "curl":
		n.curl(args)
		return
	case "wget":
		n.wget(args)
		return
	case "tftp", "ftp", "ftpget", "ftpput":
		if p := operands(args, "cmuPp"); len(p) > 0 {
			kind := FactFetch
			if contains(args, "put") || name == "ftpput" || contains(args, "-p") && name == "tftp" {
				kind = FactSend
			}
			n.note(kind, p[0])
		}
		if name == "tftp" {
			if l, ok := flagValue(args, "l", ""); ok && !contains(args, "-p") {
				n.files(FactWrite, l)
			}
		}
		if name == "ftpget" {
			if p := operands(args, "upP"); len(p) > 1 {
				n.files(FactWrite, p[1])
			}
		}
		return
	}
	for _, p := range operands(args, "odO") {
		if isURL(p) || strings.Contains(p, ".") && strings.Contains(p, "/") && name != "lynx" {
			n.note(FactFetch, p)
		}
	}
	if o, ok := flagValue(args, "o", "out output"); ok {
		n.files(FactWrite, o)
	}
}

func (n *noter) curl(args []string) {
	kind := FactFetch
	if hasFlag(args, "T", "upload-file") || uploads(args) {
		kind = FactSend
	}
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--url" && i+1 < len(args):
			i++
			n.note(kind, args[i])
		case strings.HasPrefix(a, "--url="):
			n.note(kind, a[6:])
		case a == "--output" && i+1 < len(args):
			i++
			n.files(FactWrite, args[i])
		case strings.HasPrefix(a, "--output="):
			n.files(FactWrite, a[9:])
		case a == "--upload-file" && i+1 < len(args):
			i++
			n.files(FactRead, args[i])
		case a == "-O" || a == "--remote-name" || len(a) > 1 && a[0] == '-' && a[1] != '-' && strings.HasSuffix(a, "O"):
			for _, u := range args {
				if isURL(u) {
					n.files(FactWrite, urlBase(u))
				}
			}
		case hasWord("data data-binary data-raw data-urlencode form header user request user-agent referer cookie cookie-jar config max-time proxy connect-timeout retry cacert cert key resolve interface unix-socket limit-rate", strings.TrimPrefix(a, "--")) && strings.HasPrefix(a, "--"):
			i++
			if i < len(args) && kind == FactSend {
				n.sent(args[i])
			}
		case len(a) > 1 && a[0] == '-' && a[1] != '-':
			k := strings.IndexAny(a[1:], curlShort)
			if k < 0 {
				continue
			}
			v, letter := a[k+2:], a[k+1]
			if v == "" && i+1 < len(args) {
				i++
				v = args[i]
			}
			switch letter {
			case 'o':
				n.files(FactWrite, v)
			case 'T':
				n.files(FactRead, v)
			case 'd', 'F':
				n.sent(v)
			}
		case strings.HasPrefix(a, "-"):
		default:
			if !isFile(a) {
				n.note(kind, a)
			}
		}
	}
}

func isFile(s string) bool { return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "file://") }

// uploads reports whether curl's data options name a file: -d @FILE, -F x=@FILE.
func uploads(args []string) bool {
	for i, a := range args {
		v := ""
		switch {
		case (a == "-d" || a == "-F" || a == "--data" || a == "--data-binary" || a == "--form" || a == "--data-raw" || a == "--data-urlencode") && i+1 < len(args):
			v = args[i+1]
		case strings.HasPrefix(a, "--data"), strings.HasPrefix(a, "--form="):
			_, v, _ = strings.Cut(a, "=")
		case strings.HasPrefix(a, "-d"), strings.HasPrefix(a, "-F"):
			v = a[2:]
		}
		if strings.HasPrefix(v, "@") || strings.Contains(v, "=@") || strings.Contains(v, "=<") || strings.Contains(v, "$(") || strings.Contains(v, "`") {
			return true
		}
	}
	return false
}

func (n *noter) sent(v string) {
	if k := strings.IndexByte(v, '@'); k == 0 || k > 0 && v[k-1] == '=' {
		p, _, _ := strings.Cut(v[k+1:], ";")
		n.files(FactRead, p)
	}
}

func (n *noter) wget(args []string) {
	kind := FactFetch
	if hasFlag(args, "", "post-file body-file post-data body-data") {
		kind = FactSend
		if f, ok := flagValue(args, "", "post-file body-file"); ok {
			n.files(FactRead, f)
		}
	}
	out, hasOut := flagValue(args, "O", "output-document")
	if hasOut && out != "-" {
		n.files(FactWrite, out)
	}
	prefix, _ := flagValue(args, "P", "directory-prefix")
	for i := 0; i < len(args); i++ {
		a := args[i]
		if len(a) > 1 && a[0] == '-' {
			if a[1] != '-' && strings.IndexByte("OPoaeUitTQwRAlDBX", a[len(a)-1]) >= 0 || hasWord("post-file body-file post-data body-data header user password user-agent referer output-document directory-prefix tries timeout", strings.TrimPrefix(a, "--")) && a[1] == '-' {
				i++
			}
			continue
		}
		n.note(kind, a)
		if b := urlBase(a); b != "" && !hasOut && kind == FactFetch {
			if prefix != "" {
				b = strings.TrimSuffix(prefix, "/") + "/" + b
			}
			n.files(FactWrite, b)
		}
	}
}

// network notes whom the connecting programs call, and where they listen.
func (n *noter) network(name string, args []string) {
	switch name {
	case "ssh", "sftp":
		if p := operands(args, sshShort); len(p) > 0 {
			n.note(FactConnect, p[0])
		}
	case "openssl":
		if len(args) > 0 && args[0] == "s_client" {
			if v, ok := flagAfter(args, "-connect"); ok {
				n.note(FactConnect, v)
			} else if p := operands(args[1:], ""); len(p) > 0 {
				n.note(FactConnect, p[0])
			}
		}
	case "socat":
		for _, a := range args {
			l := strings.ToLower(a)
			kind, _, ok := strings.Cut(l, ":")
			if !ok {
				continue
			}
			rest, _, _ := strings.Cut(a[len(kind)+1:], ",")
			switch {
			case strings.Contains(kind, "listen") || strings.HasSuffix(kind, "-l"):
				n.note(FactListen, rest)
			case strings.HasPrefix(kind, "tcp") || strings.HasPrefix(kind, "udp") || strings.HasPrefix(kind, "openssl") || strings.HasPrefix(kind, "sctp"):
				n.note(FactConnect, rest)
			}
		}
	default:
		p := operands(args, "cegGioOpPqsTwxXm")
		if hasFlag(args, "l", "listen") {
			port, ok := flagValue(args, "p", "source-port")
			if !ok && len(p) > 0 {
				port = p[len(p)-1]
			}
			n.note(FactListen, port)
			return
		}
		if len(p) > 1 {
			n.note(FactConnect, p[0]+":"+p[1])
		} else if len(p) == 1 {
			n.note(FactConnect, p[0])
		}
	}
}

// units notes the services that are changed.
func (n *noter) units(name string, args []string) {
	p := operands(args, "tpnoHMPs")
	if len(p) < 2 {
		return
	}
	switch name {
	case "systemctl":
		switch p[0] {
		case "start", "stop", "restart", "enable", "disable", "mask", "unmask", "kill", "reenable", "link", "edit", "reload", "try-restart":
			for _, u := range p[1:] {
				n.note(FactUnit, u)
			}
		}
	default:
		n.note(FactUnit, p[0])
	}
}

// accounts notes the accounts and groups that are changed.
func (n *noter) accounts(name string, args []string) {
	var p []string
	switch name {
	case "useradd", "usermod", "userdel", "deluser", "chage":
		p = operands(args, map[string]string{"useradd": "bcdefgGkKpRPsuZ", "usermod": "cdefgGlpRPsuvVwWZ", "userdel": "RP", "deluser": "", "chage": "dEIRPmMW"}[name])
		if len(p) > 0 {
			n.note(FactAccount, p[len(p)-1])
		}
		if g, ok := flagValue(args, "G", "groups"); ok {
			for x := range strings.SplitSeq(g, ",") {
				n.note(FactGroup, x)
			}
		}
		if g, ok := flagValue(args, "g", "gid"); ok && (name == "useradd" || name == "usermod") {
			n.note(FactGroup, g)
		}
	case "adduser":
		p = adduserNames(args)
		if len(p) > 0 {
			n.note(FactAccount, p[0])
		}
		if len(p) > 1 {
			n.note(FactGroup, p[1])
		}
		if g, ok := flagValue(args, "G", "ingroup groups"); ok {
			n.note(FactGroup, g)
		}
	case "passwd":
		p = operands(args, "nxwirR")
		if len(p) > 0 {
			n.note(FactAccount, p[0])
		}
	case "gpasswd":
		if u, ok := flagValue(args, "a", "add"); ok {
			n.note(FactAccount, u)
			if p = operands(args, "adAM"); len(p) > 0 {
				n.note(FactGroup, p[len(p)-1])
			}
		}
	case "groupadd", "addgroup":
		if p = operands(args, "gKpRP"); len(p) > 0 {
			n.note(FactGroup, p[len(p)-1])
		}
	}
}

func adduserNames(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		if strings.HasPrefix(a, "-") {
			if hasWord("--home --shell --uid --gid --ingroup --gecos --comment --conf --firstuid --lastuid -h -s -u -G -g -k", a) {
				i++
			}
			continue
		}
		out = append(out, a)
	}
	return out
}
