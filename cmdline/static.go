package cmdline

import (
	"strconv"
	"strings"
)

// output returns what a program prints when its input is known and it only
// moves text about.
// unknown says that some argument is not constant.
func (b *builder) output(argv []string, stdin value, unknown bool) value {
	name, args := baseName(argv[0]), argv[1:]
	switch name {
	case "echo":
		return echo(args, unknown)
	case "printf":
		return printf(args, unknown)
	case "true", ":", "cd", "set", "sleep", "mkdir", "chmod", "chown", "rm", "touch", "shopt", "umask", "wait", "cp", "mv":
		return value{known: true}
	case "cat", "tee", "nohup", "pv", "buffer", "sponge", "head", "tail", "sort", "uniq":
		in := b.input(args, stdin, name)
		if name == "head" || name == "tail" {
			return b.headTail(name, args, in)
		}
		if name == "sort" || name == "uniq" {
			return value{}
		}
		return in
	}
	if f, how := filterFor(name, args); f != nil {
		in := b.input(operandsFor(name, args), stdin, name)
		if !in.known || !b.spend(2*len(in.text)) {
			return value{}
		}
		out, err := f(in.text)
		if err != nil || len(out) > MaxValue {
			return value{}
		}
		return value{text: out, known: true, steps: append(in.steps[:len(in.steps):len(in.steps)], step(how, in.text, out))}
	}
	return value{}
}

// input returns what a filter reads: the files that are named and known, or
// its standard input.
func (b *builder) input(args []string, stdin value, name string) value {
	files := args
	switch name {
	case "cat", "tee", "pv":
		files = operands(args, "")
	case "head", "tail":
		files = operands(args, "nc")
	}
	if name == "tee" || len(files) == 0 {
		return stdin
	}
	out := value{known: true}
	for _, p := range files {
		if p == "-" || p == "/dev/stdin" {
			out = join(out, stdin)
			continue
		}
		v, ok := b.files[p]
		if !ok {
			return value{}
		}
		out = join(out, v)
	}
	if len(out.text) > MaxValue {
		return value{}
	}
	return out
}

func operandsFor(name string, args []string) []string {
	switch name {
	case "base64", "base32", "basenc":
		return operands(args, "w")
	case "gunzip", "zcat", "gzip", "bzip2", "bunzip2", "bzcat", "rev", "tac", "unxz", "xzcat":
		return operands(args, "")
	case "xxd":
		p := operands(args, "cglos")
		if len(p) > 1 {
			p = p[:1]
		}
		return p
	case "openssl":
		if in, ok := flagAfter(args, "-in"); ok {
			return []string{in}
		}
		return nil
	case "sed":
		p := operands(args, "ef")
		if _, ok := flagValue(args, "e", "expression"); !ok && len(p) > 0 {
			p = p[1:]
		}
		return p
	case "cut":
		return operands(args, "cbdf")
	}
	return nil
}

func flagAfter(args []string, name string) (string, bool) {
	if i := index(args, name); i >= 0 && i+1 < len(args) {
		return args[i+1], true
	}
	return "", false
}

func echo(args []string, unknown bool) value {
	nl, esc := true, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for i := 1; i < len(args[0]); i++ {
			switch args[0][i] {
			case 'n':
				nl = false
			case 'e':
				esc = true
			case 'E':
				esc = false
			}
		}
		args = args[1:]
	}
	s := strings.Join(args, " ")
	v := value{known: !unknown}
	v.text = s
	if esc {
		v.text = backslashes(s, true)
		if hidesText(s) {
			v.steps = []Step{step("echo -e", s, v.text)}
		}
	}
	if nl {
		v.text += "\n"
	}
	return v
}

func printf(args []string, unknown bool) value {
	if len(args) > 1 && args[0] == "-v" {
		return value{known: true}
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return value{known: true}
	}
	format, rest := args[0], args[1:]
	var out strings.Builder
	for range 1000 {
		used := false
		for i := 0; i < len(format); i++ {
			if format[i] != '%' {
				out.WriteByte(format[i])
				continue
			}
			k := i + 1
			for k < len(format) && strings.IndexByte("-+ #0123456789.", format[k]) >= 0 {
				k++
			}
			if k >= len(format) {
				break
			}
			arg := ""
			if format[k] != '%' && len(rest) > 0 {
				arg, rest, used = rest[0], rest[1:], true
			}
			switch format[k] {
			case '%':
				out.WriteByte('%')
			case 's', 'q':
				out.WriteString(strings.ReplaceAll(arg, `\`, `\\`))
			case 'b':
				out.WriteString(strings.ReplaceAll(backslashes(arg, true), `\`, `\\`))
			case 'c':
				if arg != "" {
					out.WriteByte(arg[0])
				}
			case 'd', 'i', 'u', 'x', 'X', 'o':
				n, err := strconv.ParseInt(arg, 0, 64)
				if err != nil && arg != "" {
					return value{}
				}
				base := map[byte]int{'x': 16, 'X': 16, 'o': 8}[format[k]]
				if base == 0 {
					base = 10
				}
				out.WriteString(strconv.FormatInt(n, base))
			default:
				return value{}
			}
			i = k
		}
		if out.Len() > MaxValue {
			return value{}
		}
		if !used || len(rest) == 0 {
			break
		}
	}
	text := backslashes(out.String(), false)
	v := value{text: text, known: !unknown}
	if hidesText(format) || strings.Contains(format, "%b") && len(args) > 1 && hidesText(args[1]) {
		v.steps = []Step{step("printf", strings.Join(args, " "), text)}
	}
	return v
}

func (b *builder) headTail(name string, args []string, in value) value {
	if !in.known {
		return value{}
	}
	if v, ok := flagValue(args, "c", "bytes"); ok {
		n := atoi(strings.TrimLeft(v, "+"))
		switch {
		case n < 0:
			return value{}
		case name == "head":
			in.text = in.text[:min(n, len(in.text))]
		case strings.HasPrefix(v, "+"):
			in.text = in.text[min(max(n-1, 0), len(in.text)):]
		default:
			in.text = in.text[max(0, len(in.text)-n):]
		}
		return in
	}
	n := 10
	from := false
	if v, ok := flagValue(args, "n", "lines"); ok {
		from = strings.HasPrefix(v, "+")
		n = atoi(strings.TrimLeft(v, "+"))
	} else if len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && atoi(args[0][1:]) >= 0 {
		n = atoi(args[0][1:])
	}
	if n < 0 {
		return value{}
	}
	lines := strings.SplitAfter(in.text, "\n")
	if len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	switch {
	case name == "head":
		lines = lines[:min(n, len(lines))]
	case from:
		lines = lines[min(max(n-1, 0), len(lines)):]
	default:
		lines = lines[max(0, len(lines)-n):]
	}
	in.text = strings.Join(lines, "")
	return in
}
