package feeds

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// indicator is a value as a feed writes it, understood.
type indicator struct {
	typ        ioc.Type
	value      string
	port       uint16
	subdomains bool
	notSelf    bool
}

// classify says what a value is by how it looks. ok is false when it is no
// indicator.
func classify(v string) (in indicator, ok bool) {
	v = clean(v)
	if v == "" || len(v) > maxKey {
		return in, false
	}
	in.value = v
	is := func(t ioc.Type) bool {
		in.typ = t
		return valid(in)
	}
	if schemeEnd(v) > 0 {
		return in, is(ioc.URL)
	}
	if k := hashKind(len(v)); k != kNone && is(kindTypes[k]) {
		return in, true
	}
	if c := v[0]; hexDigit(c) <= 15 || c == ':' || c == '[' {
		if t, value, port := address(v); t != "" {
			in.typ, in.value, in.port = t, value, port
			return in, true
		}
	}
	switch c := lower(v[0]); {
	case c == 'c' && len(v) >= 13 && strings.EqualFold(v[:4], "cve-") && isCVE(v):
		in.typ = ioc.CVE
		return in, true
	case c == 'a' && len(v) > 2 && strings.EqualFold(v[:2], "as") && len(v) <= 12 && digitsOnly([]byte(v[2:])):
		in.typ = ioc.ASN
		return in, true
	case c == '/' && len(v) > 1 && v[1] != '/':
		return in, is(ioc.LinuxPath)
	case len(v) > 3 && v[1] == ':' && v[2] == '\\' && 'a' <= c && c <= 'z':
		return in, is(ioc.WindowsPath)
	}
	if strings.IndexByte(v, '@') > 0 && strings.IndexByte(v, '/') < 0 {
		return in, is(ioc.Email)
	}
	if rest, ok := strings.CutPrefix(v, "*."); ok {
		in.value, in.subdomains, in.notSelf = rest, true, true
		return in, is(ioc.DNS)
	}
	if rest, ok := strings.CutPrefix(v, "."); ok {
		in.value, in.subdomains = rest, true
		return in, is(ioc.DNS)
	}
	if is(ioc.DNS) {
		return in, true
	}
	host, port, hasPort := strings.Cut(v, ":")
	if n, err := strconv.ParseUint(port, 10, 16); hasPort && err == nil {
		in.value, in.port = host, uint16(n)
		return in, is(ioc.DNS)
	}
	if i := strings.IndexByte(v, '/'); i > 0 && strings.IndexByte(v[:i], '.') > 0 {
		return in, is(ioc.URL)
	}
	return in, false
}

// clean takes away what people put around an indicator so that nobody clicks
// it, and quotes.
func clean(v string) string {
	v = strings.TrimSpace(v)
	if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		v = strings.TrimSpace(v[1 : len(v)-1])
	}
	if strings.ContainsAny(v, "[({<\\") || strings.Contains(v, "://") && !strings.HasPrefix(v, "http") {
		if strings.HasPrefix(v, "[") && strings.Count(v, ":") > 1 || len(v) > 2 && v[1] == ':' && v[2] == '\\' {
			return v // [::1]:80, C:\x
		}
		return ioc.Refang(v)
	}
	return v
}

// address reads an address, one with a port, or a network; typ is "" when it
// is none.
func address(v string) (typ ioc.Type, value string, port uint16) {
	if strings.IndexByte(v, '/') >= 0 {
		p, err := netip.ParsePrefix(v)
		if err != nil {
			return "", "", 0
		}
		p = plainPrefix(p)
		if p.IsSingleIP() {
			return addrType(p.Addr()), p.Addr().String(), 0
		}
		return ioc.CIDR, p.String(), 0
	}
	if strings.Count(v, ".") != 3 && strings.IndexByte(v, ':') < 0 {
		return "", "", 0
	}
	if strings.HasPrefix(v, "[") && strings.HasSuffix(v, "]") {
		v = v[1 : len(v)-1]
	}
	if a, err := netip.ParseAddr(v); err == nil {
		a = a.Unmap().WithZone("")
		return addrType(a), a.String(), 0
	}
	if ap, err := netip.ParseAddrPort(v); err == nil {
		a := ap.Addr().Unmap().WithZone("")
		return addrType(a), a.String(), ap.Port()
	}
	return "", "", 0
}

func addrType(a netip.Addr) ioc.Type {
	if a.Is4() {
		return ioc.IPv4
	}
	return ioc.IPv6
}

func isCVE(v string) bool {
	year, number, ok := strings.Cut(v[4:], "-")
	return ok && len(year) == 4 && digitsOnly([]byte(year)) && len(number) >= 4 && len(number) <= 12 && digitsOnly([]byte(number))
}

