package hunt

import (
	"fmt"
	"strconv"

	"github.com/tuxtrail/tuxtrail/ptree"
)

func treeKey(id int) string { return "tree:" + strconv.Itoa(id) }

// serverKey joins what one server program was made to start.
func serverKey(exe string) string { return "server:" + exe }

// serverSignals tells of shells and fetching programs below a program that
// serves the network: by the rule of [ptree.ServerShell]. The topmost such
// process stands for all below it.
func (h *hunter) serverSignals() {
	h.servers = map[int]bool{}
	if h.seen.exec == 0 {
		return
	}
	byID := make(map[int]*Process, len(h.inv.Processes))
	for i := range h.inv.Processes {
		byID[h.inv.Processes[i].ID] = &h.inv.Processes[i]
	}
	for _, r := range h.tree.Rare(ptree.RareOptions{}) {
		if r.Rule != ptree.ServerShell {
			continue
		}
		p := byID[r.Process.ID()]
		if p == nil || p.Session != "" || h.serverAbove(p.ID) != 0 { // a logon is what sshd is for
			continue
		}
		h.servers[p.ID] = true
		p.Server = r.Parent
		h.signal(signal{
			rule: ruleServerShell, role: roleServer, process: p.ID, time: firstTime(p.Start, p.End), stage: StageExecution, severity: SeverityHigh, raised: SeverityHigh,
			text:   fmt.Sprintf("%s started %s: %s.", quoteName(r.Parent), quoteName(r.Child), lowerFirst(r.Why)),
			short:  fmt.Sprintf("%s started %s", quoteName(r.Parent), quoteName(r.Child)),
			detail: p.Cmdline, object: r.Parent, techniques: []string{"T1190", "T1059.004"}, hypotheses: []Hypothesis{HijackedApp}, refs: p.Refs,
			keys: []string{treeKey(p.ID), serverKey(r.Parent)}, owns: []string{treeKey(p.ID), serverKey(r.Parent)},
		})
	}
}

// serverAbove returns the process of serverSignals that a process is, or is
// below of, else 0.
func (h *hunter) serverAbove(id int) int {
	if id == 0 || len(h.servers) == 0 {
		return 0
	}
	if h.servers[id] {
		return id
	}
	node := h.tree.Process(id)
	if node == nil {
		return 0
	}
	for a := range node.Ancestors() {
		if h.servers[a.ID()] {
			return a.ID()
		}
	}
	return 0
}
