// Package syslog reads the lines that a Linux host writes about logons,
// privileges, jobs and accounts, says what they mean, and joins them into
// sessions.
//
// It does so in three steps, each of use alone:
//
//	for rec, err := range syslog.NewReader(r, syslog.Options{}).All() { … } // a line: time, host, program, pid, message
//	ev, ok := syslog.Parse(rec)                                           // what it means: a logon, a sudo command, …
//	sessions := syslog.Sessions(events)                                   // who was on the host from when to when
//
// # What is read
//
// The form of each line is found for itself, so files may mix them:
//
//   - RFC 3164 as sshd, sudo and cron have it in auth.log, with or without
//     priority, host, pid and colon, with the day padded in any way, a
//     fraction, a year or a zone inside (Cisco, rsyslog, OpenWrt, BusyBox) and
//     the message ids of Solaris
//   - ISO 8601 and RFC 3339 times with any fraction and zone
//   - RFC 5424 with structured data and byte order mark, and octet counts
//     (RFC 6587) before any of these
//   - what journalctl prints as short, short-precise, short-iso, short-full,
//     short-unix, json, json-pretty and export
//   - rows of the Syslog table of Log Analytics, as JSON objects on lines of
//     their own or as CSV below a row of column names
//   - dmesg, xrdp's log, and the records of auditd, which are handed on
//   - lines of which a collector left only "host sshd[123]: …"
//
// "message repeated 3 times: [ … ]" and "last message repeated 3 times" stand
// for the message they repeat: [Record.Message] is that message, and
// [Record.Repeat] says how often.
//
// # What is not trusted
//
// All of a line is hostile text. A message is never more than one line:
// rsyslog's escapes, "#012" for the end of a line, stay as they are, and a line
// end inside JSON, CSV, export or a counted frame is written so too; lines that
// journalctl indents belong to the message before and have no program. Bytes
// that are no UTF-8, NULs and control characters of plain lines are kept as
// they are and counted in [Reader.Stats]; who prints them must escape them, as
// [Event.AppendJSON] does.
//
// A line whose header is not known is a record all the same, with
// [FormatUnknown]; every byte of the input belongs to one record, ends a line,
// or is counted.
package syslog
