package hunt

import (
	"cmp"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// UserActivity is all that one account did and had done to it, collected from
// an investigation by [Investigation.UserActivity].
type UserActivity struct {
	User       User            `json:"user"`
	Sessions   []Session       `json:"sessions,omitempty"`
	Tries      []Try           `json:"tries,omitempty"`         // as far as the investigation lists them
	Omitted    int             `json:"tries_omitted,omitempty"` // attempts that are not listed, and not in what follows
	ByProgram  []LogonCount    `json:"by_program,omitempty"`    // its attempts by the program asked
	Bucket     int64           `json:"bucket_seconds,omitempty"`
	Timeline   []LogonVolume   `json:"timeline,omitempty"` // its attempts
	Sources    []SourceCount   `json:"sources,omitempty"`  // where they came from, with counts of this account alone
	Ratio      LogonRatio      `json:"ratio"`
	Sudo       []Command       `json:"sudo,omitempty"`
	Frequency  []Tally         `json:"frequency,omitempty"` // its sudo commands, most often first
	Jobs       []Job           `json:"jobs,omitempty"`
	CronEdits  []CronEdit      `json:"cron_edits,omitempty"`
	Changes    []AccountChange `json:"changes,omitempty"` // to it and by it
	Processes  []Process       `json:"processes,omitempty"`
	Indicators []Indicator     `json:"indicators,omitempty"` // in its sessions and commands
	Moments    []Moment        `json:"moments,omitempty"`    // of the timeline, that are its
}

// UserActivity collects what inv holds of an account, in order of time. An
// account that is not there gives an empty UserActivity and false.
func (inv *Investigation) UserActivity(name string) (UserActivity, bool) {
	at := slices.IndexFunc(inv.Users, func(u User) bool { return u.Name == name })
	if at < 0 {
		return UserActivity{}, false
	}
	a := UserActivity{User: inv.Users[at]}
	mine := map[string]bool{} // sessions
	for _, s := range inv.Sessions {
		if s.User == name {
			a.Sessions = append(a.Sessions, s)
			mine[s.ID] = true
		}
	}
	a.logons(inv)
	counts := map[string]int64{}
	for _, c := range inv.Sudo {
		if c.User == name || mine[c.Session] {
			a.Sudo = append(a.Sudo, c)
			counts[c.Text]++
		}
	}
	a.Frequency = tallies(counts)
	for _, j := range inv.Jobs {
		if j.User == name {
			a.Jobs = append(a.Jobs, j)
		}
	}
	for _, c := range inv.CronEdits {
		if c.User == name || c.Target == name {
			a.CronEdits = append(a.CronEdits, c)
		}
	}
	for _, c := range inv.Changes {
		if c.Account == name || c.By == name || mine[c.Session] {
			a.Changes = append(a.Changes, c)
		}
	}
	for _, p := range inv.Processes {
		if mine[p.Session] {
			a.Processes = append(a.Processes, p)
		}
	}
	refs := map[evidence.Ref]bool{}
	for _, t := range a.Tries {
		addRefs(refs, t.Refs)
	}
	for _, c := range a.Sudo {
		addRefs(refs, c.Refs)
	}
	for _, i := range inv.Indicators {
		if slices.ContainsFunc(i.Sessions, func(id string) bool { return mine[id] }) || slices.ContainsFunc(i.Refs, func(r evidence.Ref) bool { return refs[r] }) {
			a.Indicators = append(a.Indicators, i)
		}
	}
	for _, c := range a.Changes {
		addRefs(refs, c.Refs)
	}
	for _, m := range inv.Timeline {
		if mine[m.Session] || refs[m.Ref] && !m.Ref.IsZero() {
			a.Moments = append(a.Moments, m)
		}
	}
	return a, true
}

func addRefs(set map[evidence.Ref]bool, refs []evidence.Ref) {
	for _, r := range refs {
		set[r] = true
	}
}

func tallies(counts map[string]int64) []Tally {
	var out []Tally
	for name, n := range counts {
		out = append(out, Tally{name, n})
	}
	sortTallies(out)
	return out
}

// logons counts the attempts of the account by program, source and time.
func (a *UserActivity) logons(inv *Investigation) {
	programs, sources := map[string]*LogonCount{}, map[string]*SourceCount{}
	v := volumes{width: int64(chartStep(inv.Host.First, inv.Host.Last) / time.Second)}
	for _, t := range inv.Logons.Tries {
		if t.User != a.User.Name {
			continue
		}
		a.Tries = append(a.Tries, t)
		p := programs[t.Program]
		if p == nil {
			p = &LogonCount{Name: t.Program, Known: true}
			programs[t.Program] = p
		}
		succeeded, failed := 0, max(t.Count, 1)
		if t.Success {
			succeeded, failed = failed, 0
		}
		p.Succeeded += succeeded
		p.Failed += failed
		p.First, p.Last = widen(p.First, p.Last, t.Time, t.Time)
		v.add(t.Time, [3]int64{int64(succeeded), int64(failed)})
		if t.Source == "" {
			continue
		}
		s := sources[t.Source]
		if s == nil {
			s = &SourceCount{Source: t.Source, Kind: kindOf(t.Source)}
			if at := slices.IndexFunc(inv.Logons.BySource, func(o SourceCount) bool { return o.Source == t.Source }); at >= 0 {
				all := &inv.Logons.BySource[at]
				s.Place, s.Owner, s.Pattern = all.Place, all.Owner, all.Pattern
			}
			sources[t.Source] = s
		}
		s.Succeeded += succeeded
		s.Failed += failed
		s.First, s.Last = widen(s.First, s.Last, t.Time, t.Time)
	}
	a.ByProgram = counted(programs)
	succeeded, failed := 0, 0
	for i := range a.ByProgram {
		succeeded += a.ByProgram[i].Succeeded
		failed += a.ByProgram[i].Failed
	}
	for i := range a.ByProgram {
		p := &a.ByProgram[i]
		p.Shares = Shares{Succeeded: share(p.Succeeded, succeeded), Failed: share(p.Failed, failed)}
	}
	a.Omitted = max(0, a.User.Succeeded+a.User.Failed-succeeded-failed)
	a.Ratio = ratioOf(a.User.Succeeded, a.User.Failed)
	for _, s := range sources {
		a.Sources = append(a.Sources, *s)
	}
	slices.SortFunc(a.Sources, func(x, y SourceCount) int {
		return cmp.Or(cmp.Compare(y.Failed+y.Succeeded, x.Failed+x.Succeeded), cmp.Compare(x.Source, y.Source))
	})
	for _, s := range v.list {
		a.Bucket = v.width
		a.Timeline = append(a.Timeline, LogonVolume{Start: v.start(s), Succeeded: int(s.n[0]), Failed: int(s.n[1])})
	}
}
