package sentinel

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// Params are what a query can be asked about. A query takes those that it
// names (see [Query]) and none else: [Query.Render] says when one is set that
// it would not look at. What is zero does not narrow the answer.
type Params struct {
	// Window is the time asked about, to 100 nanoseconds, the service's
	// resolution.
	Window querytime.Window
	// Host is a host as the logs name it; a name without a domain also stands
	// for the same name with one.
	Host string
	// Account is the name of an account.
	Account string
	// Addresses are addresses of the host's peers.
	Addresses []netip.Addr
	// Facilities, Severities and Processes narrow syslog; names are compared
	// without regard to case.
	Facilities, Severities, Processes []string
	// Values are indicators looked for: addresses, domains, URLs, hashes.
	Values []string
	// Alerts and Bookmarks are ids.
	Alerts, Bookmarks []string
	// All asks for every incident, not only those of Alerts and Bookmarks.
	All bool
	// Event is the id of Sysmon events.
	Event int64
	// Seconds are seconds since 1970: only rows that came in in one of them.
	Seconds []int64
	// Step is the length of the steps that rows are counted in; 0 means five
	// minutes.
	Step time.Duration
	// Table is the table of queries that work on several.
	Table string
}

// defaultStep is that of the notebook's chart of volumes.
const defaultStep = 5 * time.Minute

// param is a parameter as a query file declares it.
type param struct{ name, typ, about string }

// parameter describes one of the parameters there are: its type in KQL, its
// value, and whether it is set.
type parameter struct {
	typ   string
	value func(*Params) any
	set   func(*Params) bool
	read  func(*Params, string) error
}

func list(get func(*Params) *[]string) parameter {
	return parameter{
		"dynamic", func(p *Params) any { return *get(p) },
		func(p *Params) bool { return len(*get(p)) > 0 },
		func(p *Params, s string) (err error) { *get(p), err = readList(s); return err },
	}
}

func text(get func(*Params) *string) parameter {
	return parameter{
		"string", func(p *Params) any { return *get(p) },
		func(p *Params) bool { return *get(p) != "" },
		func(p *Params, s string) (err error) { *get(p), err = unquote(s); return err },
	}
}

// parameters are all there are, by the name that query files use.
var parameters = map[string]parameter{
	"p_start": {
		"datetime", func(p *Params) any { return start(p.Window) },
		func(p *Params) bool { return !p.Window.Start.IsZero() },
		func(p *Params, s string) (err error) { p.Window.Start, err = readTime(s, openStart); return err },
	},
	"p_end": {
		"datetime", func(p *Params) any { return end(p.Window) },
		func(p *Params) bool { return !p.Window.End.IsZero() },
		func(p *Params, s string) (err error) { p.Window.End, err = readTime(s, openEnd); return err },
	},
	"p_host":       text(func(p *Params) *string { return &p.Host }),
	"p_account":    text(func(p *Params) *string { return &p.Account }),
	"p_facilities": list(func(p *Params) *[]string { return &p.Facilities }),
	"p_severities": list(func(p *Params) *[]string { return &p.Severities }),
	"p_processes":  list(func(p *Params) *[]string { return &p.Processes }),
	"p_values":     list(func(p *Params) *[]string { return &p.Values }),
	"p_alerts":     list(func(p *Params) *[]string { return &p.Alerts }),
	"p_bookmarks":  list(func(p *Params) *[]string { return &p.Bookmarks }),
	"p_addresses": {
		"dynamic", func(p *Params) any { return p.Addresses },
		func(p *Params) bool { return len(p.Addresses) > 0 },
		func(p *Params, s string) error {
			texts, err := readList(s)
			for _, t := range texts {
				a, bad := netip.ParseAddr(t)
				if bad != nil {
					return bad
				}
				p.Addresses = append(p.Addresses, a)
			}
			return err
		},
	},
	"p_all": {
		"bool", func(p *Params) any { return p.All }, func(p *Params) bool { return p.All },
		func(p *Params, s string) error { p.All = s == "true"; return nil },
	},
	"p_event": {
		"int", func(p *Params) any { return p.Event }, func(p *Params) bool { return p.Event != 0 },
		func(p *Params, s string) error { _, err := fmt.Sscanf(s, "long(%d)", &p.Event); return err },
	},
	"p_seconds": {
		"dynamic", func(p *Params) any { return p.Seconds }, func(p *Params) bool { return len(p.Seconds) > 0 },
		func(p *Params, s string) (err error) { p.Seconds, err = readNumbers(s); return err },
	},
	"p_step": {
		"timespan", func(p *Params) any { return step(p.Step) }, func(p *Params) bool { return p.Step != 0 },
		func(p *Params, s string) (err error) { p.Step, err = readSpan(s); return err },
	},
}

func step(d time.Duration) time.Duration {
	if d <= 0 {
		return defaultStep
	}
	return max(d, tick)
}

func start(w querytime.Window) time.Time {
	if w.Start.IsZero() {
		return openStart
	}
	return w.Start
}

func end(w querytime.Window) time.Time {
	if w.End.IsZero() {
		return openEnd
	}
	return w.End
}

func readTime(s string, open time.Time) (time.Time, error) {
	inner, ok := strings.CutPrefix(s, "datetime(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed {
		return time.Time{}, fmt.Errorf("%s is no datetime", s)
	}
	t, err := time.Parse(datetimeForm, inner)
	if err == nil && t.Equal(open) {
		t = time.Time{}
	}
	return t, err
}

func readSpan(s string) (time.Duration, error) {
	var days, h, m, sec, ticks int64
	if _, err := fmt.Sscanf(s, "time(%d.%d:%d:%d.%d)", &days, &h, &m, &sec, &ticks); err != nil {
		return 0, fmt.Errorf("%s is no timespan: %w", s, err)
	}
	return time.Duration(((days*24+h)*60+m)*60+sec)*time.Second + time.Duration(ticks)*tick, nil
}

func readList(s string) ([]string, error) {
	inner, ok := strings.CutPrefix(s, "dynamic([")
	inner, closed := strings.CutSuffix(inner, "])")
	if !ok || !closed {
		return nil, fmt.Errorf("%s is no list", s)
	}
	var out []string
	for inner != "" {
		i := 1
		for i < len(inner) && inner[i] != '"' {
			if inner[i] == '\\' {
				i++
			}
			i++
		}
		if i >= len(inner) {
			return nil, fmt.Errorf("%s is no list", s)
		}
		text, err := unquote(inner[:i+1])
		if err != nil {
			return nil, err
		}
		out = append(out, text)
		inner = strings.TrimPrefix(inner[i+1:], ", ")
	}
	return out, nil
}

func readNumbers(s string) ([]int64, error) {
	inner, ok := strings.CutPrefix(s, "dynamic([")
	inner, closed := strings.CutSuffix(inner, "])")
	if !ok || !closed {
		return nil, fmt.Errorf("%s is no list", s)
	}
	if inner == "" {
		return nil, nil
	}
	var out []int64
	for part := range strings.SplitSeq(inner, ", ") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// stray returns the names of the parameters that are set and not among those
// that a query takes.
func (p *Params) stray(takes []param) []string {
	var out []string
	for name, known := range parameters {
		if known.set(p) && !slices.ContainsFunc(takes, func(t param) bool { return t.name == name }) {
			out = append(out, strings.TrimPrefix(name, "p_"))
		}
	}
	slices.Sort(out)
	return out
}
