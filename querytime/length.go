package querytime

import (
	"fmt"
	"strings"
	"time"
)

// Length is a length of time as people type it, in which a day has 24 hours:
// "36h", "2d", "1w", "90 minutes", "1h30m", "P1DT2H", and what
// [time.ParseDuration] reads. It fits flag.TextVar and JSON.
type Length time.Duration

// String returns the length in hours, minutes and seconds, and in days where it
// is a whole number of more than one: "24h", "2d", "1h30m".
func (l Length) String() string {
	d := time.Duration(l)
	if d%(24*time.Hour) == 0 && (d > 24*time.Hour || d < -24*time.Hour) {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText returns the String form.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a length that is not negative. The error says what is
// accepted.
func (l *Length) UnmarshalText(b []byte) error {
	bad := fmt.Errorf("%q is no length of time: give a number and a unit such as 90m, 36h, 2d or 1w", cut(string(b)))
	s := lower(strings.TrimSpace(string(b)))
	if len(s) > maxText {
		return bad
	}
	if d, err := time.ParseDuration(s); err == nil {
		if d < 0 {
			return bad
		}
		*l = Length(d)
		return nil
	}
	d, ok, err := parseSpan(s)
	if err != nil || !ok {
		return bad
	}
	*l = Length(d.usual())
	return nil
}
