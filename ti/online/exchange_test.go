package online_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// TestExchanges holds what is sent and what is made of the answers.
func TestExchanges(t *testing.T) {
	s := newServer(t)
	var golden bytes.Buffer
	seenNames := map[string]bool{}
	for _, e := range exchanges {
		seenNames[e.provider] = true
		code := e.code
		if code == 0 {
			code = 200
		}
		s.answer(reply(code, e.body))
		c, err := ti.Open(ti.Options{MaxWait: -1, Clock: fixedClock{}}, provider(t, s, e.provider))
		require.NoError(t, err)
		res, err := c.Lookup(t.Context(), []ti.Indicator{{Type: e.typ, Value: e.value}})
		require.NoError(t, err)
		require.Len(t, res, 1)
		r := res[0]
		name := e.provider + "/" + e.name
		assert.Equal(t, e.severity, r.Severity, name)
		assert.Equal(t, e.status, r.Status, "%s: %s", name, r.Reason)
		assert.Equal(t, e.status == ti.OK || e.status == ti.NoData, r.Reason == "", name)
		require.Len(t, s.seen(), 1, name)
		fmt.Fprintf(&golden, "== %s\n%s", name, text(s.seen()[0]))
		r.Raw = nil
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		require.NoError(t, enc.Encode(r))
		golden.Write(out.Bytes())
	}
	for _, name := range online.Names() {
		assert.True(t, seenNames[name], name)
	}
	path := filepath.Join("testdata", "results.golden")
	if *update {
		require.NoError(t, os.WriteFile(path, golden.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), golden.String())
}

// text writes a request as the golden file has it.
func text(r seen) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s https://%s%s\n", r.method, r.host, r.uri)
	var names []string
	for name := range r.header {
		if name != "Accept-Encoding" && name != "Content-Length" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(r.header[name], ", "))
	}
	if r.body != "" {
		fmt.Fprintf(&b, "\n%s\n", r.body)
	}
	return b.String()
}
