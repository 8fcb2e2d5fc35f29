package cmdline

import "strings"

// loose reads a text that no shell would accept: it cuts at ; | & and line
// ends outside quotes, and a quote that is not closed reaches to the end.
func (b *builder) loose(text string, f frame) {
	b.pipe++
	pipe, at := b.pipe, 0
	var call Call
	var word strings.Builder
	inWord := false
	redirect := ""
	endWord := func() {
		if !inWord {
			return
		}
		w := word.String()
		word.Reset()
		inWord = false
		if redirect != "" {
			r := Redirect{Op: redirect, FD: 1, Target: w}
			if redirect == "<" {
				r.FD = 0
			}
			call.Redirects = append(call.Redirects, r)
			redirect = ""
			return
		}
		if len(call.Argv) == 0 && isAssign(w) {
			call.Env = append(call.Env, w)
			return
		}
		call.Argv = append(call.Argv, w)
	}
	endCall := func() {
		endWord()
		redirect = ""
		if len(call.Argv) > 0 || len(call.Env) > 0 || len(call.Redirects) > 0 {
			g := f
			g.pipes = append(f.pipes[:len(f.pipes):len(f.pipes)], stage{pipe, at})
			call.Text = quoteAll(call.Argv)
			b.call(call, value{}, g)
		}
		call = Call{}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch c {
		case '\'', '"', '`':
			end := strings.IndexByte(text[i+1:], c)
			if end < 0 {
				end = len(text) - i - 1
			}
			word.WriteString(text[i+1 : i+1+end])
			inWord = true
			i += end + 1
		case '\\':
			if i+1 < len(text) {
				i++
				word.WriteByte(text[i])
				inWord = true
			}
		case ' ', '\t', '\r':
			endWord()
		case ';', '\n', '(', ')':
			endCall()
			b.pipe++
			pipe, at = b.pipe, 0
		case '|', '&':
			if c == '&' && i > 0 && (text[i-1] == '>' || i+1 < len(text) && text[i+1] == '>') {
				continue
			}
			double := i+1 < len(text) && text[i+1] == c
			endCall()
			if c == '|' && !double {
				at++
				continue
			}
			if double {
				i++
			}
			b.pipe++
			pipe, at = b.pipe, 0
		case '>', '<':
			if w := word.String(); w == "1" || w == "2" || w == "0" {
				word.Reset()
				inWord = false
			}
			endWord()
			redirect = string(c)
			if i+1 < len(text) && text[i+1] == c {
				redirect += string(c)
				i++
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	endCall()
}
