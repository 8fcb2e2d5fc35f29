package hunt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// SourceState is what became of an input of an investigation.
type SourceState string

// The states.
const (
	SourceSame    SourceState = "same"    // the same bytes
	SourceMoved   SourceState = "moved"   // the same bytes under another name
	SourceChanged SourceState = "changed" // other bytes: written on, cut, edited
	SourceMissing SourceState = "missing"
	SourceUnread  SourceState = "unread" // it cannot be summed up now, or could not be then
)

// LineState is what became of a line that an investigation cites.
type LineState string

// The states.
const (
	LineHolds   LineState = "holds"
	LineChanged LineState = "changed" // other bytes stand there
	LineGone    LineState = "gone"    // it cannot be read again
	// LineUnknown is a line that stands in an input that changed, and that the
	// investigation does not hold itself, see Options.MaxEvidence.
	LineUnknown LineState = "unknown"
)

// Verification says what of an investigation still stands in its sources.
type Verification struct {
	Holds   bool          `json:"holds"`   // everything does
	Sources []SourceCheck `json:"sources"` // in the order of the investigation
	Claims  []ClaimCheck  `json:"claims"`  // findings, sessions, and what happened by kind
	Lines   int           `json:"lines"`   // cited, each once
	Good    int           `json:"good"`    // of them that hold
	Broken  []LineCheck   `json:"broken,omitempty"`
}

// SourceCheck is what became of one input.
type SourceCheck struct {
	File  string      `json:"file"`
	State SourceState `json:"state"`
	Now   string      `json:"now,omitempty"` // its name, where it moved
	Why   string      `json:"why,omitempty"` // in words, where it is not the same
}

// ClaimCheck is what became of one claim.
type ClaimCheck struct {
	Kind  string `json:"kind"`         // "finding", "session", "silence", "sudo", "change", "job" …
	ID    string `json:"id,omitempty"` // of a finding, session or silence; the others are checked by kind
	Holds bool   `json:"holds"`
	Lines int    `json:"lines"`
	Good  int    `json:"good"`
}

// LineCheck is a line that does not stand where it stood.
type LineCheck struct {
	Ref   evidence.Ref `json:"ref"`
	State LineState    `json:"state"`
	Why   string       `json:"why,omitempty"`
	Want  string       `json:"want,omitempty"` // quoted where it holds what cannot be printed
	Got   string       `json:"got,omitempty"`
}

// ErrNothingToVerify is the error for an investigation that names neither
// sources nor lines.
var ErrNothingToVerify = errors.New("the investigation names no sources and cites no lines")

