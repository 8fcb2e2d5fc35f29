package export

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/visible"
)

// event is one dated thing of an investigation, told with the names of the
// Elastic Common Schema.
type event struct {
	at       time.Time
	desc     string // what the time is the time of
	message  string
	dataset  string
	kind     string
	category []string
	types    []string
	outcome  string
	fields   map[string]any // further ones, by their dotted name
	refs     []evidence.Ref
}

// set sets a field; the zero value of its type is left out.
func (e *event) set(name string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case int:
		if v == 0 {
			return
		}
	case uint16:
		if v == 0 {
			return
		}
	case []string:
		if len(v) == 0 {
			return
		}
	case time.Time:
		if v.IsZero() {
			return
		}
		value = stamp(v)
	}
	e.fields[name] = value
}

// stamp writes a time as both forms want it: ISO 8601 in UTC, to the
// microsecond.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00") }

func (e *event) user(name string) {
	e.set("user.name", name)
}

// source sets who it came from: an address, or a name.
func (e *event) source(s string, port uint16) {
	e.end("source", s, port)
}

func (e *event) end(prefix, s string, port uint16) {
	if s == "" {
		return
	}
	e.set(prefix+".address", s)
	if a, err := netip.ParseAddr(s); err == nil {
		e.set(prefix+".ip", a.WithZone("").String())
	}
	if port != 0 {
		e.set(prefix+".port", port)
	}
}

func (e *event) process(pid int, exe, line string) {
	if pid > 0 {
		e.set("process.pid", pid)
	}
	e.set("process.executable", exe)
	if exe != "" {
		e.set("process.name", path.Base(exe))
	}
	e.set("process.command_line", line)
}

func (e *event) hits(hits []hunt.Hit) {
	var rules, why, techniques, tactics []string
	worst := hunt.SeverityInfo
	for _, h := range hits {
		rules, why = addNew(rules, h.Rule), addNew(why, h.Why)
		for _, t := range h.Techniques {
			techniques = addNew(techniques, t)
		}
		tactics = addNew(tactics, string(h.Stage))
		if h.Severity.Compare(worst) > 0 {
			worst = h.Severity
		}
	}
	if len(hits) > 0 {
		e.set("rule.id", rules)
		e.set("rule.description", why)
		e.severity(worst)
		e.threat(tactics, techniques)
	}
}

// threat sets the tactics and techniques of ATT&CK.
func (e *event) threat(tactics, techniques []string) {
	var whole, sub []string
	for _, t := range techniques {
		parent, _, below := strings.Cut(t, ".")
		whole = addNew(whole, parent)
		if below {
			sub = addNew(sub, t)
		}
	}
	var names []string
	for _, t := range tactics {
		if t != "" {
			names = addNew(names, tacticName(t))
		}
	}
	if len(whole)+len(names) > 0 {
		e.set("threat.framework", "MITRE ATT&CK")
	}
	e.set("threat.tactic.name", names)
	e.set("threat.technique.id", whole)
	e.set("threat.technique.subtechnique.id", sub)
}

// tacticName writes "initial_access" as ATT&CK does: "Initial Access".
func tacticName(stage string) string {
	words := strings.Split(stage, "_")
	for i, w := range words {
		if w != "and" && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// severity sets the name and the number that Elastic's detection rules give
// to each: 21, 47, 73 and 99.
func (e *event) severity(s hunt.Severity) {
	numbers := map[hunt.Severity]int{hunt.SeverityInfo: 1, hunt.SeverityLow: 21, hunt.SeverityMedium: 47, hunt.SeverityHigh: 73, hunt.SeverityCritical: 99}
	e.set("event.severity", numbers[s])
	e.set("tuxtrail.severity", string(s))
}

func addNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// events yields every dated thing of inv in order of time, and says where it
// stands. What has no time is left out.
func events(inv *hunt.Investigation) iter.Seq[*event] {
	return func(yield func(*event) bool) {
		raw := make(map[evidence.Ref]int, len(inv.Evidence))
		for i := range inv.Evidence {
			raw[inv.Evidence[i].Ref] = i
		}
		for e := range inOrder(lists(inv)) {
			e.common(inv, raw)
			if !yield(e) {
				return
			}
		}
	}
}

// maxCited bounds how many references one event lists.
const maxCited = 100

// common sets what every event has.
func (e *event) common(inv *hunt.Investigation, raw map[evidence.Ref]int) {
	e.set("event.module", "tuxtrail")
	e.set("event.dataset", "tuxtrail."+e.dataset)
	e.set("event.kind", e.kind)
	e.set("event.category", e.category)
	e.set("event.type", e.types)
	e.set("event.outcome", e.outcome)
	e.set("host.name", inv.Host.Name)
	e.set("host.hostname", inv.Host.Name)
	e.set("host.os.type", "linux")
	e.related()
	var cited []string
	for i, r := range e.refs {
		if i == maxCited {
			break
		}
		cited = addNew(cited, r.String())
	}
	e.set("tuxtrail.evidence", cited)
	if len(e.refs) > 0 {
		first := e.refs[0]
		e.set("log.file.path", first.File)
		if i, ok := raw[first]; ok && inv.Evidence[i].Data == nil {
			e.set("event.original", inv.Evidence[i].Text)
		}
	}
}

// related gathers the addresses and users of the event.
func (e *event) related() {
	gather := func(into string, from ...string) {
		list, _ := e.fields[into].([]string)
		for _, f := range from {
			if s, ok := e.fields[f].(string); ok {
				list = addNew(list, s)
			}
		}
		e.set(into, list)
	}
	gather("related.ip", "source.ip", "destination.ip", "threat.indicator.ip")
	gather("related.user", "user.name", "user.effective.name", "user.target.name")
}

// line writes one object on a line of its own. Objects have their keys sorted.
func line(w io.Writer, b *bytes.Buffer, v any) error {
	b.Reset()
	enc := json.NewEncoder(b)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(visible.JSON(b.Bytes()))
	return err
}

func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func outcome(result string) string {
	switch result {
	case "success", "fail":
		return map[string]string{"success": "success", "fail": "failure"}[result]
	}
	return "unknown"
}

func words(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

func optional(format, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf(format, value)
}

func who(name string) string { return cmp.Or(name, "somebody") }
