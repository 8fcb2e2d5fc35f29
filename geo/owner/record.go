package owner

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/geo"
)

// Record is what is known of the owner of an address. What is not known is
// zero.
type Record struct {
	Addr        netip.Addr     `json:"addr"`
	Network     geo.Network    `json:"network,omitzero"`      // the announcement: AS, its name, the prefix
	OtherASNs   []uint32       `json:"other_asns,omitempty"`  // further systems that announce the same prefix
	CountryCode string         `json:"country_code,omitzero"` // of the registration, upper case
	Registry    string         `json:"registry,omitzero"`     // arin, ripencc, apnic, lacnic, afrinic
	Allocated   string         `json:"allocated,omitzero"`    // when the registry gave it out: 2006-01-02
	Holder      string         `json:"holder,omitzero"`       // RDAP: the organisation, else the name of the range
	Handle      string         `json:"handle,omitzero"`       // RDAP: the registry's key of the range
	Range       []netip.Prefix `json:"range,omitempty"`       // RDAP: the registered range
	Registered  string         `json:"registered,omitzero"`   // RDAP: 2006-01-02
	Changed     string         `json:"changed,omitzero"`      // RDAP: 2006-01-02
	Abuse       string         `json:"abuse,omitzero"`        // RDAP: the address for complaints
	Reverse     []string       `json:"reverse,omitempty"`     // names from reverse DNS, which the holder makes up
	Place       geo.Place      `json:"place,omitzero"`        // from the database only
	Sources     []string       `json:"sources,omitempty"`     // who said so: cymru, rdap:HOST, dns, or a database's name
}

// maxText is how much of a text from the network is kept, in bytes.
const maxText = 200

// clean returns one line of printable text.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if len(s) > maxText {
		s = s[:maxText]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return s
}

// countryCode returns two upper case letters, or nothing.
func countryCode(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) != 2 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return s
}

// day returns the first ten characters of a time when they are a date.
func day(s string) string {
	s = strings.TrimSpace(s)
	if len(s) < 10 {
		return ""
	}
	s = s[:10]
	for i, c := range []byte(s) {
		if dash := i == 4 || i == 7; dash != (c == '-') || !dash && (c < '0' || c > '9') {
			return ""
		}
	}
	return s
}

// hostName returns a name without its last dot; false when it is no host name.
func hostName(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" || len(s) > 253 {
		return "", false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", false
		}
	}
	return s, true
}
