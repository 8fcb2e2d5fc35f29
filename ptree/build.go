package ptree

import (
	"slices"
	"strings"
	"time"
)

// Options change how a tree is built. The zero value is the default.
type Options struct {
	// Silence is how long a pid may be silent before an exec of it, with the
	// same parent, is taken for another process that got the pid. 0 means
	// DefaultSilence, less than 0 never.
	Silence time.Duration

	// MaxProcesses bounds the tree; events of processes beyond it are
	// counted in Stats.Refused. 0 means DefaultMaxProcesses.
	MaxProcesses int

	// MaxImages bounds the images of one process; of more, the first and the
	// latest are kept. 0 means DefaultMaxImages. At least 2.
	MaxImages int

	// MaxAlive bounds how many processes whose end is not known are held by a
	// Builder that is pruned, see [Builder.Settled]. 0 means DefaultMaxAlive,
	// less than 0 any number. Where it is set, processes get their memory one
	// by one from the beginning, so that those pruned give theirs back.
	MaxAlive int

	// NoInference leaves processes whose parent is not stated without one.
	// Otherwise such a process, if it is in a login session, hangs below the
	// latest running shell of that session with the same user, else below
	// the process that opened the session. Such edges are marked Inferred.
	NoInference bool
}

// Defaults of [Options].
const (
	DefaultSilence      = time.Hour
	DefaultMaxProcesses = 20_000_000
	DefaultMaxImages    = 64
)

// slack is how much later than its effects an event may stand in a log: the
// record of a fork is written when the parent returns from it, and then the
// child may have run already.
const slack = time.Second

// Build returns the tree of the events. It sorts a copy of them by time when
// they are not in that order; events of the same time keep theirs.
func Build(events []Event, o Options) *Tree {
	byTime := func(a, b Event) int { return a.Time.Compare(b.Time) }
	if !slices.IsSortedFunc(events, byTime) {
		events = slices.Clone(events)
		slices.SortStableFunc(events, byTime)
	}
	b := NewBuilder(o)
	events = settle(events)
	for i := range events {
		b.add(&events[i])
	}
	return b.Tree()
}

// Builder builds a tree from a stream of events, which should come in the
// order of their times: an event that comes late is taken as it is, and
// counted. A Boot or Gap should come before what was logged since then, although
// logs have it later; Build sees to that. A Builder keeps the strings of the
// events. It is not safe for concurrent use.
//
// A Builder holds every process to the end, unless it is pruned now and then:
// see [Builder.Prune].
type Builder struct {
	o     Options
	slab  []Process
	procs []*Process
	hosts map[string]*hostState
	guids map[string]*Process
	cur   *hostState // the last one used
	stats Stats

	pruning  bool
	finished bool                 // no event comes any more
	logins   map[hostExe][]opened // by processes that were dropped, in order of time
}

// hostState is what is known of one host at this point of the log.
type hostState struct {
	name, boot string
	gen        int32
	boots      []time.Time // when the generations after bootsFrom began
	bootsFrom  int32
	booted     time.Time
	cuts       []time.Time // what was not seen since the last of these is not alive
	last       time.Time
	quiet      [2]time.Time // the latest silence that can be one before a boot: from, to
	live       pidTable     // last life of each pid
	maybe      map[int]maybeFork
	odd        map[int]*Process // by pid of the parent: its latest child with a lower pid, while only its fork is known
	sessions   map[string]*session
	given      given // sessions whose opener was dropped and is not known to be of the time before
}

// maybeFork is a clone that may have made a thread.
type maybeFork struct {
	parent *Process
	time   time.Time
}

// NewBuilder returns an empty Builder.
func NewBuilder(o Options) *Builder {
	if o.Silence == 0 {
		o.Silence = DefaultSilence
	}
	if o.MaxProcesses <= 0 {
		o.MaxProcesses = DefaultMaxProcesses
	}
	if o.MaxImages <= 0 {
		o.MaxImages = DefaultMaxImages
	}
	o.MaxImages = max(o.MaxImages, 2)
	return &Builder{o: o, hosts: make(map[string]*hostState), pruning: o.MaxAlive != 0}
}

// Add takes one event, and returns the process that it is about: nil for a
// Boot, a Gap, and an event that cannot be used. More events can change the
// process, which has no ID, depth or children before [Builder.Tree].
func (b *Builder) Add(ev Event) *Process { return b.add(&ev) }

