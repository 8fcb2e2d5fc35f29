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
	slices.SortStableFunc(h.sessions, func(a, b syslog.Session) int {
		return cmp.Or(sessionTime(&a).Compare(sessionTime(&b)), cmp.Compare(a.ID, b.ID))
	})
	byID := map[int]int{} // of the log's session to the index here
	h.inv.Sessions = make([]Session, 0, len(h.sessions))
	matched := map[*auditSession]bool{}
	for i := range h.sessions {
		s := &h.sessions[i]
		if !isLogon(s.Kind) {
			continue
		}
		byID[s.ID] = len(h.inv.Sessions)
		h.inv.Sessions = append(h.inv.Sessions, h.logonSession(s, matched))
	}
	for _, a := range h.audit.order {
		if matched[a] || !remoteOrLocal(a.program) {
			continue
		}
		h.inv.Sessions = append(h.inv.Sessions, auditOnly(a))
	}
	h.wtmpOnly()
	for i := range h.sessions {
		h.sessions[i].Refs = nil // now with the witnesses
	}
	parents := make([]string, len(h.inv.Sessions))
	order := make([]int, len(h.inv.Sessions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return startOf(&h.inv.Sessions[a]).Compare(startOf(&h.inv.Sessions[b]))
	})
	permute(h.inv.Sessions, order)
	for n, i := range order {
		h.inv.Sessions[n].ID = "S" + strconv.Itoa(n+1)
		parents[i] = h.inv.Sessions[n].ID
	}
	for i := range h.sessions {
		s := &h.sessions[i]
		self, ok := byID[s.ID]
		if up, has := byID[s.Parent]; ok && has {
			h.session(parents[self]).Parent = parents[up]
		}
	}
	h.users = indexStays(h.inv.Sessions)
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

func (h *hunter) logonSession(s *syslog.Session, matched map[*auditSession]bool) Session {
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
		if s.PID > 0 && near(l.at, sessionTime(s), joinSlack) && (l.user == "" || l.user == s.User) {
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
			differs = append(differs, differences(s, a)...)
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
