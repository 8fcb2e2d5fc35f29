package syslog

import "fmt"

// Format is the form of a line's header.
type Format uint8

// The forms of headers. The names of journalctl's are those of its -o option.
const (
	FormatUnknown      Format = iota // no header was understood; Message is the whole line
	FormatRFC3164                    // "Nov 23 08:26:38 host prog[pid]: msg", also journalctl short and short-precise
	FormatISO                        // "2026-11-23T08:26:38.5+00:00 host prog[pid]: msg", also journalctl short-iso
	FormatRFC5424                    // "<38>1 2026-11-23T08:26:38Z host prog pid - - msg"
	FormatShortFull                  // journalctl short-full: "Mon 2026-11-23 08:26:38 UTC host prog[pid]: msg"
	FormatShortUnix                  // journalctl short-unix: "1795422398.617639 host prog[pid]: msg"
	FormatJournalNote                // what journalctl says itself: "-- Boot … --", "-- Reboot --"
	FormatJournalJSON                // journalctl json
	FormatExport                     // journalctl export, one record for each block
	FormatAzureJSON                  // a row of Log Analytics' Syslog table as a JSON object
	FormatAzureCSV                   // a row of Log Analytics' Syslog table below a CSV header row
	FormatKernel                     // "[   12.345678] msg" as dmesg prints, also with a date inside
	FormatAudit                      // a record of auditd: "type=USER_LOGIN msg=audit(…)"; Program is "audit"
	FormatXRDP                       // "[20220407-12:11:06] [INFO ] msg" as xrdp-sesman.log has it
	FormatNoTime                     // "host prog[pid]: msg", without a time
	FormatContinuation               // an indented line that goes on with the one before, as journalctl prints
)

var formatNames = [...]string{
	"unknown", "rfc3164", "iso", "rfc5424", "short-full", "short-unix", "journal-note", "journal-json",
	"export", "azure-json", "azure-csv", "kernel", "audit", "xrdp", "no-time", "continuation",
}

// String returns the name of the form, for example "rfc3164".
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("format(%d)", uint8(f))
}

// MarshalText returns the name that String returns.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (f *Format) UnmarshalText(text []byte) error {
	for i, n := range formatNames {
		if n == string(text) {
			*f = Format(i)
			return nil
		}
	}
	return fmt.Errorf("no header format %q", text)
}
