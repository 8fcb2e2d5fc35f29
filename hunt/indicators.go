package hunt

import (
	"cmp"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/ioc"
)

type indicator struct {
	Indicator
	key string
}

const maxIndicatorRefs = 8

// mark scans the message that was counted last for indicators, and for
// commands. Paths are told elsewhere: a log is full of them.
func (h *hunter) mark(text, where string, at time.Time, session string, refs ...evidence.Ref) {
	program := ""
	if h.apps.last != nil {
		program = h.apps.last.name
	}
	h.markOf(program, text, where, at, session, refs)
	h.riskyMessage(text, at, refs)
}

// markOf scans a text of a program for indicators.
func (h *hunter) markOf(program, text, where string, at time.Time, session string, refs []evidence.Ref) {
	for m := range h.scan.Scan(text) {
		if m.Type == ioc.LinuxPath || m.Type == ioc.WindowsPath {
			continue
		}
		h.addIndicator(string(m.Type), m.Value, program, where, at, session, refs)
	}
}

// found is an indicator in a text.
type found struct{ kind, value string }

// maxTexts is how many command lines are remembered with their indicators.
const maxTexts = 1 << 13

// markCommand scans a command line for indicators. The same few are run again
// and again.
func (h *hunter) markCommand(program, text string, at time.Time, session string, refs []evidence.Ref) {
	list, ok := h.texts[text]
	if !ok {
		for m := range h.scan.Scan(text) {
			if m.Type != ioc.LinuxPath && m.Type != ioc.WindowsPath {
				list = append(list, found{string(m.Type), strings.Clone(m.Value)})
			}
		}
		if h.texts == nil || len(h.texts) >= maxTexts {
			h.texts = map[string][]found{}
		}
		h.texts[text] = list
	}
	for _, f := range list {
		h.addIndicator(f.kind, f.value, program, "command", at, session, refs)
	}
}

const maxPrograms = 50 // of one indicator

func (h *hunter) addIndicator(kind, value, program, where string, at time.Time, session string, refs []evidence.Ref) {
	key := kind + "\x00" + value
	i := h.marks[key]
	if i == nil {
		if len(h.marks) >= h.o.MaxIndicators {
			h.seen.indicatorsOmitted++
			return
		}
		i = &indicator{key: strings.Clone(key)}
		i.Type, i.Value = i.key[:len(kind)], i.key[len(kind)+1:]
		i.Kind, i.Private = placeOf(i.Type, i.Value)
		h.marks[i.key] = i
	}
	i.Count++
	i.First, i.Last = widen(i.First, i.Last, at, at)
	i.Where = appendNew(i.Where, where)
	if program != "" && len(i.Programs) < maxPrograms {
		i.Programs = appendNew(i.Programs, program)
	}
	if session != "" && len(i.Sessions) < maxAccounts {
		i.Sessions = appendNew(i.Sessions, session)
	}
	for _, r := range refs {
		if len(i.Refs) < maxIndicatorRefs {
			i.Refs = appendNew(i.Refs, r)
		}
	}
}

// internalNames are the ends of names that have no meaning outside.
var internalNames = []string{".local", ".localhost", ".localdomain", ".internal", ".lan", ".home", ".corp", ".intranet", ".private", ".home.arpa", ".test", ".example", ".invalid"}

// placeOf returns the kind of an address, and whether an indicator must not be
// told to anybody outside: only global addresses and public names may be.
func placeOf(kind, value string) (place string, private bool) {
	switch ioc.Type(kind) {
	case ioc.IPv4, ioc.IPv6:
		a, err := netip.ParseAddr(value)
		if err != nil {
			return "", true
		}
		k := geo.KindOf(a)
		return k.String(), !k.Lookupable()
	case ioc.URL:
		if a, ok := addressIn(value); ok {
			k := geo.KindOf(a)
			return k.String(), !k.Lookupable()
		}
		_, rest, _ := strings.Cut(value, "://")
		name, _, _ := strings.Cut(rest, "/")
		if _, after, ok := strings.Cut(name, "@"); ok {
			name = after
		}
		name, _, _ = strings.Cut(name, ":")
		return "", internalName(name)
	case ioc.DNS:
		return "", internalName(value)
	case ioc.Email:
		_, name, _ := strings.Cut(value, "@")
		return "", internalName(name)
	case ioc.CIDR, ioc.MAC:
		return "", true
	}
	return "", false
}

