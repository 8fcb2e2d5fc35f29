package export

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// ECSVersion is the version of the Elastic Common Schema that [ECS] follows.
const ECSVersion = "8.17.0"

// ECS writes inv as NDJSON in the fields of the Elastic Common Schema, one
// object for each logon attempt, begin and end of a session, sudo command, cron
// job, start of a unit, change to an account, process, change to a file, connection,
// download, silence, alert, bookmark, indicator, finding and step of a finding,
// in order of time. What has no time is left out.
//
// event.kind, event.category, event.type and event.outcome hold values that
// the schema allows only; what it has no field for lies below "tuxtrail":
// among it evidence ("file:line"), session and finding. event.dataset says
// which list of the investigation an object is from, event.original is the
// first line cited. The error is that of w.
func ECS(w io.Writer, inv *hunt.Investigation) error {
	out := bufio.NewWriter(w)
	var b bytes.Buffer
	for e := range events(inv) {
		doc := map[string]any{"@timestamp": stamp(e.at), "message": e.message, "ecs": map[string]any{"version": ECSVersion}}
		for name, v := range e.fields {
			nest(doc, name, v)
		}
		if err := line(out, &b, doc); err != nil {
			return fmt.Errorf("write ECS: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write ECS: %w", err)
	}
	return nil
}

// nest puts a value at a dotted name.
func nest(doc map[string]any, name string, v any) {
	for {
		key, rest, more := strings.Cut(name, ".")
		if !more {
			doc[key] = v
			return
		}
		below, ok := doc[key].(map[string]any)
		if !ok {
			below = map[string]any{}
			doc[key] = below
		}
		doc, name = below, rest
	}
}
