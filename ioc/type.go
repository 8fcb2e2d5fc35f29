package ioc

import "slices"

// Type names a kind of indicator, as it is written in output.
type Type string

// The types that a Scanner knows. The canonical Value of each is described at
// [Match].
const (
	IPv4            Type = "ipv4"             // 203.0.113.9
	IPv6            Type = "ipv6"             // 2001:db8::1, with zone fe80::1%eth0, ::ffff:203.0.113.9
	CIDR            Type = "cidr"             // 203.0.113.0/24, 2001:db8::/32
	DNS             Type = "dns"              // host names below an IANA top-level domain
	URL             Type = "url"              // scheme://host/…
	Email           Type = "email"            // user@host
	MD5             Type = "md5_hash"         // 32 hexadecimal digits
	SHA1            Type = "sha1_hash"        // 40
	SHA256          Type = "sha256_hash"      // 64
	SHA512          Type = "sha512_hash"      // 128
	SSDeep          Type = "ssdeep"           // blocksize:hash:hash
	ImpHash         Type = "imphash"          // an MD5 that the text calls an import hash
	AuthentiHash    Type = "authentihash"     // a SHA-256 that the text calls an Authenticode hash
	LinuxPath       Type = "linux_path"       // /usr/bin/id, ~/x
	WindowsPath     Type = "windows_path"     // C:\x, \\server\share
	RegistryKey     Type = "registry_key"     // HKLM\Software\…
	CVE             Type = "cve"              // CVE-2021-44228
	MAC             Type = "mac"              // 00:53:00:aa:bb:cc
	ASN             Type = "asn"              // AS64496
	Onion           Type = "onion"            // Tor onion service names
	Bitcoin         Type = "bitcoin"          // address with a right checksum
	Ethereum        Type = "ethereum"         // 0x and 40 hexadecimal digits
	Monero          Type = "monero"           // address of the main network with a right checksum
	AttackTechnique Type = "attack_technique" // T1059.004
)

// kind is a Type as a small number.
type kind uint8

const (
	kNone kind = iota
	kIPv4
	kIPv6
	kCIDR
	kDNS
	kURL
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
	kOnion
	kBitcoin
	kEthereum
	kMonero
	kAttackTechnique
	kCount
)

var kindTypes = [kCount]Type{
	kIPv4: IPv4, kIPv6: IPv6, kCIDR: CIDR, kDNS: DNS, kURL: URL, kEmail: Email,
	kMD5: MD5, kSHA1: SHA1, kSHA256: SHA256, kSHA512: SHA512, kSSDeep: SSDeep, kImpHash: ImpHash, kAuthentiHash: AuthentiHash,
	kLinuxPath: LinuxPath, kWindowsPath: WindowsPath, kRegistryKey: RegistryKey,
	kCVE: CVE, kMAC: MAC, kASN: ASN, kOnion: Onion,
	kBitcoin: Bitcoin, kEthereum: Ethereum, kMonero: Monero, kAttackTechnique: AttackTechnique,
}

func kindOf(t Type) kind {
	if i := slices.Index(kindTypes[1:], t); i >= 0 {
		return kind(i + 1)
	}
	return kNone
}

// Types returns all types that a Scanner knows, in a fixed order.
func Types() []Type { return slices.Clone(kindTypes[1:]) }

// DefaultTypes returns the types that suit logs and that [Default] looks for.
// Left out are those that are rare in logs and cost either time or false
// finds: windows paths, registry keys, MACs (every packet-filter line has
// two), AS numbers, ssdeep, wallets and ATT&CK techniques.
func DefaultTypes() []Type {
	return []Type{IPv4, IPv6, CIDR, DNS, URL, Email, MD5, SHA1, SHA256, SHA512, LinuxPath, CVE, Onion}
}
