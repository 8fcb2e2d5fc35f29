package hunt

import (
	"hash/maphash"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// sourceProbes counts the connections of one source that never tried to log
// on.
type sourceProbes struct {
	n           int
	first, last time.Time
	refs        []evidence.Ref
}

type jobKey struct{ user, text string }

// maxJobs bounds how many distinct cron commands are kept.
const maxJobs = 10_000

// readSyslog reads the log lines once and keeps what they mean.
func (h *hunter) readSyslog(host string) {
	var tries syslog.AttemptJoiner
	var settled time.Time
	var n int64
	var rec syslog.Record // one for all lines: what is asked about them keeps none
	var ev syslog.Event
	for next, err := range h.src.Syslog(h.ctx, host, h.o.Window) {
		if err != nil {
			h.unread("syslog", err)
			continue
		}
		rec = next
		n++
		h.progress("syslog", n, rec.Time)
		h.seen.records++
		if rec.Program != "" {
			h.programs[rec.Program]++
		}
		h.apps.line(&rec)
		h.span(rec.Time)
		rhythm := h.rhythms.of(rec.Ref.File)
		rhythm.line(rec.Time, rec.Ref, maphash.String(h.rhythms.seed, rec.Raw))
		h.hostLine(&rec)
		h.unitLine(&rec)
		h.droppedLine(&rec)
		h.sigmaLine(&rec)
		if !syslog.ParseInto(&rec, &ev) {
			if syslog.Covers(rec.Program) {
				h.shapes.Add(rec.Program, rec.Message, rec.Ref)
			}
			h.mark(rec.Message, "message", rec.Time, "", rec.Ref)
			continue
		}
		if isAuth(&ev) {
			rhythm.auth++
		}
		h.writers.see(&ev)
		h.logEvent(&ev)
		h.takeSessions(h.join.Add(&ev))
		h.takeAttempts(tries.Add(&ev))
		if rec.Time.Sub(settled) >= settleEvery {
			settled = rec.Time
			h.settle(settled.Add(-settleAfter))
		}
	}
	h.takeAttempts(tries.Close())
	h.takeSessions(h.join.Close())
	h.settle(time.Time{})
}

// span widens what the host's logs span.
func (h *hunter) span(t time.Time) {
	if t.IsZero() {
		return
	}
	t = t.UTC()
	if s := &h.inv.Host; s.First.IsZero() || t.Before(s.First) {
		s.First = t
	}
	if s := &h.inv.Host; t.After(s.Last) {
		s.Last = t
	}
}

// logEvent keeps what belongs into a section of its own. Logons and sessions
// are joined elsewhere.
func (h *hunter) logEvent(ev *syslog.Event) {
	at := ev.Time.UTC()
	if ev.Program == "sshd" || ev.Kind == syslog.KindLogonFailure || ev.Kind == syslog.KindLogonSuccess {
		h.auth.first, h.auth.last = widen(h.auth.first, h.auth.last, at, at)
	}
	switch ev.Kind {
	case syslog.KindLogonSuccess, syslog.KindLogonFailure, syslog.KindDisconnect:
		h.seen.auth++
		h.seen.logons++
	case syslog.KindSessionOpen:
		h.seen.auth++
		if isLogon(ev.Service) {
			h.seen.logons++
		}
		if ev.Service == "cron" || ev.Service == "crond" {
			h.seen.cronSessions++
		}
	case syslog.KindSudoCommand:
		h.seen.auth++
		h.seen.sudo++
		h.takeSudo(ev, at)
	case syslog.KindUserAdd, syslog.KindUserDelete, syslog.KindUserModify,
		syslog.KindGroupAdd, syslog.KindGroupDelete, syslog.KindGroupModify:
		if ev.Result == syslog.ResultFailure {
			break
		}
		h.addChange(AccountChange{
			Time: at, Kind: string(ev.Kind), What: string(ev.Change), Account: h.names.of(ev.TargetUser), Group: h.names.of(ev.Group), By: h.names.of(ev.By),
			Detail: strings.Clone(ev.Message), Program: h.names.of(ev.Program), PID: ev.PID, Refs: []evidence.Ref{ev.Ref},
		})
	case syslog.KindCronCommand:
		h.seen.cronCommands++
		h.addJob(ev, at)
	case syslog.KindCronEdit:
		h.takeCronEdit(CronEdit{Time: at, User: h.names.of(ev.User), Target: h.names.of(ev.TargetUser), Action: h.names.of(ev.Reason), PID: ev.PID, Refs: []evidence.Ref{ev.Ref}})
	case syslog.KindProbe:
		h.seen.auth++
		h.seen.logons++
		h.addProbe(ev, at)
	case syslog.KindOther:
		h.mark(ev.Message, "message", at, "", ev.Ref)
	}
	if ev.Mark == syslog.MarkBoot {
		if b := h.inv.Host.Boots; len(b) == 0 || at.Sub(b[len(b)-1]) > time.Minute {
			h.inv.Host.Boots = append(b, at)
		}
	}
}

const maxJobRefs = 8

func (h *hunter) addJob(ev *syslog.Event, at time.Time) {
	key := jobKey{ev.User, ev.Command}
	j := h.jobs[key]
	if j == nil {
		if len(h.jobs) >= maxJobs {
			return
		}
		key = jobKey{strings.Clone(ev.User), strings.Clone(ev.Command)}
		j = &Job{User: key.user, Text: key.text, First: at}
		h.jobs[key] = j
	}
	j.Count++
	j.Last = at
	h.ranJob(j, at)
	if len(j.Refs) < maxJobRefs {
		j.Refs = append(j.Refs, ev.Ref)
	}
}

// probeLines is how far apart the lines about one connection may be.
const probeLines = 2 * time.Minute

// addProbe counts a connection once, though sshd writes several lines about
// one, of which only some name the source.
func (h *hunter) addProbe(ev *syslog.Event, at time.Time) {
	from := ev.SourceHost
	if ev.Source.IsValid() {
		from = ev.Source.String()
	}
	if ev.PID > 0 {
		if last, ok := h.probing[ev.PID]; ok && near(last.at, at, probeLines) && (from == "" || last.from == "" || from == last.from) {
			p := h.probesOf(last.from, at)
			if from != last.from && from != "" { // now the source is known: the connection is its
				p.n--
				if p.n == 0 {
					delete(h.probes, last.from)
				}
				p = h.probesOf(from, at)
				p.n++
				p.refs = append(p.refs, last.ref)
			}
			p.last = at
			if len(p.refs) < maxJobRefs {
				p.refs = append(p.refs, ev.Ref)
			}
			h.probing[ev.PID] = probe{at, firstOf(from, last.from), ev.Ref}
			return
		}
		if len(h.probing) >= maxProbing {
			clear(h.probing)
		}
		h.probing[ev.PID] = probe{at, strings.Clone(from), ev.Ref}
	}
	p := h.probesOf(from, at)
	p.n++
	p.last = at
	if len(p.refs) < maxJobRefs {
		p.refs = append(p.refs, ev.Ref)
	}
}

// probe is the last line about a connection that did not try to log on.
type probe struct {
	at   time.Time
	from string
	ref  evidence.Ref
}

// maxProbing bounds how many connections are kept to see whether more is said
// about them.
const maxProbing = 1 << 16

func (h *hunter) probesOf(from string, at time.Time) *sourceProbes {
	p := h.probes[from]
	if p == nil && len(h.probes) >= maxNamed {
		from = otherSources
		p = h.probes[from]
	}
	if p == nil {
		p = &sourceProbes{first: at}
		h.probes[strings.Clone(from)] = p
	}
	return p
}

// isAuth reports whether an event is one that the log of the auth facility
// holds.
func isAuth(ev *syslog.Event) bool {
	switch ev.Kind {
	case syslog.KindLogonSuccess, syslog.KindLogonFailure, syslog.KindDisconnect, syslog.KindSessionOpen, syslog.KindSessionClose, syslog.KindSudoCommand, syslog.KindProbe:
		return true
	default:
		return false
	}
}
