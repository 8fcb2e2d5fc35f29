package hunt

import (
	"fmt"
	"strings"
	"time"
)

// What makes a risky act a habit: of the host, when many do it in many sessions;
// of an account, when it does the very same on many days; of a job, when it is
// as old as the log that tells of it.
const (
	habitAccounts = 4 // and half of those that log on, or:
	habitMany     = 10
	habitSessions = 12
	habitDays     = 5
	habitRuns     = 3
)

// deed is a hit by its rule and target, whoever does it.
type deed struct{ rule, target string }

// ownDeed is a command of an account.
type ownDeed struct{ user, text string }

// habits says what this host's accounts do again and again.
type habits struct {
	everybody map[deed]*common
	own       map[ownDeed]*often
	people    int // accounts that logged on
}

// often is how often something is done, on how many days.
type often struct {
	count int
	days  map[int64]bool
	span
}

func (o *often) add(at time.Time) {
	if o.days == nil {
		o.days = map[int64]bool{}
	}
	o.count++
	o.days[at.Unix()/86400] = true
	o.first, o.last = widen(o.first, o.last, at, at)
}

// common is who does something, and in which sessions.
type common struct {
	often
	accounts, sessions map[string]bool
}

// habitsOf counts what is done more than once. Acts that no session and no sudo
// ran are the system's own and not counted.
func (h *hunter) habitsOf(all []carrier) habits {
	out := habits{everybody: map[deed]*common{}, own: map[ownDeed]*often{}}
	people := map[string]bool{}
	for i := range h.inv.Sessions {
		if s := &h.inv.Sessions[i]; !isSu(s.Kind) && !s.Start.IsZero() {
			people[s.User] = true
		}
	}
	out.people = len(people)
	for i := range all {
		c := &all[i]
		if c.how == byCron || c.session == "" {
			continue
		}
		who := c.user
		if s := h.session(c.session); s != nil {
			who = s.User
		}
		risky := false
		for k := range c.hits {
			if hit := &c.hits[k]; hit.Severity.Compare(SeverityMedium) >= 0 {
				risky = true
				d := deed{hit.Rule, hit.Target}
				e := out.everybody[d]
				if e == nil {
					e = &common{accounts: map[string]bool{}, sessions: map[string]bool{}}
					out.everybody[d] = e
				}
				e.add(c.time)
				e.accounts[who], e.sessions[c.session] = true, true
			}
		}
		if risky {
			d := ownDeed{who, c.text}
			if out.own[d] == nil {
				out.own[d] = &often{}
			}
			out.own[d].add(c.time)
		}
	}
	return out
}

// of returns the habit that an act is a case of, and what it is worth then; ""
// where it is none.
func (b *habits) of(who string, c *carrier, hit *Hit) (name, words string, severity Severity) {
	if c.how == byCron || c.session == "" {
		return "", "", hit.Severity
	}
	d := deed{hit.Rule, hit.Target}
	if e := b.everybody[d]; e != nil && len(e.accounts) >= max(habitAccounts, min(habitMany, (b.people+1)/2)) && len(e.sessions) >= habitSessions {
		words = fmt.Sprintf("%d of %s that log on do this, %s in %d sessions, from %s on.", len(e.accounts), accounts(b.people), times(e.count), len(e.sessions), clockOf(e.first))
		return hit.Rule + " " + hit.Target, words, lesser(hit.Severity, SeverityLow)
	}
	if o := b.own[ownDeed{who, c.text}]; o != nil && len(o.days) >= habitDays {
		words = fmt.Sprintf("%s ran this very command %s on %d days, from %s on.", quoteName(who), times(o.count), len(o.days), clockOf(o.first))
		return hit.Rule + " " + who + " " + c.text, words, oneLess(hit.Severity)
	}
	return "", "", hit.Severity
}

// olderThanLog says in words that a job ran from the beginning of the log that
// tells of it, in its own rhythm: these logs do not have its planting.
func (h *hunter) olderThanLog(j *Job) string {
	if j.Count < habitRuns || len(j.Refs) == 0 {
		return ""
	}
	r := h.rhythms.byLog[logOf(j.Refs[0].File)]
	every := j.Last.Sub(j.First) / time.Duration(j.Count-1)
	if r == nil || r.first.IsZero() || every <= 0 || j.First.Sub(r.first) > every+every/4 {
		return ""
	}
	return fmt.Sprintf("It ran from the beginning of %s on, %s, about every %s: whoever made the job did so before these logs.", r.log, times(j.Count), roughly(every))
}

// isJob reports whether a shell was given the text of a job of cron.
func (h *hunter) isJob(cmdline string) bool {
	_, text, ok := strings.Cut(cmdline, "-c ")
	if !ok {
		return false
	}
	if h.jobTexts == nil {
		h.jobTexts = map[string]bool{}
		for i := range h.inv.Jobs {
			h.jobTexts[plain(h.inv.Jobs[i].Text)] = true
		}
	}
	return h.jobTexts[plain(text)]
}

func lesser(a, b Severity) Severity {
	if a.Compare(b) < 0 {
		return a
	}
	return b
}

// oneLess returns the next lower severity, low at least.
func oneLess(s Severity) Severity {
	switch s {
	case SeverityCritical:
		return SeverityHigh
	case SeverityHigh:
		return SeverityMedium
	default:
		return SeverityLow
	}
}
