// Package auditd reads what the Linux audit system wrote: it joins the
// records of a log into events and decodes them.
//
// An audit log has one line per record, and several records tell of one
// event: SYSCALL says which process called what, EXECVE its arguments, CWD
// and PATH which files, SOCKADDR which peer. [Reader] joins them by node,
// time stamp and serial number, in whatever order they come, and decodes the
// fields by their names: hex to bytes, numbers to names of system calls and
// errors, socket addresses to [net/netip] values.
//
//	for ev, err := range auditd.NewReader(f, auditd.Options{Name: "audit.log"}).All() {
//		if err != nil {
//			continue // one bad line; counted in Stats
//		}
//		fmt.Println(ev.Time, ev.UIDName, ev.Argv)
//	}
//
// All framings that the format is found in are read: raw and ENRICHED logs,
// lines with node=, lines of the kernel's own log, with or without a syslog
// header. [NewRowReader] reads what other tools made of a log: the tables of
// Log Analytics, msticpy's lists, LAUREL's, auditbeat's and go-libaudit's
// JSON; [NewAnyReader] finds out which it is. See [Event] for what an event holds and [Options] for the limits.
//
// What an event means is told by its methods: [Event.Exec], [Event.Fork],
// [Event.Connection], [Event.FileChange], [Event.Logon], [Event.Session],
// [Event.SudoCommand], [Event.AccountChange], [Event.ServiceChange],
// [Event.ConfigChange], [Event.Anomaly] and [Event.Denial]. Each returns
// false for an event that is of another kind.
//
// [Reader.Next] reads without allocating; [Reader.Render] decodes and prints
// on several processors with the order kept; [Event.AppendJSON] prints.
//
// The wire format is described in the man pages auditd.conf(5), ausearch(8)
// and audit.rules(7), in linux/audit.h and kernel/auditsc.c. The names of
// system calls, errors and record types are tables generated from
// go-libaudit and the kernel's headers.
package auditd
