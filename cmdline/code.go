package cmdline

import (
	"strings"
)

// interpreter returns the language that a program runs, or "".
func interpreter(name string) string {
	n := strings.TrimRight(name, "0123456789.")
	switch n {
	case "python", "pypy", "ipython":
		return "python"
	case "perl":
		return "perl"
	case "ruby", "jruby", "irb":
		return "ruby"
	case "php", "php-cli", "php-cgi":
		return "php"
	case "node", "nodejs", "deno", "bun":
		return "node"
	case "lua", "luajit", "texlua":
		return "lua"
	case "awk", "gawk", "mawk", "nawk", "original-awk":
		return "awk"
	case "tclsh", "wish", "expect":
		return "tcl"
	case "osascript", "Rscript", "groovy", "scala", "jjs", "guile", "erl", "ocaml":
		return n
	}
	return ""
}

var codeOptions = map[string]string{
	"python": "c", "perl": "eE", "ruby": "e", "php": "r", "node": "ep", "lua": "e", "tcl": "c",
	"groovy": "e", "scala": "e", "guile": "c", "Rscript": "e", "osascript": "e",
}

// interpreted follows the code that an interpreter is given.
func (b *builder) interpreted(i int, lang string, f frame) value {
	args := b.cmd.Calls[i].Args()
	var parts []string
	if lang == "awk" {
		if p := operands(args, "Fvf"); len(p) > 0 && !hasFlag(args, "f", "file") {
			parts = p[:1]
		}
	} else {
		for k := 0; k < len(args); k++ {
			a := args[k]
			if len(a) < 2 || a[0] != '-' {
				break
			}
			if (a == "--eval" || a == "--print" || a == "--run") && k+1 < len(args) {
				parts = append(parts, args[k+1])
				k++
				continue
			}
			if strings.HasPrefix(a, "--") {
				continue
			}
			o := strings.IndexAny(a[1:], codeOptions[lang])
			if codeOptions[lang] == "" || o < 0 {
				if lang == "python" && (a == "-m" || a == "-W" || a == "-X") {
					if a == "-m" {
						break
					}
					k++
				}
				continue
			}
			if strings.ContainsAny(a[1:1+o], "IMm") && lang == "perl" { // -Mmodule, -Idir
				continue
			}
			if rest := a[2+o:]; rest != "" && (lang == "python" || lang == "php") {
				parts = append(parts, rest)
			} else if k+1 < len(args) {
				parts = append(parts, args[k+1])
				k++
			}
			if lang == "python" {
				break
			}
		}
	}
	if len(parts) == 0 {
		return b.interpretFile(i, lang, args, f)
	}
	code := strings.Join(parts, "\n")
	b.cmd.Calls[i].Code = code
	b.code = append(b.code, code)
	b.interpret(lang, code, f)
	if lang == "perl" || lang == "python" || lang == "ruby" {
		return b.codeFilter(code, f.stdin)
	}
	return value{}
}

func (b *builder) interpretFile(i int, lang string, args []string, f frame) value {
	files := operands(args, "mWXIMrd")
	if len(files) == 0 || files[0] == "-" || files[0] == "/dev/stdin" {
		if lang == "awk" || hasFlag(args, "mVvh", "version help") {
			return value{}
		}
		b.cmd.Calls[i].readsCode = true
		if f.stdin.text != "" {
			if len(f.stdin.steps) > 0 {
				f.layer = b.layer(f.stdin.text, f.stdin.steps)
				b.cmd.Calls[i].Layer = f.layer
				f.decoded = f.decoded || hides(f.stdin.steps)
				b.cmd.Calls[i].decoded = f.decoded
			}
			b.cmd.Calls[i].Code = f.stdin.text
			b.interpret(lang, f.stdin.text, f)
		}
		return value{}
	}
	if lang == "awk" {
		return value{}
	}
	b.cmd.Calls[i].script = files[0]
	b.code = append(b.code, files[0])
	if v, ok := b.files[files[0]]; ok {
		delete(b.files, files[0])
		if len(v.steps) > 0 {
			f.layer = b.layer(v.text, v.steps)
			b.cmd.Calls[i].Layer = f.layer
			f.decoded = f.decoded || hides(v.steps)
			b.cmd.Calls[i].decoded = f.decoded
		}
		b.cmd.Calls[i].Code = v.text
		b.interpret(lang, v.text, f)
	}
	return value{}
}

// interpret finds what code of another language hands to a shell, and code
// hidden in it by base64, hex or character numbers.
func (b *builder) interpret(lang, code string, f frame) {
	if f.depth > MaxDepth || !b.spend(len(code)) {
		b.cmd.Limited = true
		return
	}
	for _, s := range shellStrings(code) {
		b.run(s, nil, lang, f)
	}
	for _, l := range hiddenText(code) {
		g := f.wrapped(lang)
		g.layer, g.decoded = b.layer(l.Text, l.Steps), true
		if g.layer > 255 {
			return
		}
		if l.shell {
			b.run(l.Text, nil, lang, g)
			continue
		}
		k := b.add(Call{Argv: []string{lang, "-c", l.Text}, Code: l.Text, Text: cutText(l.Text)}, g)
		if k >= 0 {
			b.interpret(lang, l.Text, g)
		}
	}
}

