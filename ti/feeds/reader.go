package feeds

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Reader reads one file of intelligence, of whatever format, as a stream.
type Reader struct {
	r     io.Reader
	name  string
	o     Options
	stats Stats
}

// NewReader returns a Reader of r. name is the file's name: it stands in the
// references, and some formats are told by it. A Reader is used once.
func NewReader(r io.Reader, name string, o Options) *Reader {
	return &Reader{r: r, name: name, o: o.withDefaults()}
}

// All reads the entries in their order. What is broken is yielded as an
// *evidence.LineError, and reading goes on; an error of another type ends the
// file: one of reading, ErrFileSize, or ErrNotIntel.
func (r *Reader) All() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		p := parser{o: r.o, name: r.name, st: &r.stats}
		p.yield = func(e *Entry) bool { return yield(*e, nil) }
		p.fail = func(err *evidence.LineError) bool { return yield(Entry{}, err) }
		if err := p.read(r.r); err != nil && !errors.Is(err, errStop) {
			yield(Entry{}, err)
		}
	}
}

// Stats returns the counts so far; Entries is what was yielded.
func (r *Reader) Stats() Stats { return r.stats }

// errStop says that the caller wants no more.
var errStop = errors.New("stop")

// sniffed is how much of a file is looked at to tell its format.
const sniffed = 64 << 10

// parser reads one file.
type parser struct {
	o      Options
	name   string
	format Format
	source string
	st     *Stats
	start  int64 // where the text begins, behind a byte order mark
	shapes evidence.Shapes
	yield  func(*Entry) bool
	fail   func(*evidence.LineError) bool
}

// limited is a reader that ends with an error at a limit.
type limited struct {
	r    io.Reader
	left int64
	st   *Stats
}

func (l *limited) Read(b []byte) (int, error) {
	if int64(len(b)) > l.left+1 {
		b = b[:l.left+1]
	}
	n, err := l.r.Read(b)
	if int64(n) > l.left {
		n = int(l.left)
		err = ErrFileSize
	}
	l.left -= int64(n)
	l.st.Bytes += int64(n)
	return n, err
}

// read tells the format and reads the file.
func (p *parser) read(r io.Reader) error {
	p.st.File = p.name
	br := bufio.NewReaderSize(&limited{r, p.o.MaxFile, p.st}, sniffed)
	head, err := br.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return err
	}
	whole := err != nil
	if bom := []byte("\ufeff"); bytes.HasPrefix(head, bom) {
		if _, err := br.Discard(len(bom)); err != nil {
			return err
		}
		head = head[len(bom):]
		p.start = int64(len(bom))
	}
	how, err := p.sniff(head, whole)
	if err != nil {
		return fmt.Errorf("%q: %w", p.name, err)
	}
	if p.source == "" {
		p.source = sourceNames[p.format]
	}
	if p.source == "" {
		p.source = plainName(p.name)
	}
	p.st.Kind, p.st.Format, p.st.Source = p.format, string(p.format), p.source
	err = how(p, br)
	p.st.Kind, p.st.Format, p.st.Source = p.format, string(p.format), p.source
	p.st.Shapes = p.shapes.List()
	if err != nil && !errors.Is(err, errStop) {
		p.st.Note(err)
		return fmt.Errorf("%q: %w", p.name, err)
	}
	return err
}

// sourceNames are the names of feeds that a format is of.
var sourceNames = map[Format]string{
	DROP: "Spamhaus DROP", TorExits: "Tor exits", KEV: "CISA KEV", Feodo: "Feodo Tracker",
	URLhaus: "URLhaus", ThreatFox: "ThreatFox", Bazaar: "MalwareBazaar", SSLBL: "SSLBL",
}

// plainName is a file's name without folders and endings.
func plainName(name string) string {
	name = path.Base(name)
	for _, ext := range []string{".gz", ".zip"} {
		name = strings.TrimSuffix(name, ext)
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name
}

// free reports whether the format is nobody's own, so that Options.Subdomains
// speaks of it.
func (p *parser) free() bool { return p.format == List || p.format == CSV || p.format == JSON }

// entry hands on an entry and reports whether to go on.
func (p *parser) entry(e *Entry) bool {
	p.st.Records++
	if e.Source == "" {
		e.Source = p.source
	}
	e.Format = p.format
	if e.Partly != "" {
		p.st.Conditional++
	}
	return p.yield(e)
}

// bad counts what is broken.
func (p *parser) bad(ref evidence.Ref, err error) bool {
	p.st.Unknown++
	le := ref.At(err)
	p.st.Note(le)
	return p.fail(le)
}

// unknown counts a value that is no indicator.
func (p *parser) unknown(v string, ref evidence.Ref) bool {
	if len(v) > 200 {
		v = v[:200]
	}
	p.shapes.Add(string(p.format), v, ref)
	return p.bad(ref, fmt.Errorf("%q is no indicator", v))
}

// unsupported counts an indicator that is understood but cannot be looked up.
func (p *parser) unsupported(group, text string, ref evidence.Ref) {
	p.st.Unsupported++
	p.shapes.Add(group, text, ref)
}
