package hunt

import (
	"slices"
	"strconv"
	"strings"
)

// wayIn returns the first way in, nil where the story has none.
func (st *story) wayIn() *signal {
	ways := st.of(waysIn...)
	if len(ways) == 0 {
		return nil
	}
	return ways[0]
}

// title says in one line what the story is.
func (h *hunter) title(st *story) string {
	if w := st.wayIn(); w != nil && w.role == roleServer {
		return "Hijacked application: " + strings.TrimSuffix(firstOf(w.short, w.text), ".")
	}
	if entries := st.of(roleEntry); len(entries) > 0 {
		e := entries[0]
		if s := h.session(e.session); s != nil && !guessable(s.Method) {
			return "Break-in: " + e.addr.String() + " guessed passwords and came in as " + quoteName(e.account) + " with a key"
		}
		return "Break-in: " + e.addr.String() + " guessed its way in as " + quoteName(e.account)
	}
	if keys := st.of(roleKeyEntry); len(keys) > 0 && st.attack() {
		if keys[0].short != "" {
			return "Break-in: " + keys[0].short
		}
		return "Break-in: " + keys[0].addr.String() + " came in as " + quoteName(keys[0].account) + " with a key that was used from elsewhere before"
	}
	switch first := st.signals[0]; st.allAlike() {
	case ruleGuessing:
		from := plural(len(objects(st.signals)), "source")
		if slices.ContainsFunc(st.signals, func(s *signal) bool { return s.object == "" }) { // spread over sources that each tried too little to be told
			from += " and more"
		}
		return "Passwords were guessed from " + from + "; none of that is part of a break-in that these logs show"
	case ruleLogon:
		return capital(accounts(st.howMany(func(s *signal) string { return s.account }))) + " logged on after failures of their own"
	case "":
	default:
		if first.habit != "" {
			name, _, _ := strings.Cut(first.short, ", by ")
			return "A habit of " + accounts(st.howMany(func(s *signal) string { return s.by })) + ": " + lowerFirst(name)
		}
		return strings.TrimSuffix(firstOf(first.short, first.text), ".") + ", and " + strconv.Itoa(len(st.signals)-1) + " more like it"
	}
	worst := worstOf(st.signals)
	return strings.TrimSuffix(firstOf(worst.short, worst.text), ".")
}

// allAlike returns the rule that all acts of a story of several are by, "" where
// they differ or something in it is more than a weak sign.
func (st *story) allAlike() string {
	if len(st.signals) < 2 || st.severity().Compare(SeverityLow) > 0 {
		return ""
	}
	rule := st.signals[0].rule
	for _, s := range st.signals {
		if s.rule != rule {
			return ""
		}
	}
	return rule
}

// howMany counts what is different in the signals of a story.
func (st *story) howMany(of func(*signal) string) int {
	var d distinct
	for _, s := range st.signals {
		d.add(of(s))
	}
	return len(d.list)
}

// summary tells the story in a few sentences: how it began, what was fetched,
// planted and connected to, who came back. Names are limited, the rest counted.
func (h *hunter) summary(st *story) string {
	if len(st.signals) == 1 {
		return st.signals[0].text
	}
	var said []string
	sentence := func(parts ...string) { said = append(said, strings.Join(parts, "")) }
	if st.wayIn() == nil && !st.attack() {
		return st.acts()
	}
	st.tellEntry(sentence)
	if objs := objects(st.of(roleFetchRun)); len(objs) > 0 {
		sentence("Fetched or run: ", list(objs), ".")
	}
	planted := objects(st.of(rolePlantAccount))
	if len(planted) > 0 {
		sentence("Planted: the account ", list(planted), rights(st.of(roleGrant)), ".")
	} else if grants := objects(st.of(roleGrant)); len(grants) > 0 {
		sentence("Rights given: ", list(grants), ".")
	}
	back := objects(st.of(rolePersist))
	if jobs := objects(st.of(roleJob)); len(jobs) > 0 {
		back = append(back, "run since by cron or systemd: "+list(jobs))
	}
	if len(back) > 0 {
		sentence("Written to come back: ", list(back), ".")
	}
	if objs := objects(st.of(roleConnect)); len(objs) > 0 {
		sentence("Connected to: ", list(objs), ".")
	}
	if n := len(st.of(roleLaterLogon)); n > 0 {
		sentence("Came back: ", st.returns(), ".")
	}
	if len(said) == 0 {
		return st.acts()
	}
	return strings.Join(said, " ")
}

// acts tells the acts of a story without a way in: the worst first, each kind
// once.
func (st *story) acts() string {
	order := slices.Clone(st.signals)
	slices.SortStableFunc(order, func(a, b *signal) int { return b.severity.Compare(a.severity) })
	var all distinct
	for _, s := range order {
		all.add(strings.TrimSuffix(firstOf(s.short, s.text), "."))
	}
	n := len(all.list)
	said := capped(all.list, maxEntries)
	text := strings.Join(said, ". ") + "."
	if n > len(said) {
		text += " And " + plural(n-len(said), "more act") + "."
	}
	return text
}

// maxEntries is how many ways in, logons and acts of one kind a text names.
const maxEntries = 3

// returns names who came back, from where.
func (st *story) returns() string {
	var who []string
	for _, s := range st.of(roleLaterLogon) {
		from := ""
		if s.addr.IsValid() {
			from = " from " + s.addr.String()
		}
		who = appendNew(who, quoteName(s.account)+from)
	}
	return listOf(who, maxEntries)
}

// tellEntry tells how the intruder came in first, and counts what is like it.
func (st *story) tellEntry(sentence func(...string)) {
	ways := st.of(waysIn...)
	if len(ways) > 0 {
		w := ways[0]
		sentence(w.text)
		var more []string
		kinds := map[role]int{}
		for _, o := range ways[1:] {
			kinds[o.role]++
		}
		for _, r := range waysIn {
			if n := kinds[r]; n == 1 && r != w.role {
				for _, o := range ways[1:] {
					if o.role == r {
						more = append(more, strings.TrimSuffix(firstOf(o.short, o.text), "."))
					}
				}
			} else if n > 0 {
				more = append(more, moreWays(r, n))
			}
		}
		if len(more) > 0 {
			sentence("Beside it: ", strings.Join(more, "; "), ".")
		}
	}
	var others []string
	for _, g := range st.of(roleGuess) {
		if !slices.ContainsFunc(ways, func(e *signal) bool { return e.addr == g.addr && e.addr.IsValid() }) {
			others = appendNew(others, firstOf(g.object, "many sources"))
		}
	}
	if len(others) > 0 {
		sentence("Guessed too: ", listOf(others, maxEntries), ".")
	}
}

func moreWays(r role, n int) string {
	what := plural(n, map[role]string{roleEntry: "more logon", roleKeyEntry: "more logon", roleServer: "more shell"}[r])
	return what + map[role]string{roleEntry: " after guessing", roleKeyEntry: " with a strange key", roleServer: " below a server"}[r]
}
