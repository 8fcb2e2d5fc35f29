package hunt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// waysIn are the roles that tell how an intruder came in, deeds those that tell
// what came of it.
var (
	waysIn = []role{roleEntry, roleKeyEntry, roleServer}
	deeds  = []role{roleFetchRun, rolePlantAccount, roleGrant, rolePersist, roleConnect, roleSilence}
)

// judged is the severity of a story, and the facts that decide it.
func (st *story) judged() (Severity, string) {
	worst := worse(SeverityInfo, st.worst)
	attack := st.attack()
	if attack {
		for _, s := range st.signals {
			worst = worse(worst, s.raised)
		}
	}
	way := st.of(waysIn...)
	done := map[role]bool{}
	for _, s := range st.of(deeds...) {
		if s.habit == "" { // what everybody does here is no deed of an intruder's
			done[s.role] = true
		}
	}
	sure := slices.ContainsFunc(way, func(s *signal) bool { return s.role != roleKeyEntry })
	switch {
	case attack && (sure && len(done) > 0 || len(way) > 0 && len(done) > 1):
		return SeverityCritical, fmt.Sprintf("There is a way in (%s) and what an intruder does after it: %s.", firstOf(wayWords[way[0].role]), join(deedWords(done)))
	case attack:
		return worst, fmt.Sprintf("One act is %s by itself: %s What shares its session, account or address is told with it.", worstOf(st.signals).severity, sentence(worstOf(st.signals).text))
	case worst == SeverityMedium && st.oneHabit():
		return SeverityLow, "Such acts, without one beside them that hides something, reads secrets or came from elsewhere, are what administrators and installers do too."
	case worst == SeverityMedium && len(st.tactics()) > 1:
		return worst, fmt.Sprintf("Acts of %d tactics come together: %s.", len(st.tactics()), join(stageWords(st.tactics())))
	}
	w := worstOf(st.signals)
	if r := houseRule(w.rule); r != nil {
		return worst, r.Looks
	}
	return worst, w.text
}

// oneHabit reports whether a story is of risky commands of medium severity only
// that administrators run too: nothing that hides or reads secrets among them,
// nothing beside them, and not more than two tactics.
func (st *story) oneHabit() bool {
	var tactics []Stage
	hides := false
	for _, s := range st.signals {
		if s.severity.Compare(SeverityMedium) < 0 {
			continue
		}
		if !s.command {
			return false
		}
		tactics = appendNew(tactics, s.stage)
		hides = hides || s.stage == StageEvasion || s.stage == StageCredentials
	}
	return len(tactics) == 1 || len(tactics) == 2 && !hides
}

var wayWords = map[role]string{
	roleEntry:    "a logon after guessing",
	roleKeyEntry: "a logon by a key that is strange there",
	roleServer:   "a shell below a server",
}

func deedWords(done map[role]bool) []string {
	var out []string
	for _, r := range deeds {
		if done[r] {
			out = append(out, map[role]string{
				roleFetchRun: "something fetched or run", rolePlantAccount: "an account made", roleGrant: "rights given",
				rolePersist: "a way back planted", roleConnect: "a connection out", roleSilence: "logs silenced",
			}[r])
		}
	}
	return out
}

func worstOf(signals []*signal) *signal {
	worst := signals[0]
	for _, s := range signals {
		if s.severity.Compare(worst.severity) > 0 {
			worst = s
		}
	}
	return worst
}

// tactics returns the stages of the signals that are at least medium, in the
// order of ATT&CK's matrix.
func (st *story) tactics() []Stage {
	var out []Stage
	for _, s := range st.signals {
		if s.severity.Compare(SeverityMedium) >= 0 && s.stage != "" {
			out = appendNew(out, s.stage)
		}
	}
	return inMatrix(out)
}

// matrix is the order of the tactics in ATT&CK's matrix for enterprises.
var matrix = [...]Stage{
	StageReconnaissance, StageAccess, StageExecution, StagePersistence, StagePrivilege, StageEvasion, StageCredentials,
	StageDiscovery, StageLateral, StageCollection, StageControl, StageExfiltration, StageImpact,
}

func inMatrix(stages []Stage) []Stage {
	slices.SortStableFunc(stages, func(a, b Stage) int {
		return cmp.Or(cmp.Compare(slices.Index(matrix[:], a), slices.Index(matrix[:], b)), cmp.Compare(a, b))
	})
	return stages
}

func stageWords(stages []Stage) []string {
	out := make([]string, len(stages))
	for i, s := range stages {
		out[i] = strings.ReplaceAll(string(s), "_", " ")
	}
	return out
}

// join joins words as people do.
func join(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

const (
	maxNormal  = 4 // sentences about what is normal
	maxAdvices = 6
)

// explain fills in why a finding stands, what is normal, and what to ask next.
func (st *story) explain(f *Finding) {
	order := slices.Clone(st.signals)
	slices.SortStableFunc(order, func(a, b *signal) int {
		return cmp.Or(cmp.Compare(wayRank(a.role), wayRank(b.role)), b.severity.Compare(a.severity))
	})
	var normal []string
	said := map[string]bool{}
	for _, s := range order {
		if s.normal != nil && len(normal) < maxNormal && !said[s.rule] {
			said[s.rule] = true
			normal = appendNew(normal, s.normal())
		}
		if s.rule != "" {
			f.Rules = appendNew(f.Rules, s.rule)
		}
	}
	for _, id := range f.Rules {
		r := houseRule(id)
		if r == nil {
			continue
		}
		if len(normal) < maxNormal && (len(normal) == 0 || f.Severity.Compare(SeverityMedium) >= 0 && len(normal) < 2) {
			normal = appendNew(normal, r.Normal)
		}
	}
	f.Normal = strings.Join(normal, " ")
	f.Confirm = advice(f.Rules, func(r *Rule) []string { return r.Confirm })
	f.Refute = advice(f.Rules, func(r *Rule) []string { return r.Refute })
	for _, s := range st.signals {
		if s.stage != "" {
			f.Tactics = appendNew(f.Tactics, s.stage)
		}
	}
	inMatrix(f.Tactics)
}

func wayRank(r role) int {
	if slices.Contains(waysIn, r) {
		return 0
	}
	return 1
}

// advice takes the first word of each rule before the second of any.
func advice(rules []string, of func(*Rule) []string) []string {
	var out []string
	for i := range 3 {
		for _, id := range rules {
			if r := houseRule(id); r != nil && i < len(of(r)) && len(out) < maxAdvices {
				out = appendNew(out, of(r)[i])
			}
		}
	}
	return out
}

// sudoHabit is how often an account had run sudo, and a program with it, when it
// ran a command.
type sudoHabit struct{ runs, same int }

func (b sudoHabit) tell(c *Command) string {
	switch {
	case b.runs == 0:
		return quoteName(c.User) + " ran nothing with sudo before in these logs."
	case b.same == 0:
		return fmt.Sprintf("%s ran sudo %s before, never %s.", quoteName(c.User), times(b.runs), quoteName(program(c.Text)))
	}
	return fmt.Sprintf("%s ran sudo %s before, %s with %s.", quoteName(c.User), times(b.runs), times(b.same), quoteName(program(c.Text)))
}
