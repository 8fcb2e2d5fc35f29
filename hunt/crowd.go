package hunt

import (
	"hash/fnv"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/ptree"
)

// crowd chooses which processes are listed when there are more than
// Options.MaxProcesses, while they come: those with risks, those that
// connections, watched files and changes lead to, what people ran, the first of
// their like, and of the rest a sample of all times; always with what led to
// them. Those let go are counted by hunter.fold before.
type crowd struct {
	next   int // how many may be held before some are let go
	known  map[*ptree.Process]standing
	likes  [1 << likeBits]uint32
	asked  pidTimes                  // pids and times that the log's account changes and crontabs ask for
	inside map[*ptree.Process]string // of a process known as a parent only: the session of its children that were let go
}

const likeBits = 18

// standing is what was found of a process when it was settled.
type standing struct {
	images int // that it had run by then
	class  int
	nth    uint32 // of its like
	hash   uint32
	stay   int32
}

// crowdStep is how many processes come before some are let go again.
const crowdStep = 1 << 13

// crowded lets processes go when too many are held.
func (h *hunter) crowded() {
	c := &h.crowd
	if c.next == 0 {
		c.next = h.o.MaxProcesses + min(crowdStep, h.o.MaxProcesses)
	}
	b := h.audit.builder
	if b.Len() < c.next {
		return
	}
	h.thin(b.Settled())
	c.next = max(b.Len(), h.o.MaxProcesses) + min(crowdStep, h.o.MaxProcesses)
}

// thin keeps the best of the settled processes, as many as may be listed, and
// counts the others.
func (h *hunter) thin(settled []*ptree.Process) {
	want := h.choose(settled)
	out := map[*ptree.Process]bool{}
	for _, p := range h.audit.builder.Prune(func(p *ptree.Process) bool { return want[p] }) {
		out[p] = true
		h.fold(p)
	}
	// What remembers a process must not hold it.
	maps.DeleteFunc(h.crowd.inside, func(p *ptree.Process, _ string) bool { return heldOnly(p) == nil })
	maps.DeleteFunc(h.crowd.known, func(p *ptree.Process, _ standing) bool { return !want[p] })
	maps.DeleteFunc(h.audit.conns.seen, func(_ connSeen, p *ptree.Process) bool { return out[p] })
	maps.DeleteFunc(h.audit.files.seen, func(_ uint64, p *ptree.Process) bool { return out[p] })
	for i := range h.audit.conns.list {
		by := &h.audit.conns.list[i].v.by
		*by = heldOnly(*by)
	}
	for i := range h.audit.files.list {
		by := &h.audit.files.list[i].v.by
		*by = heldOnly(*by)
	}
}

// lastThin leaves no more processes than may be listed, at the end of the log.
func (h *hunter) lastThin() {
	b := h.audit.builder
	if b.Len() > h.o.MaxProcesses {
		b.Finish()
		h.thin(b.Settled())
	}
	h.crowd = crowd{inside: h.crowd.inside}
}

// choose returns the processes that stay: as many as may be listed of the best
// and what led to them.
func (h *hunter) choose(settled []*ptree.Process) map[*ptree.Process]bool {
	c := &h.crowd
	if c.known == nil {
		c.known = map[*ptree.Process]standing{}
	}
	cited := h.citedProcesses()
	type ranked struct {
		p     *ptree.Process
		worth int
		hash  uint32
	}
	order := make([]ranked, len(settled))
	in := make(map[*ptree.Process]bool, len(settled)) // settled; true once chosen
	for i, p := range settled {
		s, ok := c.known[p]
		if n := len(p.Earlier) + p.Dropped; !ok || s.images != n {
			s = h.stand(p, s)
			s.images = n
			c.known[p] = s
		}
		class := s.class
		if s.stay >= 0 && h.audit.stays.at(int(s.stay)).worst.Compare(SeverityHigh) >= 0 {
			class++ // whoever did worse there did this too
		}
		if cited[p] {
			class = max(class, classCited)
		}
		order[i] = ranked{p, worthOf(class, int(s.nth)), s.hash}
		in[p] = false
	}
	slices.SortStableFunc(order, func(a, b ranked) int {
		if a.worth != b.worth {
			return b.worth - a.worth
		}
		return int(min(max(int64(a.hash)-int64(b.hash), -1), 1))
	})
	left := h.o.MaxProcesses
	passed := map[*ptree.Process]bool{} // those still alive that are above
	var line []*ptree.Process
	for _, r := range order {
		if left <= 0 {
			break
		}
		line = line[:0]
		for p := r.p; p != nil; p = p.Parent() {
			chosen, settled := in[p]
			if chosen || !settled && passed[p] {
				break
			}
			if settled {
				line = append(line, p)
			} else {
				passed[p] = true
			}
		}
		if len(line) > left {
			continue // all of a path or nothing of it
		}
		for _, p := range line {
			in[p] = true
		}
		left -= len(line)
	}
	return in
}

