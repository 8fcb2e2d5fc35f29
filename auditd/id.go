package auditd

import (
	"strconv"
	"time"
)

// ID is what the records of one event have in common: the kernel's stamp and
// serial number. The serial counts events since boot and wraps at 2³²; the
// daemon's own records (DAEMON_START and such) count for themselves. So only
// the three together name an event, and only on one node.
type ID struct {
	Sec    int64  // Unix seconds
	Msec   uint16 // 0 to 999
	Serial uint32
}

// String returns the form that the logs use, "sec.msec:serial".
func (id ID) String() string {
	b := make([]byte, 0, 32)
	b = strconv.AppendInt(b, id.Sec, 10)
	b = append(b, '.', '0'+byte(id.Msec/100%10), '0'+byte(id.Msec/10%10), '0'+byte(id.Msec%10), ':')
	return string(strconv.AppendUint(b, uint64(id.Serial), 10))
}

// MarshalText returns the form of [ID.String].
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// Time returns the stamp as a time in UTC, exact to the millisecond.
func (id ID) Time() time.Time {
	return time.Unix(id.Sec, int64(id.Msec)*int64(time.Millisecond)).UTC()
}

// ParseID reads "sec.msec:serial". The milliseconds have one to three digits
// and are a count, not a fraction: ".7" is 7 ms.
func ParseID(s string) (ID, error) {
	id, n := parseStamp(s)
	if n != len(s) || n == 0 {
		return ID{}, ErrStamp
	}
	return id, nil
}

// parseStamp reads a stamp at the start of s and returns how long it is, 0
// where there is none.
func parseStamp(s string) (ID, int) {
	var id ID
	i := 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		if i == 12 { // beyond the year 30000
			return ID{}, 0
		}
		id.Sec = id.Sec*10 + int64(s[i]-'0')
	}
	if i == 0 || i == len(s) || s[i] != '.' {
		return ID{}, 0
	}
	i++
	start := i
	for ; i < len(s) && isDigit(s[i]); i++ {
		if i-start == 3 {
			return ID{}, 0
		}
		id.Msec = id.Msec*10 + uint16(s[i]-'0')
	}
	if i == start || i == len(s) || s[i] != ':' {
		return ID{}, 0
	}
	i++
	start = i
	var serial uint64
	for ; i < len(s) && isDigit(s[i]); i++ {
		serial = serial*10 + uint64(s[i]-'0')
		if serial > 1<<32-1 {
			return ID{}, 0
		}
	}
	if i == start {
		return ID{}, 0
	}
	id.Serial = uint32(serial)
	return id, i
}

func isDigit(c byte) bool { return c-'0' <= 9 }
