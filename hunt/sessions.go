package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// joinSlack is how far the clocks of two witnesses of one act may be apart:
// syslog cuts seconds off, PAM and the kernel write at different moments.
const joinSlack = 5 * time.Second

// buildSessions makes the sessions of people: sshd, login, display managers,
// su. What sudo and cron open is told as commands and jobs.
func (h *hunter) buildSessions() {
	h.held.cut()
	held := h.held.list
	h.inv.Omitted.Sessions += h.held.omitted()
	h.held = keeper[heldSession]{}
	slices.SortStableFunc(held, func(a, b kept[heldSession]) int {
		return cmp.Or(sessionTime(&a.v.Session).Compare(sessionTime(&b.v.Session)), cmp.Compare(a.v.ID, b.v.ID))
	})
	byID := make(map[int]int, len(held)) // of the log's session to the index here
	up := make([]int, len(held))
	h.inv.Sessions = make([]Session, 0, len(held))
	h.before = make([]failuresBefore, 0, len(held))
	matched := map[*auditSession]bool{}
	for i := range held {
		s := held[i].v
		held[i].v = nil // its place is free now
		byID[s.ID], up[i] = i, s.Parent
		h.inv.Sessions = append(h.inv.Sessions, h.logonSession(s, matched))
		h.before = append(h.before, h.befores[s.ID])
		s.Refs = nil // now with the witnesses
	}
	h.befores = nil
	h.haunt(matched)
	for _, a := range h.audit.order {
		if matched[a] || !remoteOrLocal(a.program) {
			continue
		}
		h.inv.Sessions = append(h.inv.Sessions, auditOnly(a))
	}
	h.audit.order, h.audit.byPID, h.audit.logins = nil, nil, nil
	h.wtmpOnly()
	h.beforeOthers()
	parents := make([]string, len(h.inv.Sessions))
	order := make([]int, len(h.inv.Sessions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return startOf(&h.inv.Sessions[a]).Compare(startOf(&h.inv.Sessions[b]))
	})
	permute(h.inv.Sessions, order)
	permute(h.before, order)
	for n, i := range order {
		h.inv.Sessions[n].ID = "S" + strconv.Itoa(n+1)
		parents[i] = h.inv.Sessions[n].ID
	}
	for i, parent := range up {
		if in, has := byID[parent]; has {
			h.session(parents[i]).Parent = parents[in]
		}
	}
	h.indexStays()
	h.hearWitnesses()
	for i := range h.inv.Sessions {
		if ses := h.inv.Sessions[i].AuditSession; ses != "" {
			h.byAudit[ses] = append(h.byAudit[ses], i)
		}
	}
}

// session returns the session with an id that this package gave.
func (h *hunter) session(id string) *Session {
	n, err := strconv.Atoi(id[min(1, len(id)):])
	if err != nil || n < 1 || n > len(h.inv.Sessions) {
		return nil
	}
	return &h.inv.Sessions[n-1]
}

func isLogon(kind string) bool {
	switch kind {
	case "sudo", "sudo-i", "cron", "crond", "atd", "systemd-user", "runuser", "runuser-l", "polkit-1", "":
		return false
	}
	return true
}

// remoteOrLocal reports whether a program that opened an audit session lets
// people in; cron and at get sessions of their own too.
func remoteOrLocal(program string) bool {
	switch program {
	case "sshd", "sshd-session", "sshd-auth", "dropbear", "login", "gdm-session-worker", "lightdm", "sddm-helper", "xrdp-sesman", "cockpit-session", "in.telnetd", "vsftpd", "mosh-server":
		return true
	}
	return false
}

func sessionTime(s *syslog.Session) time.Time {
	if s.Start.IsZero() {
		return s.End
	}
	return s.Start
}

func startOf(s *Session) time.Time {
	if s.Start.IsZero() {
		return s.End
	}
	return s.Start
}

// beforeOthers says what was failed before the sessions that only other
// witnesses know.
func (h *hunter) beforeOthers() {
	from := len(h.before)
	h.before = append(h.before, make([]failuresBefore, len(h.inv.Sessions)-from)...)
	order := make([]int, 0, len(h.inv.Sessions)-from)
	for i := from; i < len(h.inv.Sessions); i++ {
		if s := &h.inv.Sessions[i]; s.Source != "" && !s.Start.IsZero() {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return h.inv.Sessions[a].Start.Compare(h.inv.Sessions[b].Start) })
	w := &h.book.windows
	w.rewind()
	for _, i := range order {
		s := &h.inv.Sessions[i]
		h.before[i] = w.before(s.Source, s.User, s.Start)
		if s.Start.Add(-guessWindow).UnixNano() < w.forgot {
			h.lateSessions++
		}
	}
	*w = sourceWindows{}
}

