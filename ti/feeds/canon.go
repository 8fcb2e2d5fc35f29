package feeds

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// kind is what a key of the index is. Keys of different kinds never meet.
type kind uint8

const (
	kNone      kind = iota
	kIP             // 4 or 16 bytes
	kNet            // address and length of the prefix
	kName           // canonical host name
	kURL            // canonical URL; without the scheme for http and https
	kURLPrefix      // what a canonical URL begins with
	kEmail
	kMD5
	kSHA1
	kSHA256
	kSHA512
	kSSDeep
	kImpHash
	kAuthentiHash
	kLinuxPath
	kWindowsPath
	kRegistryKey
	kCVE
	kMAC
	kASN
	kBitcoin
	kEthereum
	kMonero
	kAttackTechnique
	kDigest // MD5 of an indicator's text, as MISP's hashes.csv has them
	kCount
)

var kindTypes = [kCount]ioc.Type{
	kIP: ioc.IPv4, kNet: ioc.CIDR, kName: ioc.DNS, kURL: ioc.URL, kURLPrefix: ioc.URL, kEmail: ioc.Email,
	kMD5: ioc.MD5, kSHA1: ioc.SHA1, kSHA256: ioc.SHA256, kSHA512: ioc.SHA512, kSSDeep: ioc.SSDeep,
	kImpHash: ioc.ImpHash, kAuthentiHash: ioc.AuthentiHash,
	kLinuxPath: ioc.LinuxPath, kWindowsPath: ioc.WindowsPath, kRegistryKey: ioc.RegistryKey,
	kCVE: ioc.CVE, kMAC: ioc.MAC, kASN: ioc.ASN,
	kBitcoin: ioc.Bitcoin, kEthereum: ioc.Ethereum, kMonero: ioc.Monero, kAttackTechnique: ioc.AttackTechnique,
	kDigest: ioc.MD5,
}

func kindOf(t ioc.Type) kind {
	switch t {
	case ioc.IPv4, ioc.IPv6:
		return kIP
	case ioc.CIDR:
		return kNet
	case ioc.DNS, ioc.Onion, "hostname":
		return kName
	case ioc.URL:
		return kURL
	}
	for k := kEmail; k < kDigest; k++ {
		if kindTypes[k] == t {
			return k
		}
	}
	return kNone
}

// maxKey bounds the canonical form of an indicator, in bytes.
const maxKey = 8 << 10

// appendKey appends the canonical form of v, an indicator of type t, to dst.
// It returns the kind of the key, which flags it carries, and whether v is an
// indicator of that type at all.
func appendKey(dst []byte, t ioc.Type, v string) (key []byte, k kind, flags uint8, ok bool) {
	k = kindOf(t)
	if k == kNone && t == "file_hash" {
		k = hashKind(len(v))
	}
	switch k {
	case kNone:
		return dst, k, 0, false
	case kIP:
		a, err := netip.ParseAddr(v)
		if err != nil {
			return dst, k, 0, false
		}
		return appendAddr(dst, a), k, fExact, true
	case kNet:
		p, err := netip.ParsePrefix(v)
		if err != nil {
			return dst, k, 0, false
		}
		key, k = appendPrefix(dst, p)
		return key, k, fExact, true
	case kName:
		key, ok = appendName(dst, v)
		return key, k, fExact, ok && dotted(key[len(dst):])
	case kURL:
		key, flags, ok = appendURL(dst, v)
		return key, k, flags | fExact, ok
	case kMD5, kSHA1, kSHA256, kSHA512, kImpHash, kAuthentiHash:
		key, ok = appendHex(dst, v, hashSize(k))
	case kEmail:
		key, ok = appendEmail(dst, v)
	case kMAC:
		key, ok = appendMAC(dst, v)
	case kCVE, kASN, kAttackTechnique:
		key, ok = appendUpper(dst, v), v != ""
	case kEthereum:
		key, ok = appendLower(dst, v), v != ""
	default:
		key, ok = append(dst, v...), v != ""
	}
	return key, k, fExact, ok && len(key)-len(dst) <= maxKey
}

