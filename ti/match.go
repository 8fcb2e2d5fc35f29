package ti

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// matcher finds indicators in a list that people wrote.
type matcher struct {
	exact    map[string]bool // names, hashes, URLs, addresses
	networks []netip.Prefix
}

func newMatcher(list []string) (matcher, error) {
	m := matcher{exact: map[string]bool{}}
	for _, text := range list {
		entry := strings.TrimSpace(text)
		if entry == "" {
			continue
		}
		if strings.ContainsAny(entry, " \t\r\n") {
			return m, fmt.Errorf("%q is no name, address, network, URL or hash", text)
		}
		entry = ioc.Refang(entry)
		if p, err := netip.ParsePrefix(entry); err == nil {
			m.networks = append(m.networks, p.Masked())
			continue
		}
		if a, err := netip.ParseAddr(entry); err == nil {
			m.exact[a.Unmap().String()] = true
			continue
		}
		if strings.Contains(entry, "://") {
			m.exact[entry] = true
			continue
		}
		if isHash(entry) {
			m.exact[strings.ToLower(entry)] = true
			continue
		}
		if badName(cleanName(entry)) != "" {
			return m, fmt.Errorf("%q is no name, address, network, URL or hash", text)
		}
		m.exact[cleanName(entry)] = true
	}
	return m, nil
}

func (m matcher) match(i Indicator) bool {
	if m.exact[i.Value] {
		return true
	}
	host := i.Value
	switch i.Type {
	case ioc.URL:
		u, err := url.Parse(i.Value)
		if err != nil {
			return false
		}
		host = u.Hostname()
	case ioc.Email:
		host = host[strings.LastIndexByte(host, '@')+1:]
	case ioc.CIDR:
		p, err := netip.ParsePrefix(host)
		if err != nil {
			return false
		}
		for _, n := range m.networks {
			if n.Bits() <= p.Bits() && n.Contains(p.Addr()) {
				return true
			}
		}
		return false
	}
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap().WithZone("")
		if m.exact[a.String()] {
			return true
		}
		for _, n := range m.networks {
			if n.Contains(a) {
				return true
			}
		}
		return false
	}
	for name := cleanName(host); name != ""; {
		if m.exact[name] {
			return true
		}
		_, up, ok := strings.Cut(name, ".")
		if !ok {
			return false
		}
		name = up
	}
	return false
}
