package hunt

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxActs is how many acts of one session the paragraph names.
const maxActs = 12

// paragraph tells a story from its way in to what came of it, in the order of
// time and in plain words: each session with what was done in it, then what
// went on without one.
func (st *story) paragraph(sessions func(id string) *Session) string {
	var b strings.Builder
	say := func(s string) {
		if s == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(sentence(s))
	}
	guesses := st.of(roleGuess)
	for i, g := range guesses {
		if i == maxEntries {
			say(strconv.Itoa(len(guesses)-i) + " more sources guessed too")
			break
		}
		say(capital(span{g.time, g.end}.words() + ", " + lowerName(g.text)))
	}
	var order []string
	acts := map[string][]*signal{}
	for _, s := range st.signals {
		if s.role == roleGuess || s.role == roleJob && s.session == "" {
			continue
		}
		if _, ok := acts[s.session]; !ok {
			order = append(order, s.session)
		}
		acts[s.session] = append(acts[s.session], s)
	}
	slices.SortStableFunc(order, func(a, b string) int { return acts[a][0].time.Compare(acts[b][0].time) })
	for _, id := range order {
		st.paragraphOf(id, acts[id], sessions(id), say)
	}
	for _, j := range st.of(roleJob) {
		if j.session == "" {
			say(capital(span{j.time, j.end}.words() + ", " + lowerName(firstOf(j.short, j.text))))
		}
	}
	if why := st.concluded(); len(why) > 0 {
		say("Concluded, not observed: " + strings.Join(why, "; "))
	}
	return b.String()
}

func (st *story) paragraphOf(id string, acts []*signal, s *Session, say func(string)) {
	var told []string
	opened := false
	rest := len(acts)
	acts, all := tellable(acts), acts
	rest -= len(acts)
	for _, a := range acts {
		switch a.role {
		case roleEntry, roleKeyEntry, roleLaterLogon, roleBecame:
			say(capital("at " + clockOf(a.time) + " " + lowerName(a.text)))
			opened = true
			continue
		case roleContext:
			if a.rule == ruleLogon {
				say(capital("at " + clockOf(a.time) + " " + lowerName(a.text)))
				opened = true
				continue
			}
		default:
		}
		told = appendNew(told, lowerName(firstOf(a.act, strings.TrimSuffix(firstOf(a.short, a.text), "."))))
	}
	if len(told) == 0 {
		return
	}
	if rest > 0 {
		told = append(told, "and "+plural(rest, "more act"))
	}
	where := "Outside of any session"
	if s != nil {
		where = "In that session (" + id + ")"
		if !opened {
			where = "In session " + id + " of " + quoteName(s.User)
		}
	}
	say(where + ", from " + clockOf(firstOfActs(all)) + ": " + strings.Join(told, "; "))
}

// tellable picks the acts of a session that a paragraph names: logons, and of
// the rest the worst, in the order of time.
func tellable(acts []*signal) []*signal {
	rank := func(s *signal) Severity { return worse(s.severity, s.raised) }
	worst := slices.Clone(acts)
	slices.SortStableFunc(worst, func(a, b *signal) int {
		return cmp.Or(rank(b).Compare(rank(a)), b.severity.Compare(a.severity))
	})
	var out []*signal
	n := 0
	for _, s := range worst {
		if s.stage != StageAccess && s.role != roleBecame {
			if n++; n > maxActs || rank(s).Compare(SeverityMedium) < 0 {
				continue
			}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, bySignalTime)
	return out
}

func firstOfActs(acts []*signal) time.Time {
	return slices.MinFunc(acts, func(a, b *signal) int { return cmp.Compare(a.time.UnixNano(), b.time.UnixNano()) }).time
}

// concluded returns what of the story is a conclusion, each reason once.
func (st *story) concluded() []string {
	var out []string
	for _, s := range st.signals {
		if s.inferred != "" && len(out) < maxAdvices {
			out = appendNew(out, s.inferred)
		}
	}
	return out
}

// words says when something happened.
func (s span) words() string {
	if s.last.Sub(s.first) < time.Second {
		return "at " + clockOf(s.first)
	}
	return "from " + clockOf(s.first) + " to " + clockOf(s.last)
}

func clockOf(t time.Time) string {
	if t.IsZero() {
		return "a time that is not in the log"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// lowerName begins a clause in small letters where it begins with an ordinary
// word, not with a name.
func lowerName(s string) string {
	for _, w := range [...]string{"The ", "A ", "An ", "It ", "Somebody ", "Auditing "} {
		if strings.HasPrefix(s, w) {
			return lowerFirst(s)
		}
	}
	return s
}

func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-0x20) + s[1:]
	}
	return s
}
