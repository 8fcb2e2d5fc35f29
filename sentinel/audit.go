package sentinel

import (
	"context"
	"iter"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// early is by how much the clock of a host may run before that of the service.
const early = 5 * time.Minute

// Audit yields the events of all tables with records of auditd of host in win,
// in the order of time; host "" stands for all hosts. An event's time is its
// own; the rows are looked for by the time they came in, up to
// Options.AuditLag later. An event that several tables hold comes once.
//
// Which tables there are is found out by their names and columns:
// LinuxAuditLog, AuditLog_CL, those of Options.AuditTables and custom tables
// with "audit" or "laurel" in their names. Without any, the only error is a
// [*MissingError].
func (w *Workspace) Audit(ctx context.Context, host string, win querytime.Window) iter.Seq2[*auditd.Event, error] {
	return func(yield func(*auditd.Event, error) bool) {
		tables, err := w.auditTables(ctx, win)
		if err == nil && len(tables) == 0 {
			missing := &MissingError{What: "audit events", Tables: []string{linuxAuditTable, auditLogTable, "a custom table of LAUREL"}}
			w.notRead(missing)
			err = missing
		}
		if err != nil {
			yield(nil, err)
			return
		}
		wide := win.Widen(early, w.o.AuditLag)
		var all []iter.Seq2[*auditd.Event, error]
		for _, t := range tables {
			p := Params{Host: host, Window: wide}
			if t.query != "audit_records" {
				p.Table = t.name
			}
			all = append(all, w.auditTable(ctx, t, p, win))
		}
		mergeEvents(all, yield)
	}
}

// auditTable yields the events of one table.
func (w *Workspace) auditTable(ctx context.Context, t auditTable, p Params, win querytime.Window) iter.Seq2[*auditd.Event, error] {
	return func(yield func(*auditd.Event, error) bool) {
		s := w.open(ctx, t.query, p)
		s.raw = t.query == "audit_lines"
		defer s.stop()
		rd := auditd.NewRowReader(s, auditd.Options{Name: s.name})
		ok := func() bool {
			for _, err := range s.take() {
				if !yield(nil, err) {
					return false
				}
			}
			return true
		}
		for e, err := range rd.All() {
			if !ok() {
				return
			}
			if err != nil {
				if !yield(nil, s.lineError(err)) {
					return
				}
				continue
			}
			if len(e.Records) > 0 { // events come in the order of their first records
				s.forget(e.Records[0].Ref.Line)
			}
			if !win.Contains(e.Time) {
				continue
			}
			for i := range e.Records {
				e.Records[i].Ref = s.ref(e.Records[i].Ref)
			}
			if !yield(e, nil) {
				return
			}
		}
		if ok() {
			w.finish(ctx, s, rd.Stats(), "auditd rows", t.name, p)
		}
	}
}

// mergeEvents hands on the events of several tables in the order of time;
// of those with one id and node, which several tables hold, the first.
func mergeEvents(all []iter.Seq2[*auditd.Event, error], yield func(*auditd.Event, error) bool) {
	if len(all) == 1 {
		for e, err := range all[0] {
			if !yield(e, err) {
				return
			}
		}
		return
	}
	type head struct {
		next func() (*auditd.Event, error, bool)
		e    *auditd.Event
	}
	type id struct{ stamp, node string }
	var heads []*head
	pull := func(h *head) (more, goOn bool) {
		for {
			e, err, ok := h.next()
			if !ok {
				return false, true
			}
			if err != nil {
				if !yield(nil, err) {
					return false, false
				}
				continue
			}
			h.e = e
			return true, true
		}
	}
	for _, seq := range all {
		next, stop := iter.Pull2(seq)
		defer stop() //nolint:revive,gocritic // a few tables, all open until the end
		h := &head{next: next}
		more, goOn := pull(h)
		if !goOn {
			return
		}
		if more {
			heads = append(heads, h)
		}
	}
	var at time.Time
	given := map[id]*head{}
	for len(heads) > 0 {
		least := 0
		for i, h := range heads {
			if h.e.Time.Before(heads[least].e.Time) {
				least = i
			}
		}
		h := heads[least]
		if !h.e.Time.Equal(at) {
			at = h.e.Time
			clear(given)
		}
		key := id{h.e.Stamp, h.e.Node}
		if by := given[key]; by == nil || by == h {
			given[key] = h
			if !yield(h.e, nil) {
				return
			}
		}
		more, goOn := pull(h)
		if !goOn {
			return
		}
		if !more {
			heads = append(heads[:least], heads[least+1:]...)
		}
	}
}

// missingTables returns the error where none of the tables is there, and the
// names of those that are.
func (w *Workspace) missingTables(ctx context.Context, what string, names ...string) ([]string, error) {
	var there []string
	for _, name := range names {
		info, err := w.table(ctx, name)
		if err != nil {
			return nil, err
		}
		if info.exists {
			there = append(there, name)
		}
	}
	if len(there) == 0 {
		missing := &MissingError{What: what, Tables: names}
		w.notRead(missing)
		return nil, missing
	}
	return there, nil
}
