package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxActs is how many acts a paragraph names; the steps tell all.
const maxActs = 5

// paragraph tells a story in a few sentences and in the order of an intrusion:
// the way in, what was taken, what was done, what stays, what left. What it does
// not name it counts.
func (st *story) paragraph(sessions func(id string) *Session) string {
	var b strings.Builder
	say := func(s string) {
		if s == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(sentence(capital(s)))
	}
	say(st.tellWayIn())
	say(st.tellTaken(sessions))
	say(st.tellDone())
	say(st.tellStays())
	say(st.tellLeft())
	if why := st.concluded(); len(why) > 0 {
		say("Concluded, not observed: " + strings.Join(why, "; "))
	}
	return b.String()
}

// tellWayIn says how it began: the first way in with what went before it, and
// how many there are like it; without one, the first logon or act.
func (st *story) tellWayIn() string {
	ways := st.of(waysIn...)
	if len(ways) == 0 {
		first := st.signals[0]
		if i := slices.IndexFunc(st.signals, func(s *signal) bool { return s.rule == ruleLogon || s.rule == ruleNewAccount }); i >= 0 {
			first = st.signals[i]
		}
		return "no way in is seen; it begins at " + clockOf(first.time) + ": " + lowerName(strings.TrimSuffix(firstOf(first.short, first.text), "."))
	}
	w := ways[0]
	text := lowerName(strings.TrimSuffix(firstOf(w.short, w.text), "."))
	when := "at " + clockOf(w.time) + " " + text
	if guesses := st.of(roleGuess); w.role == roleEntry {
		if i := slices.IndexFunc(guesses, func(g *signal) bool { return g.addr == w.addr }); i >= 0 && guesses[i].time.Before(w.time) {
			when += ", the first at " + st.clock(guesses[i].time)
		}
	}
	if w.role == roleServer && w.detail != "" {
		when += " (" + cutText(w.detail) + ")"
	}
	var more []string
	for i, o := range ways[1:] {
		if o.role != w.role && len(more) == 0 {
			more = append(more, "then at "+st.clock(o.time)+" "+lowerName(strings.TrimSuffix(firstOf(o.short, o.text), ".")))
			continue
		}
		if i == len(ways)-2 {
			more = append(more, plural(len(ways)-1-len(more), "more way")+" in like it")
		}
	}
	return strings.Join(append([]string{when}, more...), "; ")
}

// tellTaken names the accounts that were worked as, and how they were reached.
func (st *story) tellTaken(sessions func(id string) *Session) string {
	var taken []string
	var ids distinct
	seen := map[string]bool{}
	var home netip.Addr // of the first way in
	if w := st.wayIn(); w != nil {
		home = w.addr
	}
	add := func(account, how string) {
		if !seen[account] {
			seen[account] = true
			taken = append(taken, quoteName(account)+how)
		}
	}
	for _, s := range st.signals {
		if s.session != "" {
			ids.add(s.session)
		}
		switch s.role {
		case roleBecame:
			add(s.account, " (by su)")
		case roleEntry, roleKeyEntry, roleLaterLogon:
			if s.addr.IsValid() && s.addr != home {
				add(s.account, " (from "+s.addr.String()+")")
			} else {
				add(s.account, "")
			}
		default:
			if s.rule == ruleLogon {
				add(s.account, "")
			}
		}
	}
	if len(taken) == 0 {
		return ""
	}
	text := "it worked as " + list(taken)
	if n := len(ids.list); n > 0 {
		text += ", in " + plural(n, "session") + " (" + list(ids.list) + ")"
	}
	var last time.Time
	for _, id := range ids.list {
		if s := sessions(id); s != nil {
			last = later(last, s.End)
		}
	}
	if !last.IsZero() {
		text += ", the last of which ended at " + st.clock(last)
	}
	return text
}

