// Package syslog reads the lines that a Linux host writes about logons,
// privileges and jobs, says what they mean, and joins them into sessions.
package syslog
