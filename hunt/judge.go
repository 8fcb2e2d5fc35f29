package hunt

import (
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/ptree"
)

// judged is what the rules say of one command line.
type judged struct {
	hits        []Hit
	from, files []string // what it fetches, and into which files
}

// maxJudgedCommands is how many command lines are remembered with what was
// found in them.
const maxJudgedCommands = 1 << 13

// judgeImage holds what a process ran against the rules. The same few commands
// are run again and again.
func (h *hunter) judgeImage(im *ptree.Image) *judged {
	var b strings.Builder
	if len(im.Argv) > 0 {
		for _, a := range im.Argv {
			b.WriteString(a)
			b.WriteByte(0)
		}
	} else {
		b.WriteString(im.Cmdline)
		b.WriteByte(1)
	}
	b.WriteString(im.CWD)
	key := b.String()
	if j := h.commands[key]; j != nil {
		return j
	}
	c := commandOf(im)
	j := &judged{hits: h.hits(c)}
	j.from, j.files = fetchOf(c)
	if h.commands == nil || len(h.commands) >= maxJudgedCommands {
		h.commands = map[string]*judged{}
	}
	h.commands[key] = j
	return j
}

// judgement is what the rules say of a process.
type judgement struct {
	hits    []Hit
	fetches bool
}

// judgeProcess holds all that a process ran against the rules.
func (h *hunter) judgeProcess(p *ptree.Process, person bool) judgement {
	var out judgement
	for _, im := range p.Images() {
		if !isCommand(&im, person) {
			continue
		}
		j := h.judgeImage(&im)
		out.fetches = out.fetches || len(j.from) > 0
		out.hits = addHits(out.hits, j.hits)
	}
	return out
}

// isCommand reports whether an image is a command of its process. A forked one is
// told of the process that ran it, and one that was only seen is in a daemon
// what it happened to be when it did something else.
func isCommand(im *ptree.Image, person bool) bool {
	return im.Source == ptree.FromExec || im.Source == ptree.FromSeen && person
}

// addHits adds the hits that are not there yet.
func addHits(list, more []Hit) []Hit {
	for _, hit := range more {
		if !slices.ContainsFunc(list, func(o Hit) bool { return o.Rule == hit.Rule && o.Target == hit.Target }) {
			list = append(list, hit)
		}
	}
	return list
}
