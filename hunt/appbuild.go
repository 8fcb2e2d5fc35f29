package hunt

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// systemApps are the programs that every Linux system runs by itself, so that
// they are not what an intruder comes in by. It says what to look at last, and
// hides nothing.
var systemApps = map[string]bool{
	"sudo": true, "su": true, "cron": true, "crond": true, "anacron": true, "crontab": true, "kernel": true, "systemd": true, "dbus-daemon": true,
	"dbus-broker": true, "dbus-broker-launch": true, "snapd": true, "50-motd-news": true, "rsyslogd": true, "syslogd": true, "syslog-ng": true,
	"auditd": true, "augenrules": true, "audispd": true, "udevd": true, "multipathd": true, "irqbalance": true, "polkitd": true, "logrotate": true,
	"dhclient": true, "networkmanager": true, "chronyd": true, "ntpd": true, "agetty": true, "login": true, "kauditd": true,
	"useradd": true, "usermod": true, "userdel": true, "groupadd": true, "groupmod": true, "groupdel": true, "passwd": true, "chpasswd": true, "gpasswd": true, "chage": true, "chfn": true, "chsh": true,
}

// letsIn are the programs below which a session of a person runs.
var letsIn = map[string]bool{"sshd": true, "dropbear": true, "login": true, "gdm-session-worker": true, "gdm": true, "lightdm": true, "sddm": true, "xrdp-sesman": true, "cockpit": true}

func systemApp(program string) bool {
	name := strings.ToLower(path.Base(program))
	return systemApps[name] || strings.HasPrefix(name, "systemd-")
}

// rareMost is how often a form of message may stand in the logs and still be
// rare, rareAmong how many lines its program must have for that to mean
// anything.
const (
	rareMost  = 2
	rareAmong = 20
	maxRare   = 20
)

// buildApplications says what each program did.
func (h *hunter) buildApplications() {
	names := map[string]int{}
	for _, name := range sortedKeys(h.apps.byName) {
		p := h.apps.byName[name]
		names[appName(name)] = len(h.inv.Applications)
		a := Application{
			Program: name, System: systemApp(name), Lines: p.lines, First: utc(p.first), Last: utc(p.last),
			Bucket: p.volume.width, Risky: p.risky, RiskyMore: p.riskyMore,
		}
		for _, s := range p.volume.list {
			a.Volume = append(a.Volume, Volume{Start: p.volume.start(s), Lines: s.n[0], High: s.n[1]})
		}
		for s := syslog.SeverityNone + 1; int(s) < len(p.severities); s++ {
			if n := p.severities[s]; n > 0 {
				a.Severities = append(a.Severities, Tally{s.String(), n})
				if high(s) {
					a.High += n
				}
			}
		}
		for f := range p.facilities {
			if n := p.facilities[f]; n > 0 && syslog.Facility(f) != syslog.FacilityNone {
				a.Facilities = append(a.Facilities, Tally{syslog.Facility(f).String(), n})
			}
		}
		sortTallies(a.Facilities)
		a.Rare = rareLines(&p.shapes, p.lines)
		h.inv.Applications = append(h.inv.Applications, a)
	}
	h.appProcesses(names)
	for name, f := range h.folded.apps {
		if at, ok := names[name]; ok {
			a := &h.inv.Applications[at]
			a.ProcessesMore, a.RiskyMore = f.processes, a.RiskyMore+f.risky
		}
	}
	for i := range h.inv.Indicators {
		ind := &h.inv.Indicators[i]
		for _, name := range ind.Programs {
			if at, ok := names[appName(name)]; ok {
				a := &h.inv.Applications[at]
				a.Indicators = append(a.Indicators, IndicatorID{ind.Type, ind.Value})
			}
		}
	}
	h.appFindings(names)
	for i := range h.inv.Applications {
		a := &h.inv.Applications[i]
		slices.SortStableFunc(a.Risky, func(x, y RiskyLine) int { return worstHit(y.Hits).Compare(worstHit(x.Hits)) })
	}
	slices.SortStableFunc(h.inv.Applications, func(a, b Application) int {
		return cmp.Or(cmp.Compare(len(b.Findings), len(a.Findings)), cmp.Compare(len(b.Risky), len(a.Risky)), compareBool(a.System, b.System),
			cmp.Compare(b.Lines, a.Lines), cmp.Compare(a.Program, b.Program))
	})
}

