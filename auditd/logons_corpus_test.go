package auditd_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// The peers' logon cases hold records of audit.log, which package syslog hands
// on.
func TestLogonCorpus(t *testing.T) {
	t.Parallel()
	f, err := os.Open(sharedtest.Dir(t, "corpus/logons/cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	n := 0
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var c struct {
			Line   string
			Expect struct{ Kind, Source string }
		}
		require.NoError(t, json.Unmarshal(sc.Bytes(), &c))
		if !strings.HasPrefix(c.Line, "type=") || c.Expect.Kind != "logon_failure" { // "no_match": counted at another record of the attempt
			continue
		}
		n++
		for ev, err := range auditd.NewReader(strings.NewReader(c.Line+"\n"), auditd.Options{}).All() {
			require.NoError(t, err, c.Line)
			assert.Equal(t, auditd.ResultFail, ev.Result, c.Line)
			assert.Equal(t, c.Expect.Source, ev.Addr.String(), c.Line)
		}
	}
	require.NoError(t, sc.Err())
	assert.Positive(t, n)
}
