package syslog_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMessages reads testdata/messages: a line "PROGRAM: MESSAGE" and under it,
// indented, all that the event says of it.
func TestMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/messages/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			var got strings.Builder
			for line := range strings.Lines(string(raw)) {
				line = strings.TrimSuffix(line, "\n")
				if line == "" || strings.HasPrefix(line, "\t") {
					continue
				}
				program, message, ok := strings.Cut(line, ": ")
				require.True(t, ok, line)
				ev, ok := syslog.Parse(syslog.Record{Program: program, Message: message, PID: 1})
				fmt.Fprintf(&got, "%s\n\t%s\n", line, describe(&ev, ok))
			}
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got.String()), 0o644))
				return
			}
			require.Equal(t, string(raw), got.String())
		})
	}
}

// describe writes every field of ev that is not as a fresh event has it.
func describe(ev *syslog.Event, ok bool) string {
	if !ok {
		return "not understood"
	}
	var b strings.Builder
	b.WriteString(string(ev.Kind))
	str := func(name, v string) {
		if v != "" {
			fmt.Fprintf(&b, " %s=%q", name, v)
		}
	}
	word := func(name, v string) {
		if v != "" {
			fmt.Fprintf(&b, " %s=%s", name, v)
		}
	}
	word("result", string(ev.Result))
	word("mark", string(ev.Mark))
	word("change", string(ev.Change))
	str("user", ev.User)
	if !ev.UserKnown {
		b.WriteString(" unknown")
	}
	if ev.UID != -1 {
		fmt.Fprintf(&b, " uid=%d", ev.UID)
	}
	str("target", ev.TargetUser)
	str("by", ev.By)
	if ev.ByUID != -1 {
		fmt.Fprintf(&b, " byuid=%d", ev.ByUID)
	}
	str("group", ev.Group)
	if ev.Source.IsValid() {
		word("source", ev.Source.String())
	}
	str("host", ev.SourceHost)
	if ev.SourcePort != 0 {
		fmt.Fprintf(&b, " port=%d", ev.SourcePort)
	}
	str("method", ev.Method)
	str("key", ev.Key)
	if ev.PreAuth {
		b.WriteString(" preauth")
	}
	str("tty", ev.TTY)
	str("pwd", ev.PWD)
	str("command", ev.Command)
	str("session", ev.Session)
	str("service", ev.Service)
	str("module", ev.Module)
	str("reason", ev.Reason)
	if ev.Count != 1 {
		fmt.Fprintf(&b, " count=%d", ev.Count)
	}
	if ev.Inferred&syslog.InferredUnsure != 0 {
		b.WriteString(" unsure")
	}
	if ev.Inferred&syslog.InferredUser != 0 {
		b.WriteString(" inferred-user")
	}
	return b.String()
}
