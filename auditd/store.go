package auditd

import "github.com/tuxtrail/tuxtrail/evidence"

// store is what an event's strings point into. An event that is used again
// keeps it; one that is handed out for good has it to itself.
type store struct {
	raw    []byte // the lines, one after the other
	lines  []rawLine
	dec    []byte // decoded bytes; never moved once strings point into it
	fields []field
	argv   []string
	keys   []string
}

// rawLine is where a record's line stands in store.raw.
type rawLine struct {
	end int
	ref evidence.Ref
}

// alloc returns n bytes that stay where they are.
func (s *store) alloc(n int) []byte {
	if cap(s.dec)-len(s.dec) < n {
		s.dec = make([]byte, 0, max(2*cap(s.dec), n, 256))
	}
	at := len(s.dec)
	s.dec = s.dec[:at+n]
	return s.dec[at : at+n : at+n]
}

// replace returns text with one byte in the place of another.
func (s *store) replace(text string, from, to byte) string {
	b := s.alloc(len(text))
	for i := range b {
		if b[i] = text[i]; b[i] == from {
			b[i] = to
		}
	}
	return str(b)
}

func (s *store) reset() {
	s.raw, s.lines, s.dec = s.raw[:0], s.lines[:0], s.dec[:0]
	s.fields, s.argv, s.keys = s.fields[:0], s.argv[:0], s.keys[:0]
}
