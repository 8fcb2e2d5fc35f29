package hunt_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// dated is a log with a line a minute for a few hours, rotated under the dates
// given.
func dated(days ...int) fstest.MapFS {
	files := fstest.MapFS{}
	for _, day := range days {
		var b strings.Builder
		for m := range 120 {
			fmt.Fprintf(&b, "2026-10-%02dT%02d:%02d:00.000000+00:00 web01 sshd[%d]: Connection closed by 192.0.2.1 port 22\n", day, 10+m/60, m%60, 100+m)
		}
		files[fmt.Sprintf("secure-202610%02d", day+1)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return files
}

func TestDatedRotations(t *testing.T) {
	list := silencesOf(investigate(t, open(t, dated(1, 8, 15, 22, 29)), hunt.Options{}), hunt.SilenceRotated)
	assert.Empty(t, list, "a week each")
	list = silencesOf(investigate(t, open(t, dated(1, 8, 22, 29)), hunt.Options{}), hunt.SilenceRotated)
	require.Len(t, list, 1)
	assert.Contains(t, list[0].Text, "secure-20261016 is not there")
	assert.Equal(t, hunt.SeverityLow, list[0].Severity)
	list = silencesOf(investigate(t, open(t, dated(1, 3, 4, 9)), hunt.Options{}), hunt.SilenceRotated)
	for _, s := range list {
		assert.LessOrEqual(t, s.Severity.Compare(hunt.SeverityLow), 0)
	}
}

// TestHolesOfZeros: emptying a log under its daemon leaves NUL bytes; whole
// logs have none.
func TestHolesOfZeros(t *testing.T) {
	auth := ordinary(6, nil).auth.String()
	holes := func(text string) []hunt.Silence {
		return silencesOf(investigate(t, open(t, fstest.MapFS{"auth.log": {Data: []byte(text)}}), hunt.Options{}), hunt.SilenceTruncated)
	}
	assert.Empty(t, holes(auth))
	at := strings.Index(auth, "2026-11-20T10:")
	list := holes(auth[:at] + strings.Repeat("\x00", 300) + auth[at:])
	require.Len(t, list, 1)
	assert.Contains(t, list[0].Text, "NUL bytes")
	assert.Equal(t, hunt.SeverityLow, list[0].Severity)
	list = holes(auth[:len(auth)-9])
	require.Len(t, list, 1)
	assert.Contains(t, list[0].Text, "ends in the middle of a line")
	assert.Equal(t, hunt.SeverityInfo, list[0].Severity)
}
