package logdir_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/syslog"
)

func TestRotationOverNewYear(t *testing.T) {
	files := tree(map[string]string{
		"auth.log":      "Jan  9 00:00:01 web sshd[9]: five\nFeb  1 10:00:00 web sshd[9]: six\n",
		"auth.log.1":    "Dec 31 23:59:59 web sshd[7]: three\nJan  1 00:00:00 web sshd[8]: four\n",
		"auth.log.2.gz": gz("Nov 30 23:00:00 web sshd[6]: one\n", "Dec 24 12:00:00 web sshd[6]: two\n"),
	})
	wantTimes := []string{
		"2025-11-30 23:00:00", "2025-12-24 12:00:00", "2025-12-31 23:59:59", "2026-01-01 00:00:00", "2026-01-09 00:00:01", "2026-02-01 10:00:00",
	}
	check := func(t *testing.T, d *logdir.Dir) {
		t.Helper()
		g := syslogOf(d, "", querytime.Window{})
		assert.Empty(t, g.errs)
		assert.Equal(t, wantTimes, g.times)
		for i, word := range strings.Fields("one two three four five six") {
			assert.True(t, strings.HasSuffix(g.raws[i], word))
		}
	}
	t.Run("file times", func(t *testing.T) {
		for _, f := range files {
			f.ModTime = time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)
		}
		check(t, openFS(t, files, logdir.Options{}))
	})
	t.Run("file times of a copy and a dated log", func(t *testing.T) {
		files["audit/audit.log"] = &fstest.MapFile{Data: []byte("type=USER_END msg=audit(1769940000.123:77): pid=1 uid=0\n")} // 1 February 2026
		defer delete(files, "audit/audit.log")
		for _, f := range files {
			f.ModTime = time.Date(2029, 5, 1, 0, 0, 0, 0, time.UTC)
		}
		check(t, openFS(t, files, logdir.Options{}))
	})
	t.Run("the caller's year", func(t *testing.T) {
		check(t, openFS(t, files, logdir.Options{Year: 2025}))
	})
	t.Run("dates in names", func(t *testing.T) {
		for _, f := range files {
			f.ModTime = time.Time{}
		}
		check(t, openFS(t, fstest.MapFS{
			"auth.log-20251225.gz": files["auth.log.2.gz"], "auth.log-20260108": files["auth.log.1"], "auth.log-20260202": files["auth.log"],
		}, logdir.Options{}))
	})
}

func line(host string, at time.Time, iso bool, msg string) string {
	if iso {
		return at.Format("2006-01-02T15:04:05.000000Z07:00") + " " + host + " " + msg + "\n"
	}
	return at.Format(time.Stamp) + " " + host + " " + msg + "\n"
}

func TestCopiesComeOnce(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 250_000_000, time.UTC)
	mod := at.Add(time.Hour)
	iso := line("vm", at, true, "sshd[1]: twice") + line("vm", at.Add(time.Millisecond), true, "sshd[1]: twice") + line("vm", at.Add(2*time.Second), true, "sshd[1]: once")
	old := line("vm", at, false, "sshd[1]: twice") + line("vm", at, false, "CRON[2]: only here") + line("vm", at, false, "sshd[1]: twice") +
		line("vm", at, false, "sshd[1]: twice") + line("vm", at.Add(2*time.Second), false, "sshd[2]: once")
	d := openFS(t, fstest.MapFS{
		"auth.log": {Data: []byte(iso), ModTime: mod}, "syslog": {Data: []byte(old), ModTime: mod}, "messages": {Data: []byte(old), ModTime: mod},
	}, logdir.Options{})
	g := syslogOf(d, "", querytime.Window{})
	assert.Empty(t, g.errs)
	var where []string
	for i, r := range g.refs {
		_, msg, _ := strings.Cut(g.raws[i], " vm ")
		where = append(where, r.File+" "+msg)
	}
	assert.Equal(t, []string{
		"auth.log sshd[1]: twice", "auth.log sshd[1]: twice",
		"messages CRON[2]: only here", "messages sshd[1]: twice", // the third is in the other logs only
		"auth.log sshd[1]: once", "messages sshd[2]: once", // another pid is another event
	}, where)
	assert.Equal(t, int64(0), statsOf(t, d, "auth.log").Duplicate)
	assert.Equal(t, int64(2), statsOf(t, d, "messages").Duplicate)
	assert.Equal(t, int64(5), statsOf(t, d, "syslog").Duplicate)
}

func TestOneLogKeepsItsRepeats(t *testing.T) {
	text := strings.Repeat("Nov 23 08:00:00 vm sshd[1]: same\n", 5)
	g := syslogOf(openFS(t, tree(map[string]string{"auth.log": text}), logdir.Options{}), "", querytime.Window{})
	assert.Len(t, g.raws, 5)
	// a file beside its compressed copy, as an interrupted rotation leaves it
	g = syslogOf(openFS(t, tree(map[string]string{"auth.log.1": text, "auth.log.1.gz": gz(text)}), logdir.Options{}), "", querytime.Window{})
	assert.Len(t, g.raws, 5)
}

