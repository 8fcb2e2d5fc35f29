package auditd

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	f, err := os.Open("testdata/host.log")
	require.NoError(t, err)
	defer f.Close()
	var got []byte
	for e, err := range NewReader(f, Options{}).All() {
		require.NoError(t, err)
		got = append(e.AppendJSON(got), '\n')
		again, err := json.Marshal(e)
		require.NoError(t, err)
		assert.JSONEq(t, string(e.AppendJSON(nil)), string(again))
		assert.Equal(t, e.AppendJSON(nil), e.Clone().AppendJSON(nil))
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/host.jsonl", got, 0o644))
	}
	want, err := os.ReadFile("testdata/host.jsonl")
	require.NoError(t, err)
	wantLines, gotLines := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	require.Len(t, gotLines, len(wantLines))
	for i := range wantLines {
		assert.Equal(t, string(wantLines[i]), string(gotLines[i]))
	}
}
