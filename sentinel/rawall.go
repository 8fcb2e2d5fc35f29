package sentinel

import (
	"context"
	"iter"
	"slices"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// perAsk is how many seconds one query of RawAll names.
const perAsk = 500

// RawAll yields what [Workspace.Raw] returns for each of refs, in their order.
// References of one table and day that stand together are read with one query
// for 500 seconds, in the place of one for each second. Of the answers only the
// rows asked for are kept, and only until they are yielded.
func (w *Workspace) RawAll(ctx context.Context, refs []evidence.Ref) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for len(refs) > 0 {
			part := together(refs)
			rows, err := w.rawOf(ctx, part)
			for _, r := range part {
				row := rows[r]
				switch {
				case row != nil:
					if !yield(row, nil) {
						return
					}
				case err != nil && (fatal(err) || ctx.Err() != nil):
					if !yield(nil, err) {
						return
					}
				default: // a gap, a reference of another source, a row that is gone
					if !yield(w.Raw(ctx, r)) {
						return
					}
				}
			}
			refs = refs[len(part):]
		}
	}
}

// together returns the references at the front that one query can read.
func together(refs []evidence.Ref) []evidence.Ref {
	seconds := map[int64]bool{}
	for i, r := range refs {
		if seconds[r.Line/perRow/perSecond] = true; r.File != refs[0].File || len(seconds) > perAsk {
			return refs[:i]
		}
	}
	return refs
}

// rawOf reads the rows of references of one table and day; those that are not
// found are left out.
func (w *Workspace) rawOf(ctx context.Context, refs []evidence.Ref) (map[evidence.Ref][]byte, error) {
	type cited struct {
		ref    evidence.Ref
		number int64
	}
	wanted := map[int64][]cited{}
	var query string
	var p Params
	for _, r := range refs {
		q, params, number, err := ParseRef(r)
		if err != nil {
			continue
		}
		query, p = q, params
		second := p.Window.Start.Unix()
		wanted[second] = append(wanted[second], cited{r, number})
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	for second := range wanted {
		p.Seconds = append(p.Seconds, second)
	}
	slices.Sort(p.Seconds)
	p.Window = querytime.Window{Start: unix(p.Seconds[0]), End: unix(p.Seconds[len(p.Seconds)-1] + 1)}
	out := map[evidence.Ref][]byte{}
	at, rows := int64(-1), [][]byte(nil)
	flush := func() {
		for _, c := range wanted[at] {
			if row := find(rows, c.ref, c.number); row != nil {
				out[c.ref] = row
			}
		}
		rows = nil
	}
	s := &stream{raw: query == "audit_lines"}
	var last error
	for row, err := range w.Rows(ctx, query, p) {
		if err != nil { // the rows of a gap are asked for one by one
			last = err
			continue
		}
		if second := secondOf(row.Value("TimeGenerated")); second != at {
			flush()
			at = second
		}
		rows = append(rows, s.objectOf(row))
	}
	flush()
	return out, last
}
