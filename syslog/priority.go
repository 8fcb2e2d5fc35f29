package syslog

// Facility is a syslog facility as in RFC 5424 §6.2.1, plus one; the zero
// value means that the line does not say.
type Facility uint8

// FacilityNone is the facility of a line without PRI.
const FacilityNone Facility = 0

// Severity is a syslog severity as in RFC 5424 §6.2.1, plus one; the zero
// value means that the line does not say.
type Severity uint8

// SeverityNone is the severity of a line without PRI.
const SeverityNone Severity = 0

// Format is the form of a line's header.
type Format uint8
