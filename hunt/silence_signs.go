package hunt

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// clockSilences tells of clocks that were set.
func (h *hunter) clockSilences() {
	for _, r := range h.rhythms.sorted() {
		for _, c := range r.steps {
			if c.twice*2 > c.n {
				h.linesTwice(r, c.to, c.from, c.behind)
				continue
			}
			s := Silence{
				Kind: SilenceClock, Log: r.log, Start: utc(c.to), End: utc(c.from), Severity: SeverityLow, Refs: []evidence.Ref{c.before, c.behind},
				Text: fmt.Sprintf("The clock of %s goes back by %s and stays there.", r.log, roughly(c.from.Sub(c.to))),
				Why:  "Times before and after it cannot be held against each other; a clock that is set back hides when something was done.",
			}
			if d := c.from.Sub(c.to); d > 55*time.Minute && d < 65*time.Minute {
				s.Severity, s.Why = SeverityInfo, "An hour is what the end of summer time does to logs that do not say their zone."
			}
			h.silence(s)
		}
	}
	for i := range h.logins.steps {
		r := &h.logins.steps[i]
		h.silence(Silence{
			Kind: SilenceClock, Log: logOf(r.Ref.File), Start: utc(r.Time), End: utc(r.Time), Severity: SeverityInfo, Refs: []evidence.Ref{r.Ref},
			Text: "wtmp notes that the clock was set.", Why: "Time daemons do so at a start; people do so seldom.",
		})
	}
}

// linesTwice tells of a stretch of lines that a log holds a second time, with
// their old stamps.
func (h *hunter) linesTwice(r *rhythm, from, to time.Time, ref evidence.Ref) {
	h.silence(Silence{
		Kind: SilenceDuplicate, Log: r.log, Start: utc(from), End: utc(to), Severity: SeverityLow, Refs: []evidence.Ref{ref},
		Text: fmt.Sprintf("Lines in %s stand there twice, the second time behind lines that are up to %s later.", r.log, roughly(to.Sub(from))),
		Why:  "A rotation that was broken off, or a log put back from a copy, does that; so does somebody who fills a hole with old lines.",
	})
}

// strayLess is how far lines may stand from where their time belongs before that
// is worth a word: log daemons hold messages back for seconds, and at a start
// for longer.
const strayLess = 5 * time.Minute

