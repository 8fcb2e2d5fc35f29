package syslog

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Attempt is what one connection or process tried to get into one account:
// the tries of a password (or key) that belong together, joined from all the
// lines that the daemon and PAM write about them.
type Attempt struct {
	Kind       string // as of a [Session]: "sshd", "sudo", "su", "login" …
	Host       string
	PID        int
	User       string // whose password was tried; for su the account switched to
	UserKnown  bool   // false where the daemon said that it knows no such user
	By         string // who tried, for su and sudo
	Source     netip.Addr
	SourceHost string
	SourcePort uint16
	Method     string // of the last try that names one
	First      time.Time
	Last       time.Time
	Tries      int  // with the one that succeeded; at least 1
	Success    bool // the last try succeeded
	Inferred   Inferred
	Refs       []evidence.Ref // of its lines, in order; at most 64
}

// Failures returns how many of the tries failed.
func (a *Attempt) Failures() int {
	if a.Success {
		return a.Tries - 1
	}
	return a.Tries
}

// From returns the source as text: the address, else the name, else "" for an
// attempt on the host itself.
func (a *Attempt) From() string {
	if a.Source.IsValid() {
		return a.Source.String()
	}
	return a.SourceHost
}

// Attempts joins events, which must come in the order of the log, into
// attempts and returns them in the order of their first lines. It keeps all
// of them in memory; [AttemptJoiner] does not.
func Attempts(events iter.Seq[Event]) []Attempt {
	var j AttemptJoiner
	var out []Attempt
	for e := range events {
		out = append(out, j.Add(&e)...)
	}
	out = append(out, j.Close()...)
	sortAttempts(out)
	return out
}

func sortAttempts(a []Attempt) {
	slices.SortStableFunc(a, func(a, b Attempt) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Host, b.Host), cmp.Compare(a.PID, b.PID), cmp.Compare(a.User, b.User))
	})
}

const (
	// attemptIdle is how long an attempt waits for its next line. sshd lets a
	// client try for two minutes (LoginGraceTime), login for one.
	attemptIdle = 3 * time.Minute
	// attemptNoPID is the same for lines that have no pid.
	attemptNoPID = 20 * time.Second

	maxAttemptRefs  = 64
	maxOpenAttempts = 1 << 15
)

// AttemptJoiner joins events into attempts as they come. The zero value is
// ready to use. It keeps the attempts of the last three minutes only, and at
// most 32,768 of them, copies what it keeps of an event, and is not safe for
// concurrent use.
//
// Lines belong to one attempt when host, service and process agree, and, for
// sshd, the client's port where both name it; lines without a pid when the
// users agree and they are less than 20 seconds apart.
//
// The number of tries is the largest that one witness counts: sshd's "Failed
// password" lines (repetitions included), the failures of one PAM module
// ("2 more authentication failures" included), sshd's "error: PAM" lines,
// sudo's "3 incorrect password attempts". A connection of which only "Invalid
// user" or a close before authentication is logged is one try. Before a
// success only the daemon's own lines count as failures, as one PAM module may
// fail where the next succeeds with the same password, and keys that were
// refused count not at all: a client offers what it has, one after the other.
type AttemptJoiner struct {
	open map[attemptKey]*openAttempt
	list attemptList // by the time of the last line, the oldest first
	n    int
	out  []Attempt
}

type attemptKey struct {
	host, kind string
	pid        int
	user       string // where pid is 0
	port       uint16 // where pid is 0 and the line names a port
}

type openAttempt struct {
	Attempt
	key        attemptKey
	daemon     int // tries that failed by each witness
	keys       int // keys that were refused
	pamUnix    int
	pamOther   int
	sshdPAM    int
	prev, next *openAttempt
}

// Add takes the next event of the log and returns the attempts that are over.
// The slice is valid until the next call; the attempts in it are the caller's.
func (j *AttemptJoiner) Add(e *Event) []Attempt {
	clear(j.out)
	j.out = j.out[:0]
	switch e.Kind {
	case KindLogonFailure:
	case KindLogonSuccess, KindSudoCommand, KindDisconnect:
	default:
		return nil
	}
	j.expire(e.Time)
	switch e.Kind {
	case KindLogonFailure:
		j.fail(e)
	case KindLogonSuccess:
		x := j.find(e)
		if e.Module != "" && (onePerProcess(kindOf(e)) || foreign(e)) {
			// a PAM module is content; the daemon says itself when the user is in
			if x != nil {
				x.merge(e)
				j.touch(x)
			}
			break
		}
		if x == nil {
			x = j.start(e)
		}
		x.merge(e)
		j.succeed(x)
	case KindSudoCommand:
		if e.Result == ResultFailure {
			if strings.Contains(e.Reason, "incorrect password attempt") {
				j.fail(e)
			}
			break
		}
		if x := j.find(e); x != nil && !x.Success {
			x.merge(e)
			x.daemon = max(x.pamUnix, x.pamOther) // sudo does not count them when the user gets it right
			j.succeed(x)
		}
	case KindDisconnect:
		if x := j.find(e); x != nil && e.PreAuth {
			x.merge(e)
			j.touch(x)
		}
	}
	return j.out
}

// Close ends the log and returns the attempts that are left. The joiner can
// then be used for another log.
func (j *AttemptJoiner) Close() []Attempt {
	clear(j.out)
	j.out = j.out[:0]
	for j.list.head != nil {
		j.finish(j.list.head)
	}
	out := j.out
	sortAttempts(out)
	*j = AttemptJoiner{}
	return out
}

