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
		out := processOf(p)
		if out.Session == "" {
			out.Session = sessionOfChildren(p, h.crowd.inside[p])
		}
		h.inv.Processes = append(h.inv.Processes, out)
	}
	h.crowd.inside = nil
}

// sessionOfChildren returns the session that all children of a process are in:
// a process that the log only knows as their parent is in it too. ses is that of the
// children that are not listed.
func sessionOfChildren(p *ptree.Process, ses string) string {
	if !p.Placeholder {
		return ""
	}
	for c := range p.Children() {
		if ses = joinedSession(ses, c.Session); ses == notOne {
			return ""
		}
	}
	if ses == notOne {
		return ""
	}
	return ses
}

func processOf(p *ptree.Process) Process {
	out := Process{
		ID: p.ID(), Depth: p.Depth(), PID: p.PID, PPID: p.PPID, Exe: p.Exe, Cmdline: p.CommandLine(),
		User: firstOf(p.User, p.UID), Session: p.Session, Start: utc(p.Start),
		Edge: p.Edge.String(), Reason: p.Reason, Refs: p.Evidence(),
	}
	if p.EndReason == ptree.EndExit { // else it is only known to be over by then
		out.End = utc(p.End)
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
