package auditd

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

func line[N int | int64](typ string, sec int, serial N, body string) string {
	return fmt.Sprintf("type=%s msg=audit(%d.001:%d): %s", typ, sec, serial, body)
}

func TestJoinInterleaved(t *testing.T) {
	events, _, stats := read(t, Options{},
		"type=SYSCALL msg=audit(1451781471.394:194435): pid=5",
		"type=SYSCALL msg=audit(1451781471.394:194433): pid=3",
		"type=PROCTITLE msg=audit(1451781471.394:194433): proctitle=\"three\"",
		"type=PROCTITLE msg=audit(1451781471.394:194435): proctitle=\"five\"")
	require.Len(t, events, 2)
	assert.Equal(t, []string{"1451781471.394:194435", "1451781471.394:194433"}, ids(events), "order of the first records")
	assert.Equal(t, "five", events[0].Proctitle)
	assert.Equal(t, "three", events[1].Proctitle)
	assert.Equal(t, int64(1), stats.Lost, "194434 is missing")
}

func TestJoinSyscallNotFirst(t *testing.T) {
	e := one(t,
		`type=PROCTITLE msg=audit(1.001:5): proctitle="cat"`,
		`type=PATH msg=audit(1.001:5): item=0 name="/etc/passwd" nametype=NORMAL`,
		`type=SYSCALL msg=audit(1.001:5): arch=c000003e syscall=2 success=yes exit=3 pid=9 uid=7`,
		`type=EOE msg=audit(1.001:5): `)
	assert.Equal(t, []string{"PROCTITLE", "PATH", "SYSCALL", "EOE"}, types(e))
	assert.Equal(t, n(9), e.PID)
	assert.Equal(t, "open", e.Syscall)

	e = one(t,
		`type=LOGIN msg=audit(1.001:6): pid=2288 uid=0 old-auid=4294967295 auid=42 tty=(none) old-ses=4294967295 ses=1 res=1`,
		`type=SYSCALL msg=audit(1.001:6): arch=c000003e syscall=1 success=yes exit=2 ppid=1 pid=2288 auid=42 uid=3 comm="(systemd)"`)
	assert.Equal(t, n(3), e.UID, "the process is the SYSCALL record's")
	assert.Equal(t, n(42), e.AUID)
	f, ok := e.Records[0].Field("old-auid")
	require.True(t, ok)
	assert.True(t, f.Absent())
}

func TestJoinURingOp(t *testing.T) {
	e := one(t, "type=URINGOP msg=audit(1737533617.373:12266329): uring_op=18 success=yes exit=0 items=0 ppid=1 pid=3178806 uid=4 gid=0",
		`type=CWD msg=audit(1737533617.373:12266329): cwd="/"`)
	assert.Equal(t, n(3178806), e.PID)
	assert.Equal(t, n(4), e.UID)
	assert.False(t, e.AUID.OK)
	assert.Equal(t, ResultSuccess, e.Success)
	assert.Empty(t, e.Syscall)
	assert.False(t, e.SyscallNum.OK)
}

func TestJoinDuplicates(t *testing.T) {
	a := line("SYSCALL", 1, 1, "pid=1")
	b := line("CWD", 1, 1, `cwd="/"`)
	eoe := line("EOE", 1, 1, "")
	events, _, stats := read(t, Options{}, a, b, eoe, a, b, eoe)
	require.Len(t, events, 1)
	assert.Equal(t, []string{"SYSCALL", "CWD", "EOE"}, types(events[0]))
	assert.Equal(t, int64(3), stats.Duplicate)
	assert.Equal(t, int64(1), stats.Records)

	// also when the event was handed out long ago
	lines := []string{a, b}
	for i := range 50 {
		lines = append(lines, line("SYSCALL", 100+i, 2+i, "pid=1"))
	}
	events, _, stats = read(t, Options{}, append(lines, a, b)...)
	assert.Len(t, events, 51)
	assert.Equal(t, int64(2), stats.Duplicate)
}

func TestJoinRepeatedRecords(t *testing.T) {
	e := one(t,
		"type=AVC msg=audit(1.001:9): avc:  denied  { read } for  pid=1 comm=\"a\"",
		"type=AVC msg=audit(1.001:9): avc:  denied  { write } for  pid=1 comm=\"a\"",
		`type=PATH msg=audit(1.001:9): item=1 name="/b"`,
		`type=PATH msg=audit(1.001:9): item=0 name="/a"`,
		`type=PATH msg=audit(1.001:9): item=2 name=(null)`)
	assert.Equal(t, []string{"AVC", "AVC", "PATH", "PATH", "PATH"}, types(e))
	require.Len(t, e.Paths, 3)
	assert.Equal(t, "/a", e.Paths[0].Name, "paths are in item order")
	assert.Equal(t, "/b", e.Paths[1].Name)
	assert.Empty(t, e.Paths[2].Name)
	assert.Equal(t, 3, e.Paths[0].Record)
}