// strayLines tells of lines that stand later in a log than their time says.
func (h *hunter) strayLines() {
	copies := h.copies()
	for _, r := range h.rhythms.sorted() {
		if copies[r.log] {
			continue
		}
		for _, x := range r.stray {
			if x.after.Sub(x.at) < strayLess || h.off(gap{from: x.at, to: x.after}) {
				continue
			}
			if x.twice*2 > x.n {
				h.linesTwice(r, x.at, x.after, x.ref)
				continue
			}
			h.silence(Silence{
				Kind: SilenceOrder, Log: r.log, Start: utc(x.at), End: utc(x.after), Severity: SeverityLow, Refs: []evidence.Ref{x.ref},
				Text: fmt.Sprintf("%s in %s stand %s after where their time belongs.", plural(x.n, "line"), r.log, roughly(x.after.Sub(x.at))),
				Why:  "Log daemons write in order: lines that were put in by hand, or a clock that was set for a moment, look like this.",
			})
		}
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// tornFiles tells of files that end in the middle of a line or hold NUL bytes.
func (h *hunter) tornFiles() {
	for _, f := range h.src.Stats() {
		if f.NUL > 0 {
			h.silence(Silence{
				Kind: SilenceTruncated, Log: f.File, Start: utc(f.First), End: utc(f.Last), Severity: SeverityLow, Missing: f.NUL,
				Text: fmt.Sprintf("%s of %s hold NUL bytes.", plural(int(min(f.NUL, 1<<30)), "line"), f.File),
				Why:  "A crash leaves such a hole, and so does emptying a log while its daemon goes on writing where it was.",
			})
		}
		if f.Unended > 0 {
			h.silence(Silence{
				Kind: SilenceTruncated, Log: f.File, Start: utc(f.Last), End: utc(f.Last), Severity: SeverityInfo,
				Text: f.File + " ends in the middle of a line.", Why: "It was copied while it was written, or cut there.",
			})
		}
	}
}

// erasedRecords tells of records of wtmp or btmp that were overwritten.
func (h *hunter) erasedRecords() {
	if n := len(h.logins.erased); n > 0 {
		h.silence(Silence{
			Kind: SilenceErased, Log: logOf(h.logins.erased[0].File), Start: h.logins.first, End: h.logins.last, Missing: int64(n), Severity: SeverityHigh, Tampering: true,
			Text: fmt.Sprintf("%s in %s were overwritten with zeros.", plural(n, "record"), logOf(h.logins.erased[0].File)),
			Why:  "No program writes such records; tools that hide a logon do.", Refs: slices.Clone(h.logins.erased),
		})
	}
}

// owedLines tells of lines that are not in the log of the auth facility, though
// it was being written and others saw what they must have told.
func (h *hunter) owedLines() {
	if h.seen.auth == 0 {
		return
	}
	covered := func(t time.Time) bool {
		return h.within(t) && !h.droppedAt(t) && !slices.ContainsFunc(h.inv.Silences, func(s Silence) bool {
			return (s.Kind == SilenceGap || s.Kind == SilenceTruncated) && !t.Before(s.Start) && !t.After(s.End) && h.rhythms.byLog[s.Log] != nil && h.rhythms.byLog[s.Log].auth > 0
		})
	}
	h.beyondLog()
	var edited Silence
	add := func(t time.Time, session string, refs ...evidence.Ref) {
		edited.Start, edited.End = widen(edited.Start, edited.End, t, t)
		edited.Missing++
		edited.Session = firstOf(edited.Session, session)
		edited.Refs = append(edited.Refs, refs...)
	}
	var sessions, sudo, failed int
	var seen []Sighting
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		for _, w := range s.Witnesses {
			if w.Says == Missing && (w.Kind == WitnessLog || w.Kind == WitnessDaemon) && covered(s.Start) {
				sessions++
				add(s.Start, s.ID, s.Refs...)
			}
		}
	}
	all, lone := 0, []*auditSudo(nil)
	for i := range h.audit.sudo {
		a := &h.audit.sudo[i]
		if !covered(a.at) {
			continue
		}
		if all++; !a.used && !a.failed {
			lone = append(lone, a)
		}
	}
	if h.seen.sudo > 0 && len(lone)*5 <= all { // else the log has another habit
		for _, a := range lone {
			sudo++
			add(a.at, h.auditSessionAt(a.ses, a.at), a.ref)
		}
	}
	if l := &h.logins; l.missing.n > 0 && l.missing.n*5 <= l.agree.n+l.missing.n {
		failed = l.missing.n
		add(utc(l.missing.first.Time), "", l.missing.refs...)
		edited.Start, edited.End = widen(edited.Start, edited.End, l.missing.first.Time, l.missing.last.Time)
		edited.Missing += int64(failed - 1)
	}
	for _, w := range []struct {
		n         int
		log, text string
	}{{sessions, "audit, wtmp or PAM", "sessions"}, {sudo, "audit", "sudo commands"}, {failed, "btmp", "failed logons"}} {
		if w.n > 0 {
			seen = append(seen, Sighting{Log: w.log, Count: w.n, Text: w.text})
		}
	}
	if len(seen) == 0 {
		return
	}
	edited.Kind, edited.Log, edited.Tampering, edited.Seen = SilenceEdited, "the log of the auth facility", true, seen
	edited.Severity = SeverityMedium
	edited.Text = fmt.Sprintf("The log of the auth facility has no line of %s that others saw, though it was being written.", join(counts(seen)))
	edited.Why = "The lines around them are there, and nothing says that messages were dropped: single lines were cut out."
	h.silence(edited)
}

// beyondLog tells of failed logons in btmp that came after all that the log of
// the auth facility holds.
func (h *hunter) beyondLog() {
	l := &h.logins.outside
	if l.n == 0 || !l.last.Time.After(h.auth.last) {
		return
	}
	s := Silence{
		Kind: SilenceTruncated, Log: "the log of the auth facility", Start: h.auth.last, End: utc(l.last.Time), Missing: int64(l.n), Severity: SeverityLow,
		Text: "The log of the auth facility ends before btmp does.", Why: "It was cut, or it is a copy that was made earlier.", Refs: l.refs,
		Seen: []Sighting{{Log: logOf(l.first.Ref.File), Count: l.n, Text: "failed logons", Refs: l.refs}},
	}
	h.silence(s)
	why := fmt.Sprintf("The log of the auth facility ends at %s; btmp goes on to %s.", clockOf(h.auth.last), clockOf(l.last.Time))
	for _, section := range []string{sectionLogons, sectionSessions} {
		h.blindFor = append(h.blindFor, Blind{Section: section, Why: why, Fix: "Give the log of that time from a backup, a log server or the journal.", Start: s.Start, End: s.End})
	}
}

func counts(seen []Sighting) []string {
	out := make([]string, len(seen))
	for i, w := range seen {
		out[i] = fmt.Sprintf("%d %s", w.Count, w.Text)
	}
	return out
}

// silencing are the rules of package cmdline that tell of a command against the
// logs or a shell's history, and the kind of silence that follows.
var silencing = map[string]SilenceKind{
	"history-off": SilenceHistory, "history-file-wiped": SilenceHistory, "history-ignored": SilenceHistory, "shell-killed": SilenceHistory,
	"log-wiped": SilenceLogRemoved, "log-folder-removed": SilenceLogRemoved, "journal-wiped": SilenceLogRemoved, "kernel-log-cleared": SilenceLogRemoved,
	"audit-off": SilenceAuditOff, "audit-rules-changed": SilenceAuditOff, "logging-off": SilenceLogOff, "logging-config": SilenceLogOff,
}

// commandSilences tells of the commands that switched off or removed what would
// have told more; of one session and target once.
func (h *hunter) commandSilences() {
	type key struct {
		kind            SilenceKind
		session, target string
	}
	at := map[key]int{}
	for c := range h.carriers() {
		for i := range c.hits {
			hit := &c.hits[i]
			kind, ok := silencing[hit.Rule]
			if !ok || hit.Severity.Compare(SeverityLow) < 0 || hit.Severity == SeverityLow && c.session == "" { // packages that go take their logs with them
				continue
			}
			k := key{kind, c.session, hit.Target}
			if n, ok := at[k]; ok {
				s := &h.inv.Silences[n]
				s.End = utc(c.time)
				s.Refs = append(s.Refs, capped(c.refs, maxSignalRefs-min(maxSignalRefs, len(s.Refs)))...)
				continue
			}
			who := firstOf(quoteNonEmpty(c.user), "somebody")
			if s := h.session(c.session); s != nil {
				who = quoteName(s.User)
			}
			about := ""
			if hit.Target != "" {
				about = " (" + quoteName(hit.Target) + ")"
			}
			severity := hit.Severity
			if kind == SilenceHistory {
				severity = SeverityLow
			}
			before := len(h.inv.Silences)
			h.silence(Silence{
				Kind: kind, Tampering: true, Log: hit.Target, Start: utc(c.time), End: utc(c.time), Severity: severity, Session: c.session,
				Text: fmt.Sprintf("%s%s, by %s.", hit.Name, about, who), Why: capital(sentence(hit.Why)), Refs: slices.Clone(capped(c.refs, maxSignalRefs)),
			})
			if len(h.inv.Silences) > before {
				at[k] = before
			}
		}
	}
}

// silenceSignals tells of the silences that no command and no act against
// auditing tells already.
func (h *hunter) silenceSignals() {
	for i := range h.inv.Silences {
		s := &h.inv.Silences[i]
		if s.Severity.Compare(SeverityLow) < 0 {
			continue
		}
		switch s.Kind {
		case SilenceHistory, SilenceLogRemoved, SilenceLogOff:
			continue // told by the command
		case SilenceAuditOff:
			if s.Severity.Compare(SeverityMedium) < 0 {
				continue // told by the act
			}
		default:
		}
		sig := signal{
			rule: ruleSilence, role: roleSilence, time: s.Start, end: s.End, stage: StageEvasion, severity: s.Severity, raised: SeverityHigh, session: s.Session,
			text: s.Text + " " + s.Why, short: strings.TrimSuffix(s.Text, "."), techniques: []string{"T1070.002"}, hypotheses: []Hypothesis{AccountMisuse}, refs: s.Refs,
			object: s.ID,
		}
		if s.Usual != "" {
			usual := s.Log + ": " + s.Usual
			sig.normal = func() string { return usual }
		}
		if s.Session != "" {
			sig.keys = append(sig.keys, sessionKey(s.Session))
			if s.Kind == SilenceEdited {
				sig.object = linesOf(s.Session)
			}
		}
		h.signal(sig)
	}
}

// linesOf names what both the silence and the session's own witnesses miss.
func linesOf(session string) string { return "lines of " + session }

// linkSilences says which findings tell of which silences.
func (h *hunter) linkSilences() {
	for i := range h.inv.Findings {
		f := &h.inv.Findings[i]
		for k := range h.inv.Silences {
			s := &h.inv.Silences[k]
			told := slices.ContainsFunc(f.Steps, func(st Step) bool {
				return st.Rule == ruleSilence && strings.HasPrefix(st.Text, s.Text) ||
					s.Session != "" && st.Session == s.Session && st.Stage == StageEvasion && len(s.Refs) > 0 && slices.Contains(st.Refs, s.Refs[0])
			})
			if told {
				f.Silences = append(f.Silences, s.ID)
				s.Finding = firstOf(s.Finding, f.ID)
			}
		}
	}
}
