package syslog_test

import (
	"fmt"
	"strings"

	"github.com/tuxtrail/tuxtrail/syslog"
)

func ExampleParse() {
	// The user called himself "root from 8.8.8.8 port 22".
	ev, ok := syslog.Parse(syslog.Record{
		Program: "sshd-session",
		Message: "Failed password for invalid user root from 8.8.8.8 port 22 from 203.0.113.5 port 4711 ssh2",
	})
	fmt.Println(ok, ev.Kind, ev.Program, ev.Method)
	fmt.Printf("%q from %s\n", ev.User, ev.Source)
	// Output:
	// true logon_failure sshd password
	// "root from 8.8.8.8 port 22" from 203.0.113.5
}

func ExampleParseInto() {
	log := `Nov 23 08:27:48 web1 sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id
Nov 23 08:27:49 web1 sudo:      bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/bash
Nov 23 08:27:50 web1 useradd[15118]: new user: name=eve, UID=1003, GID=1003, home=/home/eve, shell=/bin/bash
`
	r := syslog.NewReader(strings.NewReader(log), syslog.Options{Year: 2026})
	var rec syslog.Record
	var ev syslog.Event
	for r.Next(&rec) {
		if syslog.ParseInto(&rec, &ev) {
			fmt.Printf("%s %s %q %q %q %q\n", ev.Kind, ev.Result, ev.User, ev.TargetUser, ev.Command, ev.Reason)
		}
	}
	// Output:
	// sudo_command success "alice" "root" "/usr/bin/id" ""
	// sudo_command fail "bob" "root" "/bin/bash" "user NOT in sudoers"
	// user_add success "" "eve" "" ""
}

func ExampleCovers() {
	for _, program := range []string{"sshd-session", "CRON", "nginx"} {
		fmt.Println(program, syslog.Covers(program))
	}
	// Output:
	// sshd-session true
	// CRON true
	// nginx false
}
