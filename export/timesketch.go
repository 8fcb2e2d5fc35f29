package export

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// Timesketch writes inv as JSON Lines that Timesketch imports: each has
// message, datetime (ISO 8601 in UTC, to the microsecond) and timestamp_desc
// (what the time is the time of), then what is known of the event as fields
// of their own type, named as in [ECS] with "_" for the dots (source_ip,
// process_command_line, tuxtrail_session), and data_type, which says what kind
// of event it is ("tuxtrail:logon"). Severities above low and findings are tags,
// which Timesketch shows. It holds the same events as ECS, in order of time. The
// error is that of w.
func Timesketch(w io.Writer, inv *hunt.Investigation) error {
	out := bufio.NewWriter(w)
	var b bytes.Buffer
	for e := range events(inv) {
		row := make(map[string]any, len(e.fields)+5)
		for name, v := range e.fields {
			row[strings.ReplaceAll(name, ".", "_")] = v
		}
		row["message"], row["datetime"], row["timestamp_desc"] = e.message, stamp(e.at), e.desc
		row["data_type"] = "tuxtrail:" + e.dataset
		if tags := e.tags(); len(tags) > 0 {
			row["tag"] = tags
		}
		if err := line(out, &b, row); err != nil {
			return fmt.Errorf("write for Timesketch: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write for Timesketch: %w", err)
	}
	return nil
}

// tags are what to find the event by.
func (e *event) tags() []string {
	tags, _ := e.fields["tags"].([]string)
	tags = append([]string(nil), tags...)
	switch s, _ := e.fields["tuxtrail.severity"].(string); hunt.Severity(s) {
	case hunt.SeverityMedium, hunt.SeverityHigh, hunt.SeverityCritical:
		tags = addNew(tags, s)
	}
	f, _ := e.fields["tuxtrail.finding"].(string)
	return addNew(tags, f)
}
