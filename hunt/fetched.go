package hunt

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/evidence"
)

// Fetch is a command that got something from elsewhere.
type Fetch struct {
	Time    time.Time      `json:"time"`
	User    string         `json:"user,omitempty"`
	Text    string         `json:"text"`            // the command
	From    []string       `json:"from"`            // URLs and hosts
	Files   []string       `json:"files,omitempty"` // that it wrote, with their folders
	Process int            `json:"process,omitempty"`
	Session string         `json:"session,omitempty"`
	Refs    []evidence.Ref `json:"refs"`
}

// maxFetches bounds how many are kept.
const maxFetches = 20_000

// fetchOf returns what a command fetches, and into which files.
func fetchOf(c cmdline.Command) (from, files []string) {
	for i := range c.Facts {
		if f := &c.Facts[i]; f.Kind != cmdline.FactFetch || f.Call < len(c.Calls) && c.Calls[f.Call].Planted != "" {
			continue // what is only written down fetches nothing yet
		}
		from = appendNew(from, c.Facts[i].Value)
		for k := range c.Facts {
			if w := &c.Facts[k]; w.Kind == cmdline.FactWrite && w.Call == c.Facts[i].Call && strings.HasPrefix(w.Value, "/") {
				files = appendNew(files, path.Clean(w.Value))
			}
		}
	}
	return from, files
}

func (h *hunter) addFetch(f Fetch) {
	if len(f.From) > 0 && len(h.inv.Fetches) < maxFetches {
		h.inv.Fetches = append(h.inv.Fetches, f)
	}
}

// fetchSignals tells of what was fetched and of what was run of it. The one is
// an everyday act, the other what installers and intruders do.
func (h *hunter) fetchSignals() {
	slices.SortStableFunc(h.inv.Fetches, func(a, b Fetch) int { return a.Time.Compare(b.Time) })
	at := map[string]*Fetch{}
	for i := range h.inv.Fetches {
		f := &h.inv.Fetches[i]
		for _, file := range f.Files {
			if at[file] == nil {
				at[file] = f
			}
		}
		if f.Session == "" && h.serverAbove(f.Process) == 0 {
			continue
		}
		to := ""
		if len(f.Files) > 0 {
			to = " to " + list(cleanNames(f.Files))
		}
		sig := signal{
			rule: ruleFetched, role: roleFetchRun, process: f.Process, time: f.Time, stage: StageControl, severity: SeverityInfo, raised: SeverityMedium, session: f.Session,
			text: fmt.Sprintf("%s fetched %s%s.", h.who(f.Session, f.User), list(cleanNames(f.From)), to), detail: f.Text, object: f.From[0],
			techniques: []string{"T1105"}, hypotheses: []Hypothesis{RemoteControl}, refs: f.Refs,
		}
		sig.act = fmt.Sprintf("%s fetched%s", list(cleanNames(f.From)), to)
		h.inPlace(&sig)
		for _, u := range f.From {
			sig.keys = append(sig.keys, urlKey(u))
		}
		h.signal(sig)
	}
	if len(at) == 0 {
		return
	}
	told := map[string]bool{}
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		for _, text := range append(slices.Clone(p.Earlier), p.Cmdline) {
			file := runFile(strings.Fields(text), at)
			if file == "" || told[p.Session+"\x00"+file] || firstTime(p.Start, p.End).Before(at[file].Time) {
				continue
			}
			told[p.Session+"\x00"+file] = true
			f := at[file]
			sig := signal{
				rule: ruleRanFetched, role: roleFetchRun, process: p.ID, time: firstTime(p.Start, p.End), stage: StageExecution, severity: SeverityLow, raised: SeverityHigh, session: p.Session,
				text:   fmt.Sprintf("%s ran %s, which had been fetched from %s.", h.who(p.Session, p.User), quoteName(file), list(cleanNames(f.From))),
				detail: text, object: file, techniques: []string{"T1105", "T1059"}, hypotheses: []Hypothesis{RemoteControl, AccountMisuse},
				refs: append(slices.Clone(p.Refs), f.Refs...), keys: []string{fileKey(file)},
			}
			sig.act = fmt.Sprintf("%s run, which had been fetched", quoteName(file))
			h.inPlace(&sig)
			for _, u := range f.From {
				sig.keys = append(sig.keys, urlKey(u))
			}
			h.signal(sig)
		}
	}
}

// runners are the programs whose argument is what is run.
var runners = append([]string{"setsid", "nohup", "env", "timeout", "nice", "stdbuf", "perl", "python", "python3", "php", "ruby", "node"}, shellNames...)

// runFile returns the file of those known that a command runs.
func runFile(argv []string, known map[string]*Fetch) string {
	if len(argv) == 0 {
		return ""
	}
	if known[path.Clean(argv[0])] != nil {
		return path.Clean(argv[0])
	}
	if !slices.Contains(runners, path.Base(argv[0])) {
		return ""
	}
	for _, a := range argv[1:min(len(argv), 8)] {
		if strings.HasPrefix(a, "/") && known[path.Clean(a)] != nil {
			return path.Clean(a)
		}
	}
	return ""
}

// who names who did something: the account of the session, else the one that
// the process ran as.
func (h *hunter) who(session, user string) string {
	if s := h.session(session); s != nil {
		return quoteName(s.User)
	}
	return firstOf(quoteNonEmpty(user), "somebody")
}

// inPlace adds the keys of where a signal happened: its session, or the tree of
// a server.
func (h *hunter) inPlace(sig *signal) {
	if sig.session != "" {
		sig.keys = append(sig.keys, sessionKey(sig.session))
	} else if root := h.serverAbove(sig.process); root != 0 {
		sig.keys = append(sig.keys, treeKey(root))
		sig.hypotheses = appendNew(slices.Clone(sig.hypotheses), HijackedApp)
	}
}
