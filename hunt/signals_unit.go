package hunt

import (
	"fmt"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// UnitStart is how often systemd started a unit whose file was seen being
// written.
type UnitStart struct {
	Name  string         `json:"name"` // "x.service", "x.timer"
	Count int            `json:"count"`
	First time.Time      `json:"first"` // since it was written
	Last  time.Time      `json:"last"`
	Refs  []evidence.Ref `json:"refs"` // the first few
}

// order is a unit that somebody told systemctl to start or enable.
type order struct {
	time    time.Time
	session string
	user    string
	text    string
	stems   []string
	process int
	refs    []evidence.Ref
}

// unitSignals tells of the units that were written within the logs: who told
// systemd to start them, and how often it did since.
func (h *hunter) unitSignals() {
	written := h.unitsWritten()
	if len(written) == 0 {
		return
	}
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		if p.PPID != 1 {
			continue
		}
		if stem := h.unitOfProcess(p.ID); stem != "" && !written[stem].IsZero() {
			p.Unit = stem + ".service"
		}
	}
	for _, o := range h.unitOrders() {
		for _, stem := range o.stems {
			if _, ok := written[stem]; !ok {
				continue
			}
			sig := signal{
				rule: ruleUnit, role: rolePersist, time: o.time, stage: StagePersistence, severity: SeverityInfo, raised: SeverityHigh,
				text:   fmt.Sprintf("%s told systemd to start %s.", firstOf(quoteNonEmpty(o.user), "Somebody"), quoteName(stem)),
				detail: o.text, object: "the unit " + stem, techniques: []string{"T1543.002"}, session: o.session, process: o.process,
				hypotheses: []Hypothesis{AccountMisuse}, refs: o.refs, keys: []string{unitKey(stem)},
			}
			if o.session != "" {
				sig.keys = append(sig.keys, sessionKey(o.session))
			}
			h.signal(sig)
		}
	}
	for _, name := range sortedKeys(h.units) {
		u := h.units[name]
		stem := unitStem(name)
		made, ok := written[stem]
		if !ok || u.last.Before(made) {
			continue
		}
		n, first := 0, u.first
		for _, t := range u.times {
			if !t.Before(made.Add(-joinSlack)) {
				if n++; n == 1 {
					first = t
				}
			}
		}
		if n == len(u.times) && made.Before(u.first.Add(joinSlack)) {
			n = u.starts
		}
		h.inv.Units = append(h.inv.Units, UnitStart{Name: name, Count: max(n, 1), First: first, Last: u.last, Refs: u.refs})
		h.signal(signal{
			rule: ruleUnit, role: roleJob, time: first, end: u.last, stage: StageExecution, severity: SeverityInfo, raised: SeverityHigh,
			text:   fmt.Sprintf("systemd started %s %s since it was written.", quoteName(name), times(max(n, 1))),
			short:  fmt.Sprintf("systemd started %s %s", quoteName(name), times(max(n, 1))),
			object: name, techniques: []string{"T1053.006"}, hypotheses: []Hypothesis{AccountMisuse, RemoteControl}, refs: u.refs,
			keys: []string{unitKey(stem)}, owns: []string{unitKey(stem)},
		})
	}
}

// unitsWritten returns the stems of the units whose files were seen being
// written, and when first.
func (h *hunter) unitsWritten() map[string]time.Time {
	out := map[string]time.Time{}
	add := func(path string, at time.Time) {
		if stem := unitOfFile(path); stem != "" {
			if old, ok := out[stem]; !ok || at.Before(old) {
				out[stem] = at
			}
		}
	}
	for i := range h.inv.FileChanges {
		add(h.inv.FileChanges[i].Path, h.inv.FileChanges[i].Time)
	}
	for c := range h.carriers() {
		for k := range c.hits {
			if t := c.hits[k].TargetKind; t == "write" || t == "change" {
				add(c.hits[k].Target, c.time)
			}
		}
	}
	return out
}

// unitOrders returns the commands that tell systemd to start something, those
// of sudo and of processes; what both tell, once.
func (h *hunter) unitOrders() []order {
	var out []order
	for i := range h.inv.Sudo {
		c := &h.inv.Sudo[i]
		if stems := unitsOrdered(strings.Fields(c.Text)); stems != nil && c.Result != "fail" {
			out = append(out, order{c.Time, c.Session, c.User, c.Text, stems, 0, c.Refs})
		}
	}
	sudo := len(out)
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		stems := unitsOrdered(strings.Fields(p.Cmdline))
		if stems == nil {
			continue
		}
		at := firstTime(p.Start, p.End)
		told := false
		for k := range out[:sudo] {
			if o := &out[k]; o.session == p.Session && near(o.time, at, joinSlack) && o.stems[0] == stems[0] {
				o.refs = append(o.refs[:len(o.refs):len(o.refs)], p.Refs...)
				o.process = p.ID
				told = true
			}
		}
		if !told {
			user := p.User
			if s := h.session(p.Session); s != nil {
				user = s.User
			}
			out = append(out, order{at, p.Session, user, p.Cmdline, stems, p.ID, p.Refs})
		}
	}
	return out
}

// unitOfProcess returns the unit that systemd started when a process of its own
// began.
func (h *hunter) unitOfProcess(id int) string {
	if id == 0 || len(h.units) == 0 {
		return ""
	}
	node := h.tree.Process(id)
	if node == nil {
		return ""
	}
	root := node
	for a := range node.Ancestors() {
		if a.PID == 1 || a.Placeholder {
			break
		}
		root = a
	}
	if root.PPID != 1 || root.Session != "" {
		return ""
	}
	if h.startsAt == nil {
		h.startsAt = map[int64][]string{}
		for _, name := range sortedKeys(h.units) {
			for _, t := range h.units[name].times {
				h.startsAt[t.Unix()] = appendNew(h.startsAt[t.Unix()], unitStem(name))
			}
		}
	}
	found := ""
	for sec := root.Start.Unix() - 1; sec <= root.Start.Unix()+1; sec++ {
		for _, stem := range h.startsAt[sec] {
			if found != "" && found != stem {
				return "" // which of several cannot be told
			}
			found = stem
		}
	}
	return found
}
