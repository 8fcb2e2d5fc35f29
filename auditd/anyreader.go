package auditd

import (
	"bufio"
	"bytes"
	"io"
)

// NewAnyReader returns a Reader of r, which holds either lines of an audit log,
// as for [NewReader], or rows of other tools, as for [NewRowReader]: text that
// begins with a JSON object, or with an array of them, is rows. Space and a
// byte order mark before that are passed over. A read error is met when the
// Reader reads.
func NewAnyReader(r io.Reader, o Options) *Reader {
	b := bufio.NewReaderSize(r, 64<<10)
	start, _ := b.Peek(512)
	start = bytes.TrimLeft(start, "\ufeff \t\r\n")
	if len(start) > 0 && (start[0] == '{' || start[0] == '[' && bytes.HasPrefix(bytes.TrimLeft(start[1:], " \t\r\n"), []byte("{"))) {
		return NewRowReader(b, o)
	}
	return NewReader(b, o)
}
