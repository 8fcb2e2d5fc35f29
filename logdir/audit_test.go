package logdir_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

func auditOf(t testing.TB, d *logdir.Dir, host string, w querytime.Window) (events []*auditd.Event, errs []string) {
	t.Helper()
	for ev, err := range d.Audit(context.Background(), host, w) {
		if err != nil {
			errs = append(errs, err.Error())
			continue
		}
		events = append(events, ev)
	}
	return events, errs
}

// Wherever rotation cuts the log, the same events come with references into
// the right files.
func TestAuditOverRotation(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "audit.log"))
	require.NoError(t, err)
	data := string(raw)
	want, errs := auditOf(t, openFS(t, tree(map[string]string{"audit/audit.log": data}), logdir.Options{}), "", querytime.Window{})
	require.Empty(t, errs)
	require.Len(t, want, 722)
	lines := strings.SplitAfter(data, "\n")
	for _, cut := range []int{1, 2, 100, 1000, 1001, 1002, 2961} {
		old, now := strings.Join(lines[:cut], ""), strings.Join(lines[cut:], "")
		d := openFS(t, tree(map[string]string{
			"audit/audit.log.1.gz": gz(old), "audit/audit.log": now,
		}), logdir.Options{})
		got, errs := auditOf(t, d, "", querytime.Window{})
		assert.Empty(t, errs)
		require.Len(t, got, len(want), "cut after line %d", cut)
		for i, ev := range got {
			require.Equal(t, want[i].ID, ev.ID)
			require.Equal(t, want[i].Argv, ev.Argv)
			require.Len(t, ev.Records, len(want[i].Records))
			for j, r := range ev.Records {
				w := want[i].Records[j].Ref
				if w.Offset < int64(len(old)) {
					w.File = "audit/audit.log.1.gz"
				} else {
					w.Offset -= int64(len(old))
					w.Line -= int64(cut)
				}
				require.Equal(t, w, r.Ref)
			}
		}
		a, b := statsOf(t, d, "audit/audit.log.1.gz"), statsOf(t, d, "audit/audit.log")
		assert.Equal(t, []int64{int64(cut), int64(len(old))}, []int64{a.Lines, a.Bytes})
		assert.Equal(t, []int64{int64(2962 - cut), int64(len(now))}, []int64{b.Lines, b.Bytes})
		assert.Equal(t, int64(722), a.Records+b.Records)
		assert.Equal(t, int64(2962), a.Understood+b.Understood)
	}
}

func TestAuditTornFile(t *testing.T) {
	old := "type=USER_END msg=audit(1795422396.123:77): pid=1 uid=0\ntype=USER_END msg=audit(1795422397.1"
	now := "type=USER_END msg=audit(1795422398.123:79): pid=1 uid=0\nrubbish here\n"
	d := openFS(t, tree(map[string]string{"audit.log.1": old, "audit.log": now}), logdir.Options{})
	events, errs := auditOf(t, d, "", querytime.Window{})
	require.Len(t, events, 2)
	assert.Equal(t, "audit.log:1", events[1].Ref().String())
	assert.Zero(t, events[1].Ref().Offset)
	require.Len(t, errs, 2)
	assert.Contains(t, errs[0], "audit.log.1:2 (byte 56): ")
	assert.Contains(t, errs[1], "audit.log:2 (byte 56): ")
	assert.Equal(t, int64(1), statsOf(t, d, "audit.log.1").Unknown)
	assert.Equal(t, int64(2), statsOf(t, d, "audit.log.1").Lines)
	assert.Equal(t, int64(len(old)), statsOf(t, d, "audit.log.1").Bytes)
	assert.Equal(t, int64(2), statsOf(t, d, "audit.log").Lines)
	assert.Len(t, statsOf(t, d, "audit.log").Errors, 1)
}

func TestAuditHostWindowAndCopies(t *testing.T) {
	text := "node=a type=USER_END msg=audit(1795422396.123:77): pid=1 uid=0\n" +
		"node=b type=USER_END msg=audit(1795422397.123:77): pid=1 uid=0\n" +
		"type=USER_END msg=audit(1795422398.123:78): pid=1 uid=0\n"
	d := openFS(t, tree(map[string]string{"audit/audit.log": text, "copy/audit.log": text, "audit/audit.log.1": ""}), logdir.Options{})
	events, errs := auditOf(t, d, "", querytime.Window{})
	assert.Empty(t, errs)
	assert.Len(t, events, 3)
	assert.Equal(t, int64(3), statsOf(t, d, "copy/audit.log").Duplicate)
	events, _ = auditOf(t, d, "A", querytime.Window{})
	assert.Len(t, events, 2, "an event without a node belongs to every host")
	at := time.Unix(1795422397, 0)
	events, _ = auditOf(t, d, "", querytime.Window{Start: at, End: at.Add(time.Second)})
	require.Len(t, events, 1)
	assert.Equal(t, "b", events[0].Node)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for ev, err := range d.Audit(ctx, "", querytime.Window{}) {
		assert.Nil(t, ev)
		assert.ErrorIs(t, err, context.Canceled)
	}
}

func TestLogins(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "btmp"))
	require.NoError(t, err)
	const size = 384
	old, now := string(raw[:10*size]), string(raw[10*size:])
	d := openFS(t, tree(map[string]string{"btmp.1": old, "btmp": now + "half a record", "wtmp": string(raw[:2*size]), "utmp": string(raw[:size])}), logdir.Options{})
	var times []time.Time
	var errs []error
	failed := 0
	for r, err := range d.Logins(context.Background(), "", querytime.Window{}) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		times = append(times, r.Time)
		if r.Failed {
			failed++
		}
	}
	assert.Len(t, times, 50)
	assert.Equal(t, 48, failed)
	assert.IsNonDecreasing(t, unix(times))
	require.Len(t, errs, 1)
	assert.EqualError(t, errs[0], "btmp (byte 14592): half a record: 13 bytes at the end")
	assert.Equal(t, int64(1), statsOf(t, d, "wtmp").Duplicate+statsOf(t, d, "utmp").Duplicate)
	n := 0
	for _, err := range d.Logins(context.Background(), "any", querytime.Window{Start: times[20], End: times[30]}) {
		if err == nil {
			n++
		}
	}
	assert.Equal(t, 10, n, "%v", times[20:30])
}

func unix(ts []time.Time) []int64 {
	out := make([]int64, len(ts))
	for i, t := range ts {
		out[i] = t.UnixMicro()
	}
	return out
}

// A record that was wiped has no time: it comes with the one before it.
func TestWipedLogin(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "btmp"))
	require.NoError(t, err)
	copy(raw[5*384:6*384], make([]byte, 384))
	d := openFS(t, tree(map[string]string{"btmp": string(raw)}), logdir.Options{})
	wiped := 0
	for r, err := range d.Logins(context.Background(), "", querytime.Window{Start: time.Unix(1795422000, 0), End: time.Unix(1795423000, 0)}) {
		require.NoError(t, err)
		if r.Erased() {
			wiped++
			assert.Equal(t, int64(5*384), r.Ref.Offset)
		}
	}
	assert.Equal(t, 1, wiped)
}
