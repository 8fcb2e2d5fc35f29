package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// did is a process as a plan in auditd/testdata/forks.py's form has it.
type did struct {
	PID  int             `json:"pid"`
	Do   json.RawMessage `json:"do"`
	Code int             `json:"code"`
}

// outline returns the plan's processes, one a line, indented by depth.
func (d did) outline(t *testing.T, indent string) string {
	t.Helper()
	var argv []string
	var children []did
	if json.Unmarshal(d.Do, &argv) != nil {
		argv = nil
		require.NoError(t, json.Unmarshal(d.Do, &children))
	}
	text := fmt.Sprintf("%s%d %q exit %d\n", indent, d.PID, argv, d.Code)
	for _, c := range children {
		text += c.outline(t, indent+" ")
	}
	return text
}

// TestLives: testdata/lives.log.gz is what the kernel logged of testdata/lives.json,
// in which four pids are used 80 times, by processes that exec and such that
// only fork, many of them within one tick of the log's clock. The tree has
// each of them once, where it belongs.
func TestLives(t *testing.T) {
	plan, err := os.ReadFile("testdata/lives.json")
	require.NoError(t, err)
	var root did
	require.NoError(t, json.Unmarshal(plan, &root))
	var out, notes bytes.Buffer
	require.Zero(t, run([]string{"testdata/lives.log.gz"}, nil, &out, &notes), notes.String())

	type process struct {
		ID, Parent, PID int
		Argv            []string
		ExitCode        *int `json:"exit_code"`
		Edge            string
	}
	children := map[int][]process{}
	for d := json.NewDecoder(&out); d.More(); {
		var p process
		require.NoError(t, d.Decode(&p))
		children[p.Parent] = append(children[p.Parent], p)
		if p.Parent > 2 {
			assert.Equal(t, "observed", p.Edge)
		}
	}
	var outline func(p process, indent string) string
	outline = func(p process, indent string) string {
		require.NotNil(t, p.ExitCode, "%d", p.PID)
		if len(p.Argv) > 0 && p.Argv[0] != "/bin/sh" { // the script's own, forked and kept
			p.Argv = nil
		}
		text := fmt.Sprintf("%s%d %q exit %d\n", indent, p.PID, p.Argv, *p.ExitCode)
		for _, c := range children[p.ID] {
			text += outline(c, indent+" ")
		}
		return text
	}
	require.Len(t, children[0], 1)
	top := children[children[0][0].ID]
	require.Len(t, top, 1)
	assert.Equal(t, root.outline(t, ""), outline(top[0], ""))
}
