package ioc

import "strings"

// Defang returns s, an address, a name, an e-mail or a URL, in a form that
// nothing takes for a link: "https://evil.com/a.b" becomes
// "hxxps[://]evil[.]com/a.b", "x@evil.com" becomes "x[@]evil[.]com",
// "2001:db8::1" becomes "2001[:]db8[:][:]1". [Refang] undoes it.
func Defang(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		if strings.IndexByte(s, '.') < 0 && strings.Count(s, ":") > 1 {
			return strings.ReplaceAll(s, ":", "[:]")
		}
		host, path := cutHost(s)
		return defangHost(host) + path
	}
	host, path := cutHost(rest)
	switch {
	case equalFold(scheme, "http"), equalFold(scheme, "https"):
		scheme = scheme[:1] + "xx" + scheme[3:]
	case equalFold(scheme, "ftp"), equalFold(scheme, "ftps"):
		scheme = scheme[:1] + "x" + scheme[2:]
	}
	return scheme + "[://]" + defangHost(host) + path
}

// Defang returns the Value defanged where it is an address, a name, an e-mail
// or a URL, and as it is otherwise: nothing follows a hash.
func (m Match) Defang() string {
	switch m.Type {
	case IPv4, IPv6, CIDR, DNS, Onion, URL, Email:
		return Defang(m.Value)
	}
	return m.Value
}

func cutHost(s string) (host, rest string) {
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

var hostDefanger = strings.NewReplacer(".", "[.]", "@", "[@]")

func defangHost(s string) string { return hostDefanger.Replace(s) }
