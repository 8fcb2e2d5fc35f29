package auditd

import (
	"strings"
)

// scanner cuts a record's body into fields. The grammar is that of the
// programs that write it, which is to say: mostly name=value with blanks
// between, with prose in places.
type scanner struct {
	s      string // body or tail
	out    []Field
	flags  fieldFlag // of the part being read
	exec   bool      // EXECVE: a0, a1 … are text
	login  bool      // LOGIN: "old auid=" and "new auid="
	word   string    // the prose word just before
	opAt   int       // index in out of a field that prose may belong to, -1
	opFrom int       // where its value starts
}

// appendFields appends the fields of a record's body and tail to dst.
func appendFields(dst []Field, typ Type, body, tail string) []Field {
	sc := scanner{s: body, out: dst, exec: typ == TypeExecve, login: typ == TypeLogin, opAt: -1}
	sc.scan()
	if typ == TypeAVC || typ == "USER_AVC" {
		sc.avc()
	}
	if tail != "" {
		sc = scanner{s: tail, out: sc.out, flags: flagTail, opAt: -1}
		sc.scan()
	}
	return sc.out
}

func (sc *scanner) scan() {
	s := sc.s
	for i := 0; i < len(s); {
		if c := s[i]; c == ' ' || c == ',' || c == '\x1d' {
			i++
			continue
		}
		start := i
		for i < len(s) && s[i] != '=' && s[i] != ' ' {
			i++
		}
		if i == len(s) || s[i] == ' ' || i == start {
			if i == start { // a stray "="
				i++
			}
			sc.prose(start, i)
			continue
		}
		name := s[start:i]
		switch name[0] {
		case '(', '\'':
			name = name[1:]
		case '#', '^', '\\':
			if n := tailSep(name); n > 0 && tailName(name[n:]) {
				name = name[n:]
			}
		}
		i = sc.value(name, i+1)
	}
}

// prose takes the word s[start:end], which is no field. After op= and a few
// others it is the rest of the value.
func (sc *scanner) prose(start, end int) {
	sc.word = sc.s[start:end]
	if sc.opAt < 0 {
		return
	}
	if sc.flags&flagInner != 0 && sc.s[end-1] == '\'' {
		end--
		sc.flags &^= flagInner
	}
	if end > start {
		sc.out[sc.opAt].Raw = sc.s[sc.opFrom:end]
	}
}

// value takes the value of name, which starts at i, and returns where to go
// on.
func (sc *scanner) value(name string, i int) int {
	s := sc.s
	if i < len(s) {
		switch s[i] {
		case '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				sc.add(name, s[i+1:], flagQuoted)
				return len(s)
			}
			sc.add(name, s[i+1:i+1+end], flagQuoted)
			return sc.closeInner(i + end + 2)
		case '\'':
			if name == "msg" && sc.flags&flagInner == 0 {
				sc.flags |= flagInner
				sc.opAt, sc.word = -1, ""
				return i + 1
			}
		case '{':
			if end := strings.IndexByte(s[i:], '}'); end >= 0 {
				sc.add(name, strings.Trim(s[i+1:i+end], " "), 0)
				return i + end + 1
			}
		}
	}
	start := i
	more := false // the value itself holds "="
	for i < len(s) && s[i] != ' ' {
		if s[i] == '=' {
			more = true
		}
		i++
	}
	end := i
	if more {
		if at := lostTail(s[start:end]); at >= 0 {
			end = start + at
			i = end
		}
	}
	v := s[start:end]
	if i < len(s) && s[i] != ' ' {
		v = trimTailSep(v)
	}
	if sc.flags&flagInner != 0 && strings.IndexByte(v, '\'') >= 0 {
		if at := strings.IndexByte(v, '\''); at == len(v)-1 || lostTail(v[at+1:]) == 0 {
			v = v[:at]
			sc.addBare(name, v, start)
			sc.flags &^= flagInner
			sc.opAt = -1
			return start + at + 1
		}
	}
	sc.addBare(name, v, start)
	return i
}

