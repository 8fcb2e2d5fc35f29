package sentinel

import (
	"context"
	"slices"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// perAhead is how many seconds one query of Ahead names.
const perAhead = 500

// Ahead reads the rows of references that [Workspace.Raw] will be asked for:
// those of one table and day with one query for 500 seconds, in the place of
// one for each. Only the rows themselves are kept, up to 64 MiB together; what
// is not kept, or could not be read, Raw asks for. References of other sources
// are passed over. The only errors are the end of ctx and a login that fails.
func (w *Workspace) Ahead(ctx context.Context, refs []evidence.Ref) error {
	type cited struct {
		ref    evidence.Ref
		number int64
	}
	type table struct{ query, file string }
	params := map[table]Params{}
	wanted := map[table]map[int64][]cited{}
	var order []table
	for _, r := range refs {
		query, p, number, err := ParseRef(r)
		if err != nil {
			continue
		}
		t := table{query, r.File}
		if wanted[t] == nil {
			wanted[t], params[t] = map[int64][]cited{}, p
			order = append(order, t)
		}
		second := p.Window.Start.Unix()
		wanted[t][second] = append(wanted[t][second], cited{r, number})
	}
	for _, t := range order {
		var all []int64
		for second := range wanted[t] {
			all = append(all, second)
		}
		slices.Sort(all)
		for part := range slices.Chunk(all, perAhead) {
			p := params[t]
			p.Seconds = part
			p.Window = querytime.Window{Start: unix(part[0]), End: unix(part[len(part)-1] + 1)}
			rows, err := w.ofSeconds(ctx, t.query, p)
			if fatal(err) || ctx.Err() != nil {
				return err
			}
			w.mu.Lock()
			for second, list := range rows {
				for _, c := range wanted[t][second] {
					if row := find(list, c.ref, c.number); row != nil {
						w.room(len(row))
						w.ahead[c.ref] = row
						w.size += len(row)
					}
				}
			}
			w.mu.Unlock()
		}
	}
	return nil
}

// ofSeconds returns the rows of seconds as objects.
func (w *Workspace) ofSeconds(ctx context.Context, query string, p Params) (map[int64][][]byte, error) {
	out := map[int64][][]byte{}
	s := &stream{raw: query == "audit_lines"}
	var last error
	for row, err := range w.Rows(ctx, query, p) {
		if err != nil { // the seconds of a gap are asked for one by one
			last = err
			continue
		}
		second := secondOf(row.Value("TimeGenerated"))
		out[second] = append(out[second], s.objectOf(row))
	}
	return out, last
}
