package ptree

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/evidence"
)

// Process is one process, from fork to exit: however many images it ran, and
// never two processes that had the same pid. It belongs to its [Tree] and must
// not be changed; reading is safe for concurrent use.
type Process struct {
	Image           // the last one it ran
	Earlier []Image // those before it, oldest first

	Host    string
	Boot    string
	PID     int
	PPID    int // as first stated; 0 unknown
	Session string
	TTY     string
	GUID    string

	Start     time.Time // zero for placeholders
	StartFrom StartSource
	End       time.Time // zero when its end is not in the log; it ended before that time unless EndReason is EndExit
	EndReason EndReason
	Last      time.Time // when it, or a child of it, was last seen
	ExitCode  *int32

	Edge   EdgeKind
	Reason string // of an inferred or unknown edge

	// Placeholder marks a process of which only the pid is known, because
	// another process named it as its parent.
	Placeholder bool

	// Context marks a process that a filter kept for those below it only.
	Context bool

	// Dropped counts images that were not kept, see [Options.MaxImages].
	Dropped int

	Refs []evidence.Ref // its fork, first sight and exit; those of its execs are with the images

	id, depth, children    int32
	gen                    int32 // boot of the host, counted
	opener                 bool  // it got its session itself
	hasChild               bool  // some process was bound to it
	keep                   bool  // while the Builder is pruned: it stays
	fell                   bool  // a child of it was dropped
	givenUp                bool  // not seen for so long that it counts as settled
	parent                 *Process
	first, lastChild, next *Process
	pidNext                *Process  // the one that had this pid before
	seen                   time.Time // first sight of it
	childAt                time.Time // first sight of its latest child
	pidGone                time.Time // since when its pid had others that were dropped
}

// ID numbers the processes of a tree from 1, parents before their children,
// otherwise in the order of their first sight. It means nothing outside of
// the tree.
func (p *Process) ID() int { return int(p.id) }

// Parent returns the parent, nil for a root.
func (p *Process) Parent() *Process { return p.parent }

// Depth returns the level of p: 1 for a root.
func (p *Process) Depth() int { return int(p.depth) }

// Root returns the topmost ancestor of p, p itself for a root.
func (p *Process) Root() *Process {
	for p.parent != nil {
		p = p.parent
	}
	return p
}

// NumChildren returns how many children p has.
func (p *Process) NumChildren() int { return int(p.children) }

// IsRoot reports whether p has no parent in the tree.
func (p *Process) IsRoot() bool { return p.parent == nil }

// IsLeaf reports whether p has no children in the tree.
func (p *Process) IsLeaf() bool { return p.first == nil }

// Children yields the children of p in the order of ID.
func (p *Process) Children() iter.Seq[*Process] {
	return func(yield func(*Process) bool) {
		for c := p.first; c != nil; c = c.next {
			if !yield(c) {
				return
			}
		}
	}
}

// Ancestors yields the parent of p, its parent, and so on to the root.
func (p *Process) Ancestors() iter.Seq[*Process] {
	return func(yield func(*Process) bool) {
		for a := p.parent; a != nil; a = a.parent {
			if !yield(a) {
				return
			}
		}
	}
}

// Descendants yields all processes below p, each before its own children,
// without p itself.
func (p *Process) Descendants() iter.Seq[*Process] {
	return func(yield func(*Process) bool) {
		for q := range p.walk {
			if q != p && !yield(q) {
				return
			}
		}
	}
}

// walk yields p and all below it, without recursion: trees can be deep.
func (p *Process) walk(yield func(*Process) bool) {
	for q := p; ; {
		if !yield(q) {
			return
		}
		if q.first != nil {
			q = q.first
			continue
		}
		for q != p && q.next == nil {
			q = q.parent
		}
		if q == p {
			return
		}
		q = q.next
	}
}

// Siblings yields the other children of p's parent; of a root it yields none.
func (p *Process) Siblings() iter.Seq[*Process] {
	return func(yield func(*Process) bool) {
		if p.parent == nil {
			return
		}
		for q := range p.parent.Children() {
			if q != p && !yield(q) {
				return
			}
		}
	}
}

