package entities

import (
	"cmp"
	"net/netip"
	"strings"
)

// Host is a computer.
type Host struct {
	HostName   string       `json:"host_name,omitzero"`    // short name, as the host gives it in its logs
	DNSDomain  string       `json:"dns_domain,omitzero"`   // without the host name
	NTDomain   string       `json:"nt_domain,omitzero"`    //
	AzureID    string       `json:"azure_id,omitzero"`     // resource id
	OMSAgentID string       `json:"oms_agent_id,omitzero"` //
	OSFamily   string       `json:"os_family,omitzero"`    // "Linux"
	OSName     string       `json:"os_name,omitzero"`      // "Debian GNU/Linux"
	OSVersion  string       `json:"os_version,omitzero"`   // "12"
	MachineID  string       `json:"machine_id,omitzero"`   // /etc/machine-id
	Addresses  []netip.Addr `json:"addresses,omitempty"`   // its own addresses
}

// Type returns [TypeHost].
func (Host) Type() Type { return TypeHost }

// FullName returns host name and DNS domain joined by a dot, or what there is
// of them.
func (h Host) FullName() string {
	if h.HostName == "" || h.DNSDomain == "" || strings.HasSuffix(strings.ToLower(h.HostName), "."+strings.ToLower(h.DNSDomain)) {
		return h.HostName
	}
	return h.HostName + "." + h.DNSDomain
}

// Key is the Azure resource id, else the full name; names of hosts do not
// differ in case. A bare name and the same name with a domain are different
// keys: nothing says that they are one host. "" without either.
func (h Host) Key() string {
	if h.AzureID != "" {
		return key(TypeHost, "azure", strings.ToLower(h.AzureID))
	}
	if h.HostName == "" {
		return ""
	}
	return key(TypeHost, strings.ToLower(h.FullName()))
}

// Equal reports whether h and o have the same key, see [Host.Key].
func (h Host) Equal(o Host) bool { return Equal(h, o) }

// Compare orders by full name without case, then by Azure id.
func (h Host) Compare(o Host) int {
	return cmp.Or(
		cmp.Compare(strings.ToLower(h.FullName()), strings.ToLower(o.FullName())),
		cmp.Compare(strings.ToLower(h.AzureID), strings.ToLower(o.AzureID)),
	)
}

// String returns the full name, or the Azure id, or "unknown host".
func (h Host) String() string {
	return printable(cmp.Or(h.FullName(), h.AzureID, "unknown host"))
}
