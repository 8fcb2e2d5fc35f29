package hunt

import (
	"hash/maphash"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// heldConnection is a connection with the process that made it.
type heldConnection struct {
	Connection
	by *ptree.Process
}

// connections keeps the connections that tell most: to the outside before the
// host's own, the first of a program to an address before others.
type connections struct {
	keeper[heldConnection]
	seen  map[connSeen]*ptree.Process
	likes nths[connLike]
}

type connSeen struct {
	pid  uint32
	addr netip.AddrPort
}

type connLike struct {
	exe  string
	addr netip.Addr
}

// maxActsSeen bounds how many acts of processes are remembered to tell each
// once.
const maxActsSeen = 1 << 16

// connection keeps a connection over IPv4 or IPv6 that a process made, once
// for each process and peer.
func (h *hunter) connection(ev *auditd.Event, by *ptree.Process) {
	v, ok := ev.Connection()
	if !ok || v.Call != "connect" && v.Call != "send" {
		return
	}
	h.seen.connect++
	to := v.Sock.AddrPort
	if !to.IsValid() || to.Port() == 0 { // port 0 asks the kernel for a route, it connects to nothing
		return
	}
	l := &h.audit.conns
	key := connSeen{ev.PID.N, to}
	if old, ok := l.seen[key]; ok && old == by {
		return
	}
	if l.seen == nil || len(l.seen) >= maxActsSeen {
		l.seen = map[connSeen]*ptree.Process{}
	}
	l.seen[key] = by
	n := &h.names
	c := Connection{
		Time: ev.Time.UTC(), Address: to, Kind: geo.KindOf(to.Addr()).String(), Exe: n.of(ev.Exe), PID: int(ev.PID.N),
		User: n.of(firstOf(ev.AUIDName, ev.UIDName)), Result: n.of(string(v.Result)), AuditSession: n.of(ev.Ses.String()), Refs: ev.Refs(),
	}
	if v.Errno != "" {
		c.Result = n.of(v.Errno)
	}
	like := connLike{c.Exe, to.Addr()}
	l.add(heldConnection{c, by}, worthOf(connectionClass(to.Addr()), l.likes.next(like)))
}

func connectionClass(a netip.Addr) int {
	switch {
	case a.IsLoopback() || a.IsUnspecified():
		return 0
	case geo.KindOf(a).Lookupable():
		return 2
	}
	return 1
}

// listConnections makes the list of those that are kept.
func (h *hunter) listConnections() {
	l := &h.audit.conns
	l.cut()
	for i := range l.list {
		h.inv.Connections = append(h.inv.Connections, l.list[i].v.Connection)
		h.connectedBy = append(h.connectedBy, heldOnly(l.list[i].v.by))
	}
	h.audit.conns = connections{}
}

// heldChange is a change to a watched file with the process that made it.
type heldChange struct {
	FileChange
	by *ptree.Process
}

// watched keeps the changes to watched files that tell most.
type watched struct {
	keeper[heldChange]
	seed  maphash.Seed
	seen  map[uint64]*ptree.Process
	likes nths[fileLike]
}

type fileLike struct{ exe, dir, action string }

const maxFiles = 10_000

// fileChange keeps a change to a file that a rule of the audit system watches:
// such events have a key.
func (h *hunter) fileChange(ev *auditd.Event, by *ptree.Process) {
	v, ok := ev.FileChange()
	if !ok || len(ev.Keys) == 0 || v.Result != auditd.ResultSuccess {
		return
	}
	l := &h.audit.files
	if l.seen == nil || len(l.seen) >= maxActsSeen {
		l.seed, l.seen = maphash.MakeSeed(), map[uint64]*ptree.Process{}
	}
	key := maphash.String(l.seed, strconv.Itoa(int(ev.PID.N))+"\x00"+v.Path+"\x00"+string(v.Action))
	if old, ok := l.seen[key]; ok && old == by {
		return
	}
	l.seen[key] = by
	n := &h.names
	f := FileChange{
		Time: ev.Time.UTC(), Path: strings.Clone(v.Path), Action: n.of(string(v.Action)), From: strings.Clone(v.From), Exe: n.of(ev.Exe), PID: int(ev.PID.N),
		User: n.of(firstOf(ev.AUIDName, ev.UIDName)), Key: n.of(strings.Join(ev.Keys, " ")), Result: n.of(string(v.Result)), AuditSession: n.of(ev.Ses.String()), Refs: ev.Refs(),
	}
	like := fileLike{f.Exe, n.of(path.Dir(f.Path)), f.Action}
	l.add(heldChange{f, by}, worthOf(fileClass(&f), l.likes.next(like)))
}

// fileClass says how much a change tells by itself.
func fileClass(f *FileChange) int {
	switch {
	case strings.HasSuffix(f.Path, "/.ssh/authorized_keys") || slices.ContainsFunc(returnPaths, func(p string) bool { return strings.HasPrefix(f.Path, p) }):
		return 3
	case f.AuditSession != "" || f.User != "" && !isRoot(f.User):
		return 2
	case slices.Contains(accountPrograms, path.Base(f.Exe)):
		return 0
	}
	return 1
}

// listFileChanges makes the list of those that are kept.
func (h *hunter) listFileChanges() {
	l := &h.audit.files
	l.cut()
	for i := range l.list {
		h.inv.FileChanges = append(h.inv.FileChanges, l.list[i].v.FileChange)
		h.changedBy = append(h.changedBy, heldOnly(l.list[i].v.by))
	}
	h.inv.Omitted.FileChanges = l.omitted()
	h.audit.files = watched{}
}

// heldOnly returns a process that was not let go, so that none else is held.
func heldOnly(p *ptree.Process) *ptree.Process {
	if p != nil && p.ID() == 0 {
		return nil
	}
	return p
}

// listedID returns the number of a process, 0 where it is not listed.
func (h *hunter) listedID(p *ptree.Process) int {
	if p == nil || h.tree == nil || h.tree.Process(p.ID()) != p {
		return 0
	}
	return p.ID()
}