// typeWords are the names by which feeds call the types of indicators, in
// lower case without blanks, hyphens and underscores. A type that is known but
// cannot be looked up is absent.
var typeWords = map[string]ioc.Type{
	"ip": ioc.IPv4, "ipv4": ioc.IPv4, "ipv4addr": ioc.IPv4, "ipaddress": ioc.IPv4, "address": ioc.IPv4,
	"ipaddr": ioc.IPv4, "ip:port": ioc.IPv4, "ipport": ioc.IPv4, "ipsrc": ioc.IPv4, "ipdst": ioc.IPv4, "ipsrc|port": ioc.IPv4, "ipdst|port": ioc.IPv4,
	"ipv6": ioc.IPv6, "ipv6addr": ioc.IPv6,
	"cidr": ioc.CIDR, "network": ioc.CIDR, "netblock": ioc.CIDR, "prefix": ioc.CIDR, "subnet": ioc.CIDR, "ipv4cidr": ioc.CIDR, "ipv6cidr": ioc.CIDR, "iprange": ioc.CIDR,
	"domain": ioc.DNS, "dns": ioc.DNS, "hostname": ioc.DNS, "host": ioc.DNS, "fqdn": ioc.DNS, "domainname": ioc.DNS, "hostname|port": ioc.DNS,
	"url": ioc.URL, "uri": ioc.URL, "link": ioc.URL,
	"email": ioc.Email, "emailaddr": ioc.Email, "emailaddress": ioc.Email, "emailsrc": ioc.Email, "emaildst": ioc.Email, "emailreplyto": ioc.Email, "whoisregistrantemail": ioc.Email,
	"md5": ioc.MD5, "md5hash": ioc.MD5, "filehashmd5": ioc.MD5, "hashmd5": ioc.MD5,
	"sha1": ioc.SHA1, "sha1hash": ioc.SHA1, "filehashsha1": ioc.SHA1, "hashsha1": ioc.SHA1,
	"sha256": ioc.SHA256, "sha256hash": ioc.SHA256, "filehashsha256": ioc.SHA256, "hashsha256": ioc.SHA256,
	"sha512": ioc.SHA512, "sha512hash": ioc.SHA512, "filehashsha512": ioc.SHA512, "hashsha512": ioc.SHA512,
	"hash": "file_hash", "filehash": "file_hash",
	"imphash": ioc.ImpHash, "ssdeep": ioc.SSDeep, "authentihash": ioc.AuthentiHash,
	"cve": ioc.CVE, "cveid": ioc.CVE, "vulnerability": ioc.CVE,
	"asn": ioc.ASN, "as": ioc.ASN, "mac": ioc.MAC, "macaddress": ioc.MAC, "macaddr": ioc.MAC,
	"btc": ioc.Bitcoin, "bitcoin": ioc.Bitcoin, "xmr": ioc.Monero, "monero": ioc.Monero, "ethereum": ioc.Ethereum,
	"linuxpath": ioc.LinuxPath, "windowspath": ioc.WindowsPath, "regkey": ioc.RegistryKey, "registrykey": ioc.RegistryKey, "windowsregistrykey": ioc.RegistryKey,
	"onion": ioc.Onion, "onionaddress": ioc.Onion, "attacktechnique": ioc.AttackTechnique,
}

// typed makes an indicator of a value whose type a feed names. The name is
// believed where the value fits; where it looks like something else of the
// same sort (a network for an address, a SHA-256 for an MD5), the looks.
func typed(word, v string) (in indicator, ok bool) {
	t, known := typeWords[squash(word)]
	if !known {
		return in, false
	}
	switch t {
	case ioc.IPv4, ioc.IPv6, ioc.CIDR, ioc.DNS, ioc.Onion, ioc.URL, ioc.MD5, ioc.SHA1, ioc.SHA256, ioc.SHA512, "file_hash":
		if in, ok = classify(v); !ok && (t == ioc.URL || t == ioc.DNS) {
			in = indicator{typ: t, value: clean(v)}
			ok = valid(in)
		}
		if ok && (family(in.typ) != family(t)) {
			return in, false
		}
		return in, ok
	case ioc.ASN:
		v = strings.TrimSpace(v)
		if v != "" && digitsOnly([]byte(v)) {
			v = "AS" + v
		}
	}
	in = indicator{typ: t, value: clean(v)}
	return in, valid(in)
}

// valid reports whether the value is one of its type.
func valid(in indicator) bool {
	var array [256]byte
	_, _, _, ok := appendKey(array[:0], in.typ, in.value) //nolint:dogsled // only whether
	return ok
}

// family says which types a feed may confuse.
func family(t ioc.Type) string {
	switch t {
	case ioc.IPv4, ioc.IPv6, ioc.CIDR, ioc.DNS, ioc.Onion, ioc.URL:
		return "net"
	case ioc.MD5, ioc.SHA1, ioc.SHA256, ioc.SHA512, "file_hash":
		return "hash"
	}
	return string(t)
}

// squash lowers a name and takes blanks, hyphens, underscores and dots out.
func squash(s string) string {
	s = strings.TrimSpace(s)
	plain := true
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' || c == '-' || c == '_' || c == ' ' || c == '.' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; c != '-' && c != '_' && c != ' ' && c != '.' {
			b = append(b, lower(c))
		}
	}
	return string(b)
}
