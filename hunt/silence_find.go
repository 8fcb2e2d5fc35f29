package hunt

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// findSilences looks for stretches in which a log should have spoken and for
// signs that one was changed, and asks the other witnesses what they saw.
func (h *hunter) findSilences() {
	if h.inv.Partial != nil {
		h.commandSilences()
		h.numberSilences()
		return // a log that was not read to its end is silent for that reason
	}
	h.serials.close()
	h.windowBeyond()
	h.rhythmSilences()
	h.serialSilences()
	h.auditOffSilences()
	h.rotationSilences()
	h.clockSilences()
	h.strayLines()
	h.tornFiles()
	h.erasedRecords()
	h.changedAfter()
	h.copiesDiffer()
	h.owedLines()
	h.commandSilences()
	h.numberSilences()
}

func (h *hunter) numberSilences() {
	out := h.inv.Silences
	slices.SortStableFunc(out, func(a, b Silence) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Log, b.Log), cmp.Compare(a.Text, b.Text))
	})
	for i := range out {
		out[i].ID = "N" + strconv.Itoa(i+1)
	}
}

// maxSilences bounds how many silences of one kind are kept.
const maxSilences = 100

func (h *hunter) silence(s Silence) {
	n := 0
	for i := range h.inv.Silences {
		if h.inv.Silences[i].Kind == s.Kind {
			n++
		}
	}
	if n < maxSilences {
		s.Refs = capped(s.Refs, maxSignalRefs)
		h.inv.Silences = append(h.inv.Silences, s)
	}
}

// end returns the latest moment that any log knows.
func (h *hunter) end() time.Time {
	var last time.Time
	for _, r := range h.rhythms.byLog {
		if r.last.After(last) {
			last = r.last
		}
	}
	return last
}

// start returns the earliest.
func (h *hunter) start() time.Time {
	var first time.Time
	for _, r := range h.rhythms.byLog {
		if first.IsZero() || !r.first.IsZero() && r.first.Before(first) {
			first = r.first
		}
	}
	return first
}

// rhythmSilences finds the stretches in which a log was silent against its own
// rhythm: between two of its lines, before its first, after its last.
func (h *hunter) rhythmSilences() {
	start, end := h.start(), h.end()
	copies := h.copies()
	for _, r := range h.rhythms.sorted() {
		if copies[r.log] || r.n == 0 {
			continue
		}
		for _, g := range r.gaps {
			if r.odd(g.from, g.to) && !h.off(g) {
				h.gapSilence(r, g, SilenceGap)
			}
		}
		if g := (gap{r.last, end, r.lastRef, evidence.Ref{}}); r.odd(g.from, g.to) && !h.off(g) {
			h.gapSilence(r, g, SilenceTruncated)
		}
		if g := (gap{start, r.first, evidence.Ref{}, r.firstRef}); r.odd(g.from, g.to) {
			h.gapSilence(r, g, SilenceTruncated)
		}
	}
}

// windowBeyond notes where the window that was asked for goes further than the
// logs do, against their rhythm: what lies there is not known.
func (h *hunter) windowBeyond() {
	copies := h.copies()
	for _, r := range h.rhythms.sorted() {
		if copies[r.log] || r.n == 0 {
			continue
		}
		note := func(from, to time.Time, what string) {
			if from.IsZero() || to.IsZero() || !r.odd(from, to) {
				return
			}
			if r.auth > 0 {
				why := fmt.Sprintf("%s %s; the window that was asked for goes further.", r.log, what)
				for _, section := range []string{sectionLogons, sectionSessions, sectionSudo, sectionAccounts} {
					h.blindFor = append(h.blindFor, Blind{Section: section, Why: why, Fix: "Give the log of that time, or ask for the time that it holds.", Start: utc(from), End: utc(to)})
				}
			}
			if h.isAudit(r) {
				h.blindAudit(r.log+" "+what+" and has nothing", from, to)
			}
		}
		note(h.o.Window.Start, r.first, "begins at "+clockOf(r.first))
		note(r.last, h.o.Window.End, "ends at "+clockOf(r.last))
	}
}

