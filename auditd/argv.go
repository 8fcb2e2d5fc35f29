package auditd

import (
	"cmp"
	"slices"
	"strings"
)

// argList puts the arguments of EXECVE records together. An argument longer
// than a record comes in pieces, a1[0]= a1[1]= …, and a long list rolls over
// into further records.
type argList struct {
	seen   bool
	lost   bool  // there is a command line, but no arguments
	argc   int64 // -1 where it is not given
	cut    bool
	next   int    // the argument expected next
	piece  int    // of argument next-1, the piece expected next; 0 when it is whole
	want   int    // a1_len=: how long the pieces of the next argument are together
	got    int    // how much of it has come
	digits []byte // hex of the argument being joined
	text   []byte // its bytes so far
}

// args takes the arguments of the event's EXECVE records, of which there are
// count, in the order of the arguments.
func (e *Event) args(count int) {
	var a argList
	recs := make([]*Record, 0, 4) // on the stack for most
	for i := range e.Records {
		if r := &e.Records[i]; canonical(r.Type) == TypeExecve {
			recs = append(recs, r)
		}
	}
	if count > 1 {
		slices.SortStableFunc(recs, func(a, b *Record) int {
			ai, ap := a.firstArg()
			bi, bp := b.firstArg()
			return cmp.Or(cmp.Compare(ai, bi), cmp.Compare(ap, bp))
		})
	}
	for _, r := range recs {
		a.add(e, r)
	}
	a.finish(e)
}

// firstArg returns the first argument of an EXECVE record, and which piece of
// it.
func (r *Record) firstArg() (index, piece int) {
	for i := range r.fields {
		if index, piece, kind := argIndex(r.name(&r.fields[i])); kind != argNone {
			return index, piece
		}
	}
	return 0, 0
}

func (a *argList) add(e *Event, r *Record) {
	if !a.seen {
		a.seen, a.argc = true, -1
		e.store.argv = slices.Grow(e.store.argv, len(r.fields)) // argc and the arguments, mostly
	}
	for i := range r.fields {
		f := &r.fields[i]
		if f.flags&(flagTail|flagInner) != 0 {
			continue
		}
		name, raw := r.name(f), r.raw(f)
		if name == "cmd" { // only rows have it, that lost the arguments' boundaries
			e.setText(&e.Cmdline, r, f)
			a.lost = true
			continue
		}
		if name == "argc" {
			if n := parseNum(raw); n.OK && a.argc < 0 {
				a.argc = int64(n.N)
			} else if !n.OK {
				a.cut = true
			}
			continue
		}
		index, piece, kind := argIndex(name)
		switch kind {
		case argLen:
			a.flush(e)
			if n := parseNum(raw); n.OK {
				a.want = int(n.N)
			}
		case argWhole:
			a.flush(e)
			if a.place(index) {
				e.store.argv = append(e.store.argv, e.arg(f, raw))
			}
		case argPiece:
			a.take(e, f, raw, index, piece)
		}
	}
}

// arg returns a whole argument. Nothing in it stands for "absent".
func (e *Event) arg(f *field, raw string) string {
	if f.flags&flagHex != 0 {
		if s, ok := decodeHex(raw, &e.store); ok {
			return s
		}
	}
	return raw
}

// place reports whether argument index is to be kept, and notes gaps.
func (a *argList) place(index int) bool {
	if index < a.next { // given twice
		a.cut = true
		return false
	}
	if index > a.next {
		a.cut = true
	}
	a.next = index + 1
	return true
}

func (a *argList) take(e *Event, f *field, raw string, index, piece int) {
	if a.piece == 0 || index != a.next-1 {
		a.flush(e)
		if !a.place(index) {
			return
		}
		if piece != 0 {
			a.cut = true
		}
	} else if piece != a.piece {
		a.cut = true
	}
	a.piece = piece + 1
	a.got += len(raw)
	if f.flags&flagQuoted != 0 {
		a.decode()
		a.text = append(a.text, raw...)
		return
	}
	a.digits = append(a.digits, raw...)
}

// decode turns the digits joined so far into bytes. Pieces may end in the
// middle of a byte, so this waits until no more digits come.
func (a *argList) decode() {
	if len(a.digits) == 0 {
		return
	}
	if s, ok := decodeHex(str(a.digits), nil); ok {
		a.text = append(a.text, s...)
	} else {
		if n := len(a.digits) - 1; n > 0 && n%2 == 0 { // half a byte is missing
			if s, ok := decodeHex(str(a.digits[:n]), nil); ok {
				a.text, a.digits, a.cut = append(a.text, s...), nil, true
				return
			}
		}
		a.text = append(a.text, a.digits...)
	}
	a.digits = a.digits[:0]
}

// flush ends the argument being joined.
func (a *argList) flush(e *Event) {
	if a.piece == 0 {
		return
	}
	a.decode()
	if a.want > 0 && a.want != a.got {
		a.cut = true
	}
	e.store.argv = append(e.store.argv, string(a.text))
	a.text, a.piece, a.want, a.got = a.text[:0], 0, 0, 0
}

func (a *argList) finish(e *Event) {
	if !a.seen {
		return
	}
	a.flush(e)
	if a.lost && len(e.store.argv) == 0 {
		return
	}
	e.Argv = e.store.argv
	e.ArgvCut = a.cut || a.argc != int64(len(e.Argv))
	switch len(e.Argv) {
	case 0:
	case 1:
		e.Cmdline = e.Argv[0]
	default:
		n := len(e.Argv) - 1
		for _, s := range e.Argv {
			n += len(s)
		}
		b := e.store.alloc(n)[:0]
		for i, s := range e.Argv {
			if i > 0 {
				b = append(b, ' ')
			}
			b = append(b, s...)
		}
		e.Cmdline = str(b)
	}
}

type argKind uint8

const (
	argNone argKind = iota
	argWhole
	argPiece
	argLen
)

// argIndex takes apart a12, a12[3] and a12_len.
func argIndex(name string) (index, piece int, kind argKind) {
	if len(name) < 2 || name[0] != 'a' {
		return 0, 0, argNone
	}
	i := 1
	for ; i < len(name) && isDigit(name[i]); i++ {
		if i > 9 {
			return 0, 0, argNone
		}
		index = index*10 + int(name[i]-'0')
	}
	rest := name[i:]
	switch {
	case i == 1:
		return 0, 0, argNone
	case rest == "":
		return index, 0, argWhole
	case rest == "_len":
		return index, 0, argLen
	case rest[0] != '[' || rest[len(rest)-1] != ']' || len(rest) > 10:
		return 0, 0, argNone
	}
	n := parseNum(strings.Trim(rest, "[]"))
	return index, int(n.N), argPiece
}
