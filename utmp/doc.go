// Package utmp reads the binary logon records of a Linux host: btmp (failed
// logons), wtmp (logons, logouts, boots) and utmp (who is logged on now).
//
// The three files are plain arrays of struct utmp as in utmp(5) and glibc's
// bits/utmp.h. Its size depends on the machine that wrote it:
//
//   - 384 bytes with 32-bit times: x86-64, i386 and ppc64le among others
//   - 400 bytes with 64-bit times: aarch64 among others
//
// [Reader] finds out which of them a file holds, and its byte order, from the
// first records; [Options] can fix both. A record that cannot be one is
// yielded as an [evidence.LineError] with its offset, and reading goes on at
// the next place that holds a record again, so half records in the middle of a
// file do not spoil what follows.
//
// Times are UTC. Strings are what the file holds up to the first NUL, byte for
// byte: they come from the network and may hold anything. Records keep the
// order of the file.
package utmp
