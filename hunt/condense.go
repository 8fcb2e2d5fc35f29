package hunt

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// condense tells each act once: what several witnesses saw of it, and what came
// again in the same words, becomes one step that cites all. It is done within
// one story, whose signals stand in order of time, and leaves them so.
func (st *story) condense() {
	type place struct{ where, about string }
	last := map[place][]*signal{} // the latest acts on a thing in a place
	type told struct {
		s      *signal
		folded bool // the words are not those of s
	}
	again := map[place]told{} // by their words
	var out []*signal
	for _, s := range st.signals {
		where := s.session
		if where == "" {
			where = "by " + s.account
		}
		if s.role == roleContext && s.rule == ruleLogon || s.role == roleLaterLogon {
			where = "" // logons that are told in the same words, whichever session they opened
		}
		k := place{where, s.rule + " " + s.text}
		switch o := again[k]; {
		case o.folded:
			o.s.cite(s)
			continue
		case o.s != nil:
			o.s.repeat(s)
			continue
		}
		about := place{where, thing(s)}
		if about.about != "" {
			near := last[about]
			i := slices.IndexFunc(near, func(o *signal) bool { return sameAct(o, s) })
			if i >= 0 {
				near[i].also(s)
				again[k] = told{near[i], true}
				continue
			}
		}
		c := *s
		c.refs = slices.Clip(c.refs)
		out = append(out, &c)
		again[k] = told{&c, false}
		if about.about != "" {
			last[about] = append(last[about], &c)
			if n := len(last[about]); n > maxListed {
				last[about] = last[about][n-maxListed:]
			}
		}
	}
	for _, s := range out {
		s.refs = slices.Clone(s.refs) // without the room to add more
		s.tellAgain()
	}
	slices.SortStableFunc(out, bySignalTime)
	st.signals = out
}

// thing is what an act is about, as all its witnesses name it; "" for acts that
// are never told by another.
func thing(s *signal) string {
	switch s.rule {
	case ruleGuessing, ruleLogon, ruleGuessedWay, ruleKeyElse, ruleNewAccount, ruleBecame, ruleRefused, ruleLookAround, ruleServerShell, ruleAuditOff, ruleSigma:
		return ""
	case ruleSilence, ruleWitness:
		if s.session == "" {
			return ""
		}
		return s.object
	}
	if (s.role == roleFetchRun || s.role == roleJob) && s.rule != ruleRanFetched {
		for _, k := range s.keys {
			if u, ok := strings.CutPrefix(k, "url:"); ok {
				return u
			}
		}
	}
	if s.object == "" && s.rule == ruleCommand {
		name, _, _ := strings.Cut(s.act, " with sudo")
		return name
	}
	return s.object
}

// sameAct reports whether a later signal about the same thing in the same place
// tells of the same act: another rule or another log, at the same moment.
func sameAct(o, s *signal) bool {
	return s.time.Sub(firstTime(o.end, o.time)) <= sameMoment
}

// sameMoment is how far apart the witnesses of one act may stand.
const sameMoment = 2 * time.Second

// repeat counts an act that came again.
func (s *signal) repeat(o *signal) {
	s.count = max(s.count, 1) + max(o.count, 1)
	s.end = later(firstTime(s.end, s.time), firstTime(o.end, o.time))
	s.cite(o)
}

// also takes over what another signal knows of the same act. What is worse, and
// of what is equally bad what tells more, stays the text.
func (s *signal) also(o *signal) {
	better := cmp.Or(o.severity.Compare(s.severity), o.raised.Compare(s.raised), cmp.Compare(telling(o), telling(s)))
	if better > 0 {
		keep := *s
		at := s.time
		*s = *o
		s.time = at
		s.end = later(keep.end, o.end)
		s.refs = slices.Clip(s.refs)
		s.others = keep.others
		s.cite(&keep)
		s.note(&keep)
		return
	}
	s.end = later(s.end, o.end)
	s.cite(o)
	s.note(o)
}

// telling ranks the rules by how much their sentences tell: a verdict before a
// bare observation.
func telling(s *signal) int {
	switch s.rule {
	case ruleFetched, ruleFile, ruleConnection, ruleAccount, ruleWitness:
		return 0
	}
	return 1
}

func (s *signal) cite(o *signal) {
	for _, r := range o.refs {
		if len(s.refs) >= maxSignalRefs {
			break
		}
		if !slices.Contains(s.refs, r) {
			s.refs = append(s.refs, r)
		}
	}
	for _, t := range o.techniques {
		s.techniques = appendNew(slices.Clip(s.techniques), t)
	}
	for _, h := range o.hypotheses {
		s.hypotheses = appendNew(slices.Clip(s.hypotheses), h)
	}
	s.severity, s.raised = worse(s.severity, o.severity), worse(s.raised, o.raised)
	s.inferred = firstOf(s.inferred, o.inferred)
	s.detail = firstOf(s.detail, o.detail)
}

// note keeps what a folded signal would have said beside what stays.
func (s *signal) note(o *signal) {
	if telling(o) == 0 || o.act == "" || o.act == s.act || len(s.others) >= 2 {
		return
	}
	name, _, _ := strings.Cut(o.act, " (")
	s.others = appendNew(slices.Clip(s.others), name)
}

// tellAgain says in a step's text how often it was and what else it is.
func (s *signal) tellAgain() {
	if len(s.others) > 0 {
		s.text = sentence(s.text) + " Also: " + strings.Join(s.others, "; ") + "."
	}
	if s.count > 1 && s.end.After(s.time) && s.session+s.text != "" {
		s.text = sentence(s.text) + " " + capital(times(s.count)) + ", until " + clockOf(s.end) + "."
	} else if s.count > 1 {
		s.text = sentence(s.text) + " " + capital(times(s.count)) + "."
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
