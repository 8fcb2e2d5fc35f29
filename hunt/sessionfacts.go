package hunt

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/geo"
)

// SessionFacts is what helps to choose a session to look at.
type SessionFacts struct {
	Root   bool          `json:"root"`             // somebody logged on as root
	Alerts []string      `json:"alerts,omitempty"` // ids of alerts from 5 seconds before the session to 5 seconds after it
	Ratio  LogonRatio    `json:"ratio"`            // of the account
	Place  *geo.Place    `json:"place,omitempty"`  // of the source; nil where not known
	Owner  *geo.Network  `json:"owner,omitempty"`  // of the source; nil where not known
	Sudo   int           `json:"sudo"`             // sudo commands in it
	Risky  int           `json:"risky"`            // sudo commands and processes in it that a rule of medium severity or worse knows
	Bursts []Burst       `json:"bursts,omitempty"` // sudo commands faster than a person types
	Cron   []JobCount    `json:"cron,omitempty"`   // what cron ran on the host while it was open, most often first
	Users  []ChangeCount `json:"users,omitempty"`  // changes to accounts and groups while it was open, of any session
}

// LogonRatio is how the attempts to log on to an account ended. A high ratio
// means an account whose owner mistypes little, a low one an account that is
// guessed at; it says nothing of any one session. Text
// says so in words.
type LogonRatio struct {
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	// Ratio is Succeeded / Failed; 1 where nothing failed, as the notebook
	// that this hunt follows has it.
	Ratio float64 `json:"ratio"`
	Text  string  `json:"meaning"`
}

// Burst is a run of commands that came faster than a person types them.
type Burst struct {
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Commands int       `json:"commands"`
	Peak     int       `json:"peak"` // most commands in any five seconds
}

// JobCount counts the runs of one cron command.
type JobCount struct {
	User  string `json:"user"`
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// ChangeCount counts changes of one kind.
type ChangeCount struct {
	Kind     string   `json:"kind"` // "user_add" …
	Count    int      `json:"count"`
	Accounts []string `json:"accounts,omitempty"` // accounts and groups changed, each once
}

// cronRun is one run of a job.
type cronRun struct {
	at  time.Time
	job *Job
}

const (
	maxCronRuns  = 200_000   // whose times are kept
	maxCronSteps = 5_000_000 // looked at for all sessions together
	maxJobCounts = 50        // listed of one session
)

func (h *hunter) ranJob(j *Job, at time.Time) {
	if len(h.runs) < maxCronRuns {
		h.runs = append(h.runs, cronRun{at, j})
	}
}

// buildSessionFacts tells what helps to choose a session.
func (h *hunter) buildSessionFacts() {
	slices.SortStableFunc(h.runs, func(a, b cronRun) int { return a.at.Compare(b.at) })
	ratios := map[string]LogonRatio{}
	for _, c := range h.inv.Logons.ByAccount {
		ratios[c.Name] = ratioOf(c.Succeeded, c.Failed)
	}
	h.buildBursts()
	left, leftChanges := maxCronSteps, maxCronSteps
	changes := make([]int, len(h.inv.Changes)) // in order of time
	for i := range changes {
		changes[i] = i
	}
	slices.SortStableFunc(changes, func(a, b int) int { return h.inv.Changes[a].Time.Compare(h.inv.Changes[b].Time) })
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		f := &s.Facts
		f.Root = s.User == "root"
		if r, ok := ratios[s.User]; ok {
			f.Ratio = r
		} else {
			f.Ratio = ratioOf(0, 0)
		}
		if s.Start.IsZero() {
			continue
		}
		end := h.endOf(s)
		f.Cron = h.cronWithin(s.Start, end, &left)
		f.Users = h.changesWithin(changes, s.Start, end, &leftChanges)
	}
	for _, c := range h.inv.Sudo {
		if s := h.session(c.Session); s != nil {
			s.Facts.Sudo++
			if worstHit(c.Hits).Compare(SeverityMedium) >= 0 {
				s.Facts.Risky++
			}
		}
	}
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		if s := h.session(p.Session); s != nil && p.Severity.Compare(SeverityMedium) >= 0 {
			s.Facts.Risky++
		}
	}
	h.countFolded()
	if leftChanges <= 0 {
		h.inv.Coverage.Notes = append(h.inv.Coverage.Notes, "What changed of accounts while a session was open is counted for the first sessions only: there is too much of it.")
	}
	if left <= 0 {
		h.inv.Coverage.Notes = append(h.inv.Coverage.Notes, "What cron ran while a session was open is counted for the first sessions only: there is too much of it.")
	}
}

