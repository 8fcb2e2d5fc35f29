package logdir

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// journal gives the entries of a systemd journal file in the export format, as
// "journalctl -o export" prints them, so that what reads that reads this. The
// layout of the file is that of systemd's JOURNAL_FILE_FORMAT; the export
// format is that of JOURNAL_EXPORT_FORMATS.
//
// Objects are read one after the other as they lie in the file, which is the
// order in which they were written. That needs none of the file's indexes, so
// files that were cut or not closed read as far as they go.
type journal struct {
	r       io.ReaderAt
	head    journalHeader
	pos     uint64 // of the next object
	end     uint64 // of the file
	out     []byte // what is to be handed out
	entries uint64
	missing uint64 // fields that could not be read
	fields  map[uint64][]byte
	zstd    *zstd.Decoder
	buf     []byte
	to      *stream
}

// journalMagic begins every journal file.
const journalMagic = "LPKSHHRH"

// The flags of a journal file that tell how to read it.
const (
	journalXZ      = 1 << 0
	journalLZ4     = 1 << 1
	journalKeyed   = 1 << 2
	journalZSTD    = 1 << 3
	journalCompact = 1 << 4
)

// The types and flags of objects.
const (
	objectData  = 1
	objectEntry = 3
	objectTypes = 8

	dataXZ   = 1 << 0
	dataLZ4  = 1 << 1
	dataZSTD = 1 << 2
)

// Sizes and limits.
const (
	objectHeader = 16
	entryHeader  = 64
	maxField     = 16 << 20 // of one field, unpacked
	maxItems     = 4096     // fields of one entry
	maxEntry     = 32 << 20 // its text
	keepField    = 512      // longer fields are not kept
	keepFields   = 8192
)

type journalHeader struct {
	incompatible uint32
	seqnumID     [16]byte
	size         uint64
	tail         uint64 // of the last object
	entries      uint64
	first, last  uint64 // microseconds since 1970
}

var errNoJournal = errors.New("the header of the journal is not one")

// newJournal reads the header. What is wrong later is noted in to.
func newJournal(r io.ReaderAt, to *stream) (*journal, error) {
	var b [208]byte
	if n, err := r.ReadAt(b[:], 0); n < len(b) {
		return nil, fmt.Errorf("%w (%w)", errNoJournal, err)
	}
	le := binary.LittleEndian
	j := &journal{r: r, to: to, fields: make(map[uint64][]byte)}
	j.head = journalHeader{
		incompatible: le.Uint32(b[12:]), seqnumID: [16]byte(b[72:88]), size: le.Uint64(b[88:]), tail: le.Uint64(b[136:]),
		entries: le.Uint64(b[152:]), first: le.Uint64(b[184:]), last: le.Uint64(b[192:]),
	}
	if string(b[:8]) != journalMagic || j.head.size < 208 || j.head.size > 1<<16 {
		return nil, errNoJournal
	}
	if odd := j.head.incompatible &^ (journalXZ | journalLZ4 | journalKeyed | journalZSTD | journalCompact); odd != 0 {
		return nil, fmt.Errorf("the journal uses a feature that is not known here (flags %#x): export it with 'journalctl --file NAME -o export' into a file in this folder", odd)
	}
	j.pos = align8(j.head.size)
	j.end = j.head.size + le.Uint64(b[96:])
	return j, nil
}

func align8(n uint64) uint64 { return (n + 7) &^ 7 }

// Read gives the text of the entries.
func (j *journal) Read(p []byte) (int, error) {
	for len(j.out) == 0 {
		if err := j.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, j.out)
	j.out = j.out[n:]
	return n, nil
}

// next makes the text of the next entry; io.EOF means that there is none.
func (j *journal) next() error {
	for {
		var h [objectHeader]byte
		if n, err := j.r.ReadAt(h[:], int64(j.pos)); n < len(h) {
			return j.finish(err)
		}
		size := binary.LittleEndian.Uint64(h[8:])
		switch {
		case h[0] == 0 && size == 0 && j.pos > j.head.tail:
			return j.finish(io.EOF) // room that is not used yet
		case h[0] == 0 || h[0] >= objectTypes || size < objectHeader || j.pos+size < j.pos || j.pos+size > max(j.end, j.pos):
			if !j.resync() {
				return j.finish(io.EOF)
			}
			continue
		}
		at := j.pos
		j.pos = align8(j.pos + size)
		if h[0] == objectEntry && j.entry(at, size) {
			return nil
		}
	}
}

// finish says what is missing at the end.
func (j *journal) finish(err error) error {
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if j.entries < j.head.entries {
		j.to.problems = append(j.to.problems, fmt.Errorf("the journal says that it has %d entries, %d could be read: it is cut or damaged, copy it again or repair it", j.head.entries, j.entries))
	}
	j.head.entries = 0
	return io.EOF
}

