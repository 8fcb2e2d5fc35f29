//go:build linux

package auditd

import (
	"bytes"
	"os"
	"path/filepath"
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
