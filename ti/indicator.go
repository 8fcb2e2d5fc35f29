package ti

import "github.com/tuxtrail/tuxtrail/ioc"

// Indicator is what is asked about. Value is canonical, as in [ioc.Match]:
// refanged, names in lower case, addresses as netip writes them.
type Indicator struct {
	Type  ioc.Type `json:"type"`
	Value string   `json:"value"`
	// Importance says who comes first when a quota or a budget is short: the
	// higher; the order of the list where it is equal.
	Importance int `json:"importance,omitzero"`
}

// String returns the value and its type, for people: "203.0.113.9 (ipv4)". The
// value is defanged, and escaped where it holds what a terminal would obey.
func (i Indicator) String() string {
	return printable(ioc.Match{Type: i.Type, Value: i.Value}.Defang()) + " (" + string(i.Type) + ")"
}

// key is the Indicator without its importance: what makes it the same one.
type key struct {
	typ   ioc.Type
	value string
}

func (i Indicator) key() key { return key{i.Type, i.Value} }