func (b *Builder) add(ev *Event) *Process {
	b.stats.Events++
	h := b.host(ev.Host)
	if late := h.silence(ev); ev.Kind == Gap || late {
		return nil
	}
	if ev.Time.Before(h.last) {
		b.stats.OutOfOrder++
	} else {
		h.last = ev.Time
	}
	if ev.Kind == Boot || ev.Boot != "" && h.boot != "" && ev.Boot != h.boot {
		h.gen++
		h.boots = append(h.boots, ev.Time)
		h.booted = ev.Time
		h.given.clear()
		clear(h.maybe)
		clear(h.odd)
	}
	if ev.Boot != "" || ev.Kind == Boot {
		h.boot = ev.Boot
	}
	if ev.Kind == Boot {
		return nil
	}
	if ev.PID <= 0 || ev.Kind == Fork && (ev.Child <= 0 || ev.Child == ev.PID) {
		b.stats.Unusable++
		return nil
	}
	p := b.life(h, ev)
	if p == nil {
		return nil
	}
	switch ev.Kind {
	case Exec, Create:
		b.exec(h, p, ev)
	case Fork:
		b.see(h, p, ev)
		b.fork(h, p, ev)
	case Exit:
		b.see(h, p, ev)
		p.End, p.EndReason = ev.Time, EndExit
		if ev.HasExitCode {
			code := ev.ExitCode
			p.ExitCode = &code
		}
		p.Refs = append(p.Refs, ev.Refs...)
	default:
		b.see(h, p, ev)
	}
	return p
}

func (b *Builder) host(name string) *hostState {
	if b.cur != nil && b.cur.name == name {
		return b.cur
	}
	h := b.hosts[name]
	if h == nil {
		h = &hostState{name: name, maybe: make(map[int]maybeFork), sessions: make(map[string]*session)}
		b.hosts[name] = h
	}
	b.cur = h
	return h
}

// create returns a new life of pid, nil when there may be no more.
func (b *Builder) create(h *hostState, pid int, at time.Time) *Process {
	if len(b.procs) >= b.o.MaxProcesses {
		b.stats.Refused++
		return nil
	}
	if len(b.slab) == 0 {
		n := min(max(16, len(b.procs)), 4096)
		if b.pruning { // what is kept must not hold its neighbours
			n = 1
		}
		b.slab = make([]Process, n)
	}
	p := &b.slab[0]
	b.slab = b.slab[1:]
	p.Host, p.Boot, p.PID = h.name, h.boot, pid
	p.gen, p.seen, p.Last = h.gen, at, at
	p.pidNext = h.live.get(pid)
	if old := p.pidNext; old != nil && old.EndReason == NoEnd && h.lives(old) {
		old.End, old.EndReason = at, EndReused
		b.stats.Reused++
	}
	h.live.set(pid, p)
	b.procs = append(b.procs, p)
	p.id = int32(len(b.procs))
	return p
}

// life returns the process that ev is about, made if it is new, with what ev
// says of it in general taken over; nil when there may be no more processes.
func (b *Builder) life(h *hostState, ev *Event) *Process {
	p := h.live.get(ev.PID)
	if ev.GUID != "" {
		if q := b.guids[h.name+"\x00"+ev.GUID]; q != nil {
			p = q
		}
	}
	switch {
	case p == nil || b.another(h, p, ev):
		if p = b.create(h, ev.PID, ev.Time); p == nil {
			return nil
		}
		p.Refs = append(p.Refs, firstSight(ev)...)
		p.StartFrom, p.Start = StartSeen, ev.Time
		if ev.Kind == Exec || ev.Kind == Create {
			p.StartFrom = StartExec
		}
		b.describe(h, p, ev)
		b.bind(h, p, ev)
		b.unmask(h, p)
	case p.Placeholder:
		p.Placeholder = false
		p.Refs = append(p.Refs, firstSight(ev)...)
		if p.StartFrom == NoStart {
			p.StartFrom, p.Start = StartSeen, p.seen
		}
		b.describe(h, p, ev)
		if ev.PPID > 0 || ev.ParentGUID != "" {
			b.bind(h, p, ev)
		}
	default:
		b.describe(h, p, ev)
		if p.PPID <= 0 && (ev.PPID > 0 || ev.ParentGUID != "") {
			b.bind(h, p, ev)
		}
	}
	if ev.Time.After(p.Last) {
		p.Last = ev.Time
	}
	p.givenUp = false
	return p
}

// describe takes over what ev says of p apart from its image.
func (b *Builder) describe(h *hostState, p *Process, ev *Event) {
	if ev.GUID != "" && p.GUID == "" {
		if b.guids == nil {
			b.guids = make(map[string]*Process)
		}
		p.GUID = ev.GUID
		b.guids[h.name+"\x00"+ev.GUID] = p
	}
	if !ev.Start.IsZero() {
		p.Start, p.StartFrom = ev.Start, StartStated
	}
	if ev.TTY != "" {
		p.TTY = ev.TTY
	}
	if ev.Session != "" && (p.Session == "" || ev.Login) {
		p.Session = ev.Session
		p.opener = p.opener || ev.Login
		if p.opener {
			h.open(ev.Session, p, ev.Time)
		}
	}
}