// endOf returns when a session ended, the last moment of the logs where that
// is not known.
func (h *hunter) endOf(s *Session) time.Time {
	if s.End.IsZero() {
		return h.inv.Host.Last
	}
	return s.End
}

func (h *hunter) cronWithin(start, end time.Time, left *int) []JobCount {
	from, _ := slices.BinarySearchFunc(h.runs, start, func(r cronRun, t time.Time) int { return r.at.Compare(t) })
	counts := map[*Job]int{}
	for _, r := range h.runs[from:] {
		if r.at.After(end) || *left <= 0 {
			break
		}
		*left--
		counts[r.job]++
	}
	out := make([]JobCount, 0, len(counts))
	for j, n := range counts {
		out = append(out, JobCount{User: j.User, Text: j.Text, Count: n})
	}
	slices.SortFunc(out, func(a, b JobCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.User, b.User), cmp.Compare(a.Text, b.Text))
	})
	return out[:min(len(out), maxJobCounts)]
}

func (h *hunter) changesWithin(order []int, start, end time.Time, left *int) []ChangeCount {
	var out []ChangeCount
	from, _ := slices.BinarySearchFunc(order, start, func(i int, t time.Time) int { return h.inv.Changes[i].Time.Compare(t) })
	for _, i := range order[from:] {
		c := &h.inv.Changes[i]
		if c.Time.After(end) || *left <= 0 {
			break
		}
		*left--
		at := slices.IndexFunc(out, func(o ChangeCount) bool { return o.Kind == c.Kind })
		if at < 0 {
			at = len(out)
			out = append(out, ChangeCount{Kind: c.Kind})
		}
		out[at].Count++
		if name := firstOf(c.Account, c.Group); name != "" && len(out[at].Accounts) < maxAccounts {
			out[at].Accounts = appendNew(out[at].Accounts, name)
		}
	}
	slices.SortFunc(out, func(a, b ChangeCount) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// buildBursts finds sudo commands that came faster than a person types them.
func (h *hunter) buildBursts() {
	list := make([]cmdline.Timed[string], 0, len(h.inv.Sudo))
	for _, c := range h.inv.Sudo {
		if c.Session != "" {
			list = append(list, cmdline.Timed[string]{Time: c.Time, Key: c.Session})
		}
	}
	bursts, err := cmdline.Speed(list, cmdline.SpeedOptions{})
	if err != nil {
		h.unread("speed of commands", err)
		return
	}
	for _, b := range bursts {
		if s := h.session(b.Key); s != nil {
			s.Facts.Bursts = append(s.Facts.Bursts, Burst{Start: b.Start, End: b.End, Commands: len(b.Indexes), Peak: b.Peak})
		}
	}
}

// ratioOf says how attempts ended, and what that means.
func ratioOf(succeeded, failed int) LogonRatio {
	r := LogonRatio{Succeeded: succeeded, Failed: failed, Ratio: 1}
	if failed > 0 {
		r.Ratio = float64(succeeded) / float64(failed)
	}
	switch {
	case succeeded == 0 && failed == 0:
		r.Text = "The logs have no attempt to log on to the account itself."
	case failed == 0:
		r.Text = "No attempt to log on to the account failed."
	case succeeded == 0:
		r.Text = "No attempt to log on to the account succeeded: it was guessed at, or its owner cannot get in."
	case r.Ratio < 0.5:
		r.Text = fmt.Sprintf("%d of %d attempts failed: more than mistyping explains where they are many. It says nothing of this session alone.", failed, failed+succeeded)
	default:
		r.Text = fmt.Sprintf("%d of %d attempts failed, which mistyping explains.", failed, failed+succeeded)
	}
	return r
}
