package entities

import (
	"cmp"
	"strconv"
	"strings"
)

// Account is a user account, local to a host or of a domain.
type Account struct {
	Name        string  `json:"name,omitzero"`         // without domain
	Domain      string  `json:"domain,omitzero"`       // NT domain or UPN suffix; empty for local accounts
	Host        Host    `json:"host,omitzero"`         // where a local account lives
	UID         *uint32 `json:"uid,omitempty"`         // nil when unknown
	SID         string  `json:"sid,omitzero"`          // Windows security id
	AADUserID   string  `json:"aad_user_id,omitzero"`  // Entra object id
	DisplayName string  `json:"display_name,omitzero"` //
}

// Type returns [TypeAccount].
func (Account) Type() Type { return TypeAccount }

// FullName returns name@domain, or the name alone.
func (a Account) FullName() string {
	if a.Domain == "" || a.Name == "" {
		return a.Name
	}
	return a.Name + "@" + a.Domain
}

// Key is, by the first that is known: the Entra object id; the SID where it is
// not a well-known one that every machine has (S-1-5-18 to 20, S-1-5-32-…);
// name and domain, without case; name and host, with the case of the name,
// since root and Root are two accounts on Linux; uid and host. A local name
// without its host is "", as is a uid without one: every host has a root.
func (a Account) Key() string {
	switch {
	case a.AADUserID != "":
		return key(TypeAccount, "aad", strings.ToLower(a.AADUserID))
	case a.SID != "" && !wellKnownSID(a.SID):
		return key(TypeAccount, "sid", strings.ToUpper(a.SID))
	case a.Name != "" && a.Domain != "":
		return key(TypeAccount, "domain", strings.ToLower(a.Domain), strings.ToLower(a.Name))
	}
	h := a.Host.Key()
	switch {
	case h == "":
		return ""
	case a.Name != "":
		return key(TypeAccount, "local", h, a.Name)
	case a.UID != nil:
		return key(TypeAccount, "uid", h, strconv.FormatUint(uint64(*a.UID), 10))
	}
	return ""
}

func wellKnownSID(s string) bool {
	s = strings.ToUpper(s)
	return s == "S-1-5-18" || s == "S-1-5-19" || s == "S-1-5-20" || strings.HasPrefix(s, "S-1-5-32-")
}

// Equal reports whether a and o have the same key, see [Account.Key].
func (a Account) Equal(o Account) bool { return Equal(a, o) }

// Compare orders by domain, name, host, uid (unknown first) and SID.
func (a Account) Compare(o Account) int {
	return cmp.Or(
		cmp.Compare(strings.ToLower(a.Domain), strings.ToLower(o.Domain)),
		cmp.Compare(a.Name, o.Name),
		a.Host.Compare(o.Host),
		compareUID(a.UID, o.UID),
		cmp.Compare(a.SID, o.SID),
		cmp.Compare(a.AADUserID, o.AADUserID),
	)
}

func compareUID(a, b *uint32) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Compare(*a, *b)
}

// String returns the full name, else "uid 1000", the SID or the Entra id, else
// "unknown account".
func (a Account) String() string {
	switch {
	case a.Name != "":
		return printable(a.FullName())
	case a.UID != nil:
		return "uid " + strconv.FormatUint(uint64(*a.UID), 10)
	}
	return printable(cmp.Or(a.SID, a.AADUserID, a.DisplayName, "unknown account"))
}
