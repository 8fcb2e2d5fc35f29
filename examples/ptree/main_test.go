package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ptree"
)

var update = flag.Bool("update", false, "write the golden files anew")

const log = `type=SYSCALL msg=audit(1795422399.049:605): arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=100 pid=101 auid=1001 uid=1001 gid=1001 euid=1001 tty=pts0 ses=2 comm="bash" exe="/usr/bin/bash" key="exec"
type=EXECVE msg=audit(1795422399.049:605): argc=1 a0="-bash"
type=SYSCALL msg=audit(1795422400.049:606): arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=101 pid=102 auid=1001 uid=0 gid=0 euid=0 tty=pts0 ses=2 comm="sh" exe="/usr/bin/dash" key="exec"
type=EXECVE msg=audit(1795422400.049:606): argc=3 a0="sh" a1="-c" a2=6964203E202F746D702FFF1B5B324A
rubbish
`

const want = `{"id":1,"pid":100,"last":"2026-11-23T08:26:39.049Z","depth":1,"path":"?[100]","inferred":false,"edge":"unknown","reason":"the process itself is not in the log","placeholder":true,"children":1}
{"id":2,"pid":101,"ppid":100,"exe":"/usr/bin/bash","comm":"bash","cmdline":"-bash","argv":["-bash"],"user":"1001","uid":"1001","ses":2,"tty":"pts0","start":"2026-11-23T08:26:39.049Z","start_from":"exec","last":"2026-11-23T08:26:40.049Z","depth":2,"path":"?[100]/bash[101]","parent":1,"inferred":true,"edge":"inferred","reason":"the parent is known by its pid alone","children":1,"refs":[{"file":"stdin","line":1,"offset":0,"length":208},{"file":"stdin","line":2,"offset":209,"length":60}]}
{"id":3,"pid":102,"ppid":101,"exe":"/usr/bin/dash","comm":"sh","cmdline":"sh -c id > /tmp/\\xff\u001b[2J","argv":["sh","-c","id > /tmp/\\xff\u001b[2J"],"user":"0","uid":"0","ses":2,"tty":"pts0","start":"2026-11-23T08:26:40.049Z","start_from":"exec","last":"2026-11-23T08:26:40.049Z","depth":3,"path":"?[100]/bash[101]/dash[102]","parent":2,"parent_exe":"/usr/bin/bash","inferred":false,"edge":"observed","refs":[{"file":"stdin","line":3,"offset":270,"length":197},{"file":"stdin","line":4,"offset":468,"length":99}]}
`

const drawing = `?[100]
└~ bash[101] uid 1001 ses 2 08:26:39  -bash
   └─ dash[102] uid 0 08:26:40  sh -c id > /tmp/\xff\x1b[2J
`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	older, newer := filepath.Join(dir, "audit.log.1.gz"), filepath.Join(dir, "audit.log")
	lines := strings.SplitAfterN(log, "\n", 3)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write([]byte(lines[0] + lines[1]))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(older, z.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(newer, []byte(lines[2]), 0o600))
	broken := filepath.Join(dir, "broken.gz")
	require.NoError(t, os.WriteFile(broken, z.Bytes()[:30], 0o600))

	for _, tc := range []struct {
		name           string
		args           []string
		stdin          string
		code           int
		stdout, stderr string
	}{
		{"json", []string{"-"}, log, 0, want, "stdin: 5 lines, 2 events, 1 lines not read\nptree: 3 processes (1 known by their pid alone), 1 roots, largest depth 3, 1 edges inferred"},
		{"text", []string{"-text", "-"}, log, 0, drawing, ""},
		{"two files in the wrong order, one compressed", []string{"-text", newer, older}, "", 0, drawing, "3 processes"},
		{"filtered", []string{"-text", "-user", "1001", "-"}, log, 0, strings.Join(strings.SplitAfter(drawing, "\n")[:2], ""), ""},
		{"filtered, and below", []string{"-text", "-user", "1001", "-below", "-"}, log, 0, drawing, ""},
		{"window", []string{"-text", "-window", "2026-11-23T08:26:40/1h", "-session", "2", "-"}, log, 0, drawing, ""},
		{
			"rare",
			[]string{"-rare", "-"},
			strings.NewReplacer("bash", "nginx").Replace(log), 0,
			`{"rule":"server_shell","why":"/usr/bin/nginx, which serves the network, runs /usr/bin/dash",` +
				strings.NewReplacer("bash", "nginx", `"offset":270`, `"offset":273`, `"offset":468`, `"offset":471`).Replace(strings.SplitAfter(want, "\n")[2][1:]), "3 processes",
		},
		{"nothing fits", []string{"-session", "77", "-"}, log, 0, "", "no process fits"},
		{"dot", []string{"-dot", "-user", "nobody", "-"}, log, 0, "digraph processes {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"monospace\"];\n}\n", ""},
		{"ascii, narrow", []string{"-text", "-ascii", "-width", "40", "-full", "-"}, log, 0, "?[100]\n`~ bash[101] uid 1001 ses 2 08:26:39  -…\n   `- dash[102] uid 0 08:26:40  sh -c i…\n", ""},
		{"empty", []string{"-"}, "", 0, "", "0 processes"},
		{"help", []string{"-h"}, "", 0, "", "example:"},
		{"no file named", nil, "", 2, "", "name a log file"},
		{"unknown flag", []string{"-x"}, "", 2, "", "usage:"},
		{"bad window", []string{"-window", "soon", "-"}, "", 2, "", `time window "soon"`},
		{"two forms", []string{"-text", "-dot", "-"}, "", 2, "", "exclude each other"},
		{"negative width", []string{"-width", "-1", "-"}, "", 2, "", "must not be negative"},
		{"missing file", []string{"-text", newer + ".none", older, newer}, "", 1, drawing, "audit.log.none"},
		{"broken gzip", []string{"-text", broken, older, newer}, "", 1, drawing, "broken.gz: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			assert.Equal(t, tc.code, run(tc.args, strings.NewReader(tc.stdin), &out, &errs), errs.String())
			assert.Equal(t, tc.stdout, out.String())
			assert.Contains(t, errs.String(), tc.stderr)
		})
	}
}

// TestSample draws the captured intrusion and compares the program's own
// numbers with each other.
func TestSample(t *testing.T) {
	sample := filepath.Join("..", "..", "sample", "log", "audit", "audit.log")
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"-text", sample}, nil, &out, &errs), errs.String())
	golden := filepath.Join("testdata", "sample.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
	}
	drawn, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(drawn), out.String())

	out.Reset()
	require.Zero(t, run([]string{sample}, nil, &out, &errs))
	byID := map[int]ptree.Record{}
	for l := range strings.Lines(out.String()) {
		var r ptree.Record
		require.NoError(t, json.Unmarshal([]byte(l), &r))
		byID[r.ID] = r
		assert.Equal(t, r.Depth, strings.Count(r.Path, "/")+1)
		if r.Parent != 0 {
			up, ok := byID[r.Parent]
			require.True(t, ok, "parents come first")
			assert.Equal(t, up.Depth+1, r.Depth)
			assert.Equal(t, r.PPID, up.PID)
		}
	}
	assert.Contains(t, errs.String(), "722 events, 0 lines not read")
}
