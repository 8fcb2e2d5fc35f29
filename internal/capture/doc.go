// Package capture holds the test that makes a real log: sshd, sudo, su, cron,
// the account tools and rsyslog do a scripted hour in seconds, and what package
// syslog reads in the log is compared with what the script did.
//
// It runs where TUXTRAIL_REAL is set, as root on Linux, and then fails rather
// than skips when a daemon is missing. All of it happens in namespaces of its
// own (mounts, processes, network, host name): accounts are made in a copy of
// /etc, the daemons' files lie on file systems in memory, clients have
// documentation addresses, and everything is gone when the test ends.
package capture
