package hunt

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// buildCoverage says what the investigation rests on.
func (h *hunter) buildCoverage() {
	c := &h.inv.Coverage
	c.Blind = append(h.seen.blind(), h.blindFor...)
	if h.inv.Partial != nil { // what was not found was perhaps not reached
		c.Blind = h.inv.Partial.blindAll()
	}
	c.Unknown = h.shapes.List()
	for name, n := range h.programs {
		h.inv.Host.Programs = append(h.inv.Host.Programs, ProgramCount{name, n})
	}
	slices.SortFunc(h.inv.Host.Programs, func(a, b ProgramCount) int {
		if a.Count != b.Count {
			return int(min(max(b.Count-a.Count, -1), 1))
		}
		return strings.Compare(a.Program, b.Program)
	})
	note := func(format string, args ...any) { c.Notes = append(c.Notes, fmt.Sprintf(format, args...)) }
	for _, f := range h.failed {
		note("%s", f)
	}
	if n := h.shapes.Other(); n > 0 {
		note("%d more messages of programs that are read were not understood; their shapes were too many to list.", n)
	}
	h.crowdNotes(note)
	if h.seen.indicatorsOmitted > 0 {
		note("%d indicators beyond the limit of %d are not listed.", h.seen.indicatorsOmitted, h.o.MaxIndicators)
	}
	if h.seen.momentsOmitted > 0 {
		note("%d moments beyond the limit of %d are not in the timeline.", h.seen.momentsOmitted, h.o.MaxTimeline)
	}
	if o := h.inv.Omitted; o.Sessions > 0 {
		note("%d sessions beyond the limit of %d, and of %d for those that only audit knows, are counted but not listed: those of accounts and sources that were seen most.", o.Sessions, h.o.MaxSessions, maxAlone)
	}
	if o := h.inv.Omitted; o.Sudo > 0 {
		note("%d sudo commands beyond the limit of %d are counted but not listed: those that were run most.", o.Sudo, h.o.MaxSudo)
	}
	if o := h.inv.Omitted; o.Changes+o.CronEdits > 0 {
		note("%d changes to accounts and %d edits of crontabs beyond the limits are not listed.", o.Changes, o.CronEdits)
	}
	if o := h.inv.Omitted; o.Refused > 0 {
		note("%d refusals of su beyond the limit of %d are counted but not told one by one.", o.Refused, maxSuRefused)
	}
	if h.lateSessions > 0 {
		note("What was failed before %d sessions that only audit or wtmp knows is counted in part: there were more than %d attempts since.", h.lateSessions, maxPastTries)
	}
	if h.inv.Logons.Omitted > 0 {
		note("%d logon attempts beyond the limit of %d are counted but not listed.", h.inv.Logons.Omitted, h.o.MaxTries)
	}
	if n := h.audit.offs; n > 0 {
		note("Auditing was cut back %s, first at %s; what came after may not be in the audit log.", times(n), h.audit.off[0].at.Format(time.RFC3339))
	}
	h.logins.note(note)
	c.Files = h.src.Stats() // last, when everything was read
}

// readEvidence reads the lines again that findings, sessions and their details
// cite, findings first.
func (h *hunter) readEvidence() {
	var refs []evidence.Ref
	seen := map[evidence.Ref]bool{}
	add := func(list []evidence.Ref) {
		for _, r := range list {
			if !seen[r] && !r.IsZero() && len(refs) < h.o.MaxEvidence {
				seen[r] = true
				refs = append(refs, r)
			}
		}
	}
	for _, f := range h.inv.Findings {
		add(f.Refs)
	}
	for _, s := range h.inv.Sessions {
		add(s.Refs)
	}
	for _, c := range h.inv.Sudo {
		add(c.Refs)
	}
	for _, c := range h.inv.Changes {
		add(c.Refs)
	}
	for _, j := range h.inv.Jobs {
		add(j.Refs)
	}
	for _, c := range h.inv.CronEdits {
		add(c.Refs)
	}
	for _, f := range h.inv.FileChanges {
		add(f.Refs)
	}
	for _, c := range h.inv.Connections {
		add(c.Refs)
	}
	for _, t := range h.inv.Logons.Tries {
		add(t.Refs)
	}
	slices.SortFunc(refs, evidence.Ref.Compare)
	failed, i := 0, -1
	for raw, err := range rawAll(h.ctx, h.src, refs) {
		if h.ctx.Err() != nil {
			return
		}
		i++
		r := refs[i]
		h.progress("evidence", int64(i), h.inv.Host.Last)
		if err != nil {
			if failed++; failed == 1 {
				h.inv.Coverage.Notes = append(h.inv.Coverage.Notes, "evidence could not be read again: "+err.Error())
			}
			continue
		}
		line := RawLine{Ref: r}
		if utf8.Valid(raw) {
			line.Text = string(raw)
		} else {
			line.Data = slices.Clone(raw)
		}
		h.inv.Evidence = append(h.inv.Evidence, line)
	}
}

// rawAll yields what references stand for, in their order.
func rawAll(ctx context.Context, src Source, refs []evidence.Ref) iter.Seq2[[]byte, error] {
	if s, ok := src.(RawAllSource); ok {
		return s.RawAll(ctx, refs)
	}
	return func(yield func([]byte, error) bool) {
		for _, r := range refs {
			if !yield(src.Raw(ctx, r)) {
				return
			}
		}
	}
}

// Bytes returns the line as the source holds it.
func (l RawLine) Bytes() []byte {
	if l.Data != nil {
		return l.Data
	}
	return []byte(l.Text)
}