// resync moves over bytes that are no object to the next that can only be an
// entry.
func (j *journal) resync() bool {
	if j.pos > j.head.tail {
		return false
	}
	b := make([]byte, 64<<10)
	for j.pos += 8; j.pos < j.end; {
		n, err := j.r.ReadAt(b, int64(j.pos))
		for i := 0; i+entryHeader <= n; i += 8 {
			if j.likeEntry(b[i:]) {
				j.pos += uint64(i)
				return true
			}
		}
		if err != nil || n < entryHeader {
			return false
		}
		j.pos += uint64((n - entryHeader) &^ 7)
		if n-entryHeader < 8 {
			return false
		}
	}
	return false
}

func (j *journal) likeEntry(b []byte) bool {
	le := binary.LittleEndian
	size, at := le.Uint64(b[8:]), le.Uint64(b[24:])
	return b[0] == objectEntry && le.Uint64(b)>>8 == 0 && size > entryHeader && size <= entryHeader+16*maxItems &&
		at >= j.head.first && at <= j.head.last && le.Uint64(b[16:]) != 0
}

// entry makes the text of the entry object at an offset.
func (j *journal) entry(at, size uint64) bool {
	if size < entryHeader || size > entryHeader+16*maxItems {
		return false
	}
	if uint64(cap(j.buf)) < size {
		j.buf = make([]byte, size)
	}
	b := j.buf[:size]
	if n, _ := j.r.ReadAt(b, int64(at)); uint64(n) < size {
		return false
	}
	le := binary.LittleEndian
	seqnum, when, mono, boot, hash := le.Uint64(b[16:]), le.Uint64(b[24:]), le.Uint64(b[32:]), b[40:56], le.Uint64(b[56:])
	if when == 0 {
		return false
	}
	j.entries++
	o := fmt.Appendf(j.out[:0], "__CURSOR=s=%x;i=%x;b=%x;m=%x;t=%x;x=%x\n__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%x\n",
		j.head.seqnumID, seqnum, boot, mono, when, hash, when, mono, boot)
	step := 16
	if j.head.incompatible&journalCompact != 0 {
		step = 4
	}
	for items := b[entryHeader:]; len(items) >= step; items = items[step:] {
		off := uint64(le.Uint32(items))
		if step == 16 {
			off = le.Uint64(items)
		}
		if off == 0 {
			continue
		}
		field, err := j.field(off)
		if err == nil && len(o)+len(field) > maxEntry {
			err = ErrTooLarge
		}
		if err != nil {
			j.unreadable(at, err)
			continue
		}
		o = appendField(o, field)
	}
	j.out = append(o, '\n')
	return true
}

// unreadable notes that fields of an entry are missing, the first time.
func (j *journal) unreadable(at uint64, err error) {
	if j.missing++; j.missing == 1 {
		j.to.problems = append(j.to.problems, fmt.Errorf("fields of the journal's entries, first of that at byte %d, cannot be read: copy it again or repair it (%w)", at, err))
	}
}

// appendField writes one field, "NAME=value" or, where the value is no text of
// one line, its name, length and bytes. A name that is none is left out: it
// could forge what follows.
func appendField(o, field []byte) []byte {
	name, value, ok := bytes.Cut(field, []byte("="))
	if !ok || len(name) == 0 || len(name) > 64 || string(name) == "_BOOT_ID" {
		return o
	}
	for _, c := range name {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return o
		}
	}
	if printableText(value) {
		return append(append(o, field...), '\n')
	}
	o = append(append(o, name...), '\n')
	o = binary.LittleEndian.AppendUint64(o, uint64(len(value)))
	return append(append(o, value...), '\n')
}

// printableText is systemd's rule for values that need no length.
func printableText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(b)
}

// field returns the content of the data object at an offset.
func (j *journal) field(off uint64) ([]byte, error) {
	if f, ok := j.fields[off]; ok {
		return f, nil
	}
	var h [objectHeader]byte
	if n, _ := j.r.ReadAt(h[:], int64(off)); off > j.end || n < len(h) {
		return nil, io.ErrUnexpectedEOF
	}
	skip := uint64(64)
	if j.head.incompatible&journalCompact != 0 {
		skip = 72
	}
	size := binary.LittleEndian.Uint64(h[8:])
	if h[0] != objectData || size < skip || size > maxField+skip || off+size > j.end {
		return nil, errors.New("no data object")
	}
	b := make([]byte, size-skip)
	if n, _ := j.r.ReadAt(b, int64(off+skip)); n < len(b) {
		return nil, io.ErrUnexpectedEOF
	}
	b, err := j.unpack(b, h[1])
	if err != nil {
		return nil, err
	}
	if len(b) <= keepField {
		if len(j.fields) >= keepFields {
			clear(j.fields)
		}
		j.fields[off] = b
	}
	return b, nil
}

// unpack undoes the compression that an object's flags name.
func (j *journal) unpack(b []byte, flags byte) ([]byte, error) {
	switch {
	case flags&dataZSTD != 0:
		if j.zstd == nil {
			z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxField))
			if err != nil {
				return nil, err
			}
			j.zstd = z
			j.to.closers = append(j.to.closers, z.Close)
		}
		return j.zstd.DecodeAll(b, nil)
	case flags&dataLZ4 != 0:
		return unLZ4(b)
	case flags&dataXZ != 0:
		x, err := newXZ(bufioOf(b))
		if err != nil {
			return nil, err
		}
		return readLimited(x, maxField)
	}
	return b, nil
}
