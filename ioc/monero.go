package ioc

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
)

// validMonero checks an address of Monero's main network: the kind in its
// first byte, with the length of that kind, and the Keccak-256 checksum at its
// end. Its base58 is not that of Bitcoin: each 8 bytes are 11 digits of their
// own, the last 5 bytes 7 digits.
func validMonero(s string) bool {
	var raw [77]byte
	n := 0
	for ; len(s) >= 11; s = s[11:] {
		v, ok := base58Block(s[:11])
		if !ok {
			return false
		}
		binary.BigEndian.PutUint64(raw[n:], v)
		n += 8
	}
	v, ok := base58Block(s)
	if !ok || len(s) != 7 || v>>40 != 0 {
		return false
	}
	for i := range 5 {
		raw[n+i] = byte(v >> (8 * (4 - i)))
	}
	n += 5
	switch raw[0] {
	case 18, 42: // an account, an address below one
		if n != 69 {
			return false
		}
	case 19: // an account and a payment id
		if n != 77 {
			return false
		}
	default:
		return false
	}
	sum := keccak256(raw[:n-4])
	return bytes.Equal(sum[:4], raw[n-4:n])
}

// base58Block reads up to eleven digits as a number of 64 bits.
func base58Block(s string) (uint64, bool) {
	var v uint64
	for i := range len(s) {
		d := strings.IndexByte(base58, s[i])
		hi, lo := bits.Mul64(v, 58)
		sum, carry := bits.Add64(lo, uint64(max(d, 0)), 0)
		if d < 0 || hi != 0 || carry != 0 {
			return 0, false
		}
		v = sum
	}
	return v, true
}

// keccakRate is how many bytes Keccak-256 takes up at once.
const keccakRate = 136

// keccak256 is Keccak as it was before NIST gave SHA-3 another padding: the
// standard library has only the latter, Monero and Ethereum use the former.
func keccak256(data []byte) (sum [32]byte) {
	var a [25]uint64
	absorb := func(block []byte) {
		for i := range keccakRate / 8 {
			a[i] ^= binary.LittleEndian.Uint64(block[8*i:])
		}
		keccakF(&a)
	}
	for ; len(data) >= keccakRate; data = data[keccakRate:] {
		absorb(data)
	}
	var last [keccakRate]byte
	copy(last[:], data)
	last[len(data)] ^= 1
	last[keccakRate-1] ^= 0x80
	absorb(last[:])
	for i := range 4 {
		binary.LittleEndian.PutUint64(sum[8*i:], a[i])
	}
	return sum
}

// keccakF is the permutation Keccak-f[1600] (FIPS 202, section 3). The lane
// (x, y) is a[x+5y].
func keccakF(a *[25]uint64) {
	lfsr := byte(1)
	for range 24 {
		var c [5]uint64
		for x := range 5 { // theta
			c[x] = a[x] ^ a[x+5] ^ a[x+10] ^ a[x+15] ^ a[x+20]
		}
		for x := range 5 {
			d := c[(x+4)%5] ^ bits.RotateLeft64(c[(x+1)%5], 1)
			for y := 0; y < 25; y += 5 {
				a[x+y] ^= d
			}
		}
		x, y, lane := 1, 0, a[1] // rho and pi
		for t := range 24 {
			x, y = y, (2*x+3*y)%5
			a[x+5*y], lane = bits.RotateLeft64(lane, (t+1)*(t+2)/2), a[x+5*y]
		}
		for y := 0; y < 25; y += 5 { // chi
			row := [5]uint64(a[y : y+5])
			for x := range 5 {
				a[x+y] = row[x] ^ ^row[(x+1)%5]&row[(x+2)%5]
			}
		}
		for j := range 7 { // iota
			if lfsr&1 == 1 {
				a[0] ^= 1 << (1<<j - 1)
			}
			high := lfsr >> 7
			lfsr = lfsr<<1 ^ high*0x71
		}
	}
}