// copies returns the logs that mostly hold what another gave already: of them
// only the rest is seen here, which tells nothing about their rhythm.
func (h *hunter) copies() map[string]bool {
	lines, twice := map[string]int64{}, map[string]int64{}
	for _, s := range h.src.Stats() {
		lines[logOf(s.File)] += s.Lines
		twice[logOf(s.File)] += s.Duplicate
	}
	out := map[string]bool{}
	for log, n := range twice {
		out[log] = n*10 > lines[log]
	}
	return out
}

// off reports whether the host was down in a gap: it started within it or just
// after.
func (h *hunter) off(g gap) bool {
	for _, list := range [2][]time.Time{h.inv.Host.Boots, h.logins.boots} {
		for _, b := range list {
			if b.After(g.from) && b.Before(g.to.Add(2*time.Minute)) {
				return true
			}
		}
	}
	return false
}

func (h *hunter) gapSilence(r *rhythm, g gap, kind SilenceKind) {
	s := Silence{Kind: kind, Log: r.log, Start: utc(g.from), End: utc(g.to), Usual: r.habit()}
	for _, ref := range []evidence.Ref{g.before, g.behind} {
		if !ref.IsZero() {
			s.Refs = append(s.Refs, ref)
		}
	}
	s.Text = fmt.Sprintf("%s has no line for %s.", r.log, roughly(g.length()))
	switch {
	case kind == SilenceTruncated && g.behind.IsZero():
		s.Text = fmt.Sprintf("%s ends %s before the other logs.", r.log, roughly(g.length()))
	case kind == SilenceTruncated:
		s.Text = fmt.Sprintf("%s begins %s after the other logs.", r.log, roughly(g.length()))
	}
	var lost int64
	for i := range h.drops {
		if d := &h.drops[i]; d.at.After(g.from.Add(-dropSlack)) && d.at.Before(g.to.Add(dropSlack)) {
			lost += d.count
		}
	}
	h.ask(&s, r)
	owed := 0
	for _, w := range s.Seen {
		if w.Text != "" {
			owed += w.Count
		}
	}
	speaks := slices.ContainsFunc(s.Seen, func(w Sighting) bool { return w.Count > 0 })
	switch {
	case lost > 0:
		s.Severity, s.Missing, s.Why = SeverityLow, lost, fmt.Sprintf("The log daemon says that it dropped %d messages then.", lost)
	case owed > 0 && kind == SilenceGap:
		s.Severity, s.Tampering = SeverityMedium, true
		s.Why = "Others saw then what this log must have told, and it speaks again afterwards."
	case owed > 0:
		s.Severity, s.Why = SeverityLow, "Others saw then what this log must have told: it was cut, or it is a copy that was made earlier."
	case speaks && kind == SilenceGap:
		s.Severity, s.Why = SeverityLow, "The host was up, since other logs speak, but nothing that they tell of had to stand in this one."
	case speaks:
		s.Severity, s.Why = SeverityInfo, "Other logs go further; nothing that they tell of there had to stand in this one."
	case len(h.rhythms.byLog) > 1:
		s.Severity, s.Why = SeverityInfo, "All logs are silent: the host was off, asleep, or had no power."
	default:
		s.Severity, s.Why = SeverityLow, "There is no other log that could tell whether the host was up."
	}
	h.silence(s)
	if r.auth > 0 && s.Severity.Compare(SeverityInfo) > 0 {
		why := fmt.Sprintf("%s has nothing from %s to %s.", r.log, clockOf(g.from), clockOf(g.to))
		for _, section := range []string{sectionLogons, sectionSessions, sectionSudo, sectionAccounts} {
			h.blindFor = append(h.blindFor, Blind{Section: section, Why: why, Fix: "Give the log of that time from a backup, a log server or the journal.", Start: utc(g.from), End: utc(g.to)})
		}
	}
	if h.isAudit(r) && s.Severity.Compare(SeverityInfo) > 0 {
		h.blindAudit(r.log+" has nothing", g.from, g.to)
	}
}