// closeInner ends msg='…' where its closing quote is at i.
func (sc *scanner) closeInner(i int) int {
	if sc.flags&flagInner != 0 && i < len(sc.s) && sc.s[i] == '\'' {
		sc.flags &^= flagInner
		return i + 1
	}
	return i
}

func (sc *scanner) addBare(name, v string, start int) {
	for len(v) > 0 && (v[len(v)-1] == ',' || v[len(v)-1] == ')' && strings.IndexByte(v, '(') < 0) {
		v = v[:len(v)-1]
	}
	var flags fieldFlag
	if len(v) >= 2 && len(v)&1 == 0 && hexVal[v[0]] <= 15 && hexName(name, sc.exec) {
		flags = flagHex
	}
	sc.add(name, v, flags)
	switch name {
	case "op", "subj", "reason":
		sc.opAt, sc.opFrom = len(sc.out)-1, start
	}
}

func (sc *scanner) add(name, v string, flags fieldFlag) {
	sc.opAt = -1
	if sc.login && (name == "auid" || name == "ses") && sc.word == "old" {
		name = "old-" + name
	}
	sc.word = ""
	if name != "" && name[0] <= 'Z' && tailName(name) {
		flags |= flagTail
	}
	sc.out = append(sc.out, Field{Name: name, Raw: v, flags: flags | sc.flags})
}

// lostTail returns where in s an ENRICHED name starts, as it does where byte
// 0x1D was lost on the way: "(null)ARCH=x86_64". It returns -1 where none
// does.
func lostTail(s string) int {
	eq := strings.IndexByte(s, '=')
	if eq < 0 {
		return -1
	}
	i := eq
	for i > 0 && (s[i-1] >= 'A' && s[i-1] <= 'Z' || s[i-1] == '-' || s[i-1] == '_') {
		i--
	}
	for ; i < eq; i++ { // hex digits before the name may look like a part of it
		if tailName(s[i:eq]) {
			return i
		}
	}
	return -1
}

// tailSeps are what syslog daemons make of byte 0x1D.
var tailSeps = [...]string{"#035", "^]", `\035`, `\x1d`, `\x1D`, `\u001d`}

// tailSep returns how long the separator at the start of s is, 0 where there
// is none.
func tailSep(s string) int {
	for _, sep := range tailSeps {
		if strings.HasPrefix(s, sep) {
			return len(sep)
		}
	}
	return 0
}

func trimTailSep(s string) string {
	for _, sep := range tailSeps {
		if t, ok := strings.CutSuffix(s, sep); ok {
			return t
		}
	}
	return s
}

// tailName reports whether name is one that auditd puts in the ENRICHED tail.
func tailName(name string) bool {
	switch name {
	case "ARCH", "SYSCALL", "AUID", "UID", "GID", "EUID", "SUID", "FSUID", "EGID", "SGID", "FSGID",
		"OUID", "OGID", "OAUID", "OLD-AUID", "ID", "SADDR", "INODE_UID", "INODE_GID", "NEW_GROUP", "SAUID":
		return true
	}
	return false
}

// avc takes the prose of SELinux, "avc:  denied  { read write } for  …", as
// the fields seresult and seperms, which are audit-userspace's names for
// them. Prose that is not whole gives nothing.
func (sc *scanner) avc() {
	_, s, ok := strings.Cut(sc.s, "avc:")
	if !ok {
		return
	}
	s = strings.TrimLeft(s, " ")
	word, s, _ := strings.Cut(s, " ")
	s = strings.TrimLeft(s, " ")
	end := strings.IndexByte(s, '}')
	if word != "denied" && word != "granted" || s == "" || s[0] != '{' || end < 0 {
		return
	}
	sc.out = append(sc.out,
		Field{Name: "seresult", Raw: word}, Field{Name: "seperms", Raw: strings.Trim(s[1:end], " ")})
}