// Lineage returns the processes from the root down to p, both included.
func (p *Process) Lineage() []*Process {
	out := make([]*Process, p.depth)
	for q, i := p, len(out)-1; q != nil; q, i = q.parent, i-1 {
		out[i] = q
	}
	return out
}

// maxPath bounds the elements that Path prints.
const maxPath = 64

// Path returns the lineage as "name[pid]" joined by slashes, root first, for
// example "sshd[812]/sshd[4301]/bash[4302]/curl[4310]". Ancestors have the
// names of what they ran when they made the next one. "?" stands for a name
// that is not known, "…" for the middle of a lineage of more than 64. Slashes
// and bytes that cannot be printed are escaped.
func (p *Process) Path() string {
	var b strings.Builder
	line := p.Lineage()
	for i, q := range line {
		if cut := len(line) - maxPath; cut > 0 && i >= maxPath/2 && i < maxPath/2+cut {
			if i == maxPath/2 {
				b.WriteString("/…")
			}
			continue
		}
		if i > 0 {
			b.WriteByte('/')
		}
		im := &q.Image
		if i+1 < len(line) {
			im = q.imageAt(line[i+1].since())
		}
		b.WriteString(q.label(im))
	}
	return b.String()
}

// imageAt returns what p ran at that time; its first image for earlier times.
func (p *Process) imageAt(at time.Time) *Image {
	if !p.Time.After(at) || len(p.Earlier) == 0 {
		return &p.Image
	}
	for i := len(p.Earlier) - 1; i > 0; i-- {
		if !p.Earlier[i].Time.After(at) {
			return &p.Earlier[i]
		}
	}
	return &p.Earlier[0]
}

// ParentImage returns what the parent of p ran when p was made, nil for a
// root. A shell that ends with exec runs another program by now.
func (p *Process) ParentImage() *Image {
	if p.parent == nil {
		return nil
	}
	return p.parent.imageAt(p.since())
}

// label is "name[pid]".
func (p *Process) label(im *Image) string {
	name := "?"
	if n := im.Name(); n != "" {
		name = strings.ReplaceAll(escape(n, 64), "/", `\x2f`)
	}
	return name + "[" + strconv.Itoa(p.PID) + "]"
}

// Images returns every image that p ran, oldest first; none for a placeholder
// without a known image.
func (p *Process) Images() []Image {
	if p.Image.empty() {
		return p.Earlier
	}
	return append(p.Earlier[:len(p.Earlier):len(p.Earlier)], p.Image)
}

func (im *Image) empty() bool {
	return im.Exe == "" && im.Comm == "" && im.Cmdline == "" && len(im.Argv) == 0
}

// Evidence returns every reference that p rests on: its own and those of its
// images.
func (p *Process) Evidence() []evidence.Ref {
	out := append([]evidence.Ref(nil), p.Refs...)
	for _, im := range p.Images() {
		out = append(out, im.Refs...)
	}
	return out
}

// Entity returns p as an entity, with its parent one level up.
func (p *Process) Entity() *entities.Process {
	e := p.entity()
	if p.parent != nil {
		e.ParentProcess = p.parent.entity()
	}
	return e
}

func (p *Process) entity() *entities.Process {
	host := &entities.Host{HostName: p.Host}
	e := &entities.Process{
		CreationTime: p.Start,
		CommandLine:  p.CommandLine(),
		Host:         host,
	}
	if p.PID > 0 {
		e.ProcessID = uint32(min(uint64(p.PID), 1<<32-1))
	}
	if p.Exe != "" {
		e.ImageFile = entities.FilePath(host, p.Exe)
	}
	if p.User != "" {
		e.Account = &entities.Account{Name: p.User, Host: host}
	}
	if n, err := strconv.ParseUint(p.UID, 10, 32); err == nil {
		id := uint32(n)
		e.Account = &entities.Account{Name: p.User, Host: host, UID: &id}
	} else if strings.HasPrefix(p.UID, "S-1-") {
		e.Account = &entities.Account{Name: p.User, Host: host, SID: p.UID}
	}
	if p.Session != "" {
		e.LogonSession = &entities.HostLogonSession{SessionID: p.Session, Host: host}
	}
	return e
}
