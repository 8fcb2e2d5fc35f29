package hunt

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
	return d
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
