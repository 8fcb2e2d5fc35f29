package syslog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// head is what a test states of a record.
type head struct {
	time, host, prog string
	pid              int
	msg              string
	format           syslog.Format
	fac              syslog.Facility
	sev              syslog.Severity
}

func headOf(r syslog.Record) head {
	return head{r.Time.Format(time.RFC3339Nano), r.Host, r.Program, r.PID, r.Message, r.Format, r.Facility, r.Severity}
}

var headers = []struct {
	name, line string
	want       head
	inferred   syslog.Inferred
}{
	{
		"rfc3164", "Nov 23 08:26:38 vm sshd[14425]: Accepted password for alice",
		head{"2026-11-23T08:26:38Z", "vm", "sshd", 14425, "Accepted password for alice", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"day padded with a space", "Nov  3 08:26:38 vm sudo:    alice : TTY=pts/0",
		head{"2026-11-03T08:26:38Z", "vm", "sudo", 0, "alice : TTY=pts/0", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"day not padded", "Nov 3 08:26:38 vm su[7]: x",
		head{"2026-11-03T08:26:38Z", "vm", "su", 7, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"day padded with a zero", "Nov 03 08:26:38 vm su[7]: x",
		head{"2026-11-03T08:26:38Z", "vm", "su", 7, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"priority", "<86>Nov 23 08:26:38 vm su[7]: x",
		head{"2026-11-23T08:26:38Z", "vm", "su", 7, "x", syslog.FormatRFC3164, syslog.FacilityAuthPriv, syslog.SeverityInfo},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"no host", "Nov 23 21:50:19 sshd[8148]: Disconnecting",
		head{"2026-11-23T21:50:19Z", "", "sshd", 8148, "Disconnecting", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"no host, name in brackets", "Jun 25 23:53:34 [sshd] User root from 1.2.3.4 not allowed",
		head{"2026-06-25T23:53:34Z", "", "sshd", 0, "User root from 1.2.3.4 not allowed", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"host is an address", "Nov 23 21:50:19 2001:db8:: sshd[8148]: x",
		head{"2026-11-23T21:50:19Z", "2001:db8::", "sshd", 8148, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"module in the tag", "Jun 15 02:04:59 combo sshd(pam_unix)[20884]: authentication failure",
		head{"2026-06-15T02:04:59Z", "combo", "sshd(pam_unix)", 20884, "authentication failure", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"arguments in the tag", "Jun 15 02:01:01 c run-parts(/etc/cron.hourly)[77]: starting 0anacron",
		head{"2026-06-15T02:01:01Z", "c", "run-parts(/etc/cron.hourly)", 77, "starting 0anacron", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"gdm's stray bracket", "Jun 15 02:01:01 c gdm-password][77]: x",
		head{"2026-06-15T02:01:01Z", "c", "gdm-password", 77, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"no tag", "Jun 15 02:01:01 c exiting on signal 15",
		head{"2026-06-15T02:01:01Z", "c", "", 0, "exiting on signal 15", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"year after the day", "Nov 23 2025 08:26:38 fw01 : %ASA-6-605005: Login permitted",
		head{"2025-11-23T08:26:38Z", "fw01", "", 0, "%ASA-6-605005: Login permitted", syslog.FormatRFC3164, 0, 0},
		syslog.InferredZone,
	},
	{
		"Cisco: sequence, unset clock, fraction, zone, no host",
		"<189>000123: *Nov 23 08:26:38.123 CET: %SYS-5-CONFIG_I: Configured",
		head{"2026-11-23T08:26:38.123+01:00", "", "%SYS-5-CONFIG_I", 0, "Configured", syslog.FormatRFC3164, syslog.FacilityLocal7, syslog.SeverityNotice},
		syslog.InferredYear,
	},
	{
		"year after the time", "Nov 23 08:26:38 2025 vm sshd[1]: x",
		head{"2025-11-23T08:26:38Z", "vm", "sshd", 1, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredZone,
	},
	{
		"zone after the time", "Nov 23 08:26:38 CEST vm sshd[1]: x",
		head{"2026-11-23T08:26:38+02:00", "vm", "sshd", 1, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear,
	},
	{
		"a host that is called like a zone", "Nov 23 08:26:38 EST sshd[1]: x",
		head{"2026-11-23T08:26:38Z", "EST", "sshd", 1, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"a zone that stands for several", "Nov 23 08:26:38 IST vm sshd[1]: x",
		head{"2026-11-23T08:26:38+05:30", "vm", "sshd", 1, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredUnsure,
	},
	{
		"OpenWrt", "Mon Nov 23 08:26:38 2026 authpriv.info dropbear[12]: x",
		head{"2026-11-23T08:26:38Z", "", "dropbear", 12, "x", syslog.FormatRFC3164, syslog.FacilityAuthPriv, syslog.SeverityInfo},
		syslog.InferredZone,
	},
	{
		"BusyBox", "Nov 23 08:26:38 gw auth.err sshd[12]: x",
		head{"2026-11-23T08:26:38Z", "gw", "sshd", 12, "x", syslog.FormatRFC3164, syslog.FacilityAuth, syslog.SeverityError},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"Solaris", "Mar 29 05:20:09 dusky sshd[19558]: [ID 800047 auth.info] Failed keyboard-interactive",
		head{"2026-03-29T05:20:09Z", "dusky", "sshd", 19558, "Failed keyboard-interactive", syslog.FormatRFC3164, syslog.FacilityAuth, syslog.SeverityInfo},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"kernel's uptime", "Nov 23 08:26:38 vm kernel: [  970.699396] usb 1-1: new device",
		head{"2026-11-23T08:26:38Z", "vm", "kernel", 0, "usb 1-1: new device", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"through the kernel's log", "srv sshd[20879]: kernel: [  970.699397] Failed password",
		head{"0001-01-01T00:00:00Z", "srv", "sshd", 20879, "Failed password", syslog.FormatNoTime, 0, 0},
		0,
	},
	{
		"journalctl short-precise", "Nov 23 08:26:38.617639 vm sshd[1]: x",
		head{"2026-11-23T08:26:38.617639Z", "vm", "sshd", 1, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
	{
		"ISO", "2026-11-23T08:26:37.620370+00:00 vm sshd[14374]: Server listening",
		head{"2026-11-23T08:26:37.62037Z", "vm", "sshd", 14374, "Server listening", syslog.FormatISO, 0, 0},
		0,
	},
	{
		"ISO with an offset", "2026-11-23T08:26:37-05:30 vm sshd[14374]: x",
		head{"2026-11-23T08:26:37-05:30", "vm", "sshd", 14374, "x", syslog.FormatISO, 0, 0},
		0,
	},
	{
		"journalctl short-iso", "2026-11-23T08:26:37+0100 vm sshd[14374]: x",
		head{"2026-11-23T08:26:37+01:00", "vm", "sshd", 14374, "x", syslog.FormatISO, 0, 0},
		0,
	},
	{
		"ISO, one digit of fraction", "2026-11-23T08:26:37.5Z vm x: y",
		head{"2026-11-23T08:26:37.5Z", "vm", "x", 0, "y", syslog.FormatISO, 0, 0},
		0,
	},
	{
		"ISO, more than nanoseconds", "2026-11-23T08:26:37.123456789999Z vm x: y",
		head{"2026-11-23T08:26:37.123456789Z", "vm", "x", 0, "y", syslog.FormatISO, 0, 0},
		0,
	},
	{
		"ISO with a space and a comma", "2026-11-23 08:26:37,123 vm x: y",
		head{"2026-11-23T08:26:37.123Z", "vm", "x", 0, "y", syslog.FormatISO, 0, 0},
		syslog.InferredZone,
	},
	{
		"ISO with priority", "<38>2026-11-23T08:26:37Z vm x[3]: y",
		head{"2026-11-23T08:26:37Z", "vm", "x", 3, "y", syslog.FormatISO, syslog.FacilityAuth, syslog.SeverityInfo},
		0,
	},
	{
		"journalctl short-full", "Mon 2026-11-23 08:26:38 UTC vm sshd[1]: x",
		head{"2026-11-23T08:26:38Z", "vm", "sshd", 1, "x", syslog.FormatShortFull, 0, 0},
		0,
	},
	{
		"journalctl short-unix", "1795422398.617639 vm sshd[1]: x",
		head{"2026-11-23T08:26:38.617639Z", "vm", "sshd", 1, "x", syslog.FormatShortUnix, 0, 0},
		0,
	},
	{
		"rfc5424", "<38>1 2026-11-23T08:26:37.620370+00:00 vm sshd 14374 - -  Server listening",
		head{"2026-11-23T08:26:37.62037Z", "vm", "sshd", 14374, "Server listening", syslog.FormatRFC5424, syslog.FacilityAuth, syslog.SeverityInfo},
		0,
	},
	{
		"rfc5424 with structured data and BOM",
		`<38>1 2019-07-08T17:40:17.954167-04:00 h sshd 55555 ID47 [timeQuality tzKnown="1"][x@1 t="a \"]\" [b]"] ` + "\ufeffFailed unknown",
		head{"2019-07-08T17:40:17.954167-04:00", "h", "sshd", 55555, "Failed unknown", syslog.FormatRFC5424, syslog.FacilityAuth, syslog.SeverityInfo},
		0,
	},
	{
		"rfc5424 with nils", "<0>1 - - - - - -",
		head{"0001-01-01T00:00:00Z", "", "", 0, "", syslog.FormatRFC5424, syslog.FacilityKern, syslog.SeverityEmergency},
		0,
	},
	{
		"rfc5424 without priority", "1 2026-11-23T08:26:37Z vm app - - - x",
		head{"2026-11-23T08:26:37Z", "vm", "app", 0, "x", syslog.FormatRFC5424, 0, 0},
		0,
	},
	{
		"octet count", "37 <38>1 2026-11-23T08:26:37Z v a - - - x",
		head{"2026-11-23T08:26:37Z", "v", "a", 0, "x", syslog.FormatRFC5424, syslog.FacilityAuth, syslog.SeverityInfo},
		0,
	},
	{
		"glibc's own", "<38>sshd[12]: x",
		head{"0001-01-01T00:00:00Z", "", "sshd", 12, "x", syslog.FormatNoTime, syslog.FacilityAuth, syslog.SeverityInfo},
		0,
	},
	{
		"dmesg", "[  970.699396] usb 1-1: x",
		head{"0001-01-01T00:00:00Z", "", "kernel", 0, "usb 1-1: x", syslog.FormatKernel, 0, 0},
		syslog.InferredText,
	},
	{
		"journalctl short-monotonic", "[  970.699396] vm sshd[77]: x",
		head{"0001-01-01T00:00:00Z", "vm", "sshd", 77, "x", syslog.FormatNoTime, 0, 0},
		0,
	},
	{
		"journalctl short-monotonic, kernel", "[  970.699396] vm kernel: usb 1-1: x",
		head{"0001-01-01T00:00:00Z", "vm", "kernel", 0, "usb 1-1: x", syslog.FormatNoTime, 0, 0},
		0,
	},
	{
		"dmesg -T", "[Mon Nov 23 08:26:38 2026] usb 1-1: x",
		head{"2026-11-23T08:26:38Z", "", "kernel", 0, "usb 1-1: x", syslog.FormatKernel, 0, 0},
		syslog.InferredText | syslog.InferredZone,
	},
	{
		"xrdp", "[20220407-12:11:06] [INFO ] AUTHFAIL: user=badtypist",
		head{"2022-04-07T12:11:06Z", "", "xrdp", 0, "AUTHFAIL: user=badtypist", syslog.FormatXRDP, 0, syslog.SeverityInfo},
		syslog.InferredText | syslog.InferredZone,
	},
	{
		"auditd", "node=web type=USER_LOGIN msg=audit(1373330716.415:4063): user pid=11998",
		head{"2013-07-09T00:45:16.415Z", "web", "audit", 0, "node=web type=USER_LOGIN msg=audit(1373330716.415:4063): user pid=11998", syslog.FormatAudit, 0, 0},
		0,
	},
	{
		"no time", "srv sshd[31603]: Failed password",
		head{"0001-01-01T00:00:00Z", "srv", "sshd", 31603, "Failed password", syslog.FormatNoTime, 0, 0},
		0,
	},
	{
		"no time, no host", "sshd[31603]: Failed password",
		head{"0001-01-01T00:00:00Z", "", "sshd", 31603, "Failed password", syslog.FormatNoTime, 0, 0},
		0,
	},
	{
		"journalctl's note", "-- Boot 3a1b --",
		head{"0001-01-01T00:00:00Z", "", "", 0, "-- Boot 3a1b --", syslog.FormatJournalNote, 0, 0},
		0,
	},
	{
		"journal JSON",
		`{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1795422398617700","_SOURCE_REALTIME_TIMESTAMP":"1795422398617639","_HOSTNAME":"vm","SYSLOG_IDENTIFIER":"sshd","_PID":"12","PRIORITY":"6","SYSLOG_FACILITY":"4","MESSAGE":"Accepted \"x\"\nforged"}`,
		head{"2026-11-23T08:26:38.617639Z", "vm", "sshd", 12, `Accepted "x"#012forged`, syslog.FormatJournalJSON, syslog.FacilityAuth, syslog.SeverityInfo},
		syslog.InferredText,
	},
	{
		"journal JSON, message as bytes",
		`{"__REALTIME_TIMESTAMP":"1795422398617700","_HOSTNAME":"vm","_COMM":"sshd","SYSLOG_PID":"12","MESSAGE":[97,255,10]}`,
		head{"2026-11-23T08:26:38.6177Z", "vm", "sshd", 12, "a\xff#012", syslog.FormatJournalJSON, 0, 0},
		syslog.InferredText,
	},
	{
		"Log Analytics",
		`{"TimeGenerated":"2026-11-23T08:26:35.493696+00:00", "Computer":"vm", "Facility":"authpriv", "SeverityLevel":"info", "ProcessName":"sshd", "ProcessID":"-", "SyslogMessage":" x=\"https:\/\/y\""}`,
		head{"2026-11-23T08:26:35.493696Z", "vm", "sshd", 0, `x="https://y"`, syslog.FormatAzureJSON, syslog.FacilityAuthPriv, syslog.SeverityInfo},
		syslog.InferredText,
	},
	{
		"Log Analytics, pid a number", `{"EventTime":"2026-11-23T08:26:35Z","HostName":"vm","Computer":"agent","Facility":"auth","SeverityLevel":"warn","ProcessName":"sshd","ProcessID":77,"SyslogMessage":"x"}`,
		head{"2026-11-23T08:26:35Z", "vm", "sshd", 77, "x", syslog.FormatAzureJSON, syslog.FacilityAuth, syslog.SeverityWarning},
		0,
	},
	{
		"unknown", "hello world",
		head{"0001-01-01T00:00:00Z", "", "", 0, "hello world", syslog.FormatUnknown, 0, 0},
		0,
	},
	{
		"a line that only looks like one", "Nov 31 25:00:00 vm sshd[1]: x",
		head{"0001-01-01T00:00:00Z", "", "", 0, "Nov 31 25:00:00 vm sshd[1]: x", syslog.FormatUnknown, 0, 0},
		0,
	},
	{
		"NULs that a crash left", "\x00\x00\x00Nov 23 08:26:38 vm su[7]: x",
		head{"2026-11-23T08:26:38Z", "vm", "su", 7, "x", syslog.FormatRFC3164, 0, 0},
		syslog.InferredYear | syslog.InferredZone,
	},
}

func TestHeaders(t *testing.T) {
	mod := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range headers {
		t.Run(tc.name, func(t *testing.T) {
			mod := mod
			if w, err := time.Parse(time.RFC3339Nano, tc.want.time); err == nil && w.Year() > 1 {
				mod = w.Add(time.Hour)
			}
			recs := readAll(t, tc.line+"\n", syslog.Options{ModTime: mod})
			require.Len(t, recs, 1)
			assert.Equal(t, tc.want, headOf(recs[0]))
			assert.Equal(t, tc.inferred, recs[0].Inferred, "inferred")
			assert.Equal(t, tc.line, recs[0].Raw)
			assert.Equal(t, len(tc.line), recs[0].Ref.Length)
		})
	}
}

// Every form of header may follow any other.
func TestHeadersMixed(t *testing.T) {
	mod := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, a := range headers {
		for _, b := range headers {
			recs := readAll(t, a.line+"\n"+b.line+"\r\n", syslog.Options{ModTime: mod})
			require.Len(t, recs, 2)
			got, want := headOf(recs[1]), b.want
			if b.want.time[:4] == "0001" || b.inferred&syslog.InferredYear != 0 { // the time may come from the line before
				got.time, want.time = "", ""
			}
			assert.Equal(t, want, got, "%s after %s", b.name, a.name)
		}
	}
}