// codeFilter computes the few one-liners that only decode their input.
func (b *builder) codeFilter(code string, in value) value {
	if !in.known || !b.spend(len(in.text)) {
		return value{}
	}
	var f func(string) (string, error)
	var how string
	flat := squeeze(code)
	switch {
	case strings.Contains(flat, "b64decode(") || strings.Contains(flat, "decode_base64") || strings.Contains(flat, "Base64.decode64"):
		f, how = decodeBase64, "base64 (code)"
	case strings.Contains(flat, "unhexlify") || strings.Contains(flat, "fromhex(") || strings.Contains(flat, "chr(hex") || strings.Contains(flat, "chrhex") || strings.Contains(flat, `pack("H*"`) || strings.Contains(flat, `pack'H*'`) || strings.Contains(flat, `pack('H*'`):
		f, how = decodeHex, "hex (code)"
	case strings.Contains(flat, "[::-1]") || strings.Contains(flat, "reverse"):
		f, how = reverseLines, "reverse (code)"
	default:
		return value{}
	}
	if !strings.Contains(flat, "stdin") && !strings.Contains(flat, "$_") && !strings.Contains(flat, "<>") && !strings.Contains(flat, "STDIN") && !strings.Contains(flat, "s/") {
		return value{}
	}
	out, err := f(in.text)
	if err != nil || out == "" {
		return value{}
	}
	return value{text: out, known: true, steps: append(in.steps[:len(in.steps):len(in.steps)], step(how, in.text, out))}
}

var shellCalls = []string{
	"os.system(", "os.popen(", "popen(", "Popen(", "system(", "exec(", "shell_exec(", "passthru(", "subprocess.call(",
	"subprocess.run(", "check_output(", "check_call(", "getoutput(", "os.execute(", "execSync(", "spawn(", "spawnSync(",
	"proc_open(", "pty.spawn(", "io.popen(", "system ", "exec ", "spawn ", "%x(", "qx{", "qx(", "qx/",
}

// shellStrings returns the string literals that code hands to a shell or to a
// new process.
func shellStrings(code string) []string {
	var out []string
	for _, fn := range shellCalls {
		for from := 0; len(out) < 64; {
			k := strings.Index(code[from:], fn)
			if k < 0 {
				break
			}
			k += from
			from = k + len(fn)
			if k > 0 && (isLetter(code[k-1]) || code[k-1] == '_') {
				continue
			}
			switch fn {
			case "%x(", "qx(", "qx{", "qx/":
				end := strings.IndexByte(code[from:], map[byte]byte{'(': ')', '{': '}', '/': '/'}[fn[len(fn)-1]])
				if end > 0 {
					out = append(out, code[from:from+end])
				}
				continue
			}
			if s := literals(code[from:]); s != "" && !contains(out, s) {
				out = append(out, s)
			}
		}
	}
	if strings.Count(code, "`") == 2 { // perl, ruby, php
		a := strings.IndexByte(code, '`')
		z := strings.LastIndexByte(code, '`')
		if s := strings.TrimSpace(code[a+1 : z]); s != "" && !contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// literals reads a string literal, or a list of them such as ["sh","-c","id"],
// at the start of s and returns it as a command line.
func literals(s string) string {
	s = strings.TrimLeft(s, " \t\n([{")
	var list []string
	for len(list) < 64 {
		if strings.HasPrefix(s, "b'") || strings.HasPrefix(s, `b"`) {
			s = s[1:]
		}
		if s == "" || s[0] != '\'' && s[0] != '"' {
			break
		}
		end := closing(s)
		if end < 0 {
			break
		}
		t := s[1:end]
		if strings.IndexByte(t, '\\') >= 0 {
			t = backslashes(t, false)
		}
		list = append(list, t)
		s = strings.TrimLeft(s[end+1:], " \t\n")
		if s == "" || s[0] != ',' {
			break
		}
		s = strings.TrimLeft(s[1:], " \t\n")
	}
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	if list[0] == list[1] || baseName(list[0]) == list[1] { // execl("/bin/sh", "sh", …)
		list = list[1:]
	}
	return quoteAll(list)
}

// closing returns the index of the quote that ends the literal s starts with.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i
		}
	}
	return -1
}

// hidden is a text that code decodes, and whether a shell then runs it.
// toShell reports whether code that ends here hands what follows to a shell.
// hiddenText returns the texts that code decodes from constants of its own.
// charNumbers reads chr(99)+chr(97)… and [99, 97, …].map(chr).
