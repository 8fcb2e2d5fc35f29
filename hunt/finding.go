package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// buildFindings joins the signals to stories and turns these into findings,
// worst first.
func (h *hunter) buildFindings() {
	all := stories(h.signals)
	h.signals = nil
	out := make([]Finding, 0, len(all))
	for i, st := range all {
		out = append(out, h.finding(st))
		all[i] = nil // it held much of the signals
	}
	out = sameTitles(out)
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(b.Severity.Compare(a.Severity), cmp.Compare(len(b.Steps), len(a.Steps)), a.Start.Compare(b.Start), cmp.Compare(a.Title, b.Title))
	})
	for i := range out {
		out[i].ID = "F" + strconv.Itoa(i+1)
	}
	h.inv.Findings = out
}

// sameTitles makes one finding of those that say the same: what one account
// does every day is one habit, not a finding a day.
func sameTitles(all []Finding) []Finding {
	type key struct {
		severity Severity
		title    string
	}
	at := map[key]int{}
	var out []Finding
	for _, f := range all {
		k := key{f.Severity, f.Title}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, f)
			continue
		}
		o := &out[i]
		o.Steps = append(o.Steps, f.Steps...)
		o.Refs = append(o.Refs, f.Refs...)
		for _, s := range f.Sessions {
			o.Sessions = appendNew(o.Sessions, s)
		}
		for _, a := range f.Addresses {
			o.Addresses = appendNew(o.Addresses, a)
		}
		for _, a := range f.Accounts {
			o.Accounts = appendNew(o.Accounts, a)
		}
		if f.End.After(o.End) {
			o.End = f.End
		}
	}
	for i := range out {
		f := &out[i]
		if f.merged() {
			f.Summary = f.Title + ". It happened " + times(len(f.Steps)) + "."
		}
		slices.SortFunc(f.Refs, evidence.Ref.Compare)
		f.Refs = slices.Compact(f.Refs)
		slices.SortFunc(f.Addresses, netip.Addr.Compare)
	}
	return out
}

// merged reports whether all steps of the finding say the same.
func (f *Finding) merged() bool {
	return len(f.Steps) > 1 && !slices.ContainsFunc(f.Steps, func(s Step) bool { return !strings.HasPrefix(s.Text, f.Title) })
}

// attack reports whether the story is an attack rather than a lone suspicion:
// then its weaker steps count for what they are worth in one.
func (st *story) attack() bool { return st.severity().Compare(SeverityHigh) >= 0 }

func (h *hunter) finding(st *story) Finding {
	var f Finding
	st.condense()
	f.Severity, f.Why = st.judged()
	attack := st.attack()
	sessions, keep := map[string]bool{}, st.tellable(h.o.MaxSteps)
	refs := 0
	for _, s := range st.signals {
		refs += len(s.refs)
	}
	f.Steps, f.Refs = make([]Step, 0, min(len(st.signals), h.o.MaxSteps)), make([]evidence.Ref, 0, refs)
	for i, s := range st.signals {
		step := Step{
			Time: s.time, End: s.end, Rule: s.rule, Stage: s.stage, Severity: s.severity, Text: s.text, Detail: s.detail,
			Techniques: s.techniques, Session: s.session, Inferred: s.inferred, Refs: s.refs,
		}
		if attack {
			step.Severity = worse(s.severity, s.raised)
		}
		if i < len(keep) && !keep[i] {
			f.Omitted++
		} else {
			f.Steps = append(f.Steps, step)
			f.Refs = append(f.Refs, s.refs...)
		}
		for _, h := range s.hypotheses {
			f.Hypotheses = appendNew(f.Hypotheses, h)
		}
		for _, t := range s.techniques {
			f.Techniques = appendNew(f.Techniques, t)
		}
		if s.account != "" {
			f.Accounts = appendNew(f.Accounts, s.account)
		}
		if s.addr.IsValid() {
			f.Addresses = appendNew(f.Addresses, s.addr)
		}
		if s.session != "" && !sessions[s.session] {
			sessions[s.session] = true
			f.Sessions = append(f.Sessions, s.session)
		}
		if f.Start.IsZero() || s.time.Before(f.Start) {
			f.Start = s.time
		}
		for _, t := range []time.Time{s.time, s.end} {
			if t.After(f.End) {
				f.End = t
			}
		}
	}
	slices.SortFunc(f.Hypotheses, func(a, b Hypothesis) int { return cmp.Compare(hypothesisOrder(a), hypothesisOrder(b)) })
	slices.SortFunc(f.Refs, evidence.Ref.Compare)
	f.Refs = slices.Clone(slices.Compact(f.Refs)) // without the room that was left to add more
	slices.SortFunc(f.Addresses, netip.Addr.Compare)
	f.Title, f.Summary = h.title(st), h.summary(st)
	st.explain(&f)
	if f.Severity.Compare(SeverityLow) > 0 {
		f.Paragraph = st.paragraph(h.session)
		f.Outcome = st.outcome()
	}
	return f
}

// tellable says which of the signals become steps where there are more than n:
// the ways in and the worst; nil means all.
func (st *story) tellable(n int) []bool {
	if len(st.signals) <= n {
		return nil
	}
	order := make([]int, len(st.signals))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := st.signals[a], st.signals[b]
		return cmp.Or(cmp.Compare(wayRank(x.role), wayRank(y.role)), y.severity.Compare(x.severity), y.raised.Compare(x.raised))
	})
	keep := make([]bool, len(order))
	for _, i := range order[:n] {
		keep[i] = true
	}
	return keep
}

func rights(grants []*signal) string {
	objs := objects(grants)
	if len(objs) == 0 {
		return ""
	}
	return ", with rights: " + list(objs)
}

func objects(signals []*signal) []string {
	var out distinct
	for _, s := range signals {
		if s.object != "" {
			out.add(s.object)
		}
	}
	return out.list
}

// distinct is a list of what is different, in the order that it came in.
type distinct struct {
	seen map[string]bool
	list []string
}

func (d *distinct) add(s string) {
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	if !d.seen[s] {
		d.seen[s] = true
		d.list = append(d.list, s)
	}
}

// maxListed is how many things a sentence names before it only counts.
const maxListed = 6

func list(items []string) string { return listOf(items, maxListed) }

// listOf names the first n things and counts the rest.
func listOf(items []string, n int) string {
	rest := 0
	if len(items) > n {
		rest = len(items) - n
		items = items[:n]
	}
	s := strings.Join(items, ", ")
	if rest > 0 {
		s += " and " + strconv.Itoa(rest) + " more"
	}
	return s
}

func appendNew[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
