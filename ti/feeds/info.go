package feeds

import (
	"encoding/binary"
	"time"

	"github.com/tuxtrail/tuxtrail/ti"
)

// Bounds of what an index keeps of the texts of an entry.
const (
	maxText      = 512  // bytes of a description, a threat, a condition, an ID
	maxReference = 2048 // bytes
	maxTags      = 32
)

// appendInfo writes what an index keeps of an entry beside its key, flags and
// place.
func appendInfo(b []byte, e *Entry) []byte {
	b = append(b, byte(e.Severity), byte(e.Confidence))
	b = binary.AppendUvarint(b, uint64(e.Port))
	for _, t := range [...]time.Time{e.ValidFrom, e.ValidUntil, e.FirstSeen, e.LastSeen} {
		b = appendTime(b, t)
	}
	for _, s := range [...]string{e.Source, e.Threat, e.Description, e.Partly, e.ID} {
		b = appendText(b, s, maxText)
	}
	b = appendText(b, e.Reference, maxReference)
	tags := e.Tags[:min(len(e.Tags), maxTags)]
	b = append(b, byte(len(tags)))
	for _, t := range tags {
		b = appendText(b, t, maxText)
	}
	return b
}

// appendTime keeps whole seconds; the zero time is one byte.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	return binary.AppendVarint(append(b, 1), t.Unix())
}

func appendText(b []byte, s string, limit int) []byte {
	if len(s) > limit {
		s = s[:limit]
	}
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// infoReader reads what appendInfo wrote.
type infoReader []byte

func (r *infoReader) byte() byte {
	c := (*r)[0]
	*r = (*r)[1:]
	return c
}

func (r *infoReader) uint() uint64 {
	v, n := binary.Uvarint(*r)
	*r = (*r)[n:]
	return v
}

func (r *infoReader) time() time.Time {
	if r.byte() == 0 {
		return time.Time{}
	}
	v, n := binary.Varint(*r)
	*r = (*r)[n:]
	return time.Unix(v, 0).UTC()
}

// same reads a text if it is s, and returns "" otherwise.
func (r *infoReader) same(s string) string {
	n, w := binary.Uvarint(*r)
	if n == 0 || string((*r)[w:w+int(n)]) != s {
		return ""
	}
	*r = (*r)[w+int(n):]
	return s
}

func (r *infoReader) text() string {
	n := r.uint()
	s := string((*r)[:n])
	*r = (*r)[n:]
	return s
}

// readInfo reads what appendInfo wrote. usual is the source that it most often
// is.
func readInfo(b []byte, e *Entry, usual string) {
	r := infoReader(b)
	e.Severity = ti.Severity(r.byte())
	e.Confidence = int(r.byte())
	e.Port = uint16(r.uint())
	for _, t := range [...]*time.Time{&e.ValidFrom, &e.ValidUntil, &e.FirstSeen, &e.LastSeen} {
		*t = r.time()
	}
	if e.Source = r.same(usual); e.Source == "" {
		e.Source = r.text()
	}
	for _, s := range [...]*string{&e.Threat, &e.Description, &e.Partly, &e.ID, &e.Reference} {
		*s = r.text()
	}
	if n := int(r.byte()); n > 0 {
		e.Tags = make([]string, n)
		for i := range e.Tags {
			e.Tags[i] = r.text()
		}
	}
}