func hashKind(digits int) kind {
	switch digits {
	case 32:
		return kMD5
	case 40:
		return kSHA1
	case 64:
		return kSHA256
	case 128:
		return kSHA512
	}
	return kNone
}

func hashSize(k kind) int {
	switch k {
	case kSHA1:
		return 20
	case kSHA256, kAuthentiHash:
		return 32
	case kSHA512:
		return 64
	default:
		return 16
	}
}

// keyValue is the text of a canonical key, as an Entry shows it.
func keyValue(k kind, flags uint8, key []byte) (ioc.Type, string) {
	switch k {
	case kIP:
		a, _ := netip.AddrFromSlice(key)
		if a.Is4() {
			return ioc.IPv4, a.String()
		}
		return ioc.IPv6, a.String()
	case kNet:
		return ioc.CIDR, prefixOf(key).String()
	case kName:
		s := string(key)
		if strings.HasSuffix(s, ".onion") {
			return ioc.Onion, s
		}
		return ioc.DNS, s
	case kURL, kURLPrefix:
		switch flags & (fHTTP | fHTTPS) {
		case fHTTP:
			return ioc.URL, "http://" + string(key)
		case fHTTPS:
			return ioc.URL, "https://" + string(key)
		}
		return ioc.URL, string(key)
	case kMD5, kSHA1, kSHA256, kSHA512, kImpHash, kAuthentiHash, kDigest:
		return kindTypes[k], hex.EncodeToString(key)
	}
	return kindTypes[k], string(key)
}

func appendAddr(dst []byte, a netip.Addr) []byte {
	a = a.Unmap()
	if a.Is4() {
		b := a.As4()
		return append(dst, b[:]...)
	}
	b := a.As16()
	return append(dst, b[:]...)
}

// appendPrefix appends a network, or the address if it has only one.
func appendPrefix(dst []byte, p netip.Prefix) ([]byte, kind) {
	p = plainPrefix(p)
	dst = appendAddr(dst, p.Addr())
	if p.IsSingleIP() {
		return dst, kIP
	}
	return append(dst, byte(p.Bits())), kNet
}

// plainPrefix clears the host bits and unmaps IPv4 in IPv6.
func plainPrefix(p netip.Prefix) netip.Prefix {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

func prefixOf(key []byte) netip.Prefix {
	n := len(key) - 1
	a, _ := netip.AddrFromSlice(key[:n])
	return netip.PrefixFrom(a, int(key[n]))
}

func appendHex(dst []byte, v string, size int) ([]byte, bool) {
	if len(v) != 2*size {
		return dst, false
	}
	for i := 0; i < len(v); i += 2 {
		hi, lo := hexDigit(v[i]), hexDigit(v[i+1])
		if hi > 15 || lo > 15 {
			return dst, false
		}
		dst = append(dst, hi<<4|lo)
	}
	return dst, true
}

func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func appendLower(dst []byte, v string) []byte {
	for i := range len(v) {
		dst = append(dst, lower(v[i]))
	}
	return dst
}

func appendUpper(dst []byte, v string) []byte {
	for i := range len(v) {
		c := v[i]
		if 'a' <= c && c <= 'z' {
			c &^= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// appendEmail lowers the whole address: what stands before the @ may be case
// sensitive by RFC 5321, but no large mail system treats it so.
func appendEmail(dst []byte, v string) ([]byte, bool) {
	at := strings.LastIndexByte(v, '@')
	if at <= 0 || strings.ContainsAny(v, " \t<>") {
		return dst, false
	}
	n := len(dst)
	dst = append(appendLower(dst, v[:at]), '@')
	dst, ok := appendName(dst, v[at+1:])
	return dst, ok && len(dst)-n <= maxKey
}

func appendMAC(dst []byte, v string) ([]byte, bool) {
	n, digits := len(dst), 0
	for i := range len(v) {
		switch c := v[i]; {
		case hexDigit(c) <= 15:
			if digits > 0 && digits%2 == 0 {
				dst = append(dst, ':')
			}
			dst = append(dst, lower(c))
			digits++
		case c != ':' && c != '-' && c != '.':
			return dst[:n], false
		}
	}
	return dst, digits == 12
}