func TestJoinSerialWrap(t *testing.T) {
	events, _, stats := read(t, Options{},
		line("SYSCALL", 1, int64(4294967294), ""), line("SYSCALL", 1, int64(4294967295), ""), line("SYSCALL", 1, 0, ""), line("SYSCALL", 2, 1, ""))
	assert.Equal(t, []string{"1.001:4294967294", "1.001:4294967295", "1.001:0", "2.001:1"}, ids(events))
	assert.Zero(t, stats.Lost)
}

func TestJoinLost(t *testing.T) {
	for _, tc := range []struct {
		name    string
		serials []int
		lost    int64
	}{
		{"none", []int{1, 2, 3}, 0},
		{"gap", []int{1, 4, 5}, 2},
		{"late one fills its gap", []int{1, 3, 2, 4}, 0},
		{"reboot", []int{100_000, 100_001, 1, 2}, 0},
		{"gap after reboot", []int{100_000, 1, 3}, 1},
		{"first ones out of order", []int{3, 1}, 1},
	} {
		var lines []string
		for _, s := range tc.serials {
			lines = append(lines, line("SYSCALL", 1, s, ""))
		}
		_, _, stats := read(t, Options{}, lines...)
		assert.Equal(t, tc.lost, stats.Lost, tc.name)
	}
	_, _, stats := read(t, Options{}, line("DAEMON_START", 1, 7507, ""), line("SYSCALL", 1, 18, ""), line("DAEMON_CONFIG", 1, 7508, ""), line("SYSCALL", 1, 19, ""))
	assert.Zero(t, stats.Lost, "the daemon counts for itself")
	_, _, stats = read(t, Options{}, line("SYSCALL", 1, 500, ""), line("SYSCALL", 60, 1, ""), line("SYSCALL", 61, 2, ""))
	assert.Zero(t, stats.Lost, "a reboot after few events")
	_, _, stats = read(t, Options{}, "node=a "+line("SYSCALL", 1, 5, ""), "node=b "+line("SYSCALL", 1, 900, ""), "node=a "+line("SYSCALL", 1, 6, ""))
	assert.Zero(t, stats.Lost, "each node counts for itself")
}

// others returns events of one record that come between those of another.
func others(sec, count int) (lines []string) {
	for i := range count {
		lines = append(lines, line("CWD", sec, 1000+i, `cwd="/other"`))
	}
	return lines
}

func TestJoinLate(t *testing.T) {
	log := append([]string{line("SYSCALL", 1, 1, "pid=1")}, others(10, minLines)...)
	log = append(log, line("CWD", 1, 1, `cwd="/"`), line("PATH", 1, 1, `item=0 name="x"`))
	events, _, stats := read(t, Options{}, log...)
	require.Len(t, events, minLines+2, "nothing is swallowed")
	assert.False(t, events[0].Late)
	last := events[len(events)-1]
	assert.True(t, last.Late)
	assert.Equal(t, []string{"CWD", "PATH"}, types(last))
	assert.Equal(t, int64(1), stats.OutOfOrder)

	events, _, _ = read(t, Options{Wait: time.Minute}, log...)
	assert.Len(t, events, minLines+1)
	events, _, _ = read(t, Options{}, append(log[:10:10], log[len(log)-2:]...)...)
	assert.Len(t, events, 10, "few records came between")
}

// TestJoinSlowCall: a stamp is of the beginning of a system call, and its
// records are written when it ends.
func TestJoinSlowCall(t *testing.T) {
	events, _, _ := read(t, Options{},
		line("SYSCALL", 90, 5, "pid=5"), line("SYSCALL", 20, 1, "pid=1"), line("SYSCALL", 90, 6, "pid=6"),
		line("CWD", 90, 5, `cwd="/5"`), line("CWD", 20, 1, `cwd="/1"`), line("CWD", 90, 6, `cwd="/6"`),
		line("PATH", 20, 1, "item=0"), line("PATH", 90, 5, "item=0"))
	require.Len(t, events, 3)
	for _, e := range events {
		assert.Equal(t, "/"+e.PID.String(), e.CWD)
	}
	// a denial in the call comes at once, the call when it ends
	log := append([]string{line("AVC", 90, 5, "avc:  denied  { read } for  pid=5")}, others(90, 500)...)
	events, _, _ = read(t, Options{}, append(log, line("SYSCALL", 90, 5, "pid=5 uid=7"))...)
	assert.Len(t, events, 501)
	assert.Equal(t, n(7), events[0].UID)
}