// appName makes one of the names that a program has: "sshd" writes as
// "sshd-session" too, and cron as "CRON".
func appName(name string) string {
	name = strings.ToLower(path.Base(name))
	return strings.TrimSuffix(name, "-session")
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func sortTallies(list []Tally) {
	slices.SortFunc(list, func(a, b Tally) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
}

// rareLines returns the forms of message that a program writes seldom. Where
// not all forms could be kept, those that were kept came first, and are still
// rare.
func rareLines(s *evidence.Shapes, lines int64) []RareLine {
	if lines < rareAmong {
		return nil
	}
	list := s.List()
	slices.Reverse(list)
	var out []RareLine
	for _, one := range list {
		if one.Count > rareMost || len(out) >= maxRare {
			break
		}
		out = append(out, RareLine{Pattern: one.Pattern, Count: one.Count, Example: one.Example, Ref: one.Ref})
	}
	slices.SortFunc(out, func(a, b RareLine) int { return cmp.Or(cmp.Compare(a.Count, b.Count), a.Ref.Compare(b.Ref)) })
	return out
}

// appProcesses names the topmost processes that ran each program, and the
// risks in what came of them.
func (h *hunter) appProcesses(names map[string]int) {
	forked := h.forkedOnly()
	of := make([]int, len(h.inv.Processes)+1) // application of the nearest ancestor that is one, by process id; 0 for none, else index+1
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		if p.ID >= len(of) {
			continue
		}
		mine := 0
		if p.Exe != "" {
			if at, ok := names[appName(p.Exe)]; ok {
				mine = at + 1
			}
		}
		above := 0
		if p.Parent > 0 && p.Parent < len(of) {
			above = of[p.Parent]
		}
		switch {
		case mine == 0:
			of[p.ID] = above
		default:
			of[p.ID] = mine
			if mine != above {
				a := &h.inv.Applications[mine-1]
				a.Processes = append(a.Processes, p.ID)
			}
		}
		if at := of[p.ID]; at > 0 && len(p.Hits) > 0 && !forked[p.ID] {
			a := &h.inv.Applications[at-1]
			if mine == 0 && (a.System || p.Session != "" && letsIn[appName(a.Program)]) {
				continue // what a person ran is told of the session, what cron ran there
			}
			if len(a.Risky) >= maxRiskyLines {
				a.RiskyMore++
				continue
			}
			a.Risky = append(a.Risky, RiskyLine{Time: firstTime(p.Start, p.End), Text: p.Cmdline, Hits: p.Hits, Refs: p.Refs})
		}
	}
}

// forkedOnly returns the processes that only go on with what their parent ran:
// the parent's command, not a second run of it.
func (h *hunter) forkedOnly() map[int]bool {
	lines := make(map[int]string, len(h.inv.Processes))
	for i := range h.inv.Processes {
		lines[h.inv.Processes[i].ID] = h.inv.Processes[i].Cmdline
	}
	out := map[int]bool{}
	for p := range h.tree.All() {
		if parent := p.Parent(); parent != nil && p.Source != ptree.FromExec && lines[p.ID()] == lines[parent.ID()] {
			out[p.ID()] = true
		}
	}
	return out
}

// appFindings says which findings cite what each program wrote or ran.
func (h *hunter) appFindings(names map[string]int) {
	cite := func(program string, refs []evidence.Ref) {
		at, ok := names[appName(program)]
		if !ok {
			return
		}
		a := &h.inv.Applications[at]
		for _, r := range refs {
			if c, ok := h.cited[r]; ok {
				a.Findings = appendNew(a.Findings, c.finding.ID)
			}
		}
	}
	for _, t := range h.inv.Logons.Tries {
		cite(t.Program, t.Refs)
	}
	for _, c := range h.inv.Sudo {
		cite("sudo", c.Refs)
	}
	for _, j := range h.inv.Jobs {
		cite("cron", j.Refs)
		cite("crond", j.Refs)
	}
	for _, c := range h.inv.CronEdits {
		cite("crontab", c.Refs)
	}
	for _, c := range h.inv.Changes {
		cite(c.Program, c.Refs)
	}
	for _, p := range h.inv.Processes {
		cite(p.Exe, p.Refs)
	}
	for i := range h.inv.Applications {
		a := &h.inv.Applications[i]
		for _, r := range a.Risky {
			cite(a.Program, r.Refs)
		}
		for _, r := range a.Rare {
			cite(a.Program, []evidence.Ref{r.Ref})
		}
		slices.Sort(a.Findings)
	}
}
