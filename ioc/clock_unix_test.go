//go:build unix

package ioc_test

import (
	"syscall"
	"time"
)

// busy returns the processor time that the process has used, which other
// processes on the machine do not disturb.
func busy() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
