package ioc

import "strings"

// slash handles the first slash of an absolute path, or of one below a home
// directory.
//
// A path begins the text, or after a blank, a quote, a bracket or one of
// =:,;|<>. It ends at a blank, a quote, a bracket or one of <>|;:,*?$&`! and
// a final dot is the sentence's. The target of an HTTP request (GET /x
// HTTP/1.1) and what follows :// is no path.
func (sc *scan) slash(i int) {
	if i < sc.pathEnd {
		return
	}
	text := sc.text
	if sc.want[kEmail] && sc.fold(i, "/at/") && sc.slashMail(i) {
		return
	}
	l := i
	if i > 0 && text[i-1] == '~' {
		l--
	}
	if l > 0 && class[text[l-1]]&isBefore == 0 || !sc.is(i+1, isPath) || text[i+1] == '/' {
		return
	}
	if l > 0 && l <= sc.v6End && text[l-1] == ':' { // 2001:db8::/32
		return
	}
	r := i + 1
	name := r // where the component begins
	for r < len(text) {
		if text[r] == '/' {
			name = r + 1
		}
		if class[text[r]]&isPath == 0 {
			if text[r] != ' ' || l > 0 && text[l-1] != '\n' || !sc.titleComponent(name, r) {
				break
			}
		}
		if text[r] == '\\' { // an escaped blank belongs to the path
			if sc.at(r+1) != ' ' {
				break
			}
			r++
		}
		r++
	}
	sc.pathEnd = r
	for r > i && text[r-1] == '.' {
		r--
	}
	if l > 0 && text[l-1] == '<' && sc.at(r) == '>' { // </div>
		return
	}
	if r-i < 2 || i < sc.url.End && l > sc.url.Start || sc.isRequest(l) || !strings.ContainsFunc(text[i:r], func(c rune) bool { return c >= 0x80 || class[byte(c)]&isAlnum != 0 }) {
		return
	}
	sc.add(kLinuxPath, text[l:r], l, r, false, Span{})
}

// titleComponent reports whether the blank at p is inside the name of a
// folder: a capitalised word at each side, a slash behind (/Library/File
// System/x). It is asked only for a path that begins a line.
func (sc *scan) titleComponent(name, p int) bool {
	text := sc.text
	if p == name || text[name]-'A' >= 26 || sc.at(p+1)-'A' >= 26 {
		return false
	}
	for i := name; i < p; i++ {
		if class[text[i]]&isAlnum == 0 && text[i] != ' ' {
			return false
		}
	}
	e := p + 1
	for e-name < maxComponent && sc.is(e, isAlnum) {
		e++
	}
	return sc.at(e) == '/' || sc.at(e) == ' ' && sc.titleComponent(name, e)
}

// isRequest reports whether an HTTP method stands before the path at l.
func (sc *scan) isRequest(l int) bool {
	if l < 4 || sc.text[l-1] != ' ' || sc.text[l-2]-'A' >= 26 {
		return false
	}
	i := l - 1
	for i > 0 && l-i < 10 && sc.text[i-1]-'A' < 26 {
		i--
	}
	switch sc.text[i : l-1] {
	case "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND":
		return true
	}
	return false
}

// backslash handles \. of a defanged name, a share (\\server\x) and a
// registry key.
func (sc *scan) backslash(i int) int {
	text := sc.text
	if i < sc.winEnd {
		return i + 1
	}
	if sc.want[kRegistryKey] && i >= 4 {
		if l := sc.hive(i); l >= 0 {
			return sc.registryKey(l, i)
		}
	}
	if sc.want[kWindowsPath] && sc.at(i+1) == '\\' && (i == 0 || class[text[i-1]]&isBefore != 0) {
		if e := sc.share(i); e > 0 {
			sc.winEnd = e
			sc.add(kWindowsPath, text[i:e], i, e, false, Span{})
			return i + 2
		}
	}
	if sc.want[kWindowsPath] && i > 2 && text[i-1] == '%' {
		if l := strings.LastIndexByte(text[max(0, i-32):i-1], '%'); l >= 0 {
			if l += max(0, i-32); l < i-2 && strings.IndexFunc(text[l+1:i-1], notVariable) < 0 {
				e := sc.windowsEnd(i + 1)
				sc.winEnd = e
				if e > i+1 {
					sc.add(kWindowsPath, text[l:e], l, e, false, Span{})
				}
				return i + 1
			}
		}
	}
	if i > 0 && i >= sc.hostEnd && class[text[i-1]]&isLabel != 0 {
		p := i
		for p-i < maxFill && sc.at(p) == '\\' {
			p++
		}
		if sc.at(p) == '.' {
			return sc.defangedRun(i, i)
		}
	}
	return i + 1
}

// notVariable reports what the name of a variable does not have: %APPDATA%.
func notVariable(r rune) bool {
	return !isLetter(r) && (r < '0' || r > '9') && r != '_' && r != '(' && r != ')'
}

// share returns the end of \\server\share\… at i, also with each backslash
// doubled as in JSON, and 0 for what only begins so: \\d+\\n is an expression.
func (sc *scan) share(i int) int {
	p := i
	for sc.at(p) == '\\' && p-i < 5 {
		p++
	}
	step := (p - i) / 2
	if p-i != 2*step || step > 2 {
		return 0
	}
	s := p
	for sc.is(p, isAlnum|isDash) || sc.at(p) == '.' && p > s {
		p++
	}
	if p-s < 2 || p-s > 253 {
		return 0
	}
	for range step {
		if sc.at(p) != '\\' {
			return 0
		}
		p++
	}
	if !sc.is(p, isAlnum) || !sc.is(p+1, isPath) {
		return 0
	}
	return sc.windowsEnd(p)
}