func TestWindowAndHost(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	var parts [3]strings.Builder
	for i := range 30 {
		host := []string{"web", "db"}[i%2]
		parts[i/10].WriteString(line(host, start.AddDate(0, 0, i), true, fmt.Sprintf("sshd[1]: day %d", i+1)))
	}
	d := openFS(t, tree(map[string]string{"secure": parts[2].String(), "secure.1": parts[1].String(), "secure.2": parts[0].String()}), logdir.Options{})
	w := querytime.Window{Start: start.AddDate(0, 0, 14), End: start.AddDate(0, 0, 16)}
	assert.Equal(t, []string{"2026-11-15 00:00:00", "2026-11-16 00:00:00"}, syslogOf(d, "", w).times)
	assert.Equal(t, []string{"2026-11-15 00:00:00"}, syslogOf(d, "WEB", w).times)
	assert.Empty(t, syslogOf(d, "web.example.org", w).times)
	assert.Equal(t, []string{"secure.2: lies outside the window asked for"}, statsOf(t, d, "secure.2").Errors)
	assert.Equal(t, logdir.NotRead, statsOf(t, d, "secure").Format)
	assert.Equal(t, int64(10), statsOf(t, d, "secure.1").Lines)
	assert.Len(t, syslogOf(d, "", querytime.Window{}).times, 30)
	assert.Empty(t, statsOf(t, d, "secure.2").Errors)
}

func TestLinesWithoutHostBelongToAll(t *testing.T) {
	text := "Nov 23 08:00:00 vm sshd[1]: a\nnot a header at all\nNov 23 08:00:02 other sshd[1]: b\n"
	d := openFS(t, tree(map[string]string{"auth.log": text}), logdir.Options{})
	assert.Len(t, syslogOf(d, "vm", querytime.Window{}).raws, 2)
	assert.Len(t, syslogOf(d, "", querytime.Window{}).raws, 3)
}

func TestHosts(t *testing.T) {
	d := openFS(t, tree(map[string]string{
		"auth.log": "Nov 23 08:00:00 a sshd[1]: x\nNov 23 08:00:00 b sshd[1]: x\nNov 23 08:00:00 b sshd[1]: y\n",
		"secure":   "Nov 23 08:00:00 c sshd[1]: x\nNov 23 08:00:00 a sshd[1]: z\nNov 23 08:00:00 b sshd[1]: z\n",
		"audit.log": "node=d type=USER_END msg=audit(1795422396.123:77): pid=1 uid=0\n" +
			"node=b type=USER_END msg=audit(1795422396.124:78): pid=1 uid=0\n",
	}), logdir.Options{})
	for range 2 {
		hosts, err := d.Hosts(context.Background())
		require.NoError(t, err)
		assert.Equal(t, []string{"b", "a", "c", "d"}, hosts)
		hosts[0] = "changed by the caller"
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := openFS(t, tree(map[string]string{"auth.log": "Nov 23 08:00:00 a sshd[1]: x\n"}), logdir.Options{}).Hosts(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestCancel(t *testing.T) {
	text := strings.Repeat("Nov 23 08:00:00 vm sshd[1]: same\n", 5000)
	d := openFS(t, tree(map[string]string{"auth.log": text}), logdir.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n, last := 0, error(nil)
	for _, err := range d.Syslog(ctx, "", querytime.Window{}) {
		if n++; n == 10 {
			cancel()
		}
		last = err
	}
	assert.ErrorIs(t, last, context.Canceled)
	assert.Less(t, n, 2000)
}

func TestBreakingOutKeepsCounts(t *testing.T) {
	d := openFS(t, tree(map[string]string{"auth.log": strings.Repeat("Nov 23 08:00:00 vm sshd[1]: same\n", 100)}), logdir.Options{})
	for range d.Syslog(context.Background(), "", querytime.Window{}) {
		break
	}
	assert.Equal(t, int64(1), statsOf(t, d, "auth.log").Records)
	syslogOf(d, "", querytime.Window{})
	assert.Equal(t, int64(100), statsOf(t, d, "auth.log").Records)
	for range d.Syslog(context.Background(), "", querytime.Window{}) {
		break
	}
	assert.Equal(t, int64(100), statsOf(t, d, "auth.log").Records, "the pass that read most counts")
}

// The captured host has the same lines in several logs and forms: from any
// choice of them come the same events, each once.
func TestCapturedHostMerges(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	events := func(include ...string) map[string]int {
		d, err := logdir.Open(dir, logdir.Options{Include: include})
		require.NoError(t, err)
		out := map[string]int{}
		var last time.Time
		for r, err := range d.Syslog(context.Background(), "vm", querytime.Window{}) {
			require.NoError(t, err)
			assert.False(t, r.Time.Truncate(time.Second).Before(last), "%v", r.Ref)
			last = r.Time.Truncate(time.Second)
			out[fmt.Sprint(last.Unix(), r.Host, r.Program, r.PID, strings.TrimSpace(r.Message))]++
		}
		return out
	}
	want := events("syslog.5424")
	lines := 0
	for _, n := range want {
		lines += n
	}
	assert.Equal(t, 244, lines)
	for _, include := range [][]string{
		{"syslog"}, {"syslog.sentinel.jsonl"}, {"syslog", "auth.log"}, {"syslog*", "auth*"}, {"auth.iso.log", "syslog.5424", "auth.log"},
	} {
		assert.Equal(t, want, events(include...), "%v", include)
	}
	auth := events("auth.log")
	assert.Equal(t, auth, events("auth.iso.log"))
	assert.Equal(t, auth, events("auth*"))
}

func TestRecordsLast(t *testing.T) {
	d := openFS(t, tree(map[string]string{
		"auth.log": strings.Repeat("Nov 23 08:00:00 vm sshd[1]: aaaa\n", 3000), "secure": strings.Repeat("Nov 23 08:00:01 vm sshd[1]: bbbb\n", 3000),
	}), logdir.Options{})
	var all []syslog.Record
	for r, err := range d.Syslog(context.Background(), "", querytime.Window{}) {
		require.NoError(t, err)
		all = append(all, r)
	}
	require.Len(t, all, 6000)
	for i, r := range all {
		require.Equal(t, []string{"aaaa", "bbbb"}[i/3000], r.Message, "the strings of a record are the caller's to keep")
	}
}
