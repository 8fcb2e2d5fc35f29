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

//go:embed places.csv
var places string

// Places returns a table of made-up places for the addresses in the sample,
// which are nobody's and so are nowhere, in the form that geo.ReadOverlay
// reads. It lets the report of the sample have a map without any network.
func Places() string { return places }
