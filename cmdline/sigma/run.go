package sigma

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxMatches is how many matches of one rule are kept; more are only counted.
const MaxMatches = 100_000

// Verdict is what became of a rule.
type Verdict string

// The verdicts.
const (
	Matched       Verdict = "matched"
	NotMatched    Verdict = "not matched"
	CouldNotMatch Verdict = "could not have matched with these logs"
)

// Match is an event that met a rule, or the events that met a correlation.
type Match struct {
	// Start and End are the times of the first and last event.
	Start, End time.Time
	// Refs are the marks of the events, in order of time.
	Refs []any
	// Group are the values of a correlation's group-by fields.
	Group map[string]string
	// Count is what a correlation counted: events, distinct values, or rules.
	Count int64
}

// Result is the outcome of one rule.
type Result struct {
	Rule    *Rule
	Verdict Verdict
	// Because says, in a sentence, why the rule could not have matched; ""
	// for other verdicts.
	Because string
	// Considered is how many events were of the rule's log source.
	Considered int64
	// Count is the number of matches, Matches the first [MaxMatches] of them in
	// order of time.
	Count   int64
	Matches []Match
}

// Run puts events through a set of rules. It is not safe for concurrent use.
type Run struct {
	set    *Set
	states map[*Rule]*state
	seen   map[string]bool // log sources met, for sentences
}

type state struct {
	considered int64
	fields     map[string]bool // of the rule's fields, those met
	wanted     []string
	hits       []hit
	count      int64
}

// hit is an event, or a match of a correlation, as correlations see it.
type hit struct {
	start, end time.Time
	fields     map[string]string
	refs       []any
	seq        int64
}

// NewRun starts a run.
func (s *Set) NewRun() *Run {
	r := &Run{set: s, states: map[*Rule]*state{}, seen: map[string]bool{}}
	for _, x := range s.rules {
		r.states[x] = &state{fields: map[string]bool{}, wanted: x.fields()}
	}
	return r
}

// Add puts an event through the rules and returns those that it meets and
// that stand for themselves.
func (r *Run) Add(e Event) []*Rule {
	var out []*Rule
	r.seen[e.Product+"\x00"+e.Category+"\x00"+strings.Join(e.Services, ",")] = true
	for _, x := range r.set.rules {
		if x.corr != nil || x.Refused != "" || !x.LogSource.covers(&e) {
			continue
		}
		st := r.states[x]
		st.considered++
		for _, f := range st.wanted {
			if _, ok := e.Fields[f]; ok {
				st.fields[f] = true
			}
		}
		if !x.expr.match(x, &e) {
			continue
		}
		st.count++
		if len(st.hits) < MaxMatches {
			st.hits = append(st.hits, hit{start: e.Time, end: e.Time, fields: e.Fields, refs: refList(e.Ref), seq: st.count})
		}
		if x.Alone {
			out = append(out, x)
		}
	}
	return out
}

func refList(ref any) []any {
	if ref == nil {
		return nil
	}
	return []any{ref}
}

// Results returns the outcome of each rule that stands for itself, in the
// order of the rules. It may be called again after more events.
func (r *Run) Results() []Result {
	memo := map[*Rule]*Result{}
	hits := map[*Rule][]hit{}
	var out []Result
	for _, x := range r.set.rules {
		res := r.result(x, memo, hits, 0)
		if x.Alone {
			out = append(out, *res)
		}
	}
	return out
}

func (r *Run) result(x *Rule, memo map[*Rule]*Result, hits map[*Rule][]hit, depth int) *Result {
	if res, ok := memo[x]; ok {
		return res
	}
	res := &Result{Rule: x}
	memo[x] = res
	switch {
	case x.Refused != "":
		res.Verdict, res.Because = CouldNotMatch, x.Refused
		return res
	case x.corr != nil:
		if depth > 32 {
			res.Verdict, res.Because = CouldNotMatch, "The correlation is nested too deep."
			return res
		}
		r.correlate(x, res, memo, hits, depth)
		return res
	}
	st := r.states[x]
	res.Considered, res.Count = st.considered, st.count
	list := slices.Clone(st.hits)
	slices.SortStableFunc(list, byTime)
	hits[x] = list
	for _, h := range list {
		res.Matches = append(res.Matches, Match{Start: h.start, End: h.end, Refs: h.refs, Count: 1})
	}
	res.Verdict, res.Because = r.verdict(x, st)
	return res
}

func byTime(a, b hit) int {
	if c := a.end.Compare(b.end); c != 0 {
		return c
	}
	return int(a.seq - b.seq)
}

func (r *Run) verdict(x *Rule, st *state) (Verdict, string) {
	switch {
	case st.count > 0:
		return Matched, ""
	case st.considered == 0:
		return CouldNotMatch, fmt.Sprintf("No event of %s was read.", x.LogSource)
	}
	if ok, without := x.expr.can(x, func(f string) bool { return st.fields[f] }); !ok {
		return CouldNotMatch, fmt.Sprintf("None of the %d events of %s has the field %q.", st.considered, x.LogSource, without)
	}
	return NotMatched, ""
}
