package auditd

import (
	"slices"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// key names an event: the serial alone collides.
type key struct {
	id   ID
	node *node
}

// node is one host of the log.
type node struct {
	name   string
	clock  int64 // the newest stamp, in ms
	behind int   // events in a row with much older stamps
	serial serials
}

// entry is an event in the joiner, or what is remembered of one that was
// handed out.
type entry struct {
	key    key
	ev     *Event // nil once handed out
	done   bool   // nothing more is expected
	seen   int64  // what the node's clock was when the last record came
	line   int64  // which record that was
	hashes []uint64
}

// joiner holds the events that records may still come for.
type joiner struct {
	window     int
	wait       int64 // ms
	maxRecords int
	maxBytes   int
	maxOpen    int
	bytes      int   // of the open events
	records    int64 // so far

	nodes map[string]*node
	last  *entry // of the record before: the usual case
	byKey map[key]*entry
	queue fifo // open events by first record
	past  fifo // handed out ones, remembered for duplicates
	freeE []*Event
	freeN []*entry
	all   bool // the input has ended

	duplicate, late, dropped int64
}

func newJoiner(o Options) joiner {
	return joiner{
		window: o.Window, wait: max(1, o.Wait.Milliseconds()), maxRecords: o.MaxRecords, maxBytes: o.MaxBytes, maxOpen: o.MaxOpen,
		nodes: make(map[string]*node), byKey: make(map[key]*entry),
	}
}

func (j *joiner) node(name string) *node {
	if j.last != nil && j.last.key.node.name == name {
		return j.last.key.node
	}
	n := j.nodes[name]
	if n == nil {
		n = &node{name: string([]byte(name))}
		j.nodes[n.name] = n
	}
	return n
}

// put adds a record's line to its event.
func (j *joiner) put(h *header, line []byte, hash uint64, ref evidence.Ref) {
	k := key{id: h.id, node: j.node(h.node)}
	en := j.last
	if en == nil || en.key != k {
		en = j.byKey[k]
		if en == nil {
			en = j.open(k, h.typ)
		}
		j.last = en
	}
	j.records++
	en.seen, en.line = k.node.clock, j.records
	if slices.Contains(en.hashes, hash) {
		j.duplicate++
		return
	}
	if en.ev == nil { // handed out already: the rest is an event of its own
		j.late++
		j.past.remove(en)
		en.ev = j.event()
		en.ev.Late = true
		en.done = false
		j.queue.push(en)
	}
	ev := en.ev
	if len(ev.store.lines) >= j.maxRecords || len(ev.store.raw)+len(line) > j.maxBytes {
		ev.Cut = true
		j.dropped++
		return
	}
	en.hashes = append(en.hashes, hash)
	j.bytes += len(line)
	ev.store.raw = append(ev.store.raw, line...)
	ev.store.lines = append(ev.store.lines, rawLine{end: len(ev.store.raw), ref: ref})
	if h.typ == TypeEOE {
		en.done = true
	}
}

func (j *joiner) open(k key, t Type) *entry {
	var en *entry
	if n := len(j.freeN); n > 0 {
		en, j.freeN = j.freeN[n-1], j.freeN[:n-1]
	} else {
		en = &entry{}
	}
	*en = entry{key: k, ev: j.event(), hashes: en.hashes[:0]}
	at := k.id.Sec*1000 + int64(k.id.Msec)
	k.node.tell(at, j.wait)
	if !daemonType(t) {
		k.node.serial.see(k.id.Serial, at)
	}
	j.byKey[k] = en
	j.queue.push(en)
	return en
}

// maxBehind is after how many events in a row with old stamps the clock counts
// as set back.
const maxBehind = 32

// tell takes the stamp of a new event. It is of the beginning of a system call
// and the records are written at its end, so that it can be old: a call that
// waited tells nothing of the time now.
func (n *node) tell(at, wait int64) {
	switch {
	case at >= n.clock:
		n.clock, n.behind = at, 0
	case at > n.clock-wait:
		n.behind = 0
	default:
		if n.behind++; n.behind == maxBehind {
			n.clock, n.behind = at, 0
		}
	}
}

// minLines is how many records are read, at least, before an event that had
// none among them is complete by time.
const minLines = 32

// quiet reports whether nothing came for the event for so long that nothing
// more is expected.
func (j *joiner) quiet(en *entry) bool {
	d := en.key.node.clock - en.seen
	return (d >= j.wait || d <= -j.wait) && j.records-en.line >= minLines
}

func (j *joiner) event() *Event {
	if n := len(j.freeE); n > 0 {
		e := j.freeE[n-1]
		j.freeE = j.freeE[:n-1]
		return e
	}
	return &Event{}
}

// recycle takes back an event that nobody uses any more.
func (j *joiner) recycle(e *Event) {
	st := e.store
	st.reset()
	recs, paths, socks := e.Records[:0], e.Paths[:0], e.Socks[:0]
	if cap(st.raw) > 64<<10 || cap(st.dec) > 64<<10 || cap(st.fields) > maxScratch { // do not keep what a giant needed
		st, recs, paths, socks = store{}, nil, nil, nil
	}
	*e = Event{store: st, Records: recs, Paths: paths, Socks: socks}
	if len(j.freeE) < 2*j.window {
		j.freeE = append(j.freeE, e)
	}
}

// pop returns the oldest event if it is complete.
func (j *joiner) pop() *Event {
	en := j.queue.head()
	if en == nil {
		return nil
	}
	if !en.done && !j.all && j.queue.len() <= j.window && j.bytes <= j.maxOpen && !j.quiet(en) {
		return nil
	}
	j.queue.pop()
	e := en.ev
	j.bytes -= len(e.store.raw)
	en.ev, en.done = nil, true
	j.past.push(en)
	if j.past.len() > j.window {
		old := j.past.pop()
		delete(j.byKey, old.key)
		if j.last == old {
			j.last = nil
		}
		if cap(old.hashes) <= 64 {
			j.freeN = append(j.freeN, old)
		}
	}
	return e
}

func (j *joiner) closeAll() { j.all = true }

func (j *joiner) lost() int64 {
	var n int64
	for _, nd := range j.nodes {
		n += nd.serial.lost()
	}
	return n
}

// daemonType reports whether the daemon wrote the record itself: it counts
// its own serials.
func daemonType(t Type) bool { return len(t) > 7 && t[:7] == "DAEMON_" }

// serials finds gaps in the serial numbers of a node. Numbers come a little
// out of order, wrap at 2³² and start anew at boot; each count from a boot is
// a run.
type serials struct {
	first, last uint32 // lowest and highest of the run
	count       int64  // numbers seen in it; 0 before the first run
	at          int64  // stamp of the highest, in ms
	past        int64  // missing in earlier runs
}

// A serial that lies further from the newest than these belongs to another
// run, and so does one that is lower although it is later than serialSlack.
const (
	farBack     = 4096
	farForward  = 1 << 20
	serialSlack = 2000 // ms
)

func (s *serials) see(n uint32, at int64) {
	d := int32(n - s.last)
	switch {
	case s.count == 0, d > farForward, d < -farBack, d < 0 && at > s.at+serialSlack:
		s.past = s.lost()
		s.first, s.last, s.count, s.at = n, n, 0, at
	case d > 0:
		s.last, s.at = n, at
	case int32(n-s.first) < 0:
		s.first = n
	}
	s.count++
}

// lost returns how many numbers are missing.
func (s *serials) lost() int64 {
	if s.count == 0 {
		return 0
	}
	return s.past + max(0, int64(s.last-s.first)+1-s.count)
}

// fifo is a queue of entries.
type fifo struct {
	list []*entry
	from int
}

func (q *fifo) len() int { return len(q.list) - q.from }

func (q *fifo) head() *entry {
	if q.from == len(q.list) {
		return nil
	}
	return q.list[q.from]
}

func (q *fifo) push(en *entry) {
	if q.from > 64 && q.from*2 >= len(q.list) {
		n := copy(q.list, q.list[q.from:])
		clear(q.list[n:])
		q.list, q.from = q.list[:n], 0
	}
	q.list = append(q.list, en)
}

func (q *fifo) pop() *entry {
	en := q.list[q.from]
	q.list[q.from] = nil
	q.from++
	return en
}

func (q *fifo) remove(en *entry) {
	if i := slices.Index(q.list[q.from:], en); i >= 0 {
		q.list = slices.Delete(q.list, q.from+i, q.from+i+1)
	}
}
