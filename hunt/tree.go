package hunt

import (
	"github.com/tuxtrail/tuxtrail/ptree"
)

// buildProcesses lists the process tree. Session holds the kernel's number
// until the sessions are known.
func (h *hunter) buildProcesses() {
	h.tree = h.audit.builder.Tree()
	if h.seen.exec == 0 {
		return
	}
	for p := range h.tree.All() {
		if len(h.inv.Processes) >= h.o.MaxProcesses {
			break
		}
		h.inv.Processes = append(h.inv.Processes, processOf(p))
	}
}

func processOf(p *ptree.Process) Process {
	out := Process{
		ID: p.ID(), Depth: p.Depth(), PID: p.PID, PPID: p.PPID, Exe: p.Exe, Cmdline: p.CommandLine(),
		User: firstOf(p.User, p.UID), Session: p.Session, Start: utc(p.Start), End: utc(p.End),
		Edge: p.Edge.String(), Reason: p.Reason, Refs: p.Evidence(),
	}
	if up := p.Parent(); up != nil {
		out.Parent = up.ID()
	}
	for i := range p.Earlier {
		out.Earlier = append(out.Earlier, p.Earlier[i].CommandLine())
	}
	if len(out.Refs) > maxProcessRefs {
		out.Refs = out.Refs[:maxProcessRefs]
	}
	return out
}

const maxProcessRefs = 16
