package syslog

import (
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// sessionHost is what a Sessionizer knows of one host.
type sessionHost struct {
	name    string
	boot    int
	down    time.Time // when it said that it goes down; zero while it is up
	downRef evidence.Ref
	booted  time.Time // the last line that told of a boot

	sessions sessionList // the oldest first
	byProc   map[procKey]*openSession
	byPID    map[int]*openSession // the latest of each pid
	byPeer   map[peer]*openSession
	byLogind map[string]*openSession
	byUser   map[string]*sessionList
	pidless  map[procKey]*pidless
	names    map[int64]string // of uids
	hints    []hint           // the oldest first
	newIDs   []newID          // logind sessions that no session was found for yet
}

type procKey struct {
	kind, user string
	pid        int
}

// pidless is the open sessions of one service and user whose lines have no
// pid, the latest last.
type pidless struct {
	open   []*openSession
	unsure bool // since it was empty, a close could have been that of several
}

// hint is what a line tells of a session that is opened by the next line of
// its process.
type hint struct {
	kind, by, user string
	pid            int
	tty, command   string
	time           time.Time
	ref            evidence.Ref
}

// newID is a session that logind announced.
type newID struct {
	id, user string
	manager  bool // a user's manager, which is no session of a person
	time     time.Time
	ref      evidence.Ref
}

const (
	maxHints = 64
	maxNames = 1 << 12
)

func newSessionHost(name string) *sessionHost {
	return &sessionHost{
		name:     name,
		byProc:   make(map[procKey]*openSession),
		byPID:    make(map[int]*openSession),
		byPeer:   make(map[peer]*openSession),
		byLogind: make(map[string]*openSession),
		byUser:   make(map[string]*sessionList),
		pidless:  make(map[procKey]*pidless),
		names:    make(map[int64]string),
	}
}

func (h *sessionHost) insert(x *openSession) {
	h.sessions.push(x, ofHost)
	h.index(x)
}

// index makes x found by its process and user.
func (h *sessionHost) index(x *openSession) {
	k := procKey{x.Kind, x.User, x.PID}
	if x.PID == 0 {
		p := h.pidless[k]
		if p == nil {
			p = &pidless{}
			h.pidless[k] = p
		}
		p.open = append(p.open, x)
		x.stack = p
	} else {
		h.byProc[k] = x
		if !x.foreign {
			h.byPID[x.PID] = x
		}
	}
	if x.foreign { // found by its own process only
		return
	}
	l := h.byUser[x.User]
	if l == nil {
		l = &sessionList{}
		h.byUser[x.User] = l
	}
	l.push(x, ofUser)
}

func (h *sessionHost) unindex(x *openSession) {
	k := procKey{x.Kind, x.User, x.PID}
	if p := x.stack; p != nil {
		if p.open[0] == x {
			p.open = p.open[1:]
		} else {
			i := len(p.open) - 1
			for p.open[i] != x {
				i--
			}
			p.open = slices.Delete(p.open, i, i+1)
		}
		if len(p.open) == 0 {
			delete(h.pidless, k)
		}
		x.stack = nil
	}
	if h.byProc[k] == x {
		delete(h.byProc, k)
	}
	if h.byPID[x.PID] == x {
		delete(h.byPID, x.PID)
	}
	if l := h.byUser[x.User]; l != nil && !x.foreign {
		l.remove(x, ofUser)
		if l.head == nil {
			delete(h.byUser, x.User)
		}
	}
}

func (h *sessionHost) remove(x *openSession) {
	h.sessions.remove(x, ofHost)
	h.unindex(x)
	if p := (peer{x.Source, x.SourcePort}); h.byPeer[p] == x {
		delete(h.byPeer, p)
	}
	if h.byLogind[x.LogindID] == x {
		delete(h.byLogind, x.LogindID)
	}
}

// hint keeps what e tells of the session that its process will open.
func (h *sessionHost) hint(e *Event, kind, by, user string) {
	if len(h.hints) >= maxHints {
		h.hints = h.hints[:copy(h.hints, h.hints[1:])]
	}
	h.hints = append(h.hints, hint{
		kind: keep(kind), by: keep(by), user: keep(user), pid: e.PID,
		tty: keep(e.TTY), command: strings.Clone(e.Command), time: e.Time, ref: e.Ref,
	})
}

// takeHint finds the latest hint for the session that e opens and removes it.
func (h *sessionHost) takeHint(e *Event, kind string) (hint, bool) {
	for i, c := range slices.Backward(h.hints) {
		if c.kind != kind || c.pid != e.PID || e.Time.Sub(c.time) > hintDelay {
			continue
		}
		if c.user != "" && c.user != e.User || e.By != "" && c.by != "" && c.by != e.By {
			continue
		}
		h.hints = append(h.hints[:i], h.hints[i+1:]...)
		return c, true
	}
	return hint{}, false
}

// learn keeps the names of uids.
func (h *sessionHost) learn(uid int64, name string) {
	if uid <= 0 || name == "" || h.names[uid] == name || len(h.names) >= maxNames {
		return
	}
	h.names[uid] = keep(name)
}

// The lists that an open session is in.
const (
	ofHost = iota
	ofUser
	ofEnding
)

type sessionLinks struct{ prev, next *openSession }

// sessionList is a list of open sessions, the oldest first.
type sessionList struct{ head, tail *openSession }

func (l *sessionList) push(x *openSession, i int) {
	x.links[i] = sessionLinks{prev: l.tail}
	if l.tail == nil {
		l.head = x
	} else {
		l.tail.links[i].next = x
	}
	l.tail = x
}

func (l *sessionList) remove(x *openSession, i int) {
	k := x.links[i]
	if k.prev == nil {
		l.head = k.next
	} else {
		k.prev.links[i].next = k.next
	}
	if k.next == nil {
		l.tail = k.prev
	} else {
		k.next.links[i].prev = k.prev
	}
	x.links[i] = sessionLinks{}
}
