package entities

import (
	"cmp"
	"net/netip"
	"strings"
)

// Host is a computer. OSName and MachineID are ours; the rest is as in
// Microsoft's schema.
//
// Addresses are the addresses of the interfaces. Reading Sentinel's JSON fills
// both IPInterfaces and Addresses; writing it adds to the IpInterfaces those
// Addresses that are not among them.
type Host struct {
	HostName       string         `json:"host_name,omitzero" v3:"HostName"`       // short name, as the host gives it in its logs
	DNSDomain      string         `json:"dns_domain,omitzero" v3:"DnsDomain"`     // without the host name
	NTDomain       string         `json:"nt_domain,omitzero" v3:"NTDomain"`       //
	NetBIOSName    string         `json:"netbios_name,omitzero" v3:"NetBiosName"` // name before Windows 2000
	AzureID        string         `json:"azure_id,omitzero" v3:"AzureID"`         // resource id
	OMSAgentID     string         `json:"oms_agent_id,omitzero" v3:"OMSAgentID"`  //
	OSFamily       string         `json:"os_family,omitzero" v3:"OSFamily"`       // "Linux"
	OSName         string         `json:"os_name,omitzero" v3:"OSName"`           // "Debian GNU/Linux"
	OSVersion      string         `json:"os_version,omitzero" v3:"OSVersion"`     // "12"
	MachineID      string         `json:"machine_id,omitzero" v3:"MachineId"`     // /etc/machine-id
	IsDomainJoined *bool          `json:"is_domain_joined,omitempty" v3:"IsDomainJoined"`
	IoTDevice      *IoTDevice     `json:"iot_device,omitempty" v3:"IoTDevice"` // what this host is, if it is one
	IPInterfaces   []*IPAddress   `json:"ip_interfaces,omitempty" v3:"IpInterfaces"`
	Addresses      []netip.Addr   `json:"addresses,omitempty"` // its own addresses
	Extra          map[string]any `json:"extra,omitempty"`     // properties without a field, see [Parse]
}

// Type returns [TypeHost].
func (*Host) Type() Type { return TypeHost }

// FullName returns host name and DNS domain joined by a dot, or what there is
// of them.
func (h *Host) FullName() string {
	switch {
	case h == nil:
		return ""
	case h.HostName == "" || h.DNSDomain == "" || strings.HasSuffix(lower(h.HostName), "."+lower(h.DNSDomain)):
		return h.HostName
	}
	return h.HostName + "." + h.DNSDomain
}

// Key is the first strong identifier, see [Identify]: the Azure resource id;
// the agent's id; the machine's id; the name with its DNS domain; the name
// with its NT domain; the IoT device. Else it is the bare name, which is a
// weak identifier, but the one that the logs of a host give. Names of hosts do
// not differ in case. A bare name and the same name with a domain are
// different keys: nothing says that they are one host. "" without any.
func (h *Host) Key() string {
	strong, weak := Identify(h, nil)
	if len(strong)+len(weak) == 0 {
		return ""
	}
	return append(strong, weak...)[0]
}

func (h *Host) identify(ids *identifiers) {
	ids.add("azure", lower(h.AzureID))
	ids.add("oms", lower(h.OMSAgentID))
	ids.add("machine", lower(h.MachineID))
	full := lower(h.FullName())
	short, domain, _ := strings.Cut(full, ".")
	if _, err := netip.ParseAddr(full); err == nil { // an address in the place of a name has no domain
		short, domain = full, ""
	}
	if domain != "" {
		ids.add("dns", full)
	}
	if h.NetBIOSName != "" && h.DNSDomain != "" && !strings.EqualFold(h.NetBIOSName, short) {
		ids.add("dns", lower(h.NetBIOSName+"."+h.DNSDomain))
	}
	ids.add("nt", lower(h.NTDomain), short)
	if !strings.EqualFold(h.NetBIOSName, short) {
		ids.add("nt", lower(h.NTDomain), lower(h.NetBIOSName))
	}
	ids.add("iot", ids.of(h.IoTDevice))
	if domain == "" {
		ids.addWeak("name", short)
	}
	if !strings.EqualFold(h.NetBIOSName, short) {
		ids.addWeak("name", lower(h.NetBIOSName))
	}
}

// Equal reports whether h and o have the same key, see [Host.Key].
func (h *Host) Equal(o *Host) bool { return Equal(h, o) }

// Compare orders by full name without case, then by Azure id; nil first.
func (h *Host) Compare(o *Host) int {
	if h == nil || o == nil {
		return compareNil(h == nil, o == nil)
	}
	return cmp.Or(
		cmp.Compare(lower(h.FullName()), lower(o.FullName())),
		cmp.Compare(lower(h.AzureID), lower(o.AzureID)),
	)
}

// String returns the full name, or the Azure id, or "unknown host".
func (h *Host) String() string {
	if h == nil {
		return "unknown host"
	}
	return printable(cmp.Or(h.FullName(), h.NetBIOSName, h.AzureID, "unknown host"))
}

func compareNil(a, b bool) int {
	switch {
	case a && b:
		return 0
	case a:
		return -1
	case b:
		return 1
	}
	return 0
}