func internalName(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return !strings.Contains(name, ".") || slices.ContainsFunc(internalNames, func(s string) bool { return strings.HasSuffix(name, s) })
}

// kindOf returns the kind of an address written as text, "" for a name.
func kindOf(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	return geo.KindOf(a).String()
}

// buildIndicators adds what logons, commands and connections hold, and says
// which findings an indicator stands in.
func (h *hunter) buildIndicators() {
	for _, i := range h.marks { // of processes that are not listed
		i.Sessions = h.unmark(i.Sessions)
	}
	for _, t := range h.inv.Logons.Tries {
		h.markOf(t.Program, t.Source, "logon", t.Time, t.Session, t.Refs)
	}
	for _, c := range h.inv.Sudo {
		h.markOf("sudo", c.Text, "sudo", c.Time, c.Session, c.Refs)
		h.markDecoded("sudo", c.Hits, "sudo", c.Time, c.Session, c.Refs)
	}
	for _, j := range h.inv.Jobs {
		h.markOf("cron", j.Text, "cron", j.First, "", j.Refs)
		h.markDecoded("cron", j.Hits, "cron", j.First, "", j.Refs)
	}
	for _, p := range h.inv.Processes {
		at := firstTime(p.Start, p.End)
		for _, text := range append(slices.Clone(p.Earlier), p.Cmdline) {
			h.markCommand(programOf(p.Exe), text, at, p.Session, p.Refs)
		}
		h.markDecoded(programOf(p.Exe), p.Hits, "command", at, p.Session, p.Refs)
	}
	for _, c := range h.inv.Connections {
		h.markOf(programOf(c.Exe), c.Address.Addr().String(), "connection", c.Time, c.Session, c.Refs)
	}
	for _, a := range slices.SortedFunc(maps.Keys(h.besides.peers), netip.Addr.Compare) {
		h.addIndicator(string(addressType(a)), a.String(), "", "flow", h.besides.peers[a].first, "", nil)
	}
	cited := h.inFindings()
	for _, i := range h.marks {
		i.Findings = cited[i.key]
		h.inv.Indicators = append(h.inv.Indicators, i.Indicator)
	}
	slices.SortFunc(h.inv.Indicators, func(a, b Indicator) int {
		return cmp.Or(cmp.Compare(min(len(b.Findings), 1), min(len(a.Findings), 1)), cmp.Compare(firstOf(a.Findings...), firstOf(b.Findings...)),
			cmp.Compare(b.Count, a.Count), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Value, b.Value))
	})
}

func (h *hunter) markDecoded(program string, hits []Hit, where string, at time.Time, session string, refs []evidence.Ref) {
	for _, hit := range hits {
		for _, d := range hit.Decoded {
			h.markOf(program, d, where, at, session, refs)
		}
	}
}

// inFindings returns the findings that speak of each indicator, by key: in their
// addresses, or in a step that is more than a note. Each step is scanned once.
func (h *hunter) inFindings() map[string][]string {
	out := map[string][]string{}
	for k := range h.inv.Findings {
		f := &h.inv.Findings[k]
		cite := func(kind ioc.Type, value string) {
			key := string(kind) + "\x00" + value
			out[key] = appendNew(out[key], f.ID)
		}
		for _, a := range f.Addresses {
			kind := ioc.IPv4
			if a.Is6() {
				kind = ioc.IPv6
			}
			cite(kind, a.String())
		}
		for i := range f.Steps {
			if s := &f.Steps[i]; s.Severity.Compare(SeverityMedium) >= 0 {
				for _, text := range [2]string{s.Text, s.Detail} {
					for m := range h.scan.Scan(text) {
						cite(m.Type, m.Value)
					}
				}
			}
		}
	}
	return out
}

// programOf returns the name of a program from its path.
func programOf(exe string) string {
	if exe == "" {
		return ""
	}
	return path.Base(exe)
}

func addressType(a netip.Addr) ioc.Type {
	if a.Is4() {
		return ioc.IPv4
	}
	return ioc.IPv6
}
