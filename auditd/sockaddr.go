package auditd

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// Family is the address family of a socket address, with the numbers of
// Linux.
type Family uint16

// The families whose addresses are decoded.
const (
	FamilyUnspec  Family = 0
	FamilyUnix    Family = 1
	FamilyIPv4    Family = 2
	FamilyIPv6    Family = 10
	FamilyNetlink Family = 16
)

// String returns "unix", "ipv4", "ipv6" or "netlink", and the number of any
// other family.
func (f Family) String() string {
	switch f {
	case FamilyUnix:
		return "unix"
	case FamilyIPv4:
		return "ipv4"
	case FamilyIPv6:
		return "ipv6"
	case FamilyNetlink:
		return "netlink"
	}
	return strconv.Itoa(int(f))
}

// MarshalText returns what [Family.String] returns.
func (f Family) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Sock is a socket address that a system call was given or gave back.
type Sock struct {
	Family   Family
	AddrPort netip.AddrPort // IPv4 and IPv6; a link-local scope is its zone
	Path     string         // Unix; "" for an unnamed socket; abstract names without their leading NUL
	Abstract bool           // Path is an abstract name, not a file
	Enriched string         // what the host's SADDR={…} says, as written; it may differ
	Record   int            // index in Event.Records
}

func (e *Event) sockaddr(r *Record, at int) {
	var s Sock
	found := false
	for i := range r.fields {
		f := &r.fields[i]
		switch r.name(f) {
		case "saddr":
			if s, found = parseSockaddr(r.raw(f), bigEndian(e.archNum)); !found {
				return
			}
			f.flags |= flagTold
		case "SADDR":
			s.Enriched = r.raw(f)
		}
	}
	if found {
		s.Record = at
		e.Socks = append(e.Socks, s)
	}
}

// parseSockaddr decodes the hex of a struct sockaddr. The family is in the
// host's byte order, port and address in the network's. A family that is none
// in the given order is tried in the other one: the order is known from the
// SYSCALL record alone, which may be missing.
func parseSockaddr(digits string, big bool) (Sock, bool) {
	var buf [128]byte
	b := buf[:]
	if n := len(digits) / 2; n < len(b) {
		b = b[:n]
	} // longer ones hold nothing more: a sockaddr has 128 bytes
	if n, err := hex.Decode(b, []byte(digits[:2*len(b)])); err != nil || n < 2 {
		return Sock{}, false
	}
	fam := Family(b[0]) | Family(b[1])<<8
	if big || fam > 255 && b[0] == 0 {
		fam = Family(b[1]) | Family(b[0])<<8
	}
	s := Sock{Family: fam}
	switch fam {
	case FamilyIPv4:
		if len(b) >= 8 {
			s.AddrPort = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), uint16(b[2])<<8|uint16(b[3]))
		}
	case FamilyIPv6:
		if len(b) >= 24 {
			s.AddrPort = netip.AddrPortFrom(ipv6(b, big), uint16(b[2])<<8|uint16(b[3]))
		}
	case FamilyUnix:
		s.Path, s.Abstract = unixPath(string(b[2:]))
	}
	return s, true
}

func ipv6(b []byte, big bool) netip.Addr {
	a := netip.AddrFrom16([16]byte(b[8:24]))
	if len(b) >= 28 && a.IsLinkLocalUnicast() {
		scope := uint32(b[24]) | uint32(b[25])<<8 | uint32(b[26])<<16 | uint32(b[27])<<24
		if big {
			scope = uint32(b[27]) | uint32(b[26])<<8 | uint32(b[25])<<16 | uint32(b[24])<<24
		}
		if scope != 0 {
			a = a.WithZone(strconv.FormatUint(uint64(scope), 10))
		}
	}
	return a
}

// unixPath cuts the name out of sun_path. Behind the NUL of a file's name
// lies what was on the stack; an abstract name starts with a NUL and is as
// long as the address, so that what follows a second NUL may be either.
func unixPath(p string) (string, bool) {
	if p == "" {
		return "", false
	}
	if p[0] != 0 {
		name, _, _ := strings.Cut(p, "\x00")
		return name, false
	}
	name, _, _ := strings.Cut(p[1:], "\x00")
	return name, name != ""
}
