// Package capture holds the tests that make real logs.
//
// TestRealLog: sshd, sudo, su, cron, the account tools and rsyslog do a
// scripted hour in seconds, and what package syslog reads in the log is
// compared with what the script did. TestRealClean and TestRealIntrusion play a
// day of ordinary administration and a break-in, with Apache and auditd beside
// them, and ask package hunt about it; with -update they keep their logs in
// hunt/testdata.
//
// They run where TUXTRAIL_REAL is set, as root on Linux, and then fail rather
// than skip when a daemon is missing. All of it happens in namespaces (mounts,
// network, host name, and processes where audit is not wanted): accounts are
// made in a copy of /etc, the daemons' files lie on file systems in memory,
// peers have documentation addresses, and everything is gone when the test
// ends.
package capture
