package auditd_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/auditd"
)

func TestNewAnyReader(t *testing.T) {
	t.Parallel()
	const line = `type=EXECVE msg=audit(1763888401.000:6): argc=1 a0="id"`
	const row = `{"ID":"1763888401.000:6","EXECVE":{"argc":1,"ARGV":["id"]}}`
	for name, text := range map[string]string{
		"log": line, "node": "node=h " + line, "rows": row, "array": "[\n  " + row + "]", "mark": "\ufeff\r\n" + row,
	} {
		var events []*auditd.Event
		for ev, err := range auditd.NewAnyReader(iotest.OneByteReader(strings.NewReader(text+"\n")), auditd.Options{}).All() {
			require.NoError(t, err, name)
			events = append(events, ev)
		}
		require.Len(t, events, 1, name)
		assert.Equal(t, []string{"id"}, events[0].Argv, name)
	}
	for range auditd.NewAnyReader(strings.NewReader(""), auditd.Options{}).All() {
		t.Fatal("of nothing comes nothing")
	}
	broken := errors.New("no disk")
	for _, err := range auditd.NewAnyReader(iotest.ErrReader(broken), auditd.Options{}).All() {
		require.ErrorIs(t, err, broken)
	}
}
