package cmdline

import (
	"strings"
)

// The limits of one [Command]. What lies beyond is left out and
// [Command.Limited] is set.
const (
	// MaxText is how many bytes of a command line are read.
	MaxText = 256 << 10
	// MaxDepth is how deep statements, wrappers, substitutions and decoded
	// layers nest.
	MaxDepth = 64
	// MaxCalls is how many simple commands are kept.
	MaxCalls = 4096
	// MaxValue is the longest text in bytes that is followed through
	// variables, pipes and decoders.
	MaxValue = 256 << 10
	// MaxWork is the number of bytes that one command line may make in all
	// its decodings and expansions.
	MaxWork = 8 << 20
)

// Parse reads a command line as a shell (bash) would and follows what it would
// run, without running anything. Any text gives a Command: one that is no
// complete shell command is read as well as it can be, and
// [Command.Problem] says what is wrong with it.
func Parse(text string) Command {
	b := newBuilder(text)
	b.script(b.cmd.Text, frame{})
	return b.done()
}

// FromArgv reads a command from its exact arguments, as audit records and
// /proc give them. No shell reads the arguments, so "|" is only a word; what
// the program itself would run (sh -c TEXT, sudo …) is followed.
func FromArgv(argv []string) Command {
	b := newBuilder(quoteAll(argv))
	if len(argv) > 0 {
		b.call(Call{Argv: clip(argv, b), Text: b.cmd.Text}, value{}, frame{})
	}
	return b.done()
}

// FromSudo reads the command that sudo logs after COMMAND=: arguments with
// blanks stand in single quotes in which \' and \\ are escapes, control
// characters are written #012, and versions before 1.9.13 do not quote at all,
// so that the text after sh -c reaches to the end.
// Sudo runs no shell, so that pipes and redirections never stand between its
// arguments; a text that has them was written by something else and is read
// as [Parse] does.
func FromSudo(text string) Command {
	b := newBuilder(text)
	argv, quoted := splitSudo(b.cmd.Text)
	if hasOperators(argv, quoted) {
		return Parse(text)
	}
	if len(argv) > 0 {
		b.call(Call{Argv: clip(unquotedScript(argv, quoted), b), Text: b.cmd.Text}, value{}, frame{})
	}
	return b.done()
}

func hasOperators(argv []string, quoted []bool) bool {
	for i, a := range argv {
		if quoted[i] {
			continue
		}
		switch a {
		case "-c":
			return false // an unquoted script may follow
		case "|", "||", "&&", ">", ">>", "2>":
			return i > 0
		}
	}
	return false
}

// FromCron reads the command field of a crontab: the first "%" that is not
// escaped ends the command, what follows is its standard input with "%" for
// the ends of lines, and "\%" is a percent sign.
func FromCron(text string) Command {
	b := newBuilder(text)
	code, stdin, has := splitCron(b.cmd.Text)
	f := frame{}
	if has {
		f.stdin = value{text: stdin, known: true}
	}
	b.script(code, f)
	return b.done()
}

func splitCron(s string) (code, stdin string, has bool) {
	var out, in strings.Builder
	cur := &out
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '%':
			cur.WriteByte('%')
			i++
		case s[i] == '%' && !has:
			has, cur = true, &in
		case s[i] == '%':
			cur.WriteByte('\n')
		default:
			cur.WriteByte(s[i])
		}
	}
	return out.String(), in.String(), has
}

// splitSudo cuts the text of a COMMAND= field into arguments; quoted says
// which of them stood in quotes.
func splitSudo(s string) (argv []string, quoted []bool) {
	var cur strings.Builder
	in, open, wasQuoted := false, false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '\\'):
			i++
			cur.WriteByte(s[i])
			in = true
		case c == '#' && i+3 < len(s) && isOctal(s[i+1:i+4]) && s[i+1] == '0':
			cur.WriteByte((s[i+2]-'0')<<3 | (s[i+3] - '0'))
			in, i = true, i+3
		case c == '\'' && open:
			open = false
		case c == '\'' && !in && closes(s[i+1:]):
			in, open, wasQuoted = true, true, true
		case c == ' ' && !open:
			if in {
				argv, quoted = append(argv, cur.String()), append(quoted, wasQuoted)
			}
			cur.Reset()
			in, wasQuoted = false, false
		default:
			cur.WriteByte(c)
			in = true
		}
	}
	if in {
		argv, quoted = append(argv, cur.String()), append(quoted, wasQuoted)
	}
	return argv, quoted
}

// closes reports whether a sudo quote that was opened before s is closed in
// it in front of a blank or the end; where it is not, the quote is part of an
// argument that an older sudo did not quote, or the line was cut.
func closes(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i+1 == len(s) || s[i+1] == ' '
		}
	}
	return true // cut off: read to the end
}

func isOctal(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '7' {
			return false
		}
	}
	return true
}

// unquotedScript joins what follows sh -c into one argument when nothing
// there is quoted, as in the logs of older versions of sudo.
func unquotedScript(argv []string, quoted []bool) []string {
	for i := 1; i+2 < len(argv); i++ {
		if argv[i] == "-c" && isShell(baseName(argv[i-1])) && !quoted[i+1] {
			return append(append([]string{}, argv[:i+1]...), strings.Join(argv[i+1:], " "))
		}
	}
	return argv
}

func clip(argv []string, b *builder) []string {
	n := 0
	for i, a := range argv {
		if n += len(a) + 1; n > MaxText {
			b.cmd.Limited = true
			return append([]string{}, argv[:i]...)
		}
	}
	return append([]string{}, argv...)
}

// quoteAll joins arguments to a text that a shell would read as them.
func quoteAll(argv []string) string {
	var b strings.Builder
	for i, a := range argv {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quote(a))
	}
	return b.String()
}

func quote(s string) string {
	if s == "" {
		return "''"
	}
	plain := true
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 || strings.IndexByte("%+,-./:=@_^~", c) >= 0) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
