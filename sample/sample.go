package sample

import (
	"embed"
	"io/fs"
)

//go:embed log
var files embed.FS

// FS returns the sample as a read-only file system laid out like /var/log:
// auth.log, syslog, btmp and audit/audit.log.
func FS() fs.FS {
	sub, err := fs.Sub(files, "log")
	if err != nil { // "log" is a valid path, so this cannot be
		return files
	}
	return sub
}
