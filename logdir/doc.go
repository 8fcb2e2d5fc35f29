// Package logdir reads the evidence of one host from files: a folder such as
// /var/log, a copy of it, a tar or zip archive of it, a single file, or any
// [io/fs.FS].
//
// [Open] walks the folder or archive and decides for every file what it is, by its name
// and by its first lines: syslog in any form that package syslog reads, an
// audit log, or binary logon records. Files of one log (auth.log, auth.log.1,
// auth.log.2.gz, auth.log-20261101.xz) become one family and are read oldest
// first. gzip, bzip2, xz and zstd are unpacked while reading, whatever the
// name says. Files of the systemd journal are read as the text that
// "journalctl -o export" prints of them; references count in that text.
//
// [Dir.Syslog], [Dir.Audit] and [Dir.Logins] stream what all families hold in
// the order of time. The same line often lies in two logs; it comes once (see
// Dir.Syslog). Every record refers to file, line and offset, and [Dir.Raw]
// reads those bytes again. What a whole reading tells besides the records is
// kept of it: after one, [Dir.Hosts] and [Dir.Digests] read nothing. Up to 64
// files at once are read and unpacked ahead, each by a goroutine that ends with
// the loop over the records.
//
// Nothing is forgotten: what cannot be read, was cut, or is of no known form
// is named in [Dir.Stats] with the reason, and the rest is still read. Links
// that lead out of the folder are not followed, devices and pipes not opened,
// and limits hold for what compressed files may grow to.
//
// A Dir is safe for concurrent use and keeps no file open between calls.
package logdir
