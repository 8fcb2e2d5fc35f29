package ti

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// maxValue is the longest value in bytes that is sent.
const maxValue = 4096

var hashLength = map[ioc.Type]int{
	ioc.MD5: 32, ioc.ImpHash: 32, ioc.SHA1: 40, ioc.SHA256: 64, ioc.AuthentiHash: 64, ioc.SHA512: 128,
}

// badFormat returns why the value is not one of its type, or "".
func badFormat(i Indicator) string {
	v := i.Value
	if v == "" {
		return "no value"
	}
	if len(v) > maxValue {
		return "longer than 4096 bytes"
	}
	for n := range len(v) {
		if v[n] < ' ' || v[n] == 0x7f {
			return "holds control characters"
		}
	}
	if want, ok := hashLength[i.Type]; ok {
		return badHash(v, want)
	}
	switch i.Type {
	case ioc.IPv4, ioc.IPv6:
		a, err := netip.ParseAddr(v)
		if err != nil {
			return "not an address"
		}
		if a.Unmap().Is4() != (i.Type == ioc.IPv4) && !a.Is4In6() {
			return "not an address of this version"
		}
	case ioc.CIDR:
		if _, err := netip.ParsePrefix(v); err != nil {
			return "not a network"
		}
	case ioc.DNS, ioc.Onion:
		return badName(v)
	case ioc.URL:
		u, err := url.Parse(v)
		if err != nil || u.Scheme == "" || u.Hostname() == "" {
			return "not a URL with scheme and host"
		}
		if _, err := netip.ParseAddr(u.Hostname()); err != nil {
			return badName(u.Hostname())
		}
	case ioc.Email:
		at := strings.LastIndexByte(v, '@')
		if at <= 0 {
			return "not an e-mail address"
		}
		return badName(v[at+1:])
	}
	return ""
}

// badHash also refuses what is no hash but a number or a filler: a real one has
// at least five different digits, or it is one of some 10^16.
func badHash(v string, want int) string {
	if len(v) != want {
		return "not of the length of this hash"
	}
	var seen [256]bool
	kinds := 0
	for n := range len(v) {
		c := v[n]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return "not hexadecimal"
		}
		if !seen[c|0x20] {
			seen[c|0x20] = true
			kinds++
		}
	}
	if kinds < 5 {
		return "a filler, not a hash"
	}
	return ""
}

// isHash reports whether v has the form of one of the hashes.
func isHash(v string) bool {
	switch len(v) {
	case 32, 40, 64, 128:
		return badHash(v, len(v)) == ""
	}
	return false
}

func badName(v string) string {
	v = strings.TrimSuffix(v, ".")
	if len(v) > 253 {
		return "longer than a name can be"
	}
	for label := range strings.SplitSeq(v, ".") {
		if label == "" || len(label) > 63 {
			return "not a name"
		}
		for n := range len(label) {
			c := label[n]
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' && c < 0x80 {
				return "not a name"
			}
		}
	}
	return ""
}
