package hunt

import "slices"

var hypotheses = [...]Hypothesis{StolenCredentials, AccountMisuse, HijackedApp, RemoteControl}

func hypothesisOrder(h Hypothesis) int {
	if i := slices.Index(hypotheses[:], h); i >= 0 {
		return i
	}
	return len(hypotheses)
}

// needs lists the sections that must be seen before a hypothesis can be said
// to have no support.
var needs = map[Hypothesis][]string{
	StolenCredentials: {sectionLogons},
	AccountMisuse:     {sectionSudo, sectionAccounts, sectionProcesses},
	HijackedApp:       {sectionServices},
	RemoteControl:     {sectionNetwork, sectionProcesses},
}

// verdicts answers the four hypotheses from the findings and the blind spots.
// A finding of medium severity or more supports those that it speaks to.
func verdicts(found []Finding, blind []Blind, read span) []Verdict {
	out := make([]Verdict, 0, len(hypotheses))
	for _, h := range hypotheses {
		v := Verdict{Hypothesis: h}
		for _, f := range found {
			if f.Severity.Compare(SeverityMedium) >= 0 && slices.Contains(f.Hypotheses, h) {
				v.Findings = append(v.Findings, f.ID)
				if v.Why == "" {
					v.Why = speaksFor(&f, h)
				}
			}
		}
		for _, b := range blind {
			if slices.Contains(needs[h], b.Section) && len(v.Blind) < maxBlindFor {
				v.Blind = append(v.Blind, b)
			}
		}
		switch gap := firstBlind(h, blind); {
		case len(v.Findings) > 0:
			v.Answer = Supported
		case gap != "":
			v.Answer, v.Why = CannotTell, gap
		case h == StolenCredentials && undecided(found, blind) != "":
			v.Answer, v.Why = CannotTell, undecided(found, blind)
		default:
			v.Answer, v.Why = NotSupported, "The logs that would show it were read"+read.within()+", and nothing in them speaks for it."
			if weak := weakFor(found, h); len(weak) > 0 {
				v.Why = "The logs that would show it were read" + read.within() + "; what speaks for it is weak and ordinary work does it too: " + listOf(weak, maxEntries) + "."
			}
		}
		out = append(out, v)
	}
	return out
}

// undecided says why a strange but weak way in is neither one nor none: what was
// done after it is not seen. It is "" where there is no such way in.
func undecided(found []Finding, blind []Blind) string {
	i := slices.IndexFunc(found, func(f Finding) bool {
		return f.Severity == SeverityLow && slices.Contains(f.Rules, ruleKeyElse)
	})
	k := slices.IndexFunc(blind, func(b Blind) bool { return b.Section == sectionProcesses })
	if i < 0 || k < 0 {
		return ""
	}
	return found[i].ID + " may be the owner or not, and what was done after it is not seen. " + blind[k].Why
}

// weakFor returns the ids of the findings of low severity that speak to a
// hypothesis.
func weakFor(found []Finding, h Hypothesis) []string {
	var out []string
	for i := range found {
		if f := &found[i]; f.Severity == SeverityLow && slices.Contains(f.Hypotheses, h) {
			out = append(out, f.ID)
		}
	}
	return out
}

// within says from when to when the logs were read: what was before them nobody
// can tell.
func (s span) within() string {
	if s.first.IsZero() || s.last.IsZero() {
		return ""
	}
	return " from " + clockOf(s.first) + " to " + clockOf(s.last)
}

// blindFindings repeats under each finding the blind spots that limit it: of
// what its hypotheses need, in its time.
func (h *hunter) blindFindings() {
	for i := range h.inv.Findings {
		f := &h.inv.Findings[i]
		for _, b := range h.inv.Coverage.Blind {
			wanted := slices.ContainsFunc(f.Hypotheses, func(h Hypothesis) bool { return slices.Contains(needs[h], b.Section) })
			past := !b.Start.IsZero() && f.End.Before(b.Start.Add(-guessWindow)) || !b.End.IsZero() && f.Start.After(b.End.Add(guessWindow))
			if wanted && !past && len(f.Blind) < maxBlindFor {
				f.Blind = append(f.Blind, b)
			}
		}
	}
}

// maxBlindFor bounds how many blind spots a verdict or a finding repeats.
const maxBlindFor = 8

func firstBlind(h Hypothesis, blind []Blind) string {
	for _, b := range blind {
		if slices.Contains(needs[h], b.Section) {
			return b.Why
		}
	}
	return ""
}

// speaksFor returns the step of a finding that says most for a hypothesis, else
// the finding's title.
func speaksFor(f *Finding, h Hypothesis) string {
	var best *Step
	for i := range f.Steps {
		s := &f.Steps[i]
		r := houseRule(s.Rule)
		if r == nil || !slices.Contains(r.Hypotheses, h) {
			continue
		}
		if h == RemoteControl && s.Rule != ruleConnection && s.Stage != StageControl && s.Stage != StageExfiltration && s.Rule != ruleUnit && s.Rule != ruleCronCommand {
			continue
		}
		if best == nil || s.Severity.Compare(best.Severity) > 0 {
			best = s
		}
	}
	if best == nil {
		return f.Title + "."
	}
	return f.ID + ": " + best.Text
}
