package ptree

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Record is a process as one flat JSON object. What is unknown is absent.
type Record struct {
	ID          int            `json:"id"`
	PID         int            `json:"pid,omitzero"`
	PPID        int            `json:"ppid,omitzero"` // as stated; of an inferred parent its pid
	Exe         string         `json:"exe,omitzero"`
	Comm        string         `json:"comm,omitzero"`
	Cmdline     string         `json:"cmdline,omitzero"`
	Argv        []string       `json:"argv,omitempty"`
	ArgvCut     bool           `json:"argv_cut,omitzero"`
	User        string         `json:"user,omitzero"` // the name, else the id
	UID         string         `json:"uid,omitzero"`
	Session     Session        `json:"ses,omitzero"`
	TTY         string         `json:"tty,omitzero"`
	CWD         string         `json:"cwd,omitzero"`
	Host        string         `json:"host,omitzero"`
	Start       *time.Time     `json:"start,omitempty"`
	StartFrom   StartSource    `json:"start_from,omitzero"`
	End         *time.Time     `json:"end,omitempty"`
	EndBefore   *time.Time     `json:"end_before,omitempty"` // it ended at some time before
	EndReason   EndReason      `json:"end_reason,omitzero"`
	ExitCode    *int32         `json:"exit_code,omitempty"`
	Last        *time.Time     `json:"last,omitempty"`
	Depth       int            `json:"depth"`
	Path        string         `json:"path"`
	Parent      int            `json:"parent,omitzero"` // ID of the parent
	ParentExe   string         `json:"parent_exe,omitzero"`
	Inferred    bool           `json:"inferred"`
	Edge        EdgeKind       `json:"edge"`
	Reason      string         `json:"reason,omitzero"`
	Placeholder bool           `json:"placeholder,omitzero"`
	Context     bool           `json:"context,omitzero"`
	Children    int            `json:"children,omitzero"`
	Images      []RecordImage  `json:"images,omitempty"` // all of them, oldest first, if there was more than one
	Refs        []evidence.Ref `json:"refs,omitempty"`
}

// RecordImage is one of several images of a process.
type RecordImage struct {
	Time    *time.Time `json:"time,omitempty"`
	Exe     string     `json:"exe,omitzero"`
	Cmdline string     `json:"cmdline,omitzero"`
}

// Session is a session id that is a JSON number where it is a plain one.
type Session string

// MarshalJSON returns a number for decimal digits, else a string.
func (s Session) MarshalJSON() ([]byte, error) {
	if n, err := strconv.ParseUint(string(s), 10, 32); err == nil && strconv.FormatUint(n, 10) == string(s) {
		return []byte(s), nil
	}
	return json.Marshal(string(s))
}

// UnmarshalJSON reads both forms.
func (s *Session) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(s))
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*s = Session(n.String())
	return nil
}

// Record returns p as a flat object. JSON holds no bytes that are not UTF-8:
// they are written as \xff, here and in no other form, so that they can be
// told from what a log writer put in their place. Times are UTC.
func (p *Process) Record() Record {
	r := Record{
		ID: p.ID(), PID: p.PID, PPID: p.PPID,
		Exe: text(p.Exe), Comm: text(p.Comm), Cmdline: text(p.CommandLine()), ArgvCut: p.ArgvCut,
		User: text(cmp.Or(p.User, p.UID)), UID: text(p.UID), Session: Session(text(p.Session)), TTY: text(p.TTY), CWD: text(p.CWD),
		Host:  text(p.Host),
		Start: utc(p.Start), StartFrom: p.StartFrom, EndReason: p.EndReason, ExitCode: p.ExitCode, Last: utc(p.Last),
		Depth: p.Depth(), Path: p.Path(), Inferred: p.Edge == Inferred, Edge: p.Edge, Reason: p.Reason,
		Placeholder: p.Placeholder, Context: p.Context, Children: p.NumChildren(), Refs: p.Evidence(),
	}
	if p.EndReason == EndExit {
		r.End = utc(p.End)
	} else {
		r.EndBefore = utc(p.End)
	}
	for _, a := range p.Argv {
		r.Argv = append(r.Argv, text(a))
	}
	if q := p.parent; q != nil {
		r.Parent, r.ParentExe = q.ID(), text(p.ParentImage().Exe)
		r.PPID = cmp.Or(r.PPID, q.PID)
	}
	if len(p.Earlier) > 0 {
		for _, im := range p.Images() {
			r.Images = append(r.Images, RecordImage{utc(im.Time), text(im.Exe), text(im.CommandLine())})
		}
	}
	return r
}

func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// text returns s with the bytes that are not UTF-8 as \xff.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out []byte
	for i, w := 0, 0; i < len(s); i += w {
		var r rune
		if r, w = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && w == 1 {
			out = append(out, '\\', 'x', hex[s[i]>>4], hex[s[i]&15])
			continue
		}
		out = append(out, s[i:i+w]...)
	}
	return string(out)
}

const hex = "0123456789abcdef"

// MarshalJSON returns p as its [Record].
func (p *Process) MarshalJSON() ([]byte, error) { return json.Marshal(p.Record()) }

// MarshalJSON returns the summary, the statistics and all processes in the
// order of ID.
func (t *Tree) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Summary   Summary    `json:"summary"`
		Stats     Stats      `json:"stats"`
		Processes []*Process `json:"processes"`
	}{t.Summary(), t.stats, t.procs})
}
