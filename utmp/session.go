package utmp

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// EndReason is how a session of wtmp ended.
type EndReason string

// The ways a session ends.
const (
	EndClosed   EndReason = "closed"   // its logout was recorded
	EndShutdown EndReason = "shutdown" // the system was shut down under it
	EndCrash    EndReason = "crash"    // the system started again without having been shut down
	EndReplaced EndReason = "replaced" // its terminal was given to another logon; when it ended is not known
	EndOpen     EndReason = "open"     // nothing says that it ended
)

// Session is one logon in wtmp with its end.
type Session struct {
	User      string         `json:"user"`
	TTY       string         `json:"tty,omitempty"`
	PID       int32          `json:"pid,omitempty"` // of the record of the logon
	Host      string         `json:"host,omitempty"`
	Addr      netip.Addr     `json:"addr,omitzero"`
	Start     time.Time      `json:"start,omitzero"`
	End       time.Time      `json:"end,omitzero"` // zero for open and replaced; for a crash the next start of the system, the latest that it can be
	EndReason EndReason      `json:"end_reason"`
	Refs      []evidence.Ref `json:"refs,omitempty"` // of the records it was joined from
}

// Sessions joins the records of wtmp, in the order in which they were written,
// into sessions, ordered by their start. Refused logons (of btmp), errors and
// records without a time are passed over.
//
// A session begins with a record of [UserProcess] and ends with the next one of
// [DeadProcess] for the same terminal, as last(1) has it: pids are no help,
// since sshd writes the two from different processes. A shutdown or a start of
// the system ends all. Only what is open is held while reading.
func Sessions(records iter.Seq2[Record, error]) []Session {
	var done []Session
	open := map[string]Session{}
	down := false // shut down since the last start
	end := func(tty string, at time.Time, why EndReason, by evidence.Ref) {
		s, ok := open[tty]
		if !ok {
			return
		}
		delete(open, tty)
		s.End, s.EndReason = at, why
		s.Refs = append(s.Refs, by)
		done = append(done, s)
	}
	for r, err := range records {
		if err != nil || r.Failed || r.Time.IsZero() {
			continue
		}
		switch r.Type {
		case UserProcess:
			end(r.TTY, time.Time{}, EndReplaced, r.Ref)
			open[r.TTY] = Session{User: r.User, TTY: r.TTY, PID: r.PID, Host: r.Host, Addr: r.Addr, Start: r.Time, Refs: []evidence.Ref{r.Ref}}
		case DeadProcess:
			end(r.TTY, r.Time, EndClosed, r.Ref)
		case RunLevel, BootTime:
			why := EndCrash
			switch {
			case r.Type == RunLevel && r.User == "shutdown":
				why, down = EndShutdown, true
			case r.Type == RunLevel:
				continue
			case down:
				why, down = EndShutdown, false
			}
			for tty := range open {
				end(tty, r.Time, why, r.Ref)
			}
		}
	}
	for _, s := range open {
		s.EndReason = EndOpen
		done = append(done, s)
	}
	slices.SortFunc(done, func(a, b Session) int {
		return cmp.Or(a.Start.Compare(b.Start), a.Refs[0].Compare(b.Refs[0]))
	})
	return done
}