// drive handles the colon of C:\.
func (sc *scan) drive(i int) int {
	text := sc.text
	if i < 1 || i < sc.winEnd {
		return i + 1
	}
	if sc.want[kRegistryKey] {
		if l := sc.hive(i); l >= 0 {
			return sc.registryKey(l, i+1)
		}
	}
	if !sc.want[kWindowsPath] || class[text[i-1]]&isAlpha == 0 || sc.is(i-2, isLabel) || sc.at(i+2) == '/' {
		return i + 1
	}
	e := sc.windowsEnd(i + 2)
	sc.winEnd = e
	if e <= i+3 { // C:\ alone, and "s:\n" of a program
		return i + 2
	}
	sc.add(kWindowsPath, text[i-1:e], i-1, e, false, Span{})
	return i + 2
}

// maxComponent bounds a component of a path with blanks in it.
const maxComponent = 64

// windowsEnd returns the end of a path whose components begin at p. Blanks
// belong to a component if a backslash ends it; they do not after an
// extension (C:\a.exe D:\b), before an option, or in the last component.
func (sc *scan) windowsEnd(p int) int {
	text := sc.text
	e := p // the end so far
	for {
		q := p
		blank := false
		for q < len(text) && q-p < 256 {
			c := text[q]
			if c == '\\' {
				break
			}
			if c == '<' { // a placeholder: C:\Users\<name>\x
				if n := strings.IndexByte(text[q:min(q+maxComponent, len(text))], '>'); n > 1 && !strings.ContainsAny(text[q:q+n], " \\\n") && q == p {
					q += n + 1
					continue
				}
			}
			if c == ' ' && q > p {
				next := sc.at(q + 1)
				if q-p > maxComponent || next == '\\' && sc.at(q+2) == '\\' || next == '-' || next == '/' || hasExtension(strings.TrimRight(text[p:q], ",;")) {
					break
				}
				if !blank {
					blank = true
					e = q
				}
				q++
				continue
			}
			if c < ' ' || c == 0x7f || strings.IndexByte(` /:*?"<>|'`+"`", c) >= 0 {
				break
			}
			q++
		}
		if q > p && sc.at(q) == '\\' {
			e = q
			p = q + 1
			for sc.at(p) == '\\' { // doubled in JSON
				p++
			}
			if !sc.is(p, isPath) && sc.at(p) != '<' || p-q > 4 {
				return p
			}
			continue
		}
		if !blank {
			e = q
		}
		for e > 0 && strings.IndexByte(".,;)]", text[e-1]) >= 0 {
			e--
		}
		return e
	}
}

func hasExtension(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot < 1 || len(s)-dot < 3 || len(s)-dot > 6 {
		return false
	}
	for i := dot + 1; i < len(s); i++ {
		if class[s[i]]&isAlnum == 0 {
			return false
		}
	}
	return true
}

var hives = [...]string{
	"hklm", "hkcu", "hkcr", "hkcc", "hku", "hkey_local_machine", "hkey_current_user",
	"hkey_classes_root", "hkey_users", "hkey_current_config",
}

// hive returns where the name of a registry hive that ends at e begins, -1
// for none.
func (sc *scan) hive(e int) int {
	if c := sc.at(e - 1); c == ':' { // HKLM:\ of PowerShell
		e--
	}
	for _, h := range hives {
		if l := e - len(h); l >= 0 && sc.fold(l, h) && !sc.is(l-1, isLabel) {
			return l
		}
	}
	return -1
}

// registryKey reports the key that begins at l and whose hive ends at the
// backslash i.
func (sc *scan) registryKey(l, i int) int {
	text := sc.text
	if i < sc.winEnd {
		return i + 1
	}
	p := i + 1
	e := p
	for {
		q := p
		blank := -1
		for q < len(text) && q-p < 256 {
			c := text[q]
			if c == '\\' || c < ' ' || strings.IndexByte(`"'<>|,;`, c) >= 0 {
				break
			}
			if c == ' ' {
				if sc.fold(q+1, "hk") && sc.hiveBegins(q+1) {
					break
				}
				if blank < 0 {
					blank = q
				}
			}
			q++
		}
		if sc.at(q) == '\\' && q > p && (blank < 0 || q-p <= maxComponent) {
			p = q + 1
			continue
		}
		if blank < 0 || q > p && sc.titleWords(blank, q) {
			e = q
		} else {
			e = blank
		}
		break
	}
	for e > i+1 && strings.IndexByte(".):] ", text[e-1]) >= 0 {
		e--
	}
	sc.winEnd = e
	if e == i+1 {
		return e
	}
	sc.add(kRegistryKey, text[l:e], l, e, false, Span{})
	return e
}

func (sc *scan) hiveBegins(p int) bool {
	for _, h := range hives {
		if sc.fold(p, h) && (sc.at(p+len(h)) == '\\' || sc.at(p+len(h)) == ':') {
			return true
		}
	}
	return false
}

// titleWords reports whether text[p:e] is at most three words with capitals
// to the line's end: Explorer\Shell Folders.
func (sc *scan) titleWords(p, e int) bool {
	if c := sc.at(e); c != '\n' && c != '\r' && c != '"' && c != '\'' {
		return false
	}
	words := 0
	for i := p; i < e; i++ {
		if sc.text[i] == ' ' {
			if words++; words > 3 || !sc.is(i+1, isAlpha) || sc.text[i+1] >= 'a' {
				return false
			}
		} else if class[sc.text[i]]&isAlnum == 0 {
			return false
		}
	}
	return true
}
