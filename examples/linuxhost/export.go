package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/export"
	"github.com/tuxtrail/tuxtrail/hunt"
)

const exportUsage = "write the investigation for another program, as `KIND=FILE`; may be given more than once. Kinds: csv (FILE is a folder, or a .zip), ecs, markdown, sentinel (FILE is a folder: bookmarks and incident comments to put by the API), stix, timesketch"

var writers = map[string]func(io.Writer, *hunt.Investigation) error{
	"csv": export.CSVZip, "ecs": export.ECS, "markdown": export.Markdown, "stix": export.STIX, "timesketch": export.Timesketch,
}

// exports are the values of -export.
type exports []exportTo

type exportTo struct{ kind, file string }

// String is what [flag.Value] asks for.
func (e *exports) String() string {
	var list []string
	for _, x := range *e {
		list = append(list, x.kind+"="+x.file)
	}
	return strings.Join(list, " ")
}

// Set adds one.
func (e *exports) Set(s string) error {
	kind, file, _ := strings.Cut(s, "=")
	if writers[kind] == nil && kind != toSentinel || file == "" {
		return fmt.Errorf("%q is not KIND=FILE with one of the kinds csv, ecs, markdown, sentinel, stix and timesketch", s)
	}
	if slices.ContainsFunc(*e, func(x exportTo) bool { return filepath.Clean(x.file) == filepath.Clean(file) }) {
		return fmt.Errorf("%s is named twice", file)
	}
	*e = append(*e, exportTo{kind, file})
	return nil
}

// write writes what was asked for; notes takes what is to be said of it.
func (e *exports) write(inv *hunt.Investigation, notes io.Writer) error {
	for _, x := range *e {
		write := func() error {
			return writeFile(x.file, func(w io.Writer) error { return writers[x.kind](w, inv) })
		}
		if x.kind == "csv" && !strings.EqualFold(filepath.Ext(x.file), ".zip") {
			write = func() error {
				return export.CSVFolder(x.file, inv)
			}
		}
		if x.kind == toSentinel {
			write = func() error { return writeBack(x.file, inv, notes) }
		}
		if err := write(); err != nil {
			return fmt.Errorf("-export %s: %w", x.kind, err)
		}
	}
	return nil
}
