package hunt

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// unit is what the logs say about one service or timer of systemd.
type unit struct {
	name        string // "sshd.service"
	starts      int
	first, last time.Time
	times       []time.Time // the first few starts
	refs        []evidence.Ref
}

const (
	maxUnits     = 10_000
	maxUnitTimes = 256
)

// unitLine counts a line of systemd that says that a unit was started. One
// start leaves several lines; only "Starting" and "Started" are counted, and
// those of the same two seconds as one.
func (h *hunter) unitLine(rec *syslog.Record) {
	if rec.Program != "systemd" {
		return
	}
	verb, rest, _ := strings.Cut(rec.Message, " ")
	if verb != "Started" && verb != "Starting" {
		return
	}
	name, _, _ := strings.Cut(rest, " ")
	name = strings.TrimRight(name, ".…")
	if unitStem(name) == "" {
		return // older systemd gives the description alone
	}
	h.unitStarted(name, rec.Time, rec.Ref)
}

// unitEvent counts a start that systemd reported to the audit system, which
// gives names without their kind.
func (h *hunter) unitEvent(ev *auditd.Event) {
	if c, ok := ev.ServiceChange(); ok && c.Start && c.Result != auditd.ResultFail && c.Unit != "" {
		name := c.Unit
		if unitStem(name) == "" {
			name += ".service"
		}
		h.unitStarted(name, ev.Time, ev.Ref())
	}
}

func (h *hunter) unitStarted(name string, at time.Time, ref evidence.Ref) {
	u := h.units[name]
	if u == nil {
		if len(h.units) >= maxUnits {
			return
		}
		u = &unit{name: strings.Clone(name)}
		h.units[u.name] = u
	}
	if len(u.refs) < maxJobRefs {
		u.refs = append(u.refs, ref)
	}
	at = utc(at)
	if slices.ContainsFunc(u.times[max(0, len(u.times)-4):], func(t time.Time) bool { return near(t, at, 2*time.Second) }) || near(u.last, at, 2*time.Second) {
		return
	}
	u.starts++
	u.first, u.last = widen(u.first, u.last, at, at)
	if len(u.times) < maxUnitTimes {
		u.times = append(u.times, at)
	}
}

var unitKinds = [...]string{".service", ".timer", ".socket", ".path"}

// unitStem returns the name of a unit without its kind, "" for what is no name
// of one: x.timer starts x.service.
func unitStem(name string) string {
	for _, k := range unitKinds {
		if stem, ok := strings.CutSuffix(name, k); ok && stem != "" && !strings.ContainsAny(stem, " \t\"'") {
			return stem
		}
	}
	return ""
}

// unitFolders are where units lie; what systemd makes of them at run time is
// not among them.
var unitFolders = [...]string{"/etc/systemd/system/", "/etc/systemd/user/", "/usr/lib/systemd/system/", "/lib/systemd/system/", "/usr/local/lib/systemd/system/", "/run/systemd/system/"}

// unitOfFile returns the stem of the unit whose file a path is.
func unitOfFile(p string) string {
	p = path.Clean(p)
	for _, dir := range unitFolders {
		if rest, ok := strings.CutPrefix(p, dir); ok {
			if i := strings.Index(rest, ".wants/"); i >= 0 {
				rest = rest[i+len(".wants/"):]
			}
			if name, _, ok := strings.Cut(rest, ".d/"); ok { // a drop-in
				rest = name
			}
			return unitStem(path.Base(rest))
		}
	}
	if strings.Contains(p, "/.config/systemd/user/") {
		return unitStem(path.Base(p))
	}
	return ""
}

func unitKey(stem string) string { return "unit:" + stem }

// unitsOrdered returns what systemctl is told to start or enable: the stems of
// the units, nil for any other command.
func unitsOrdered(argv []string) []string {
	if len(argv) == 0 || path.Base(argv[0]) != "systemctl" {
		return nil
	}
	var verb string
	var out []string
	for _, a := range argv[1:] {
		switch {
		case strings.HasPrefix(a, "-"):
		case verb == "":
			verb = a
		default:
			if stem := unitStem(path.Base(a)); stem != "" {
				out = appendNew(out, stem)
			} else if !strings.ContainsAny(a, "/ ") {
				out = appendNew(out, a) // "nginx" stands for nginx.service
			}
		}
	}
	switch verb {
	case "start", "enable", "restart", "reenable", "link", "try-restart", "reload-or-restart":
		return out
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
