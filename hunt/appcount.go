package hunt

import (
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// The bounds of what is kept of applications.
const (
	maxApps       = 4096   // programs counted each
	maxAppShapes  = 512    // forms of messages of one program
	maxShapes     = 40_000 // of all
	maxVolume     = 4096   // slices of time of one program
	maxRiskyLines = 50     // of one program
	maxMessages   = 20_000 // distinct messages held against the rules
	maxRiskyText  = 8192   // bytes of a message held against the rules
)

// volumeWidth is the width of a slice of time that the notebook draws.
const volumeWidth = 5 * time.Minute

// app is what is counted of one program while its lines are read.
type app struct {
	name       string
	lines      int64
	first      time.Time
	last       time.Time
	severities [9]int64
	facilities [32]int64
	volume     volumes
	shapes     evidence.Shapes
	risky      []RiskyLine
	riskyMore  int
}

// apps counts the lines of all programs.
type apps struct {
	byName map[string]*app
	last   *app
	shapes int             // of all programs
	judged map[string]bool // messages held against the rules
	unseen int64           // messages that were too many to hold against them
}

// line counts a line.
func (a *apps) line(rec *syslog.Record) {
	p := a.last
	if p == nil || p.name != rec.Program {
		p = a.of(rec.Program)
		if a.last = p; p == nil {
			return
		}
	}
	p.lines++
	if !rec.Time.IsZero() {
		if p.first.IsZero() || rec.Time.Before(p.first) {
			p.first = rec.Time
		}
		if rec.Time.After(p.last) {
			p.last = rec.Time
		}
	}
	if int(rec.Severity) < len(p.severities) {
		p.severities[rec.Severity]++
	}
	if int(rec.Facility) < len(p.facilities) {
		p.facilities[rec.Facility]++
	}
	if high(rec.Severity) {
		p.volume.add(rec.Time, [3]int64{1, 1})
	} else {
		p.volume.add(rec.Time, [3]int64{1})
	}
	if p.shapes.Max > 0 {
		p.shapes.Add("", rec.Message, rec.Ref)
	}
}

func high(s syslog.Severity) bool {
	return s != syslog.SeverityNone && s <= syslog.SeverityWarning
}

func (a *apps) of(name string) *app {
	if name == "" {
		return nil
	}
	p := a.byName[name]
	if p == nil {
		if len(a.byName) >= maxApps {
			return nil
		}
		if a.byName == nil {
			a.byName = map[string]*app{}
		}
		p = &app{name: strings.Clone(name), volume: volumes{width: int64(volumeWidth / time.Second)}}
		p.shapes.Max = min(maxAppShapes, maxShapes-a.shapes)
		a.shapes += p.shapes.Max
		a.byName[p.name] = p
	}
	return p
}

// riskyMessage holds a message that is not understood otherwise against the
// rules for commands: what a web server logs may hold what it was made to run.
func (h *hunter) riskyMessage(text string, at time.Time, refs []evidence.Ref) {
	p := h.apps.last
	if p == nil || len(text) > maxRiskyText || !maybeCommand(text) {
		return
	}
	key := p.name + "\x00" + text
	if h.apps.judged[key] {
		return
	}
	if len(h.apps.judged) >= maxMessages {
		h.apps.unseen++
		return
	}
	if h.apps.judged == nil {
		h.apps.judged = map[string]bool{}
	}
	h.apps.judged[strings.Clone(key)] = true
	hits := h.hits(cmdline.Parse(text))
	if len(hits) == 0 {
		return
	}
	if len(p.risky) >= maxRiskyLines {
		p.riskyMore++
		return
	}
	p.risky = append(p.risky, RiskyLine{Time: utc(at), Text: strings.Clone(text), Hits: hits, Refs: slices.Clone(refs)})
}

// maybeCommand reports whether a message may hold a command: most do not, and
// reading one as a command costs.
func maybeCommand(text string) bool {
	if strings.ContainsAny(text, "|;`") {
		return true
	}
	for _, s := range [...]string{"$(", "&&", "/bin/", "/tmp/", "/shm/", "sh -", "base64", "curl", "wget", "CMD"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