// TestJoinShuffled: records may come in any order, within the window.
func TestJoinShuffled(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "audit.log"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	show := func(lines []string) map[string]string {
		events, errs, _ := read(t, Options{}, lines...)
		require.Empty(t, errs)
		got := make(map[string]string)
		for _, e := range events {
			assert.False(t, e.Late, e.Stamp)
			got[e.Stamp] = fmt.Sprintf("%q %s %s %v %q %s %v %v %d", e.Argv, e.Exe, e.CWD, e.PID, e.Proctitle, e.Syscall, e.Result, e.Socks == nil, len(e.Records))
			for _, p := range e.Paths {
				got[e.Stamp] += fmt.Sprintf(" %d %q", p.Item, p.Name)
			}
		}
		return got
	}
	want := show(lines)
	require.Len(t, want, 722)
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 1))
		at := make(map[string]float64)
		for i, l := range lines {
			at[l] = float64(i) + r.Float64()*20
		}
		mixed := slices.Clone(lines)
		slices.SortFunc(mixed, func(a, b string) int { return cmp.Compare(at[a], at[b]) })
		require.NotEqual(t, lines, mixed)
		assert.Equal(t, want, show(mixed))
	}
}

func TestJoinClockSetBack(t *testing.T) {
	events, _, _ := read(t, Options{},
		line("SYSCALL", 9000, 1, "pid=1"), line("CWD", 9000, 1, `cwd="/"`),
		line("SYSCALL", 100, 2, "pid=2"), line("CWD", 100, 2, `cwd="/"`), line("SYSCALL", 101, 3, "pid=3"), line("CWD", 101, 3, `cwd="/"`),
		line("PATH", 100, 2, "item=0"))
	require.Len(t, events, 3)
	for _, e := range events {
		assert.Equal(t, "/", e.CWD)
		assert.False(t, e.Late)
	}
}

func TestJoinWindow(t *testing.T) {
	var lines []string
	for i := range 10 {
		lines = append(lines, line("SYSCALL", 1, i, ""))
	}
	lines = append(lines, line("CWD", 1, 0, `cwd="/"`))
	events, _, _ := read(t, Options{Window: 5}, lines...)
	assert.Len(t, events, 11)
	events, _, _ = read(t, Options{Window: 10}, lines...)
	assert.Len(t, events, 10)
}

func TestJoinLimits(t *testing.T) {
	lines := []string{line("SYSCALL", 1, 1, "pid=1")}
	for i := range 20 {
		lines = append(lines, line("PATH", 1, 1, fmt.Sprintf("item=%d name=\"/%d\"", i, i)))
	}
	events, _, stats := read(t, Options{MaxRecords: 10}, lines...)
	require.Len(t, events, 1)
	assert.True(t, events[0].Cut)
	assert.Len(t, events[0].Records, 10)
	assert.Equal(t, int64(11), stats.Dropped)
	events, _, _ = read(t, Options{MaxBytes: 200}, lines...)
	assert.True(t, events[0].Cut)
	assert.Less(t, len(events[0].Records), 10)

	events, _, _ = read(t, Options{MaxOpen: 100}, lines...)
	assert.Greater(t, len(events), 5, "an event that grows too large is handed out in parts")
	assert.True(t, events[1].Late)

	events, errs, stats := read(t, Options{MaxLine: 60}, line("SYSCALL", 1, 1, strings.Repeat("x", 100)))
	require.Len(t, events, 1, "what is left of a line is read")
	assert.Len(t, errs, 1)
	assert.Equal(t, int64(1), stats.Truncated)
}

func TestJoinByteByByte(t *testing.T) {
	log := strings.Join([]string{
		line("SYSCALL", 1, 2, "pid=1"), line("SYSCALL", 1, 1, "pid=2"), line("CWD", 1, 2, `cwd="/"`), line("EOE", 1, 1, ""),
	}, "\r\n")
	r := NewReader(iotest.OneByteReader(strings.NewReader(log)), Options{})
	var got []string
	for e, err := range r.All() {
		require.NoError(t, err)
		got = append(got, e.Stamp+strings.Join(types(e), ","))
	}
	assert.Equal(t, []string{"1.001:2SYSCALL,CWD", "1.001:1SYSCALL,EOE"}, got)
	assert.Equal(t, int64(len(log)), r.Stats().Bytes)
}

func TestReadError(t *testing.T) {
	r := NewReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(line("CWD", 1, 1, "cwd=\"/\"")))), Options{})
	var got error
	for _, err := range r.All() {
		if err != nil {
			got = err
		}
	}
	// the cut line fails first, the input last
	assert.ErrorIs(t, got, iotest.ErrTimeout)
}

func TestBreakAndGoOn(t *testing.T) {
	log := line("CWD", 1, 1, "cwd=\"/a\"") + "\n" + line("CWD", 9, 2, "cwd=\"/b\"") + "\n"
	r := NewReader(strings.NewReader(log), Options{})
	for e := range r.All() {
		assert.Equal(t, "/a", e.CWD)
		break
	}
	for e := range r.All() {
		assert.Equal(t, "/b", e.CWD)
	}
}
