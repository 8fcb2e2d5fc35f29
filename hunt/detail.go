package hunt

import (
	"slices"
	"time"
)

// SessionDetail is all that belongs to one session.
type SessionDetail struct {
	Session     Session
	Sudo        []Command
	Cron        []CronEdit
	Changes     []AccountChange
	Files       []FileChange
	Connections []Connection
	Processes   []Process
	Tries       []Try
	Frequency   []Tally         // its sudo commands, most often first
	Risky       []Command       // those of them that a rule knows
	Jobs        []JobCount      // what cron ran on the host meanwhile
	Others      []AccountChange // changes to accounts and groups meanwhile, by other sessions or by nobody known
	Moments     []Moment        // all of it in one order, and what cron did meanwhile
	Indicators  []Indicator     // that it or its commands name
	Alerts      []Alert         // within 5 seconds of it
}

// Detail collects what inv holds of the session with this id, in order of
// time. An id that is not there gives an empty detail.
func (inv *Investigation) Detail(id string) SessionDetail {
	var d SessionDetail
	for _, s := range inv.Sessions {
		if s.ID == id {
			d.Session = s
		}
	}
	if id == "" || d.Session.ID == "" {
		return SessionDetail{}
	}
	d.Sudo = of(inv.Sudo, id, func(c *Command) string { return c.Session })
	d.Cron = of(inv.CronEdits, id, func(c *CronEdit) string { return c.Session })
	d.Changes = of(inv.Changes, id, func(c *AccountChange) string { return c.Session })
	d.Files = of(inv.FileChanges, id, func(c *FileChange) string { return c.Session })
	d.Connections = of(inv.Connections, id, func(c *Connection) string { return c.Session })
	d.Processes = of(inv.Processes, id, func(p *Process) string { return p.Session })
	d.Tries = of(inv.Logons.Tries, id, func(t *Try) string { return t.Session })
	d.meanwhile(inv)
	return d
}

// meanwhile collects what happened while the session was open, and sums up.
func (d *SessionDetail) meanwhile(inv *Investigation) {
	s := &d.Session
	counts := map[string]int64{}
	for _, c := range d.Sudo {
		counts[c.Text]++
		if len(c.Hits) > 0 {
			d.Risky = append(d.Risky, c)
		}
	}
	d.Frequency = tallies(counts)
	d.Jobs = s.Facts.Cron
	from, to := startOf(s), s.End
	if to.IsZero() {
		to = inv.Host.Last
	}
	during := func(at time.Time) bool { return !at.Before(from) && !at.After(to) }
	for _, c := range inv.Changes {
		if c.Session != s.ID && during(c.Time) {
			d.Others = append(d.Others, c)
		}
	}
	for _, m := range inv.Timeline {
		switch {
		case m.Session == s.ID:
			d.Moments = append(d.Moments, m)
		case m.Session == "" && during(m.Time) && (m.Lane == "cron" || m.Lane == "account" || m.Lane == "alert" || m.Lane == "bookmark" || m.Lane == "host"):
			d.Moments = append(d.Moments, m)
		}
	}
	for _, i := range inv.Indicators {
		if slices.Contains(i.Sessions, s.ID) {
			d.Indicators = append(d.Indicators, i)
		}
	}
	for _, a := range inv.Alerts.Alerts {
		if slices.Contains(s.Facts.Alerts, a.ID) {
			d.Alerts = append(d.Alerts, a)
		}
	}
}

func of[T any](list []T, id string, session func(*T) string) []T {
	var out []T
	for i := range list {
		if session(&list[i]) == id {
			out = append(out, list[i])
		}
	}
	return out
}
