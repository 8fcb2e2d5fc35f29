package owner

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

//go:embed bootstrap.json
var bootstrap []byte

// Bootstrap says which RDAP server knows an address.
type Bootstrap struct {
	published time.Time
	servers   map[netip.Prefix]string
}

// DefaultBootstrap returns the copy of IANA's files that is part of the
// package. IPv4 has been given out since; IPv6 blocks given to registries
// after its date are not in it: give newer files to [ReadBootstrap].
func DefaultBootstrap() *Bootstrap { return embedded() }

var embedded = sync.OnceValue(func() *Bootstrap {
	b, err := ReadBootstrap(bytes.NewReader(bootstrap))
	if err != nil { // a test reads it
		return &Bootstrap{}
	}
	return b
})

// maxBootstrap is far above IANA's files for addresses.
const maxBootstrap = 4 << 20

// ReadBootstrap reads IANA's files ipv4.json and ipv6.json from
// https://data.iana.org/rdap/, one or both. Only https servers are taken.
func ReadBootstrap(files ...io.Reader) (*Bootstrap, error) {
	b := &Bootstrap{servers: map[netip.Prefix]string{}}
	for _, r := range files {
		var file struct {
			Publication time.Time
			Services    [][][]string
		}
		if err := json.NewDecoder(io.LimitReader(r, maxBootstrap)).Decode(&file); err != nil {
			return nil, fmt.Errorf("bootstrap file: %w", err)
		}
		if file.Publication.After(b.published) {
			b.published = file.Publication
		}
		for i, s := range file.Services {
			if len(s) != 2 {
				return nil, fmt.Errorf("bootstrap file: service %d: not networks and servers", i)
			}
			server, err := httpsServer(s[1])
			if err != nil {
				return nil, fmt.Errorf("bootstrap file: service %d: %w", i, err)
			}
			for _, text := range s[0] {
				p, err := netip.ParsePrefix(text)
				if err != nil {
					return nil, fmt.Errorf("bootstrap file: service %d: %.40q is no network", i, text)
				}
				b.servers[p.Masked()] = server
			}
		}
	}
	if len(b.servers) == 0 {
		return nil, errors.New("bootstrap file: no networks in it: ipv4.json and ipv6.json have some, dns.json and asn.json have none")
	}
	return b, nil
}

func httpsServer(servers []string) (string, error) {
	for _, s := range servers {
		if u, err := url.Parse(s); err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && u.RawQuery == "" {
			return strings.TrimSuffix(s, "/") + "/", nil
		}
	}
	return "", errors.New("no https server")
}

// Published is when IANA published the newest of the files.
func (b *Bootstrap) Published() time.Time { return b.published }

// Server returns the base of the RDAP server for an address, with a slash at
// its end: that of the longest network that holds it. False when none does.
func (b *Bootstrap) Server(a netip.Addr) (string, bool) {
	a = a.Unmap().WithZone("")
	for bits := a.BitLen(); bits >= 0; bits-- {
		p, err := a.Prefix(bits)
		if err != nil {
			break
		}
		if s, ok := b.servers[p]; ok {
			return s, true
		}
	}
	return "", false
}
