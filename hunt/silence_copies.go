package hunt

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// copiesDiffer tells of lines that one of two logs lacks which otherwise tell
// the same. A log daemon that was started anew or lost messages leaves such
// holes too.
func (h *hunter) copiesDiffer() {
	src, ok := h.src.(CopySource)
	if !ok {
		return
	}
	for _, c := range src.Copies() {
		s := Silence{
			Kind: SilenceShortCopies, Log: c.Log, Severity: SeverityLow,
			Why:   "Both are written of the same messages: what only one has was cut out of the other, or lost on its way there.",
			Usual: fmt.Sprintf("They have %d lines of these programs in common.", c.Both),
		}
		var programs []string
		for _, l := range c.Lacks {
			if h.droppedAt(l.Time) || h.daemonStarted(l.Time) || h.silentThen(c.Log, l.Time) {
				continue
			}
			s.Missing++
			s.Start, s.End = widen(s.Start, s.End, utc(l.Time), utc(l.Time))
			s.Refs = append(s.Refs, l.Ref)
			if len(programs) < 4 {
				programs = appendNew(programs, quoteName(l.Program))
			}
		}
		if s.Missing == 0 {
			continue
		}
		s.Text = fmt.Sprintf("%s lacks %s of %s that %s has.", c.Log, plural(int(s.Missing), "line"), strings.Join(programs, ", "), c.Of)
		s.Seen = append(s.Seen, Sighting{Log: c.Of, Count: int(s.Missing), Refs: capped(s.Refs, maxJobRefs)})
		if n, session := h.thirdWitness(s.Refs); n > 0 {
			s.Session, s.Severity, s.Tampering = session, SeverityMedium, true
			s.Seen = append(s.Seen, Sighting{Log: "audit or wtmp", Count: n, Text: "sessions that people opened"})
			s.Why = "The lines are of sessions that a third witness saw as well, and nothing says that messages were lost: they were cut out."
		}
		h.silence(s)
	}
}

// thirdWitness counts the sessions of which lines tell and that audit or wtmp
// saw too, and returns the first.
func (h *hunter) thirdWitness(refs []evidence.Ref) (n int, session string) {
	lacking := make(map[evidence.Ref]bool, len(refs))
	for _, r := range refs {
		lacking[r] = true
	}
	for i := range h.inv.Sessions {
		o := &h.inv.Sessions[i]
		if o.says(WitnessAudit, WitnessWtmp) && slices.ContainsFunc(o.Refs, func(r evidence.Ref) bool { return lacking[r] }) {
			n++
			session = firstOf(session, o.ID)
		}
	}
	return n, session
}

// daemonStarted reports whether the host or a log daemon was started about then.
func (h *hunter) daemonStarted(at time.Time) bool {
	about := func(t time.Time) bool { return near(t, at, dropSlack) }
	if slices.ContainsFunc(h.inv.Host.Boots, about) || slices.ContainsFunc(h.logins.boots, about) {
		return true
	}
	for _, u := range h.units {
		if (strings.Contains(u.name, "syslog") || strings.Contains(u.name, "journald")) && slices.ContainsFunc(u.times, about) {
			return true
		}
	}
	return slices.ContainsFunc(h.logStarts, about)
}

// silentThen reports whether a silence of the whole log is told of already.
func (h *hunter) silentThen(log string, at time.Time) bool {
	return slices.ContainsFunc(h.inv.Silences, func(s Silence) bool {
		return s.Log == log && (s.Kind == SilenceGap || s.Kind == SilenceTruncated) && !at.Before(s.Start) && !at.After(s.End)
	})
}
