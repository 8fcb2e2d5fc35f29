// Package tuxtrail hunts for an intruder on one Linux host, from its logs.
//
// It is a set of packages, each of which can be imported alone:
//
//   - [github.com/tuxtrail/tuxtrail/syslog] reads log lines in the forms that
//     hosts write them, says what they mean (logons, sudo, cron, changes to
//     accounts) and joins them into sessions and attempts.
//   - [github.com/tuxtrail/tuxtrail/auditd] reads audit logs: records joined
//     into events, values decoded, commands with their exact arguments.
//   - [github.com/tuxtrail/tuxtrail/ptree] builds process trees that survive
//     the reuse of process ids.
//   - [github.com/tuxtrail/tuxtrail/cmdline] understands command lines and says
//     what is risky about them, with ATT&CK ids; it executes nothing.
//   - [github.com/tuxtrail/tuxtrail/ioc] finds indicators of compromise in text.
//   - [github.com/tuxtrail/tuxtrail/unpack] unpacks what is packed inside text.
//   - [github.com/tuxtrail/tuxtrail/geo] says what an address is for, where it is and whose.
//   - [github.com/tuxtrail/tuxtrail/utmp] reads utmp, wtmp and btmp.
//   - [github.com/tuxtrail/tuxtrail/logdir] finds and reads all of these in a
//     folder such as /var/log, rotated and compressed files included.
//   - [github.com/tuxtrail/tuxtrail/hunt] investigates: it joins what the
//     evidence shows into sessions and findings, with the lines that show it.
//   - [github.com/tuxtrail/tuxtrail/report] writes an investigation as text, as
//     JSON and as one HTML page.
//
// The nouns that they share are in [github.com/tuxtrail/tuxtrail/entities],
// windows of time in [github.com/tuxtrail/tuxtrail/querytime], and where a claim
// comes from in [github.com/tuxtrail/tuxtrail/evidence]. A captured intrusion to
// try them on is in [github.com/tuxtrail/tuxtrail/sample].
//
// A package imports only packages of lower floors, in the order evidence,
// entities, querytime; syslog, auditd, ptree, cmdline, ioc, unpack, geo, utmp;
// logdir; hunt; report; and the programs under examples. A test holds this.
//
// Everything that comes from a log is treated as hostile. Nothing found in a
// log is executed or fetched.
package tuxtrail
