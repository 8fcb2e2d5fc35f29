package auditd

import "strconv"

// Num is a number that the log may not give: a user, group, process or
// session id. The zero Num is absent. The audit system's own word for absent,
// 4294967295 (also written -1 or "unset"), is absent too.
type Num struct {
	N  uint32
	OK bool
}

const unset = 1<<32 - 1

// String returns the number in decimal, or "" where it is absent.
func (n Num) String() string {
	if !n.OK {
		return ""
	}
	return strconv.FormatUint(uint64(n.N), 10)
}

// MarshalText returns what [Num.String] returns.
func (n Num) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// parseNum reads an id in decimal; anything else is absent.
func parseNum(s string) Num {
	if len(s) == 0 || len(s) > 10 {
		return Num{}
	}
	var v uint64
	for i := range len(s) {
		if !isDigit(s[i]) {
			return Num{}
		}
		v = v*10 + uint64(s[i]-'0')
	}
	if v >= unset {
		return Num{}
	}
	return Num{N: uint32(v), OK: true}
}
