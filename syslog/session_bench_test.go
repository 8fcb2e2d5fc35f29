package syslog_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/syslog"
)

func BenchmarkSessionizer(b *testing.B) {
	events, _ := play(rand.New(rand.NewPCG(1, 1)), "a", 100_000)
	b.ReportAllocs()
	var z syslog.Sessionizer
	for i := 0; b.Loop(); i++ {
		z.Add(&events[i%len(events)])
	}
}

func BenchmarkAttemptJoiner(b *testing.B) {
	e := failed(1, "sshd", 10, user("root"), from("192.0.2.1:22"), method("password"))
	b.ReportAllocs()
	var j syslog.AttemptJoiner
	for i := 0; b.Loop(); i++ {
		e.Time, e.PID = at(float64(i)), i+1
		j.Add(&e)
	}
}

// TestJoinersAllocate asks that lines that open no session cost no memory.
func TestJoinersAllocate(t *testing.T) {
	var z syslog.Sessionizer
	var j syslog.AttemptJoiner
	open := opened(0, "sshd", 10, "alice")
	z.Add(&open)
	fail := failed(1, "sshd", 10, user("root"), from("192.0.2.1:22"), method("password"))
	other := said(1, "kernel", 0, "usb 1-1: new high-speed USB device number 5 using ehci-pci")
	gone := left(1, 77, "", "192.0.2.1:22")
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		z.Add(&fail)
		z.Add(&other)
		z.Add(&gone)
		j.Add(&gone)
		j.Add(&other)
	}))
	for range 100 {
		j.Add(&fail)
	}
	assert.Zero(t, testing.AllocsPerRun(1000, func() { j.Add(&fail) }), "one more line of an open attempt")
	cron := opened(0, "CRON", 11, "root", service("cron"))
	done := closed(1, "CRON", 11, "root", service("cron"))
	assert.LessOrEqual(t, testing.AllocsPerRun(1000, func() { z.Add(&cron); z.Add(&done) }), 4.0, "a session's own memory")
}
