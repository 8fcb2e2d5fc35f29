package syslog

import (
	"fmt"
	"strconv"
)

// Facility is a syslog facility as in RFC 5424 §6.2.1, plus one; the zero
// value means that the line does not say.
type Facility uint8

// The facilities, by the names that rsyslog and Log Analytics print.
const (
	FacilityNone Facility = iota // the line has no PRI
	FacilityKern
	FacilityUser
	FacilityMail
	FacilityDaemon
	FacilityAuth
	FacilitySyslog
	FacilityLPR
	FacilityNews
	FacilityUUCP
	FacilityCron
	FacilityAuthPriv
	FacilityFTP
	FacilityNTP
	FacilityAudit
	FacilityAlert
	FacilityClock
	FacilityLocal0
	FacilityLocal1
	FacilityLocal2
	FacilityLocal3
	FacilityLocal4
	FacilityLocal5
	FacilityLocal6
	FacilityLocal7
)

// Severity is a syslog severity as in RFC 5424 §6.2.1, plus one; the zero
// value means that the line does not say. A smaller severity is a worse one.
type Severity uint8

// The severities, by the names that rsyslog and Log Analytics print.
const (
	SeverityNone Severity = iota // the line has no PRI
	SeverityEmergency
	SeverityAlert
	SeverityCritical
	SeverityError
	SeverityWarning
	SeverityNotice
	SeverityInfo
	SeverityDebug
)

var facilityNames = [...]string{
	"", "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
	"ftp", "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5",
	"local6", "local7",
}

var severityNames = [...]string{"", "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// String returns the facility's name, for example "authpriv", "" for
// [FacilityNone], or the number of RFC 5424 where it has no name there.
func (f Facility) String() string {
	if int(f) < len(facilityNames) {
		return facilityNames[f]
	}
	return strconv.Itoa(int(f) - 1)
}

// MarshalText returns the name that String returns.
func (f Facility) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what MarshalText wrote and the names' usual variants.
func (f *Facility) UnmarshalText(text []byte) error {
	v, ok := facilityOf(string(text))
	if !ok {
		return fmt.Errorf("facility %q is not one of RFC 5424", text)
	}
	*f = v
	return nil
}

// String returns the severity's name, for example "info", "" for
// [SeverityNone], or the number of RFC 5424 where it has no name there.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return strconv.Itoa(int(s) - 1)
}

// MarshalText returns the name that String returns.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote and the names' usual variants.
func (s *Severity) UnmarshalText(text []byte) error {
	v, ok := severityOf(string(text))
	if !ok {
		return fmt.Errorf("severity %q is not one of RFC 5424", text)
	}
	*s = v
	return nil
}

// facilityOf returns the facility that name, or a number of RFC 5424, stands
// for. "security" is the name that older systems give to auth.
func facilityOf(name string) (Facility, bool) {
	for i, n := range facilityNames {
		if n == name {
			return Facility(i), true
		}
	}
	if name == "security" {
		return FacilityAuth, true
	}
	n, err := strconv.ParseUint(name, 10, 8)
	if err != nil || n >= uint64(len(facilityNames)-1) {
		return FacilityNone, false
	}
	return Facility(n + 1), true
}

// severityOf returns the severity that name, or a number of RFC 5424, stands
// for.
func severityOf(name string) (Severity, bool) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), true
		}
	}
	switch name {
	case "panic", "emergency":
		return SeverityEmergency, true
	case "critical":
		return SeverityCritical, true
	case "error":
		return SeverityError, true
	case "warn":
		return SeverityWarning, true
	case "informational":
		return SeverityInfo, true
	}
	n, err := strconv.ParseUint(name, 10, 8)
	if err != nil || n > 7 {
		return SeverityNone, false
	}
	return Severity(n + 1), true
}

// priority cuts "<PRI>" off s. A PRI over 191 is none (RFC 5424 §6.2.1).
func priority(s string) (f Facility, v Severity, rest string, ok bool) {
	if len(s) < 3 || s[0] != '<' {
		return 0, 0, s, false
	}
	n, i := 0, 1
	for ; i < len(s) && i < 4 && s[i]-'0' <= 9; i++ {
		n = n*10 + int(s[i]-'0')
	}
	if i == 1 || i >= len(s) || s[i] != '>' || n > 191 {
		return 0, 0, s, false
	}
	return Facility(n/8 + 1), Severity(n%8 + 1), s[i+1:], true
}
