package verify

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Source is what an investigation is held against. A logdir.Dir is one.
type Source interface {
	// Digests yields the size and SHA-256 of each input.
	Digests(ctx context.Context) iter.Seq[evidence.Digest]
	// Content opens what references count in: an input, unpacked. A name
	// that is none of an input is an error.
	Content(ctx context.Context, file string) (io.ReadCloser, error)
	// Prefix returns the SHA-256 of the first n bytes of an input as it is
	// stored, in lower-case hex.
	Prefix(ctx context.Context, file string, n int64) (string, error)
}

// Options sets how an investigation is read. The zero value works.
type Options struct {
	// MaxBytes is how long its JSON may be; 0 means DefaultMaxBytes.
	MaxBytes int64
}

// DefaultMaxBytes is how long the JSON of an investigation may be.
const DefaultMaxBytes = 1 << 30

// Errors that a caller may tell apart with [errors.Is].
var (
	// ErrNoInvestigation is wrapped where the JSON is not that of an
	// investigation, or of a version that is not known here.
	ErrNoInvestigation = errors.New("not the JSON of an investigation")
	// ErrTooLarge is wrapped where the JSON is longer than allowed.
	ErrTooLarge = errors.New("longer than the limit")
	// ErrNoDigests is wrapped where the investigation names no sources: it was
	// not made from files.
	ErrNoDigests = errors.New("the investigation names no files with their SHA-256: it was not made from files, or by an older version")
)

// State says what became of a file or a line.
type State string

// The states. The first four hold.
const (
	Same     State = "same"     // the bytes stand where they stood
	Moved    State = "moved"    // the same bytes in a file of another name
	Repacked State = "repacked" // what the file unpacks to is the same, its own bytes are not
	Appended State = "appended" // the same bytes, and more behind them

	Truncated State = "truncated" // the file is shorter
	Changed   State = "changed"   // other bytes stand there
	Missing   State = "missing"   // there is no such file any more, or it ends before the line
	Bad       State = "bad"       // the investigation itself is wrong: what it cites is no reference, or is not what it keeps
)

// Holds reports whether what was claimed still stands.
func (s State) Holds() bool {
	return s == Same || s == Moved || s == Repacked || s == Appended
}

// File is what became of one source.
type File struct {
	File   string `json:"file"`
	State  State  `json:"state"`
	Now    string `json:"now,omitempty"` // its name now, where that is another
	Why    string `json:"why,omitempty"`
	Size   int64  `json:"size"` // bytes, when the investigation was made
	Is     int64  `json:"is"`   // bytes now
	SHA256 string `json:"sha256,omitempty"`
	Has    string `json:"has,omitempty"` // the SHA-256 now
	Cited  int    `json:"cited"`         // lines of it that are cited and kept
	Held   int    `json:"held"`          // of them those that still stand there
}

// Line is a cited line that does not hold.
type Line struct {
	Ref   evidence.Ref `json:"ref"`
	State State        `json:"state"` // Changed, Missing, Bad
	Why   string       `json:"why"`
	Was   []byte       `json:"was"`
	Is    []byte       `json:"is,omitempty"` // what stands there now
}

// Finding is how much of what a finding rests on still holds.
type Finding struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Cited int    `json:"cited"` // lines that it cites
	Held  int    `json:"held"`  // that hold: read again, or part of a file that is the same
}

// Result says what still holds of an investigation.
type Result struct {
	Host     string    `json:"host"`
	Files    []File    `json:"files"`              // in the order of the investigation
	New      []string  `json:"new,omitempty"`      // files of the source that the investigation did not have
	Findings []Finding `json:"findings,omitempty"` // in the order of the investigation
	Cited    int       `json:"cited"`              // lines that were kept and read again
	Held     int       `json:"held"`
	Lines    []Line    `json:"lines,omitempty"`  // those that do not hold, the first MaxLines
	Unkept   int       `json:"unkept,omitempty"` // lines that findings cite and the investigation does not keep: their file alone vouches for them
}

// MaxLines is how many lines that do not hold a [Result] lists.
const MaxLines = 1000

// Holds reports whether everything does: every file has its bytes and every
// cited line stands where it was. New files do not count against it.
func (r *Result) Holds() bool {
	return r.Cited == r.Held && !slices.ContainsFunc(r.Files, func(f File) bool { return !f.State.Holds() })
}

// Check reads the JSON of an investigation and its sources again, each once
// for its SHA-256 and, where lines of it are cited, once more for those. Files
// are found by their names, else by their SHA-256, also by that of what they
// unpack to.
//
// Errors are those of reading the JSON, wrapped [ErrNoInvestigation],
// [ErrTooLarge] or [ErrNoDigests], and that of ctx. A source that cannot be
// read is no error but a result.
func Check(ctx context.Context, report io.Reader, src Source, o Options) (*Result, error) {
	inv, err := read(report, cmp.Or(o.MaxBytes, DefaultMaxBytes))
	if err != nil {
		return nil, err
	}
	c := &checker{ctx: ctx, src: src, inv: inv, r: &Result{Host: inv.Host.Name}, held: map[evidence.Ref]bool{}}
	for d := range src.Digests(ctx) {
		c.now = append(c.now, d)
	}
	c.files()
	c.lines()
	c.findings()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.r, nil
}

type checker struct {
	ctx  context.Context //nolint:containedctx // lives as long as one call of Check
	src  Source
	inv  *investigation
	now  []evidence.Digest
	r    *Result
	held map[evidence.Ref]bool // cited lines that stand
}

// findings says of each finding how much of it holds.
func (c *checker) findings() {
	kept := make(map[evidence.Ref]bool, len(c.inv.Evidence))
	for i := range c.inv.Evidence {
		kept[c.inv.Evidence[i].Ref] = true
	}
	same := map[string]bool{}
	for _, f := range c.r.Files {
		same[f.File] = f.State.Holds()
	}
	unkept := map[evidence.Ref]bool{}
	for _, f := range c.inv.Findings {
		out := Finding{ID: f.ID, Title: f.Title}
		seen := map[evidence.Ref]bool{}
		see := func(refs []evidence.Ref) {
			for _, r := range refs {
				if seen[r] || r.IsZero() {
					continue
				}
				seen[r] = true
				out.Cited++
				switch {
				case kept[r]:
					if c.held[r] {
						out.Held++
					}
				case same[r.File]:
					out.Held++
					unkept[r] = true
				default:
					unkept[r] = true
				}
			}
		}
		see(f.Refs)
		for _, s := range f.Steps {
			see(s.Refs)
		}
		c.r.Findings = append(c.r.Findings, out)
	}
	c.r.Unkept = len(unkept)
}
