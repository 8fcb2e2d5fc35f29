package hunt

import (
	"strings"

	"github.com/tuxtrail/tuxtrail/ptree"
)

// maxNames bounds the texts that are kept to share them; when there are more,
// sharing starts anew.
const maxNames = 1 << 16

// names shares texts that come again and again, so that what is kept of a line
// holds neither a copy for each line nor the line.
type names map[string]string

// of returns a text of its own that equals s.
func (n *names) of(s string) string {
	if s == "" {
		return ""
	}
	if kept, ok := (*n)[s]; ok {
		return kept
	}
	if *n == nil || len(*n) >= maxNames {
		*n = names{}
	}
	kept := strings.Clone(s)
	(*n)[kept] = kept
	return kept
}

// ownTexts gives an event of a process texts of its own: those that the reader
// gives share the whole event, which the tree would keep.
func (h *hunter) ownTexts(p *ptree.Event) {
	n := &h.names
	for _, s := range [...]*string{&p.Exe, &p.Comm, &p.Cmdline, &p.CWD, &p.User, &p.UID, &p.Session, &p.TTY} {
		*s = n.of(*s)
	}
	for i, arg := range p.Argv {
		p.Argv[i] = n.of(arg)
	}
}
