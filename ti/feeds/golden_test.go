package feeds_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

var update = flag.Bool("update", false, "write the golden files anew")

// now is the time of all tests.
func now() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

var options = feeds.Options{Now: now}

// line writes an entry in one line.
func line(e feeds.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s [%s]", e.Ref, e.Type, e.Value, e.Severity, e.Source)
	say := func(what string, v any, ok bool) {
		if ok {
			fmt.Fprintf(&b, " %s=%v", what, v)
		}
	}
	say("confidence", e.Confidence, e.Confidence > 0)
	say("port", e.Port, e.Port > 0)
	for _, t := range []struct {
		what string
		at   time.Time
	}{{"from", e.ValidFrom}, {"until", e.ValidUntil}, {"first", e.FirstSeen}, {"last", e.LastSeen}} {
		say(t.what, t.at.Format(time.RFC3339), !t.at.IsZero())
	}
	say("threat", fmt.Sprintf("%q", e.Threat), e.Threat != "")
	say("description", fmt.Sprintf("%q", e.Description), e.Description != "")
	say("tags", fmt.Sprintf("%q", e.Tags), len(e.Tags) > 0)
	say("reference", e.Reference, e.Reference != "")
	say("subdomains", !e.NotSelf, e.Subdomains)
	say("prefix", true, e.Prefix)
	say("digest", true, e.Digest)
	say("partly", fmt.Sprintf("%q", e.Partly), e.Partly != "")
	return b.String()
}

func TestLoadGolden(t *testing.T) {
	set, err := feeds.Load(os.DirFS("testdata/intel"), options)
	require.NoError(t, err)
	var b strings.Builder
	for e := range set.All() {
		b.WriteString(line(e) + "\n")
	}
	for _, f := range set.Files() {
		fmt.Fprintf(&b, "\n%s\n", f.Stats)
		if f.Err != nil {
			fmt.Fprintf(&b, "  %s\n", f.Err)
			require.ErrorIs(t, f.Err, feeds.ErrNotIntel)
		}
		for _, e := range f.Stats.Errors {
			fmt.Fprintf(&b, "  %s\n", e)
		}
		for _, s := range f.Stats.Shapes {
			fmt.Fprintf(&b, "  %d %s %q\n", s.Count, s.Group, s.Example)
		}
	}
	golden := filepath.Join("testdata", "intel.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}
