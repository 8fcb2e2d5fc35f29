package ioc

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha3"
	"encoding/base32"
	"math/big"
	"strings"
)

// minBitcoin is the shortest Bitcoin address: a segwit one for tests.
const minBitcoin = 14

// tokens looks at every tokenStep-th byte for long words of letters and
// digits: wallets, and onion names without their suffix.
func (sc *scan) tokens(from int) {
	text := sc.text
	step := sc.tokenStep
	done := from
	i := from + step - 1
	half := step / 2
	for ; i+max(half, 7) < len(text); i += step {
		// a run of fourteen or more has seven of them on one side
		left := class[text[i-1]] & class[text[i-2]] & class[text[i-3]] & class[text[i-4]] & class[text[i-5]] & class[text[i-6]] & class[text[i-half+1]]
		right := class[text[i+1]] & class[text[i+2]] & class[text[i+3]] & class[text[i+4]] & class[text[i+5]] & class[text[i+6]] & class[text[i+half]]
		if (left|right)&class[text[i]]&isAlnum != 0 && i >= done {
			done = sc.tokenAround(i, done)
		}
	}
	for ; i < len(text)+step-1; i += step {
		if p := min(i, len(text)-1); p >= done && class[text[p]]&isAlnum != 0 {
			done = sc.tokenAround(p, done)
		}
	}
}

// tokenAround judges the word around p, if it begins as one of those looked
// for, and returns how far it looked.
func (sc *scan) tokenAround(p, done int) int {
	text := sc.text
	l := p
	for l > done && class[text[l-1]]&isAlnum != 0 {
		l--
	}
	if sc.is(l-1, isAlnum) { // the rest of a word that was looked at
		return p + 1
	}
	switch text[l] {
	case '0', '1', '3', '4', '8':
	case 'b', 'B', 't', 'T':
		if sc.at(l+2) != '1' && !sc.onionLong(l) {
			return p + 1
		}
	default:
		if !sc.onionLong(l) {
			return p + 1
		}
	}
	r := p + 1
	for r < len(text) && class[text[r]]&isAlnum != 0 {
		r++
	}
	if r-l >= sc.tokenStep {
		sc.token(l, r)
	}
	return r
}

// onionLong reports whether the word at l may be 56 bytes long.
func (sc *scan) onionLong(l int) bool {
	return sc.want[kOnion] && sc.is(l+55, isAlnum) && sc.is(l+38, isAlnum) && sc.is(l+20, isAlnum)
}

func (sc *scan) token(l, r int) {
	s := sc.text[l:r]
	switch n := len(s); {
	case n == 42 && sc.want[kEthereum] && s[0] == '0' && s[1]|0x20 == 'x' && validEthereum(s[2:]):
		sc.add(kEthereum, s, l, r, false, Span{})
	case n == 56 && sc.want[kOnion] && validOnion(s) && !sc.fold(r, ".onion"):
		sc.add(kOnion, lower(s), l, r, false, Span{})
	case (n == 95 || n == 106) && sc.want[kMonero] && (s[0] == '4' || s[0] == '8') && validMonero(s):
		sc.add(kMonero, s, l, r, false, Span{})
	case n >= 26 && n <= 35 && sc.want[kBitcoin] && (s[0] == '1' || s[0] == '3') && validBase58Check(s),
		n >= minBitcoin && n <= 90 && sc.want[kBitcoin] && validSegwit(s):
		sc.add(kBitcoin, s, l, r, false, Span{})
	}
}

// validEthereum accepts 40 hexadecimal digits that are not one repeated.
func validEthereum(s string) bool {
	same := true
	for i := range len(s) {
		if class[s[i]]&isHex == 0 {
			return false
		}
		same = same && s[i] == s[0]
	}
	return !same
}

// validOnion checks the checksum and version of an onion service name of
// version 3 (rend-spec-v3, section 6).
func validOnion(s string) bool {
	raw, err := base32.StdEncoding.DecodeString(strings.ToUpper(s))
	if err != nil || len(raw) != 35 || raw[34] != 3 {
		return false
	}
	sum := sha3.Sum256(append(append([]byte(".onion checksum"), raw[:32]...), 3))
	return sum[0] == raw[32] && sum[1] == raw[33]
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// validBase58Check checks a Bitcoin address of the kinds P2PKH and P2SH: its
// version byte and the double SHA-256 at its end.
func validBase58Check(s string) bool {
	n, m := new(big.Int), big.NewInt(58)
	for i := range len(s) {
		d := strings.IndexByte(base58, s[i])
		if d < 0 {
			return false
		}
		n.Add(n.Mul(n, m), big.NewInt(int64(d)))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	raw := n.FillBytes(make([]byte, 25))
	if raw[0] != 0x00 && raw[0] != 0x05 {
		return false
	}
	sum := sha256.Sum256(raw[:21])
	sum = sha256.Sum256(sum[:])
	return bytes.Equal(sum[:4], raw[21:])
}

// validSegwit checks a Bitcoin address in bech32 or bech32m (BIP 173, 350).
func validSegwit(s string) bool {
	if s[0]|0x20 != 'b' && s[0]|0x20 != 't' {
		return false
	}
	low := lower(s)
	if low != s && strings.ToUpper(s) != s {
		return false
	}
	if !strings.HasPrefix(low, "bc1") && !strings.HasPrefix(low, "tb1") {
		return false
	}
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	chk := uint32(1)
	step := func(v byte) {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	for i := range 2 {
		step(low[i] >> 5)
	}
	step(0)
	for i := range 2 {
		step(low[i] & 31)
	}
	for i := 3; i < len(low); i++ {
		v := strings.IndexByte(alphabet, low[i])
		if v < 0 {
			return false
		}
		step(byte(v))
	}
	return chk == 1 || chk == 0x2bc830a3
}