func (h *hunter) logonSession(s *heldSession, matched map[*auditSession]bool) Session {
	out := Session{
		Kind: s.Kind, User: s.User, By: s.By, PID: s.PID, Start: utc(s.Start), End: utc(s.End), EndReason: string(s.EndReason),
		Port: s.SourcePort, Method: s.Method, Key: s.Key, TTY: s.TTY, Refs: s.Refs,
	}
	out.Source, out.SourceKind = sourceOf(s.Source, s.SourceHost)
	if s.Inferred&syslog.InferredPair != 0 {
		out.Inferred = "the log gives no pid; open and close were paired by account and order"
	}
	if s.Inferred&syslog.InferredPairUnsure != 0 {
		out.Inferred = "several sessions of the account were open and the log gives no pid; which close ends it is a guess"
	}
	out.Witnesses = h.tellers(s)
	var audited []evidence.Ref
	var differs []string
	for _, l := range h.audit.logins[uint32(max(s.PID, 0))] {
		if s.PID > 0 && near(l.at, sessionTime(&s.Session), joinSlack) && (l.user == "" || l.user == s.User) {
			out.AuditSession = l.ses
			audited = append(audited, l.ref)
			break
		}
	}
	for _, a := range h.audit.byPID[uint32(max(s.PID, 0))] {
		if !matched[a] && s.PID > 0 && (out.AuditSession == "" || a.ses == out.AuditSession) &&
			(near(a.start, s.Start, joinSlack) || near(a.end, s.End, joinSlack)) {
			matched[a] = true
			out.AuditSession = a.ses
			differs = append(differs, differences(&s.Session, a)...)
			out.Start, out.End = finer(out.Start, a.start), finer(out.End, a.end)
			out.TTY = firstOf(out.TTY, ttyName(a.tty))
			audited = append(audited, a.refs...)
			break
		}
	}
	if len(audited) > 0 {
		w := witnessesOf(WitnessAudit, audited)
		if len(differs) > 0 {
			w.Says, w.Why = Contradicts, strings.Join(differs, "; ")
		}
		out.Witnesses = append(out.Witnesses, w)
		out.Refs = append(out.Refs, audited...)
	}
	return out
}

// ttyName leaves out what PAM calls a terminal where there is none.
func ttyName(s string) string {
	if s == "ssh" || s == "cron" {
		return ""
	}
	return s
}

// auditOnly makes a session that only audit saw.
func auditOnly(a *auditSession) Session {
	s := Session{
		Kind: logonKind(a.program), User: a.user, PID: int(a.pid), Start: utc(a.start), End: utc(a.end), EndReason: string(syslog.EndClosed),
		TTY: ttyName(a.tty), AuditSession: a.ses, Inferred: "known from audit only", Refs: slices.Clone(a.refs),
	}
	if a.end.IsZero() {
		s.EndReason = string(syslog.EndOpen)
	}
	s.Source, s.SourceKind = sourceOf(a.source, a.host)
	s.Witnesses = []Witness{witnessesOf(WitnessAudit, slices.Clone(a.refs))}
	return s
}

// files returns the files that refs stand in, each once.
func files(refs []evidence.Ref) []string {
	var out []string
	for _, r := range refs {
		out = appendNew(out, r.File)
	}
	return out
}

// sourceOf returns an address or name as text, and the kind of an address.
func sourceOf(addr netip.Addr, name string) (source, kind string) {
	if !addr.IsValid() {
		return name, ""
	}
	return addr.Unmap().String(), geo.KindOf(addr).String()
}

func near(a, b time.Time, slack time.Duration) bool {
	return !a.IsZero() && !b.IsZero() && a.Sub(b).Abs() <= slack
}

// finer returns the time of another witness of the same act where the log's is
// cut to whole seconds and the other lies in that second.
func finer(t, other time.Time) time.Time {
	if t.Nanosecond() == 0 && !t.IsZero() && other.Truncate(time.Second).Equal(t) {
		return other.UTC()
	}
	return t
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// permute puts into each place the element that stood at its index in order.
func permute[T any](list []T, order []int) {
	done := make([]bool, len(order))
	for start := range order {
		if done[start] {
			continue
		}
		first := list[start]
		at := start
		for {
			done[at] = true
			from := order[at]
			if from == start {
				list[at] = first
				break
			}
			list[at] = list[from]
			at = from
		}
	}
}