// account returns who tried to get into which account.
func account(e *Event, kind string) (user, by string) {
	if kind == "su" {
		if e.TargetUser != "" {
			return e.TargetUser, e.User
		}
		return e.User, e.By
	}
	if kind == "sudo" {
		return e.User, e.User
	}
	return e.User, e.By
}

func (j *AttemptJoiner) fail(e *Event) {
	x := j.find(e)
	if x != nil && x.Success {
		j.finish(x)
		x = nil
	}
	if x == nil {
		x = j.start(e)
	}
	x.merge(e)
	n := max(1, e.Count)
	switch {
	case e.Module != "" && !strings.HasPrefix(e.Reason, "authentication failure") && !strings.HasPrefix(e.Reason, "more authentication failure"):
		// why, said apart: "check pass; user unknown"
	case e.Module == "pam_unix" || e.Module == "PAM":
		x.pamUnix += n
	case e.Module != "":
		x.pamOther += n
	case x.Kind != "sshd":
		x.daemon += n
	case strings.HasPrefix(e.Message, "error: PAM: "):
		x.sshdPAM += n
	case e.Method == "publickey":
		x.keys += n
	case e.Method != "" && e.Method != "none":
		x.daemon += n
	}
	j.touch(x)
}

// find returns the attempt that e belongs to.
func (j *AttemptJoiner) find(e *Event) *openAttempt {
	kind := kindOf(e)
	user, _ := account(e, kind)
	if e.PID != 0 {
		if x := j.open[attemptKey{host: e.Host, kind: kind, pid: e.PID}]; x != nil {
			samePort := x.SourcePort == e.SourcePort && e.SourcePort != 0
			if samePort && kind == "sshd" { // it allows no change of the user, but escapes the name twice in some lines
				return x
			}
			if samePort || x.SourcePort == 0 || e.SourcePort == 0 {
				if x.User == "" || user == "" || x.User == user || kind != "sshd" && kind != "su" {
					return x
				}
			}
			if e.Kind != KindDisconnect && e.Kind != KindSudoCommand {
				j.finish(x) // another connection or account
			}
			return nil
		}
		if kind == "sshd" || kind == "dropbear" {
			return nil
		}
	}
	x := j.open[attemptKey{host: e.Host, kind: kind, user: user, port: e.SourcePort}]
	if x != nil && e.Time.Sub(x.Last) > attemptNoPID {
		if e.Kind != KindDisconnect && e.Kind != KindSudoCommand {
			j.finish(x)
		}
		return nil
	}
	return x
}

func (j *AttemptJoiner) start(e *Event) *openAttempt {
	kind := kindOf(e)
	user, by := account(e, kind)
	for j.n >= maxOpenAttempts {
		j.finish(j.list.head)
	}
	x := &openAttempt{Attempt: Attempt{
		Kind: keep(kind), Host: keep(e.Host), PID: e.PID, User: keep(user), UserKnown: true, By: keep(by), First: e.Time, Inferred: e.Inferred,
	}}
	x.key = attemptKey{host: x.Host, kind: x.Kind, pid: e.PID}
	if e.PID == 0 {
		x.key.user, x.key.port = x.User, e.SourcePort
	}
	if j.open == nil {
		j.open = make(map[attemptKey]*openAttempt)
	}
	j.open[x.key] = x
	j.list.push(x)
	j.n++
	return x
}

// merge takes over what e tells.
func (x *openAttempt) merge(e *Event) {
	user, by := account(e, x.Kind)
	if x.User == "" {
		x.User = keep(user)
	}
	if x.By == "" {
		x.By = keep(by)
	}
	if x.PID == 0 {
		x.PID = e.PID
	}
	x.UserKnown = x.UserKnown && e.UserKnown
	if e.Source.IsValid() {
		x.Source = e.Source
	} else if !x.Source.IsValid() && e.SourceHost != "" {
		x.SourceHost = keep(e.SourceHost)
	}
	if e.SourcePort != 0 {
		x.SourcePort = e.SourcePort
	}
	if e.Method != "" && (x.Method == "" || e.Method != "none") {
		x.Method = keep(e.Method)
	}
	if e.Time.After(x.Last) {
		x.Last = e.Time
	}
	if len(x.Refs) < maxAttemptRefs {
		x.Refs = append(x.Refs, e.Ref)
	}
}

// succeed keeps x for a while: some daemons say it twice.
func (j *AttemptJoiner) succeed(x *openAttempt) {
	x.Success = true
	j.touch(x)
}

func (j *AttemptJoiner) finish(x *openAttempt) {
	delete(j.open, x.key)
	j.list.remove(x)
	j.n--
	if x.Success {
		x.Tries = max(x.daemon, x.sshdPAM) + 1
	} else {
		x.Tries = max(1, x.daemon+x.keys, x.pamUnix+x.keys, x.pamOther+x.keys, x.sshdPAM+x.keys)
	}
	j.out = append(j.out, x.Attempt)
}

func (j *AttemptJoiner) touch(x *openAttempt) {
	j.list.remove(x)
	j.list.push(x)
}

func (j *AttemptJoiner) expire(now time.Time) {
	for x := j.list.head; x != nil && now.Sub(x.Last) > attemptIdle; x = j.list.head {
		j.finish(x)
	}
}

type attemptList struct{ head, tail *openAttempt }

func (l *attemptList) push(x *openAttempt) {
	x.prev, x.next = l.tail, nil
	if l.tail == nil {
		l.head = x
	} else {
		l.tail.next = x
	}
	l.tail = x
}

func (l *attemptList) remove(x *openAttempt) {
	if x.prev == nil {
		l.head = x.next
	} else {
		x.prev.next = x.next
	}
	if x.next == nil {
		l.tail = x.prev
	} else {
		x.next.prev = x.prev
	}
}
