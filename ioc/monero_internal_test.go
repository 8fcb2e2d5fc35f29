package ioc

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestKeccak256 has the values that are widely published for Keccak-256.
func TestKeccak256(t *testing.T) {
	for in, want := range map[string]string{
		"":    "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
		"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
		"The quick brown fox jumps over the lazy dog": "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15",
	} {
		sum := keccak256([]byte(in))
		assert.Equal(t, want, hex.EncodeToString(sum[:]), "%q", in)
	}
	// one block that is full, one byte less, and more than one: all differ
	seen := map[[32]byte]bool{}
	for n := range 3 * keccakRate {
		seen[keccak256([]byte(strings.Repeat("a", n)))] = true
	}
	assert.Len(t, seen, 3*keccakRate)
}

// encodeMonero writes an address as validMonero reads it.
func encodeMonero(kind byte, body []byte) string {
	raw := append([]byte{kind}, body...)
	sum := keccak256(raw)
	raw = append(raw, sum[:4]...)
	var b strings.Builder
	for len(raw) > 0 {
		n := min(8, len(raw))
		var v uint64
		for _, c := range raw[:n] {
			v = v<<8 | uint64(c)
		}
		digits := map[int]int{8: 11, 5: 7}[n]
		out := make([]byte, digits)
		for i := digits - 1; i >= 0; i-- {
			out[i] = base58[v%58]
			v /= 58
		}
		b.Write(out)
		raw = raw[n:]
	}
	return b.String()
}

func TestMonero(t *testing.T) {
	body := []byte(strings.Repeat("\x5a\x01\xfe\x33", 18))
	account, sub, paid := encodeMonero(18, body[:64]), encodeMonero(42, body[:64]), encodeMonero(19, body[:72])
	assert.Len(t, account, 95)
	assert.Len(t, paid, 106)
	// the address for gifts that the Monero project publishes, and kinds made here
	for _, s := range []string{"888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H", account, sub, paid} {
		assert.True(t, validMonero(s), s)
		for i := range s { // one wrong letter is seen
			wrong := byte('7')
			if s[i] == wrong {
				wrong = 'x'
			}
			assert.False(t, validMonero(s[:i]+string(wrong)+s[i+1:]), "%s at %d", s, i)
		}
		assert.False(t, validMonero(s[:len(s)-11]), s)
	}
	for name, s := range map[string]string{
		"another network": encodeMonero(53, body[:64]), "length of another kind": encodeMonero(19, body[:64]),
		"not base58": strings.Repeat("0", 95), "too large a block": strings.Repeat("z", 95), "": "",
	} {
		assert.False(t, validMonero(s), name)
	}
}
