package entities

import (
	"cmp"
)

// IoTDevice is a device that is no common computer.
type IoTDevice struct {
	IoTHub             *AzureResource `json:"iot_hub,omitempty" v3:"IoTHub"`
	DeviceID           string         `json:"device_id,omitzero" v3:"DeviceId"` // within the hub
	DeviceName         string         `json:"device_name,omitzero" v3:"DeviceName"`
	Owners             []string       `json:"owners,omitempty" v3:"Owners"`
	IoTSecurityAgentID string         `json:"iot_security_agent_id,omitzero" v3:"IoTSecurityAgentId"`
	DeviceType         string         `json:"device_type,omitzero" v3:"DeviceType"`
	DeviceTypeID       string         `json:"device_type_id,omitzero" v3:"DeviceTypeId"`
	DeviceSubType      string         `json:"device_sub_type,omitzero" v3:"DeviceSubType"`
	Source             string         `json:"source,omitzero" v3:"Source"`
	SourceRef          *URL           `json:"source_ref,omitempty" v3:"SourceRef"`
	Manufacturer       string         `json:"manufacturer,omitzero" v3:"Manufacturer"`
	Model              string         `json:"model,omitzero" v3:"Model"`
	OperatingSystem    string         `json:"operating_system,omitzero" v3:"OperatingSystem"`
	IPAddress          *IPAddress     `json:"ip_address,omitempty" v3:"IpAddress"`
	MACAddress         string         `json:"mac_address,omitzero" v3:"MacAddress"`
	NICs               []*NIC         `json:"nics,omitempty" v3:"Nics"`
	Protocols          []string       `json:"protocols,omitempty" v3:"Protocols"`
	SerialNumber       string         `json:"serial_number,omitzero" v3:"SerialNumber"`
	Site               string         `json:"site,omitzero" v3:"Site"`
	Zone               string         `json:"zone,omitzero" v3:"Zone"`
	Sensor             string         `json:"sensor,omitzero" v3:"Sensor"`
	Importance         string         `json:"importance,omitzero" v3:"Importance"`
	PurdueLayer        string         `json:"purdue_layer,omitzero" v3:"PurdueLayer"`
	IsProgramming      *bool          `json:"is_programming,omitempty" v3:"IsProgramming"`
	IsAuthorized       *bool          `json:"is_authorized,omitempty" v3:"IsAuthorized"`
	IsScanner          *bool          `json:"is_scanner,omitempty" v3:"IsScanner"`
	DevicePageLink     *URL           `json:"device_page_link,omitempty" v3:"DevicePageLink"`
	Extra              map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeIoTDevice].
func (*IoTDevice) Type() Type { return TypeIoTDevice }

// Key is hub and device id. The device id alone is weak.
func (d *IoTDevice) Key() string { return firstStrong(d) }

func (d *IoTDevice) identify(ids *identifiers) {
	ids.add("device", ids.of(d.IoTHub), d.DeviceID)
	if d.IoTHub == nil {
		ids.addWeak("device", d.DeviceID)
	}
}

// String returns the name, else an id, or "unknown device".
func (d *IoTDevice) String() string {
	if d == nil {
		return "unknown iotdevice"
	}
	return printable(cmp.Or(d.DeviceName, d.DeviceID, d.MACAddress, "unknown device"))
}

// NIC is a network card.
type NIC struct {
	MACAddress string         `json:"mac_address,omitzero" v3:"MacAddress"`
	IPAddress  *IPAddress     `json:"ip_address,omitempty" v3:"IpAddress"`
	VLANs      []string       `json:"vlans,omitempty" v3:"Vlans"`
	Extra      map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeNIC].
func (*NIC) Type() Type { return TypeNIC }

// Key is "": Microsoft names no strong identifier. The MAC address is weak (ours).
func (n *NIC) Key() string { return firstStrong(n) }

func (n *NIC) identify(ids *identifiers) {
	ids.addWeak("mac", lower(n.MACAddress))
}

// String returns the MAC address, or "unknown card".
func (n *NIC) String() string {
	if n == nil {
		return "unknown nic"
	}
	return printable(cmp.Or(n.MACAddress, "unknown card"))
}