// The classes of processes, in the order of what they tell.
const (
	classRest = iota
	classPerson
	classKnown // a rule knows it, though not as a risk
	classCited // a connection, watched file or change is its, or a rule of low severity knows it
	classMedium
	classHigh
	classWorst
)

// stand says how much a process that is settled tells.
func (h *hunter) stand(p *ptree.Process, old standing) standing {
	s := standing{nth: old.nth, stay: h.audit.stayAt(p.Session, firstTime(p.Start, p.End))}
	if s.stay >= 0 {
		s.class = classPerson
	}
	j := h.judgeProcess(p, s.stay >= 0)
	switch worst := worstHit(j.hits); {
	case len(j.hits) == 0:
	case worst == SeverityCritical:
		s.class = classWorst
	case worst == SeverityHigh:
		s.class = classHigh
	case worst == SeverityMedium:
		s.class = classMedium
	case worst == SeverityLow:
		s.class = classCited
	default:
		s.class = max(s.class, classKnown)
	}
	if s.stay >= 0 {
		st := h.audit.stays.at(int(s.stay))
		st.worst = worse(st.worst, worstHit(j.hits))
	}
	if shell, _ := p.ServerShell(); shell != nil && p.Session == "" {
		s.class = classWorst
	}
	if j.fetches || s.class < classCited && (unitsOrdered(strings.Fields(p.CommandLine())) != nil || h.crowd.asked.near(p.PID, p.Start)) {
		s.class = max(s.class, classCited)
	}
	hash := fnv.New32a()
	hash.Write([]byte(p.Exe))
	for _, hit := range j.hits {
		hash.Write([]byte(hit.Rule))
		hash.Write([]byte(hit.Target))
	}
	if len(j.hits) == 0 {
		hash.Write([]byte(likeness(p.CommandLine())))
	}
	sum := hash.Sum32()
	if s.nth == 0 {
		n := &h.crowd.likes[sum>>(32-likeBits)]
		*n++
		s.nth = *n
	}
	at := firstTime(p.Start, p.Last).UnixNano()
	for range 8 {
		hash.Write([]byte{byte(at)})
		at >>= 8
	}
	hash.Write([]byte{byte(p.PID), byte(p.PID >> 8), byte(p.PID >> 16)})
	s.hash = hash.Sum32()
	return s
}

// likeness returns a command with what tells one run from the next left out.
func likeness(command string) string {
	if len(command) > 256 {
		command = command[:256]
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, command)
}

// citedProcesses returns the processes that the connections and watched files
// that are kept belong to.
func (h *hunter) citedProcesses() map[*ptree.Process]bool {
	out := map[*ptree.Process]bool{}
	for i := range h.audit.conns.list {
		out[h.audit.conns.list[i].v.by] = true
	}
	for i := range h.audit.files.list {
		out[h.audit.files.list[i].v.by] = true
	}
	return out
}

// askFor notes which processes the log's changes to accounts and crontabs will
// be held against.
func (h *hunter) askFor() {
	var m pidTimes
	for i := range h.changes.list {
		c := h.changes.list[i].v
		m.add(c.PID, c.Time)
	}
	h.audit.told.changed = slices.Clone(m)
	h.audit.told.changed.sort()
	for i := range h.cronEdits.list {
		c := h.cronEdits.list[i].v
		m.add(c.PID, c.Time)
	}
	m.sort()
	h.crowd.asked = m
}

// appOf returns the application that a process runs, "" where no log names it
// as one.
func (h *hunter) appOf(exe string) string {
	if exe == "" {
		return ""
	}
	if h.appNames == nil {
		h.appNames = map[string]bool{}
		for name := range h.apps.byName {
			h.appNames[appName(name)] = true
		}
	}
	if name := appName(path.Base(exe)); h.appNames[name] {
		return name
	}
	return ""
}
