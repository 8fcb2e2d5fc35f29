package syslog

import "time"

// zoneNames are the abbreviations of zones that log lines carry, with their
// offset in minutes. Where an abbreviation is used for several zones the one
// of the larger number of hosts is taken and the time is marked unsure, unless
// the caller's zone uses the abbreviation itself.
var zoneNames = map[string]struct {
	minutes int
	unsure  bool
}{
	"UTC": {0, false}, "GMT": {0, false}, "WET": {0, false}, "WEST": {60, false},
	"CET": {60, false}, "CEST": {120, false}, "MEZ": {60, false}, "MESZ": {120, false},
	"EET": {120, false}, "EEST": {180, false}, "MSK": {180, false}, "SAST": {120, false},
	"EST": {-300, false}, "EDT": {-240, false}, "CDT": {-300, false}, "MST": {-420, false},
	"MDT": {-360, false}, "PST": {-480, false}, "PDT": {-420, false}, "AKST": {-540, false},
	"AKDT": {-480, false}, "HST": {-600, false}, "NST": {-210, false}, "NDT": {-150, false},
	"JST": {540, false}, "KST": {540, false}, "HKT": {480, false}, "PKT": {300, false},
	"AEST": {600, false}, "AEDT": {660, false}, "ACST": {570, false}, "ACDT": {630, false},
	"AWST": {480, false}, "NZST": {720, false}, "NZDT": {780, false},
	"CST": {-360, true}, "IST": {330, true}, "BST": {60, true}, "AST": {-240, true}, "ADT": {-180, true},
}

// zoneAt reads " CET", " UTC" or " +0100" at s[i:], where the time ends, and
// returns the byte after it, or 0. A word that a tag follows directly is the
// host's name: in "08:26:38 EST sshd[1]: …" EST is the host.
func zoneAt(s string, i int, st *stamp) int {
	if i+3 >= len(s) || s[i] != ' ' {
		return 0
	}
	c := s[i+1]
	if c == '+' || c == '-' {
		if j := offset(s, i+1, st); j > 0 && wordEnds(s, j) {
			return j
		}
		return 0
	}
	if c < 'A' || c > 'Z' {
		return 0
	}
	j := i + 1
	for j < len(s) && j < i+6 && s[j] >= 'A' && s[j] <= 'Z' {
		j++
	}
	if j-i < 4 || !wordEnds(s, j) {
		return 0
	}
	z, ok := zoneNames[s[i+1:j]]
	if !ok || j < len(s) && s[j] == ' ' && tagFollows(s[j+1:]) {
		return 0
	}
	st.offset, st.zoned, st.unsure = z.minutes*60, true, z.unsure
	return j
}

// tagFollows reports whether the first word of s is a tag: "sshd[1]:".
func tagFollows(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case ' ':
			return i > 0 && s[i-1] == ':'
		case '[':
			return true
		}
	}
	return false
}

// zones keeps the locations of the offsets met, so that a line costs no new
// one. Logs hold few; an attacker's lines may hold many, so it is bounded.
type zones struct {
	last    *time.Location
	lastOff int
	known   map[int]*time.Location
}

// at returns the location for an offset in seconds east of UTC.
func (z *zones) at(off int) *time.Location {
	if off == 0 {
		return time.UTC
	}
	if z.last != nil && z.lastOff == off {
		return z.last
	}
	loc, ok := z.known[off]
	if !ok {
		loc = time.FixedZone("", off)
		if z.known == nil {
			z.known = make(map[int]*time.Location)
		}
		if len(z.known) < 1024 {
			z.known[off] = loc
		}
	}
	z.last, z.lastOff = loc, off
	return loc
}
