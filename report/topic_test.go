package report_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sample"
)

func TestTopicsOfTheSample(t *testing.T) {
	t.Parallel()
	dir, err := logdir.OpenFS(sample.FS(), logdir.Options{})
	require.NoError(t, err)
	inv, err := hunt.Investigate(t.Context(), dir, hunt.Options{})
	require.NoError(t, err)
	for _, kind := range report.TopicKinds() {
		for _, topic := range report.Topics(inv, kind) {
			var b bytes.Buffer
			require.NoError(t, report.TopicText(&b, inv, topic.Kind, topic.ID, report.TextOptions{Width: 80}), "%s %s", topic.Kind, topic.ID)
			assert.Contains(t, b.String(), topic.ID, "%s", topic.Kind)
			assert.Contains(t, b.String(), "Raw lines")
		}
	}
	for kind, n := range map[report.TopicKind]int{
		report.TopicFinding: len(inv.Findings), report.TopicSession: len(inv.Sessions), report.TopicSudo: len(inv.Sudo), report.TopicUser: len(inv.Users),
	} {
		assert.Len(t, report.Topics(inv, kind), n)
		assert.NotZero(t, n)
	}
}

// everyTopic is an investigation with one topic of each kind, all of whose
// names are s.
func everyTopic(s string) *hunt.Investigation {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	addr := netip.MustParseAddr("203.0.113.66")
	hit := hunt.Hit{Rule: s, Name: s, Severity: hunt.SeverityHigh, Why: s, Techniques: []string{s}, Decoded: []string{s}}
	return &hunt.Investigation{
		Findings:     []hunt.Finding{{ID: s, Title: s, Summary: s, Why: s, Normal: s, Confirm: []string{s}, Refute: []string{s}, Paragraph: s, Steps: []hunt.Step{{Time: at, Text: s, Detail: s}}}},
		Alerts:       hunt.Alerts{Alerts: []hunt.Alert{{ID: s, Name: s, Time: at, Description: s, Remediation: []string{s}, Link: s, Entities: []hunt.AlertEntity{{Type: s, Text: s}}}}},
		Sessions:     []hunt.Session{{ID: s, Kind: s, User: s, Source: s, Flags: []hunt.Flag{{Name: s, Why: s}}}},
		Sudo:         []hunt.Command{{Time: at, User: s, Target: s, Text: s, PWD: s, TTY: s, Result: s, Reason: s, Hits: []hunt.Hit{hit}}},
		Users:        []hunt.User{{Name: s, State: s, Why: s, Sources: []string{s}, Changes: []hunt.AccountChange{{Kind: s, Detail: s}}}},
		Applications: []hunt.Application{{Program: s, Severities: []hunt.Tally{{Name: s, Count: 1}}, Risky: []hunt.RiskyLine{{Text: s, Hits: []hunt.Hit{hit}}}, Rare: []hunt.RareLine{{Example: s}}, Volume: []hunt.Volume{{Start: at, Lines: 1}}}},
		Network:      hunt.Network{Addresses: []hunt.Address{{Address: addr, Kind: s, Where: []string{s}, Programs: []string{s}, Intel: s}}},
		Indicators:   []hunt.Indicator{{Type: s, Value: s, Kind: s}},
		Logons:       hunt.Logons{Tries: []hunt.Try{{User: s, Source: addr.String(), Program: s, Method: s}}},
		Connections:  []hunt.Connection{{Address: netip.AddrPortFrom(addr, 1), Exe: s, User: s, Result: s}},
	}
}

func TestTopicsAreEscaped(t *testing.T) {
	t.Parallel()
	inv := everyTopic("a\x1b[2J\u202eb\nc\x9b")
	for _, kind := range report.TopicKinds() {
		topics := report.Topics(inv, kind)
		require.Len(t, topics, 1, "%s", kind)
		var b bytes.Buffer
		require.NoError(t, report.TopicText(&b, inv, kind, topics[0].ID, report.TextOptions{}), "%s", kind)
		for _, bad := range []string{"\x1b", "\u202e", "b\nc", "\x9b"} {
			assert.NotContains(t, b.String(), bad, "%s", kind)
			assert.NotContains(t, topics[0].Title, bad, "%s", kind)
		}
		assert.Contains(t, b.String(), `\x1b`, "%s", kind)
	}
}

func TestTopicsThatAreNot(t *testing.T) {
	t.Parallel()
	inv := everyTopic("x")
	for _, kind := range append(report.TopicKinds(), "other") {
		for _, id := range []string{"", "y", "0", "2", "-1"} {
			err := report.TopicText(&bytes.Buffer{}, inv, kind, id, report.TextOptions{})
			assert.ErrorIs(t, err, report.ErrNoTopic, "%s %s", kind, id)
		}
		assert.Empty(t, report.Topics(&hunt.Investigation{}, kind))
	}
	full := errors.New("full")
	for _, kind := range report.TopicKinds() {
		w := writer(func([]byte) (int, error) { return 0, full })
		assert.ErrorIs(t, report.TopicText(w, inv, kind, report.Topics(inv, kind)[0].ID, report.TextOptions{}), full, "%s", kind)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestTopicTitlesAreShort(t *testing.T) {
	t.Parallel()
	for _, kind := range report.TopicKinds() {
		for _, topic := range report.Topics(everyTopic(strings.Repeat("x", 10_000)), kind) {
			assert.LessOrEqual(t, len(topic.Title), 210, "%s", kind)
		}
	}
}

// A story is told by its parts, each on lines of its own.
func TestTopicOfAStory(t *testing.T) {
	inv := full("ordinary")
	inv.Findings[0].Paragraph = "At 2026-11-23 08:27:48 somebody got in. It worked as root. What stays: a file. Concluded, not observed: nothing."
	var b bytes.Buffer
	require.NoError(t, report.TopicText(&b, inv, report.TopicFinding, "F1", report.TextOptions{Width: 80}))
	assert.Contains(t, b.String(), "\n  At 2026-11-23 08:27:48 somebody got in.\n  It worked as root.\n  What stays: a file.\n  Concluded, not observed: nothing.\n")
}
