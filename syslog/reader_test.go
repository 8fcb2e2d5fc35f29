package syslog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/syslog"
)

func readAll(t testing.TB, text string, o syslog.Options) []syslog.Record {
	t.Helper()
	var out []syslog.Record
	for rec, err := range syslog.NewReader(strings.NewReader(text), o).All() {
		require.NoError(t, err)
		out = append(out, rec)
	}
	return out
}

func TestHostCaptureIsRead(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	for _, name := range []string{"auth.log", "auth.iso.log", "syslog", "syslog.5424"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		r := syslog.NewReader(strings.NewReader(string(data)), syslog.Options{Name: name, Year: 2026})
		for rec, err := range r.All() {
			require.NoError(t, err)
			assert.Equal(t, "vm", rec.Host, rec.Raw)
			assert.NotEmpty(t, rec.Program, rec.Raw)
			assert.NotEmpty(t, rec.Message, rec.Raw)
			assert.Equal(t, 2026, rec.Time.Year(), rec.Raw)
			assert.Equal(t, time.November, rec.Time.Month())
		}
		s := r.Stats()
		assert.Equal(t, s.Lines, s.Understood, name)
		assert.Equal(t, int64(len(data)), s.Bytes)
	}
}
