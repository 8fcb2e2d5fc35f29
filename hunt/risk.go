package hunt

import (
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// judge finds what is risky about the commands of sudo, cron and processes.
func (h *hunter) judge() {
	for i := range h.inv.Sudo {
		c := &h.inv.Sudo[i]
		if f, ok := h.sudoFetch[[2]string{c.Text, c.PWD}]; ok && c.Result != "fail" && h.seen.exec == 0 { // else its process tells
			f.Time, f.Session, f.User, f.Text, f.Refs = c.Time, c.Session, c.User, c.Text, c.Refs
			h.addFetch(f)
		}
	}
	keys := make([]jobKey, 0, len(h.jobs))
	for k := range h.jobs {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b jobKey) int {
		x, y := h.jobs[a], h.jobs[b]
		if c := x.First.Compare(y.First); c != 0 {
			return c
		}
		return strings.Compare(a.user+"\x00"+a.text, b.user+"\x00"+b.text)
	})
	for _, k := range keys {
		j := h.jobs[k]
		j.Hits = h.hits(cmdline.FromCron(j.Text))
		h.inv.Jobs = append(h.inv.Jobs, *j)
	}
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		node := h.tree.Process(p.ID)
		if node == nil {
			continue
		}
		for _, im := range node.Images() {
			if !isCommand(&im, p.Session != "") {
				continue
			}
			j := h.judgeImage(&im)
			if len(j.from) > 0 {
				h.addFetch(Fetch{
					Time: firstTime(p.Start, p.End), Session: p.Session, User: p.User, Text: im.CommandLine(), From: j.from, Files: j.files, Process: p.ID, Refs: p.Refs,
				})
			}
			p.Hits = addHits(p.Hits, j.hits)
		}
		p.Severity = severityOf(p.Hits)
	}
	h.commands = nil
}

// commandOf reads an image's command: its exact arguments where the log has
// them, else its title, which has lost the bounds between arguments.
func commandOf(im *ptree.Image) cmdline.Command {
	if len(im.Argv) > 0 {
		return in(cmdline.FromArgv(im.Argv), im.CWD)
	}
	return in(cmdline.Parse(im.Cmdline), im.CWD)
}

// maxJudged is how many distinct sudo commands are remembered with what was
// found in them: the same few are run again and again.
const maxJudged = 4096

func (h *hunter) sudoHits(text, dir string) []Hit {
	key := [2]string{text, dir}
	if found, ok := h.judged[key]; ok {
		return found
	}
	c := in(cmdline.FromSudo(text), dir)
	found := h.hits(c)
	if len(h.judged) < maxJudged {
		h.judged[key] = found
		if from, files := fetchOf(c); len(from) > 0 {
			h.sudoFetch[key] = Fetch{From: from, Files: files}
		}
	}
	return found
}

// in makes the relative paths of a command whole, where the log says in which
// folder it was run.
func in(c cmdline.Command, dir string) cmdline.Command {
	if dir == "" {
		return c
	}
	return c.In(dir)
}

func (h *hunter) hits(c cmdline.Command) []Hit {
	found := h.rules.Match(c)
	if len(found) == 0 {
		return nil
	}
	out := make([]Hit, 0, len(found))
	for _, f := range found {
		hit := Hit{
			Rule: f.Rule, Name: f.Name, Severity: Severity(f.Severity.String()), Why: f.Why, Techniques: f.Techniques,
			Stage: Stage(strings.ReplaceAll(f.Tactic, "-", "_")), Part: f.Evidence, Target: f.Target, TargetKind: string(f.TargetKind),
		}
		for _, fact := range f.Facts {
			switch fact.Kind {
			case cmdline.FactFetch, cmdline.FactSend, cmdline.FactConnect:
				hit.Remote = appendNew(hit.Remote, fact.Value)
			default:
			}
		}
		for _, s := range f.Decoded {
			hit.Decoded = append(hit.Decoded, s.How+": "+s.Out)
		}
		out = append(out, hit)
	}
	return out
}