// exec gives p the image of ev.
func (b *Builder) exec(h *hostState, p *Process, ev *Event) {
	if p.Source != NoImage && p.Source != FromParent {
		if len(p.Earlier)+1 >= b.o.MaxImages {
			p.Earlier = append(p.Earlier[:1], p.Earlier[2:]...)
			p.Dropped++
			b.stats.Images++
		}
		p.Earlier = append(p.Earlier, p.Image)
	}
	old := p.Image
	p.Image = ev.Image
	p.Time, p.Source = ev.Time, FromExec
	if p.CWD == "" {
		p.CWD = old.CWD
	}
	if p.User == "" && (p.UID == "" || p.UID == old.UID) {
		p.User = old.User
	}
	if p.UID == "" {
		p.UID = old.UID
	}
	b.running(h, p)
}

// see takes the image of an event that is not an exec.
func (b *Builder) see(h *hostState, p *Process, ev *Event) {
	switch {
	case ev.Exe != "" && p.Exe != "" && !sameExe(ev.Exe, p.Exe):
		if p.Source == FromFork { // it did exec, unseen
			p.Image = Image{}
		}
		b.exec(h, p, ev)
		p.Source = FromSeen
	case p.Source == NoImage || p.Source == FromParent:
		if !ev.Image.empty() {
			p.Image = ev.Image
			p.Time, p.Source, p.Image.Refs = ev.Time, FromSeen, nil
			b.running(h, p)
		}
	case p.Source == FromFork || p.Source == FromSeen:
		// Users change in a process that runs on (login, setuid); the latest
		// is what its children inherit.
		if ev.UID != "" && ev.UID != p.UID {
			p.UID, p.User = ev.UID, ev.User
		}
		if p.Exe == "" {
			p.Exe = ev.Exe
		}
	}
	if p.Exe == "" && ev.Exe != "" {
		p.Exe = ev.Exe
	}
	if p.User == "" && ev.UID == p.UID {
		p.User = ev.User
	}
}

func sameExe(a, b string) bool {
	return a == b || strings.TrimSuffix(a, " (deleted)") == strings.TrimSuffix(b, " (deleted)")
}

// fork makes the child of ev, whose parent is p.
func (b *Builder) fork(h *hostState, p *Process, ev *Event) {
	if ev.Time.After(p.childAt) {
		p.childAt = ev.Time
	}
	c := h.live.get(ev.Child)
	over := c != nil && c.EndReason == EndExit && c.StartFrom != StartFork && c.PPID == p.PID && !c.seen.Before(ev.Time)
	if c != nil && (c.EndReason == NoEnd || over) && h.lives(c) && !c.seen.Before(ev.Time.Add(-slack)) {
		switch { // it was seen before the record of its fork
		case c.StartFrom == StartFork && c.parent == p:
			return // told twice
		case (c.PPID == p.PID || c.PPID <= 0) && !b.descends(p, c):
			c.PPID = p.PID
			b.link(c, p, Observed, "")
			if c.StartFrom != StartStated {
				c.StartFrom, c.Start = StartFork, ev.Time
			}
			if c.Placeholder {
				c.Placeholder = false
				b.inherit(c, p)
			}
			c.Refs = append(c.Refs, ev.Refs...)
			return
		case c.StartFrom != StartFork:
			// It names another parent itself: the number is of another
			// namespace, or the fork was made for somebody else.
			b.stats.Contradicted++
			return
		}
	}
	if ev.MaybeThread {
		h.maybe[ev.Child] = maybeFork{p, ev.Time}
		return
	}
	if c = b.create(h, ev.Child, ev.Time); c == nil {
		return
	}
	c.PPID = p.PID
	b.link(c, p, Observed, "")
	c.StartFrom, c.Start = StartFork, ev.Time
	c.Refs = append(c.Refs, ev.Refs...)
	b.inherit(c, p)
	if c.PID < p.PID {
		if h.odd == nil {
			h.odd = make(map[int]*Process)
		}
		h.odd[p.PID] = c
	}
}

// inherit gives c what a forked process has of its parent.
func (b *Builder) inherit(c, p *Process) {
	if p.Source != NoImage {
		c.Image = p.Image
		c.Source, c.Image.Refs = FromFork, nil
	}
	if c.Session == "" {
		c.Session = p.Session
	}
	if c.TTY == "" {
		c.TTY = p.TTY
	}
}