// blindAudit notes that what audit would have seen is not known for a time.
func (h *hunter) blindAudit(why string, from, to time.Time) {
	why = fmt.Sprintf("%s from %s to %s.", why, clockOf(from), clockOf(to))
	for _, section := range []string{sectionProcesses, sectionServices, sectionNetwork} {
		h.blindFor = append(h.blindFor, Blind{Section: section, Why: why, Fix: "Give the audit log of that time from a backup or a log server.", Start: utc(from), End: utc(to)})
	}
}

func (h *hunter) isAudit(r *rhythm) bool { return h.auditLogs[r.log] }

// habit tells the rhythm of a log in words.
func (r *rhythm) habit() string {
	span := r.last.Sub(r.first)
	if span <= 0 {
		return ""
	}
	return fmt.Sprintf("It has %d lines in %s; now and then it is silent for %s.", r.n, roughly(span), roughly(r.usual()))
}

// ask collects what other logs saw in a silence, first what the silent log must
// have told too: sessions, sudo commands and failed logons.
func (h *hunter) ask(s *Silence, silent *rhythm) {
	in := func(t time.Time) bool { return t.After(s.Start) && t.Before(s.End) }
	if silent != nil && silent.auth > 0 {
		owed := func(log, what string, n int, refs []evidence.Ref) {
			if n > 0 {
				s.Seen = append(s.Seen, Sighting{Log: log, Count: n, Text: what, Refs: capped(refs, maxJobRefs)})
			}
		}
		var n int
		var refs []evidence.Ref
		for i := range h.inv.Sessions {
			if o := &h.inv.Sessions[i]; !o.byLog() && in(o.Start) {
				n++
				refs = append(refs, o.Refs...)
				s.Session = firstOf(s.Session, o.ID)
			}
		}
		owed("audit or wtmp", "sessions that people opened", n, refs)
		n, refs = 0, nil
		for i := range h.audit.sudo {
			if a := &h.audit.sudo[i]; !a.used && in(a.at) {
				n++
				refs = append(refs, a.ref)
			}
		}
		owed("audit", "sudo commands", n, refs)
		n, refs = 0, nil
		for i := range h.logins.failed {
			if r := &h.logins.failed[i]; in(r.Time) {
				n++
				refs = append(refs, r.Ref)
			}
		}
		owed("btmp", "failed logons", n, refs)
	}
	if silent != nil && h.isAudit(silent) {
		var n int
		var refs []evidence.Ref
		for i := range h.inv.Sessions {
			if o := &h.inv.Sessions[i]; o.byLog() && remote(o) && in(o.Start) && !o.says(WitnessAudit) {
				n++
				refs = append(refs, o.Refs...)
				s.Session = firstOf(s.Session, o.ID)
			}
		}
		if n > 0 {
			s.Seen = append(s.Seen, Sighting{Log: "the log of the auth facility", Count: n, Text: "sessions that people opened", Refs: capped(refs, maxJobRefs)})
		}
	}
	for _, r := range h.rhythms.sorted() {
		if r != silent {
			if n := r.within(s.Start, s.End); n > 0 {
				s.Seen = append(s.Seen, Sighting{Log: r.log, Count: n})
			}
		}
	}
}

// serialSilences tells of numbers of audit events that are missing.
func (h *hunter) serialSilences() {
	for _, g := range h.serials.odd() {
		s := Silence{
			Kind: SilenceSerial, Log: logOf(g.from.ref.File), Start: utc(g.from.at), End: utc(g.to.at), Missing: g.missing,
			Text:  fmt.Sprintf("%d audit events are missing: their numbers %d to %d never come.", g.missing, g.from.n+1, g.to.n-1),
			Usual: fmt.Sprintf("Of %d events %d are missing, in %d places.", h.serials.n+h.serials.lost, h.serials.lost, h.serials.jumps),
			Refs:  []evidence.Ref{g.from.ref, g.to.ref},
		}
		h.ask(&s, h.rhythms.byLog[s.Log])
		switch {
		case h.droppedAt(g.from.at) || h.droppedAt(g.to.at):
			s.Severity, s.Why = SeverityInfo, "The kernel says that it could not keep up then."
		case h.auditOffAt(g.to.at) || slices.ContainsFunc(h.audit.on, func(t time.Time) bool {
			return !t.Before(g.from.at.Add(-time.Second)) && !t.After(g.to.at.Add(time.Second))
		}):
			s.Severity, s.Why = SeverityInfo, "Auditing was off or its daemon away in between; the kernel counts on."
		case slices.ContainsFunc(s.Seen, func(w Sighting) bool { return w.Text != "" }):
			s.Severity, s.Tampering = SeverityMedium, true
			s.Why = "Others saw then what audit must have told, and nothing says that events were lost: they were removed."
		default:
			s.Severity, s.Why = SeverityLow, "Nothing says that events were lost; a full queue or a removed line leaves the same hole."
		}
		h.silence(s)
	}
}