// tellDone names the worst acts, in their order.
func (st *story) tellDone() string {
	var acts []*signal
	for _, s := range st.signals {
		switch s.role {
		case roleFetchRun, roleOther, roleSilence:
			if s.stage != StageExfiltration && worse(s.severity, s.raised).Compare(SeverityMedium) >= 0 {
				acts = append(acts, s)
			}
		default:
		}
	}
	named := slices.Clone(acts)
	slices.SortStableFunc(named, func(a, b *signal) int {
		return cmp.Or(b.severity.Compare(a.severity), b.raised.Compare(a.raised))
	})
	var kinds []string
	n := 0
	for _, s := range named { // the worst of few kinds, however often each
		if kinds = appendNew(kinds, firstOf(s.act, s.text)); len(kinds) > maxActs {
			break
		}
		n++
	}
	return tellActs("what was done: ", named[:n], len(acts))
}

// tellActs names acts in the order of time and counts those that are not named.
func tellActs(begin string, named []*signal, all int) string {
	if len(named) == 0 {
		return ""
	}
	named = slices.Clone(named)
	slices.SortStableFunc(named, bySignalTime)
	var words []string
	counts := map[string]int{}
	for _, s := range named {
		text := lowerName(firstOf(s.act, strings.TrimSuffix(firstOf(s.short, s.text), ".")))
		words = appendNew(words, text)
		counts[text] += max(s.count, 1)
	}
	for i, text := range words {
		if n := counts[text]; n > 1 {
			words[i] += " (" + times(n) + ")"
		}
	}
	if rest := all - len(named); rest > 0 {
		words = append(words, "and "+plural(rest, "more act"))
	}
	return begin + strings.Join(words, "; ")
}

// tellStays names what would bring the intruder back, and what ran of it since.
func (st *story) tellStays() string {
	var stays, runs distinct
	for _, s := range st.of(rolePlantAccount) {
		stays.add("the account " + quoteName(s.object))
	}
	for _, s := range st.of(roleGrant) {
		stays.add(s.object)
	}
	for _, s := range st.of(rolePersist) {
		switch {
		case strings.HasPrefix(s.object, "the unit "):
			stays.add(s.object)
		case s.object != "":
			stays.add(quoteName(s.object))
		}
	}
	for _, s := range st.of(roleJob) {
		text := lowerName(strings.TrimSuffix(firstOf(s.short, s.text), "."))
		if s.rule == ruleCronCommand {
			text = "cron ran " + cutText(s.object)
		}
		runs.add(text)
	}
	switch {
	case len(stays.list) > 0 && len(runs.list) > 0:
		return "what stays: " + list(stays.list) + "; since then " + listOf(runs.list, maxEntries)
	case len(stays.list) > 0:
		return "what stays: " + list(stays.list)
	case len(runs.list) > 0:
		return "it goes on: " + listOf(runs.list, maxEntries)
	}
	return ""
}

// tellLeft names the connections out and what was sent.
func (st *story) tellLeft() string {
	var to, sent distinct
	for _, s := range st.signals {
		switch {
		case s.stage == StageExfiltration && s.object != "":
			sent.add(s.object)
		case s.stage == StageExfiltration && s.act != "":
			sent.add("others (" + s.act + ")")
		case s.role == roleConnect && s.object != "":
			to.add(s.object)
		}
	}
	switch {
	case len(to.list) > 0 && len(sent.list) > 0:
		return "connections out went to " + list(to.list) + "; data was sent to " + list(sent.list)
	case len(to.list) > 0:
		return "connections out went to " + list(to.list)
	case len(sent.list) > 0:
		return "data was sent to " + list(sent.list)
	}
	return ""
}

// maxConcluded is how many reasons of conclusions a paragraph gives.
const maxConcluded = 2

// concluded returns what of the story is a conclusion, each reason once.
func (st *story) concluded() []string {
	var out []string
	for _, s := range st.signals {
		if s.inferred != "" {
			out = appendNew(out, s.inferred)
		}
	}
	if n := len(out); n > maxConcluded {
		return append(out[:maxConcluded:maxConcluded], strconv.Itoa(n-maxConcluded)+" more")
	}
	return out
}

// clock is clockOf without the day where that is the day that the paragraph
// begins with.
func (st *story) clock(t time.Time) string {
	first := st.signals[0]
	if w := st.wayIn(); w != nil {
		first = w
	}
	if first.time.UTC().Format(time.DateOnly) == t.UTC().Format(time.DateOnly) {
		return t.UTC().Format(time.TimeOnly)
	}
	return clockOf(t)
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
			return strings.ToLower(w) + s[len(w):]
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
