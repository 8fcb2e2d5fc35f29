//go:build linux

package auditd

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/elastic/go-libaudit/v2/auparse"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// TestHostA compares every event of a captured log with what go-libaudit's
// parser reads from each record.
func TestHostA(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "audit.log"))
	require.NoError(t, err)
	records := 0
	events := 0
	r := NewReader(bytes.NewReader(data), Options{Name: "audit.log"})
	for e, err := range r.All() {
		require.NoError(t, err)
		events++
		for _, rec := range e.Records {
			records++
			msg, err := auparse.ParseLogLine(rec.Raw)
			require.NoError(t, err)
			assert.Equal(t, msg.RecordType.String(), string(rec.Type))
			assert.Equal(t, msg.Sequence, e.ID.Serial)
			assert.True(t, msg.Timestamp.Equal(e.Time))
			assert.Equal(t, rec.Raw, string(data[rec.Ref.Offset:rec.Ref.Offset+int64(rec.Ref.Length)]))
		}
	}
	assert.Equal(t, 722, events)
	assert.Equal(t, 2962, records)
}

// slowArgv reads the arguments of all EXECVE records in the plainest way.
func slowArgv(t *testing.T, data []byte) map[string][]string {
	t.Helper()
	stamp := regexp.MustCompile(`^type=EXECVE msg=audit\(([^)]+)\)`)
	arg := regexp.MustCompile(` a(\d+)(?:\[\d+\])?=(?:"([^"]*)"|([0-9A-F]+))`)
	digits := map[string]map[int]string{}
	for l := range strings.SplitSeq(string(data), "\n") {
		m := stamp.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if digits[m[1]] == nil {
			digits[m[1]] = map[int]string{}
		}
		for _, a := range arg.FindAllStringSubmatch(l, -1) {
			i, err := strconv.Atoi(a[1])
			require.NoError(t, err)
			if a[3] == "" {
				a[3] = hex.EncodeToString([]byte(a[2]))
			}
			digits[m[1]][i] += a[3]
		}
	}
	out := map[string][]string{}
	for id, args := range digits {
		for i := range len(args) {
			b, err := hex.DecodeString(args[i])
			require.NoError(t, err)
			out[id] = append(out[id], string(b))
		}
	}
	return out
}

func TestHostAArguments(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "audit.log"))
	require.NoError(t, err)
	want := slowArgv(t, data)
	require.Len(t, want, 176)
	got := map[string][]string{}
	for e, err := range NewReader(bytes.NewReader(data), Options{}).All() {
		require.NoError(t, err)
		if e.Argv != nil {
			got[e.Stamp] = e.Argv
			assert.False(t, e.ArgvCut, e.Stamp)
		}
	}
	assert.Equal(t, want, got)
}
