package entities

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Account is a user account, local to a host or of a domain. UID is ours; the
// rest is as in Microsoft's schema.
type Account struct {
	Name              string         `json:"name,omitzero" v3:"Name"`            // without domain
	NTDomain          string         `json:"nt_domain,omitzero" v3:"NTDomain"`   // as in DOMAIN\name
	DNSDomain         string         `json:"dns_domain,omitzero" v3:"DnsDomain"` //
	UPNSuffix         string         `json:"upn_suffix,omitzero" v3:"UPNSuffix"` // as in name@suffix
	Host              *Host          `json:"host,omitempty" v3:"Host"`           // where a local account lives
	UID               *uint32        `json:"uid,omitempty" v3:"Uid"`             // nil when unknown
	SID               string         `json:"sid,omitzero" v3:"Sid"`              // Windows security id
	AADTenantID       string         `json:"aad_tenant_id,omitzero" v3:"AadTenantId"`
	AADUserID         string         `json:"aad_user_id,omitzero" v3:"AadUserId"` // Entra object id
	PUID              string         `json:"puid,omitzero" v3:"PUID"`             // Entra passport id
	ObjectGUID        string         `json:"object_guid,omitzero" v3:"ObjectGuid"`
	CloudAppAccountID string         `json:"cloud_app_account_id,omitzero" v3:"CloudAppAccountId"`
	DisplayName       string         `json:"display_name,omitzero" v3:"DisplayName"`
	IsDomainJoined    *bool          `json:"is_domain_joined,omitempty" v3:"IsDomainJoined"`
	IsAnonymized      *bool          `json:"is_anonymized,omitempty" v3:"IsAnonymized"` // the name is a pseudonym
	Extra             map[string]any `json:"extra,omitempty"`                           // properties without a field, see [Parse]
}

// Type returns [TypeAccount].
func (*Account) Type() Type { return TypeAccount }

// Domain returns the UPN suffix, else the DNS domain, else the NT domain.
func (a *Account) Domain() string {
	if a == nil {
		return ""
	}
	return cmp.Or(a.UPNSuffix, a.DNSDomain, a.NTDomain)
}

// FullName returns name@domain, or the name alone.
func (a *Account) FullName() string {
	switch {
	case a == nil:
		return ""
	case a.Name == "" || a.Domain() == "":
		return a.Name
	}
	return a.Name + "@" + a.Domain()
}

// Key is the first strong identifier, see [Identify]: the Entra object id; the
// passport id; the object GUID; the SID where it is not a well-known one that
// every machine has (S-1-5-18 to 20, S-1-5-32-…), else SID and host; name and
// UPN suffix, DNS domain or NT domain, without case.
//
// A local account (no domain, or one that is a workgroup or the host itself)
// is known by name and host, with the case of the name where there is no NT
// domain, since root and Root are two accounts on Linux; and by uid and host.
// A local name without its host is "", as is a uid without one: every host has
// a root.
func (a *Account) Key() string { return firstStrong(a) }

func (a *Account) identify(ids *identifiers) {
	host := ids.of(a.Host)
	ids.add("aad", lower(a.AADUserID))
	ids.add("puid", lower(a.PUID))
	ids.add("object", lower(a.ObjectGUID))
	if wellKnownSID(a.SID) {
		ids.add("sid", host, strings.ToUpper(a.SID))
	} else {
		ids.add("sid", strings.ToUpper(a.SID))
	}
	name := lower(a.Name)
	ids.add("upn", lower(a.UPNSuffix), name)
	ids.add("dns", lower(a.DNSDomain), name)
	switch {
	case a.NTDomain == "":
		if a.Domain() == "" {
			ids.add("local", host, a.Name)
		}
	case a.localDomain():
		ids.add("nt-local", host, name)
	default:
		ids.add("nt", lower(a.NTDomain), name)
	}
	if a.UID != nil {
		ids.add("uid", host, strconv.FormatUint(uint64(*a.UID), 10))
	}
	ids.addWeak("name", name)
}

// builtinDomains are the NT domains that each machine has for itself.
var builtinDomains = []string{
	".", "nt authority", "builtin", "workgroup", "nt service", "window manager", "font driver host", "iis apppool",
	"nt virtual machine", "mshome",
}

func (a *Account) localDomain() bool {
	d := lower(a.NTDomain)
	if slices.Contains(builtinDomains, d) {
		return true
	}
	return a.Host != nil && (d == lower(a.Host.HostName) || d == lower(a.Host.NetBIOSName))
}

func wellKnownSID(s string) bool {
	s = strings.ToUpper(s)
	return s == "S-1-5-18" || s == "S-1-5-19" || s == "S-1-5-20" || strings.HasPrefix(s, "S-1-5-32-")
}

// Equal reports whether a and o have the same key, see [Account.Key].
func (a *Account) Equal(o *Account) bool { return Equal(a, o) }

// Compare orders by domain, name, host, uid (unknown first) and SID; nil first.
func (a *Account) Compare(o *Account) int {
	if a == nil || o == nil {
		return compareNil(a == nil, o == nil)
	}
	return cmp.Or(
		cmp.Compare(lower(a.Domain()), lower(o.Domain())),
		cmp.Compare(a.Name, o.Name),
		a.Host.Compare(o.Host),
		compareUID(a.UID, o.UID),
		cmp.Compare(a.SID, o.SID),
		cmp.Compare(a.AADUserID, o.AADUserID),
	)
}

func compareUID(a, b *uint32) int {
	if a == nil || b == nil {
		return compareNil(a == nil, b == nil)
	}
	return cmp.Compare(*a, *b)
}

// String returns the full name, else "uid 1000", the SID or the Entra id, else
// "unknown account".
func (a *Account) String() string {
	switch {
	case a == nil:
		return "unknown account"
	case a.Name != "":
		return printable(a.FullName())
	case a.UID != nil:
		return "uid " + strconv.FormatUint(uint64(*a.UID), 10)
	}
	return printable(cmp.Or(a.SID, a.AADUserID, a.PUID, a.ObjectGUID, a.DisplayName, "unknown account"))
}
