package entities

import (
	"cmp"
	"time"
)

// HostLogonSession is one login of an account on a host. Its span is
// half-open; EndTime is zero while it is open or when the end is unknown.
// Source and Terminal are ours; the rest is as in Microsoft's schema.
type HostLogonSession struct {
	SessionID string         `json:"session_id,omitzero" v3:"SessionId"` // as the host numbers it: audit ses, logind id, or the pid of the daemon
	StartTime time.Time      `json:"start_time,omitzero" v3:"StartTimeUtc"`
	EndTime   time.Time      `json:"end_time,omitzero" v3:"EndTimeUtc"`
	Account   *Account       `json:"account,omitempty" v3:"Account"`
	Host      *Host          `json:"host,omitempty" v3:"Host"`
	Source    *IPAddress     `json:"source,omitempty" v3:"Source"` // where it came from
	Terminal  string         `json:"terminal,omitzero" v3:"Terminal"`
	Extra     map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeHostLogonSession].
func (*HostLogonSession) Type() Type { return TypeHostLogonSession }

// Key is host, session id and start: session numbers begin anew at each boot.
// "" when one of them is unknown. The rule is ours, Microsoft names none.
func (s *HostLogonSession) Key() string { return firstStrong(s) }

func (s *HostLogonSession) identify(ids *identifiers) {
	host := ids.of(s.Host)
	ids.add("id", host, s.SessionID, timeKey(s.StartTime))
	ids.addWeak("account", host, s.SessionID, ids.of(s.Account))
}

// Equal reports whether s and o have the same key, see [HostLogonSession.Key].
func (s *HostLogonSession) Equal(o *HostLogonSession) bool { return Equal(s, o) }

// Compare orders by host, start and session id; nil first.
func (s *HostLogonSession) Compare(o *HostLogonSession) int {
	if s == nil || o == nil {
		return compareNil(s == nil, o == nil)
	}
	return cmp.Or(
		s.Host.Compare(o.Host),
		s.StartTime.Compare(o.StartTime),
		cmp.Compare(s.SessionID, o.SessionID),
	)
}

// String returns "alice from 198.51.100.7 at 2026-11-23T08:26:38Z", each part
// where it is known.
func (s *HostLogonSession) String() string {
	if s == nil {
		return "unknown session"
	}
	out := s.Account.String()
	if s.Source != nil && s.Source.Address.IsValid() {
		out += " from " + s.Source.String()
	}
	if !s.StartTime.IsZero() {
		out += " at " + s.StartTime.Format(time.RFC3339)
	}
	return out
}