// auditOffSilences tells how long auditing was away after each act against it.
func (h *hunter) auditOffSilences() {
	for i := range h.audit.off {
		o := &h.audit.off[i]
		if i > 0 && o.at.Sub(h.audit.off[i-1].at) < time.Minute && o.ses == h.audit.off[i-1].ses {
			continue
		}
		until, back := h.auditBack(o.at)
		if !back {
			until = h.end()
		}
		s := Silence{
			Kind: SilenceAuditOff, Log: "audit", Start: o.at, End: utc(until), Session: h.auditSessionAt(o.ses, o.at), Refs: o.refs, Tampering: true,
			Text: fmt.Sprintf("Auditing was cut back by %s (%s) and did not come back.", firstOf(o.who, "an unknown process"), o.what),
		}
		if back {
			s.Text = fmt.Sprintf("Auditing was cut back by %s (%s) for %s.", firstOf(o.who, "an unknown process"), o.what, roughly(until.Sub(o.at)))
		}
		h.ask(&s, h.auditRhythm())
		work := slices.ContainsFunc(s.Seen, func(w Sighting) bool { return w.Text != "" })
		switch {
		case h.off(gap{from: o.at, to: until}) || back && until.Sub(o.at) < 2*time.Minute && !work:
			s.Severity, s.Tampering, s.Why = SeverityInfo, false, "The daemon or the host was started anew; that does the same."
		case work:
			s.Severity, s.Why = SeverityMedium, "People were at work on the host while auditing could not see them."
		case s.Session != "":
			s.Severity, s.Why = SeverityLow, "Somebody who was logged on ordered it; what came after is not in the audit log."
		default:
			s.Severity, s.Why = SeverityLow, "What came after is not in the audit log."
		}
		h.silence(s)
		if s.Severity.Compare(SeverityLow) >= 0 && until.Sub(o.at) > edgeSlack {
			h.blindAudit("Auditing was cut back", o.at, until)
		}
	}
}

func (h *hunter) auditRhythm() *rhythm {
	for _, r := range h.rhythms.sorted() {
		if h.isAudit(r) {
			return r
		}
	}
	return nil
}

// rotationSilences tells of rotated files that are missing between others.
func (h *hunter) rotationSilences() {
	byLog := map[string][]string{}
	for _, s := range h.src.Stats() {
		if s.File != "" {
			byLog[logOf(s.File)] = append(byLog[logOf(s.File)], s.File)
		}
	}
	for _, log := range sortedKeys(byLog) {
		for _, m := range missingRotations(byLog[log]) {
			s := Silence{
				Kind: SilenceRotated, Log: log, Severity: SeverityLow,
				Text: fmt.Sprintf("%s is not there, though its neighbours are.", m.name),
				Why:  "Rotation leaves no hole: the file was removed, or left out of the copy.",
			}
			s.Start, s.End = h.between(m.older, m.newer)
			if !s.Start.IsZero() && !s.End.IsZero() {
				h.ask(&s, h.rhythms.byLog[log])
				if slices.ContainsFunc(s.Seen, func(w Sighting) bool { return w.Text != "" }) {
					s.Severity, s.Tampering, s.Why = SeverityMedium, true, "Rotation leaves no hole, and others saw then what it must have told."
				}
			}
			h.silence(s)
		}
	}
}

// between returns the time between the last line of one file and the first of
// another.
func (h *hunter) between(older, newer string) (from, to time.Time) {
	for _, s := range h.src.Stats() {
		switch s.File {
		case older:
			from = utc(s.Last)
		case newer:
			to = utc(s.First)
		}
	}
	return from, to
}
