package syslog_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/syslog"
)

const exampleLog = `Dec 31 23:59:58 web sshd[812]: Failed password for root from 203.0.113.66 port 40674 ssh2
Jan  1 00:00:03 web sshd[812]: message repeated 2 times: [ Failed password for root from 203.0.113.66 port 40674 ssh2]
<38>1 2026-01-01T00:00:09.5Z web sshd 813 - - Accepted password for alice from 198.51.100.7 port 40700 ssh2
`

func ExampleReader_All() {
	log := syslog.NewReader(strings.NewReader(exampleLog), syslog.Options{Name: "auth.log"})
	for rec, err := range log.All() {
		if err != nil {
			fmt.Println(err) // one line that could not be read whole; the next follow
			continue
		}
		fmt.Println(rec.Time.Format(time.RFC3339Nano), rec.Format, rec.Program, rec.PID, max(1, rec.Repeat), rec.Inferred.Names())
	}
	s := log.Stats()
	fmt.Println(s.Lines, "lines,", s.Unknown, "headers not understood")
	// Output:
	// 2025-12-31T23:59:58Z rfc3164 sshd 812 1 [year zone]
	// 2026-01-01T00:00:03Z rfc3164 sshd 812 2 [year zone repeat]
	// 2026-01-01T00:00:09.5Z rfc5424 sshd 813 1 []
	// 3 lines, 0 headers not understood
}

// The hot form keeps nothing: it allocates nothing for a line.
func ExampleReader_Next() {
	log := syslog.NewReader(strings.NewReader(exampleLog), syslog.Options{Name: "auth.log"})
	failures := 0
	var rec syslog.Record
	var ev syslog.Event
	for log.Next(&rec) {
		if syslog.ParseInto(&rec, &ev) && ev.Kind == syslog.KindLogonFailure {
			failures += ev.Count
		}
	}
	fmt.Println(failures, "failures", log.Err())
	// Output: 3 failures <nil>
}

func ExampleEvent_AppendJSON() {
	ev, _ := syslog.Parse(syslog.Record{Program: "sshd", PID: 7, Message: "Invalid user \x1b[2J from 203.0.113.66 port 40674"})
	fmt.Println(string(ev.AppendJSON(nil)))
	// Output:
	// {"kind":"logon_failure","program":"sshd","pid":7,"user":"\u001b[2J","user_known":false,"source_ip":"203.0.113.66","source_port":40674,"result":"fail","reason":"Invalid user","message":"Invalid user \u001b[2J from 203.0.113.66 port 40674"}
}

// A stream that can be opened twice but not sought in, such as a compressed
// file, is read once for its years.
func ExampleSolveYear() {
	open := func() *strings.Reader {
		return strings.NewReader("Nov 30 10:00:00 web a: x\nJan  2 10:00:00 web a: y\nJan  1 10:00:00 2020 web a: z\n")
	}
	opt, err := syslog.SolveYear(open(), syslog.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for rec := range syslog.NewReader(open(), opt).All() {
		fmt.Println(rec.Time.Format(time.DateOnly))
	}
	// Output:
	// 2019-11-30
	// 2020-01-02
	// 2020-01-01
}
