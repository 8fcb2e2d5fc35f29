package entities

import (
	"cmp"
	"time"
)

// HostLogonSession is one login of an account on a host. Its span is
// half-open; EndTime is zero while it is open or when the end is unknown.
type HostLogonSession struct {
	SessionID string    `json:"session_id,omitzero"` // as the host numbers it: audit ses, logind id, or the pid of the daemon
	StartTime time.Time `json:"start_time,omitzero"`
	EndTime   time.Time `json:"end_time,omitzero"`
	Account   Account   `json:"account,omitzero"`
	Host      Host      `json:"host,omitzero"`
	Source    IPAddress `json:"source,omitzero"` // where it came from
	Terminal  string    `json:"terminal,omitzero"`
}

// Type returns [TypeHostLogonSession].
func (HostLogonSession) Type() Type { return TypeHostLogonSession }

// Key is host, session id and start: session numbers begin anew at each boot.
// "" when one of them is unknown.
func (s HostLogonSession) Key() string {
	h := s.Host.Key()
	if h == "" || s.SessionID == "" || s.StartTime.IsZero() {
		return ""
	}
	return key(TypeHostLogonSession, h, s.SessionID, timeKey(s.StartTime))
}

// Equal reports whether s and o have the same key, see [HostLogonSession.Key].
func (s HostLogonSession) Equal(o HostLogonSession) bool { return Equal(s, o) }

// Compare orders by host, start and session id.
func (s HostLogonSession) Compare(o HostLogonSession) int {
	return cmp.Or(
		s.Host.Compare(o.Host),
		s.StartTime.Compare(o.StartTime),
		cmp.Compare(s.SessionID, o.SessionID),
	)
}

// String returns "alice from 198.51.100.7 at 2026-11-23T08:26:38Z", each part
// where it is known.
func (s HostLogonSession) String() string {
	out := s.Account.String()
	if s.Source.Address.IsValid() {
		out += " from " + s.Source.String()
	}
	if !s.StartTime.IsZero() {
		out += " at " + s.StartTime.Format(time.RFC3339)
	}
	return out
}
