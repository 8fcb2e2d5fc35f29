package logdir

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// What makes one log a copy of another for the lines of a program, and what is
// kept of the lines that it lacks.
const (
	copyLeast    = 20   // lines that both hold
	copyShare    = 10   // of so many at most one is lacking
	maxLacks     = 256  // of one log against another and program
	maxDiffer    = 8    // logs held against each other
	maxPrograms  = 1024 // programs told apart
	maxRepeats   = 4096 // messages that a log says were repeated
	repeatWithin = 10 * time.Minute
	edgeWithin   = 5 * time.Second // around the ends of a log
)

// differ learns, as lines go by, which logs hold the same, and which lines one
// of them lacks. It hangs on the slots of copies.
type differ struct {
	logs        []string
	first, last []time.Time // by stream
	repeats     []map[uint64]time.Time
	programs    map[string]int32
	names       []string
	items       []item  // by slot
	pairs       []*pair // by program, stream that has, stream that lacks
}

// item is the line that a slot stands for.
type item struct {
	at      time.Time
	ref     evidence.Ref
	program int32 // 0 for one that is not compared
}

// pair is what is known of the lines of one program in two logs.
type pair struct {
	both, lacking int64
	lacks         []evidence.Lack
}

// newDiffer returns nil where logs are not compared.
func newDiffer(logs []string) *differ {
	if len(logs) < 2 || len(logs) > maxDiffer {
		return nil
	}
	n := len(logs)
	d := &differ{logs: logs, first: make([]time.Time, n), last: make([]time.Time, n), repeats: make([]map[uint64]time.Time, n), programs: map[string]int32{}, names: []string{""}}
	d.pairs = make([]*pair, n*n)
	return d
}

// see takes each line of a stream.
func (d *differ) see(stream int, rec *syslog.Record, hash uint64) {
	if rec.Time.IsZero() {
		return
	}
	if d.first[stream].IsZero() {
		d.first[stream] = rec.Time
	}
	if rec.Time.After(d.last[stream]) {
		d.last[stream] = rec.Time
	}
	if rec.Repeat > 1 && len(d.repeats[stream]) < maxRepeats {
		if d.repeats[stream] == nil {
			d.repeats[stream] = map[uint64]time.Time{}
		}
		d.repeats[stream][hash] = rec.Time
	}
}

// give takes a line that came, and the slot that it has.
func (d *differ) give(slot int32, rec *syslog.Record) {
	for int(slot) >= len(d.items) {
		d.items = append(d.items, item{})
	}
	it := item{at: rec.Time, ref: rec.Ref}
	if rec.Repeat <= 1 && !rec.Time.IsZero() && rec.Program != "" {
		id, ok := d.programs[rec.Program]
		if !ok && len(d.names) < maxPrograms {
			id = int32(len(d.names))
			name := strings.Clone(rec.Program)
			d.programs[name], d.names = id, append(d.names, name)
			d.pairs = append(d.pairs, make([]*pair, len(d.logs)*len(d.logs))...)
		}
		it.program = id
	}
	d.items[slot] = it
}

// done takes a slot in which all copies of its line were counted.
func (d *differ) done(slot int32, key eventKey, counts []uint32) {
	if int(slot) >= len(d.items) || d.items[slot].program == 0 {
		return
	}
	it := &d.items[slot]
	n := len(d.logs)
	for a, has := range counts {
		if has == 0 {
			continue
		}
		for b, too := range counts {
			if a == b || too == 0 && !d.spoke(b, it.at, key.hash) {
				continue
			}
			at := (int(it.program)*n+a)*n + b
			if d.pairs[at] == nil {
				d.pairs[at] = &pair{}
			}
			p := d.pairs[at]
			if too > 0 {
				p.both++
				continue
			}
			if p.lacking++; len(p.lacks) < maxLacks {
				p.lacks = append(p.lacks, evidence.Lack{Time: it.at, Program: d.names[it.program], Ref: it.ref})
			}
		}
	}
}

// spoke reports whether a log was being written at a time and did not sum the
// line up with others.
func (d *differ) spoke(stream int, at time.Time, hash uint64) bool {
	if d.first[stream].IsZero() || at.Before(d.first[stream].Add(edgeWithin)) || at.After(d.last[stream].Add(-edgeWithin)) {
		return false
	}
	t, ok := d.repeats[stream][hash]
	return !ok || t.Sub(at).Abs() > repeatWithin
}

// list returns what logs lack that are copies otherwise.
func (d *differ) list() []evidence.Copy {
	n := len(d.logs)
	var out []evidence.Copy
	for a := range n {
		for b := range n {
			c := evidence.Copy{Log: d.logs[b], Of: d.logs[a]}
			for program := range d.names {
				p := d.pairs[(program*n+a)*n+b]
				if p == nil || p.lacking == 0 || p.both < copyLeast || p.lacking > maxLacks || p.lacking*copyShare > p.both {
					continue
				}
				c.Both += p.both
				c.Lacks = append(c.Lacks, p.lacks...)
			}
			if len(c.Lacks) > 0 {
				slices.SortStableFunc(c.Lacks, func(x, y evidence.Lack) int { return cmp.Or(x.Time.Compare(y.Time), x.Ref.Compare(y.Ref)) })
				out = append(out, c)
			}
		}
	}
	return out
}

// Copies returns what the last whole pass of [Dir.Syslog] without a window
// found where one log mostly holds the same lines of a program as another, and
// lacks a few: at least 20 lines in both, and at most a tenth lacking. Lines
// before the first and after the last of the log that lacks them do not count,
// nor do those that it sums up as repeated. More than eight logs are not
// compared.
func (d *Dir) Copies() []evidence.Copy {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := slices.Clone(d.differences)
	for i := range out {
		out[i].Lacks = slices.Clone(out[i].Lacks)
	}
	return out
}
