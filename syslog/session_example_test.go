package syslog_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/syslog"
)

const busyLog = `2026-03-01T08:00:00Z web sshd[700]: Failed password for alice from 203.0.113.66 port 4001 ssh2
2026-03-01T08:00:09Z web sshd[710]: Accepted password for alice from 203.0.113.66 port 4002 ssh2
2026-03-01T08:00:09Z web sshd[710]: pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)
2026-03-01T08:01:00Z web sudo[720]:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id
2026-03-01T08:01:00Z web sudo[720]: pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)
2026-03-01T08:01:01Z web sudo[720]: pam_unix(sudo:session): session closed for user root
2026-03-01T08:02:00Z web systemd-logind[500]: System is rebooting.
2026-03-01T08:02:30Z web sshd[702]: Server listening on 0.0.0.0 port 22.
`

func busyEvents() []syslog.Event {
	var events []syslog.Event
	for rec, err := range syslog.NewReader(strings.NewReader(busyLog), syslog.Options{Name: "auth.log"}).All() {
		if err != nil {
			continue // one line that cannot be read
		}
		if e, ok := syslog.Parse(rec); ok {
			events = append(events, e)
		}
	}
	return events
}

func ExampleSessions() {
	for _, s := range syslog.Sessions(slices.Values(busyEvents())) {
		fmt.Printf("%d %s for %s by %q, %v, %s, parent %d: %q\n", s.ID, s.Kind, s.User, s.By, s.End.Sub(s.Start), s.EndReason, s.Parent, s.Command)
	}
	// Output:
	// 0 sshd for alice by "", 1m51s, reboot, parent -1: ""
	// 1 sudo for root by "alice", 1s, closed, parent 0: "/usr/bin/id"
}

func ExampleSessionizer() {
	var z syslog.Sessionizer
	for _, e := range busyEvents() {
		for _, s := range z.Add(&e) {
			fmt.Println(e.Time.Format("15:04:05"), s.Kind, s.User, s.EndReason)
		}
	}
	for _, s := range z.Close() {
		fmt.Println("left open:", s.Kind, s.User)
	}
	// Output:
	// 08:01:01 sudo root closed
	// 08:02:30 sshd alice reboot
}

func ExampleGuesses() {
	g := syslog.Guesses{Rules: syslog.GuessRules{MinFailures: 1}}
	for _, a := range syslog.Attempts(slices.Values(busyEvents())) {
		g.Add(&a)
	}
	for _, c := range g.Campaigns() {
		fmt.Println(c.Kind, c.Sources, c.Users, c.Failures)
		for _, t := range c.Taken {
			fmt.Println("got in as", t.User, "by", t.Method)
		}
	}
	// Output:
	// guessing [203.0.113.66] [alice] 1
	// got in as alice by password
}
