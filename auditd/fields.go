package auditd

import (
	"strings"
)

// scanner cuts a record's body into fields. The grammar is that of the
// programs that write it, which is to say: mostly name=value with blanks
// between, with prose in places.
type scanner struct {
	s     string // the line up to where the part being read ends
	from  int    // where that part starts
	out   []field
	flags fieldFlag // of the part being read
	exec  bool      // EXECVE: a0, a1 … are text
	login bool      // LOGIN: "old auid=" and "new auid="
	word  string    // the prose word just before
	opAt  int       // index in out of a field that prose may belong to, -1
}

// field is a [Field] by its place in the record's line: events have so many
// that strings would cost the collector more than the reading.
type field struct {
	name, nameEnd int32 // where nameEnd is 0, name is the index of a made-up name
	raw, rawEnd   int32
	flags         fieldFlag
}

// madeUp are the names that are not in the line.
var madeUp = [...]string{"old-auid", "old-ses", "seresult", "seperms"}

const (
	nameOldAUID = iota
	nameOldSes
	nameSEResult
	nameSEPerms
)

// appendFields appends the fields of a line to dst: those of its body, which
// starts at body and ends at tail, and those of its ENRICHED tail behind that.
func appendFields(dst []field, typ Type, line string, body, tail int) []field {
	sc := scanner{s: line[:tail], from: body, out: dst, exec: typ == TypeExecve, login: typ == TypeLogin, opAt: -1}
	sc.scan()
	if typ == TypeAVC || typ == "USER_AVC" {
		sc.avc()
	}
	if tail < len(line) {
		sc = scanner{s: line, from: tail + 1, out: sc.out, flags: flagTail, opAt: -1}
		sc.scan()
	}
	return sc.out
}

func (sc *scanner) scan() {
	s := sc.s
	for i := sc.from; i < len(s); {
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
		switch s[start] {
		case '(', '\'':
			start++
		case '#', '^', '\\':
			if n := tailSep(s[start:i]); n > 0 && tailName(s[start+n:i]) {
				start += n
			}
		}
		i = sc.value(start, i)
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
		sc.out[sc.opAt].rawEnd = int32(end)
	}
}

// value takes the value of the field whose name is s[name:eq], and returns
// where to go on.
func (sc *scanner) value(name, eq int) int {
	s, i := sc.s, eq+1
	if i < len(s) {
		switch s[i] {
		case '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				sc.add(name, eq, i+1, len(s), flagQuoted)
				return len(s)
			}
			sc.add(name, eq, i+1, i+1+end, flagQuoted)
			return sc.closeInner(i + end + 2)
		case '\'':
			if sc.flags&flagInner == 0 && s[name:eq] == "msg" {
				sc.flags |= flagInner
				sc.opAt, sc.word = -1, ""
				return i + 1
			}
		case '{':
			if end := strings.IndexByte(s[i:], '}'); end >= 0 {
				from, to := trimBlanks(s, i+1, i+end)
				sc.add(name, eq, from, to, 0)
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
		if at := lostTail(s[start:i]); at >= 0 {
			i = start + at
			end = start + len(trimTailSep(s[start:i]))
		}
	}
	if sc.flags&flagInner != 0 {
		v := s[start:end]
		if at := strings.IndexByte(v, '\''); at >= 0 && (at == len(v)-1 || lostTail(v[at+1:]) == 0) {
			sc.addBare(name, eq, start, start+at)
			sc.flags &^= flagInner
			sc.opAt = -1
			return start + at + 1
		}
	}
	sc.addBare(name, eq, start, end)
	return i
}

func trimBlanks(s string, from, to int) (int, int) {
	for from < to && s[from] == ' ' {
		from++
	}
	for from < to && s[to-1] == ' ' {
		to--
	}
	return from, to
}

// closeInner ends msg='…' where its closing quote is at i.
func (sc *scanner) closeInner(i int) int {
	if sc.flags&flagInner != 0 && i < len(sc.s) && sc.s[i] == '\'' {
		sc.flags &^= flagInner
		return i + 1
	}
	return i
}

func (sc *scanner) addBare(name, eq, from, to int) {
	v := sc.s[from:to]
	for len(v) > 0 && (v[len(v)-1] == ',' || v[len(v)-1] == ')' && strings.IndexByte(v, '(') < 0) {
		v = v[:len(v)-1]
	}
	var flags fieldFlag
	n := sc.s[name:eq]
	if len(v) >= 2 && len(v)&1 == 0 && hexVal[v[0]] <= 15 && hexName(n, sc.exec) {
		flags = flagHex
	}
	sc.add(name, eq, from, from+len(v), flags)
	switch n {
	case "op", "subj", "reason":
		sc.opAt = len(sc.out) - 1
	}
}

func (sc *scanner) add(name, eq, from, to int, flags fieldFlag) {
	sc.opAt = -1
	f := field{name: int32(name), nameEnd: int32(eq), raw: int32(from), rawEnd: int32(to), flags: flags | sc.flags}
	if sc.login && sc.word == "old" {
		switch sc.s[name:eq] {
		case "auid":
			f.name, f.nameEnd = nameOldAUID, 0
		case "ses":
			f.name, f.nameEnd = nameOldSes, 0
		}
	}
	sc.word = ""
	if name < eq && sc.s[name] <= 'Z' && tailName(sc.s[name:eq]) {
		f.flags |= flagTail
	}
	sc.out = append(sc.out, f)
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
	s := sc.s
	at := strings.Index(s[sc.from:], "avc:")
	if at < 0 {
		return
	}
	word := skipBlanks(s, sc.from+at+len("avc:"))
	wordEnd := word
	for wordEnd < len(s) && s[wordEnd] != ' ' {
		wordEnd++
	}
	open := skipBlanks(s, wordEnd)
	end := strings.IndexByte(s[open:], '}')
	if w := s[word:wordEnd]; w != "denied" && w != "granted" || open == len(s) || s[open] != '{' || end < 0 {
		return
	}
	from, to := trimBlanks(s, open+1, open+end)
	sc.out = append(sc.out,
		field{name: nameSEResult, raw: int32(word), rawEnd: int32(wordEnd)},
		field{name: nameSEPerms, raw: int32(from), rawEnd: int32(to)})
}

func skipBlanks(s string, i int) int {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return i
}
