package hunt

import (
	"fmt"
	"slices"
	"time"
)

func isSu(kind string) bool { return kind == "su" || kind == "su-l" }

const sudoStartedSu = "sudo started su in that session at that moment"

// findParents says in which session a su was typed, where the log's own joining
// could not: by the audit session of su's process, by the sudo command that
// started it, else by who had a session open.
func (h *hunter) findParents() {
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		if !isSu(s.Kind) || s.Parent != "" || s.Start.IsZero() {
			continue
		}
		if id := h.sessionOfPID(s.PID, s.Start); id != "" && id != s.ID {
			s.Parent = id
			continue
		}
		if id := h.sudoBefore(s.Start); id != "" && id != s.ID && (s.By == "root" || s.By == "") {
			s.Parent, s.Inferred = id, firstOf(s.Inferred, sudoStartedSu)
			continue
		}
		if id, sure := h.openSession(s.By, s.Start); id != "" && id != s.ID {
			why := byAccountAndTime
			if !sure {
				why = latestOfSeveral
			}
			s.Parent, s.Inferred = id, firstOf(s.Inferred, why)
		}
	}
}

// sudoBefore returns the session of the sudo command that started su just
// before a moment.
func (h *hunter) sudoBefore(at time.Time) string {
	from, _ := slices.BinarySearchFunc(h.inv.Sudo, at.Add(-joinSlack), func(c Command, t time.Time) int { return c.Time.Compare(t) })
	for i := from; i < len(h.inv.Sudo); i++ {
		c := &h.inv.Sudo[i]
		if c.Time.Sub(at) > time.Second {
			break
		}
		if d := at.Sub(c.Time); d >= -time.Second && d <= joinSlack && c.Result != "fail" && program(c.Text) == "su" {
			return c.Session
		}
	}
	return ""
}

// suSignals tells of each session that became another account's.
func (h *hunter) suSignals() {
	seen := map[[2]string]int{}
	unlisted := h.ghosts.before(func(g *ghost) {
		if g.is(ghostSu) {
			seen[[2]string{h.tags.text(g.from()), h.tags.text(g.user())}]++
		}
	})
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		unlisted(startOf(s))
		if !isSu(s.Kind) || s.Start.IsZero() {
			continue
		}
		by := s.By
		if p := h.session(s.Parent); p != nil && (by == "" || by == "root") {
			by = p.User
		}
		pair := [2]string{by, s.User}
		sig := signal{
			rule: ruleBecame, role: roleBecame, time: s.Start, stage: StagePrivilege, severity: SeverityInfo, raised: SeverityMedium,
			account: s.User, session: s.ID, object: s.User, techniques: []string{"T1078.003"}, hypotheses: []Hypothesis{AccountMisuse}, refs: s.Refs,
			text: fmt.Sprintf("%s became %s with su.", firstOf(quoteNonEmpty(by), "Somebody"), quoteName(s.User)),
			keys: []string{sessionKey(s.ID)}, owns: []string{sessionKey(s.ID)}, inferred: s.Inferred,
		}
		if s.User == "root" {
			sig.techniques = []string{"T1548"}
		}
		if n := seen[pair]; n > 0 {
			sig.normal = func() string {
				return fmt.Sprintf("%s did so %s before.", firstOf(quoteNonEmpty(by), "The same account"), times(n))
			}
		} else {
			sig.normal = func() string { return "This pair of accounts was not seen before in these logs." }
		}
		seen[pair]++
		if n := h.before[i].su; n > 0 {
			sig.text = fmt.Sprintf("%s became %s with su, after %s failed.", firstOf(quoteNonEmpty(by), "Somebody"), quoteName(s.User), tries(n))
			sig.techniques = append(sig.techniques, "T1110")
		}
		if s.Parent != "" {
			sig.keys = append(sig.keys, sessionKey(s.Parent))
			sig.owns = append(sig.owns, sessionKey(s.Parent))
		}
		h.signal(sig)
	}
}