// Verify reads the sources of an investigation again, sums them up, compares
// every line that it cites with the bytes that stand there now, and says what
// still holds. A file that was renamed is found by its bytes. It does not say
// whether the conclusions follow from the lines: hunt again for that.
//
// The error is that of the context, or [ErrNothingToVerify].
func Verify(ctx context.Context, src Source, inv *Investigation) (*Verification, error) {
	c := checker{ctx: ctx, src: src, out: &Verification{}, moved: map[string]string{}, same: map[string]bool{}, state: map[evidence.Ref]LineState{}, held: map[evidence.Ref]*RawLine{}}
	for i := range inv.Evidence {
		c.held[inv.Evidence[i].Ref] = &inv.Evidence[i]
	}
	c.sources(inv.Coverage.Sources)
	c.claims(inv)
	for i := range inv.Evidence {
		c.line(inv.Evidence[i].Ref)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := c.out
	if len(out.Sources) == 0 && out.Lines == 0 {
		return nil, ErrNothingToVerify
	}
	slices.SortFunc(out.Broken, func(a, b LineCheck) int { return a.Ref.Compare(b.Ref) })
	out.Holds = out.Good == out.Lines && !slices.ContainsFunc(out.Sources, func(s SourceCheck) bool { return s.State != SourceSame && s.State != SourceMoved })
	return out, nil
}

type checker struct {
	ctx   context.Context //nolint:containedctx // lives as long as one call of Verify
	src   Source
	out   *Verification
	moved map[string]string // files that have another name now
	same  map[string]bool   // files whose bytes are the same
	held  map[evidence.Ref]*RawLine
	state map[evidence.Ref]LineState
}

// sources compares the sums.
func (c *checker) sources(want []evidence.Digest) {
	now := map[string]evidence.Digest{}
	named := map[string]string{} // by sum
	sums := false
	if s, ok := c.src.(DigestSource); ok {
		sums = true
		for d := range s.Digests(c.ctx) {
			now[d.File] = d
			if d.SHA256 != "" && (named[d.SHA256] == "" || d.File < named[d.SHA256]) {
				named[d.SHA256] = d.File
			}
		}
	}
	for _, w := range want {
		got, there := now[w.File]
		check := SourceCheck{File: w.File}
		switch other := named[w.SHA256]; {
		case w.SHA256 == "":
			check.State, check.Why = SourceUnread, "it was not summed up when it was read: "+cmp.Or(w.Error, "no reason is given")
		case !sums:
			check.State, check.Why = SourceUnread, "this source cannot sum up its inputs"
		case there && got.SHA256 == w.SHA256:
			check.State = SourceSame
		case other != "":
			check.State, check.Now, check.Why = SourceMoved, other, "the same bytes stand in another file"
			c.moved[w.File] = other
		case !there:
			check.State, check.Why = SourceMissing, "there is no such file among the logs"
		case got.SHA256 == "":
			check.State, check.Why = SourceUnread, cmp.Or(got.Error, "it cannot be read to its end")
		default:
			check.State, check.Why = SourceChanged, sizeChange(w.Size, got.Size)
		}
		c.same[w.File] = check.State == SourceSame || check.State == SourceMoved
		c.out.Sources = append(c.out.Sources, check)
	}
}

func sizeChange(was, is int64) string {
	switch {
	case is > was:
		return fmt.Sprintf("it holds %d bytes more than it did", is-was)
	case is < was:
		return fmt.Sprintf("it holds %d bytes less than it did", was-is)
	}
	return "it holds other bytes"
}

// claims checks the lines of every claim.
func (c *checker) claims(inv *Investigation) {
	for i := range inv.Findings {
		f := &inv.Findings[i]
		lists := [][]evidence.Ref{f.Refs}
		for k := range f.Steps {
			lists = append(lists, f.Steps[k].Refs)
		}
		c.claim("finding", f.ID, lists...)
	}
	for i := range inv.Sessions {
		c.claim("session", inv.Sessions[i].ID, inv.Sessions[i].Refs)
	}
	for i := range inv.Silences {
		c.claim("silence", inv.Silences[i].ID, inv.Silences[i].Refs)
	}
	c.claim("sudo", "", refsIn(inv.Sudo, func(x *Command) []evidence.Ref { return x.Refs })...)
	c.claim("account change", "", refsIn(inv.Changes, func(x *AccountChange) []evidence.Ref { return x.Refs })...)
	c.claim("cron job", "", refsIn(inv.Jobs, func(x *Job) []evidence.Ref { return x.Refs })...)
	c.claim("crontab edit", "", refsIn(inv.CronEdits, func(x *CronEdit) []evidence.Ref { return x.Refs })...)
	c.claim("unit start", "", refsIn(inv.Units, func(x *UnitStart) []evidence.Ref { return x.Refs })...)
	c.claim("file change", "", refsIn(inv.FileChanges, func(x *FileChange) []evidence.Ref { return x.Refs })...)
	c.claim("connection", "", refsIn(inv.Connections, func(x *Connection) []evidence.Ref { return x.Refs })...)
	c.claim("process", "", refsIn(inv.Processes, func(x *Process) []evidence.Ref { return x.Refs })...)
	c.claim("logon attempt", "", refsIn(inv.Logons.Tries, func(x *Try) []evidence.Ref { return x.Refs })...)
	c.claim("indicator", "", refsIn(inv.Indicators, func(x *Indicator) []evidence.Ref { return x.Refs })...)
	c.claim("address", "", refsIn(inv.Network.Addresses, func(x *Address) []evidence.Ref { return x.Refs })...)
	c.claim("command", "", refsIn(inv.Commands, func(x *CommandUse) []evidence.Ref { return x.Refs })...)
	var apps [][]evidence.Ref
	for i := range inv.Applications {
		a := &inv.Applications[i]
		apps = append(apps, refsIn(a.Risky, func(x *RiskyLine) []evidence.Ref { return x.Refs })...)
		apps = append(apps, refsIn(a.Rare, func(x *RareLine) []evidence.Ref { return []evidence.Ref{x.Ref} })...)
	}
	c.claim("application", "", apps...)
	c.claim("moment", "", refsIn(inv.Timeline, func(x *Moment) []evidence.Ref { return []evidence.Ref{x.Ref} })...)
}

func refsIn[T any](list []T, refs func(*T) []evidence.Ref) [][]evidence.Ref {
	out := make([][]evidence.Ref, 0, len(list))
	for i := range list {
		out = append(out, refs(&list[i]))
	}
	return out
}

func (c *checker) claim(kind, id string, lists ...[]evidence.Ref) {
	seen := map[evidence.Ref]bool{}
	check := ClaimCheck{Kind: kind, ID: id}
	for _, refs := range lists {
		for _, r := range refs {
			if r.IsZero() || seen[r] || c.ctx.Err() != nil {
				continue
			}
			seen[r] = true
			check.Lines++
			if c.line(r) == LineHolds {
				check.Good++
			}
		}
	}
	if check.Lines == 0 && id == "" {
		return
	}
	check.Holds = check.Good == check.Lines
	c.out.Claims = append(c.out.Claims, check)
}

// line checks one line, once.
func (c *checker) line(r evidence.Ref) LineState {
	if s, ok := c.state[r]; ok {
		return s
	}
	if c.ctx.Err() != nil {
		return LineUnknown
	}
	check := c.compare(r)
	c.state[r] = check.State
	c.out.Lines++
	if check.State == LineHolds {
		c.out.Good++
	} else {
		c.out.Broken = append(c.out.Broken, check)
	}
	return check.State
}

func (c *checker) compare(r evidence.Ref) LineCheck {
	held, check := c.held[r], LineCheck{Ref: r}
	if held == nil && c.same[r.File] {
		check.State = LineHolds // its file is, byte for byte, what it was
		return check
	}
	at := r
	at.File = cmp.Or(c.moved[r.File], r.File)
	got, err := c.src.Raw(c.ctx, at)
	switch {
	case err != nil:
		check.State, check.Why = LineGone, err.Error()
		if held != nil {
			check.Want = printableBytes(held.Bytes())
		}
	case held == nil:
		check.State, check.Why, check.Got = LineUnknown, "its file changed, and the investigation does not hold the line", printableBytes(got)
	case bytes.Equal(got, held.Bytes()):
		check.State = LineHolds
	default:
		check.State, check.Want, check.Got = LineChanged, printableBytes(held.Bytes()), printableBytes(got)
	}
	return check
}

const maxShown = 400

// printableBytes returns a line so that a terminal can show it.
func printableBytes(b []byte) string {
	cut := ""
	if len(b) > maxShown {
		b, cut = b[:maxShown], "…"
	}
	return visible(string(b)) + cut
}
