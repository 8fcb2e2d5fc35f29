package logdir_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

var fuzzStart = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// fuzzLine is a line of one log: when, which message, and its text.
type fuzzLine struct {
	place int64
	key   string
	text  string
}

// fuzzLogs makes up to four logs of the bytes: two with fractions of seconds,
// two without. A byte is a step in time (also backwards) and a message.
func fuzzLogs(data []byte) (logs [4][]fuzzLine) {
	var now [4]time.Duration
	for i, b := range data {
		l := i % 4
		now[l] += time.Duration(int(b>>4)-2) * 300 * time.Millisecond
		at, msg := fuzzStart.Add(now[l]), fmt.Sprintf("sshd[%d]: message %d", b&1, b>>1&3)
		iso := l < 2
		text := line("vm", at, iso, msg)
		if !iso {
			at = at.Truncate(time.Second)
		}
		place := at.UnixNano()
		if at.Nanosecond() == 0 {
			place += 999_999_999
		}
		logs[l] = append(logs[l], fuzzLine{place, fmt.Sprint(at.Unix(), msg), text})
	}
	return logs
}

// slowMerge is the obvious way: always the earliest of the heads, and each
// event as often as the log that has it most often.
func slowMerge(logs [4][]fuzzLine) []string {
	var out []string
	given := map[string]int{}
	var had [4]map[string]int
	for i := range had {
		had[i] = map[string]int{}
	}
	for {
		from := -1
		for i, l := range logs {
			if len(l) > 0 && (from < 0 || l[0].place < logs[from][0].place) {
				from = i
			}
		}
		if from < 0 {
			return out
		}
		l := logs[from][0]
		logs[from] = logs[from][1:]
		if had[from][l.key]++; had[from][l.key] > given[l.key] {
			given[l.key]++
			out = append(out, strings.TrimSuffix(l.text, "\n"))
		}
	}
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte("some bytes to begin with, some more of them"))
	f.Add(bytes.Repeat([]byte{0x21, 0x21, 0x2f, 0x21, 0x80, 0x30}, 20))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			data = data[:2000]
		}
		logs := fuzzLogs(data)
		files := fstest.MapFS{"notes": {Data: []byte("x")}}
		total := 0
		for i, l := range logs {
			var b strings.Builder
			for _, line := range l {
				b.WriteString(line.text)
			}
			total += len(l)
			files[[]string{"auth.log", "cron.log", "daemon.log", "syslog"}[i]] = &fstest.MapFile{Data: []byte(b.String()), ModTime: fuzzStart.Add(time.Hour)}
		}
		d := openFS(t, files, logdir.Options{})
		g := syslogOf(d, "", querytime.Window{})
		require.Empty(t, g.errs)
		want := slowMerge(logs)
		require.Len(t, g.raws, len(want))
		for i := range want {
			require.Equal(t, want[i], g.raws[i], "line %d", i)
		}
		duplicates := 0
		for _, s := range d.Stats() {
			duplicates += int(s.Duplicate)
		}
		assert.Equal(t, total, len(g.raws)+duplicates, "every line came or was counted as a copy")
	})
}

// FuzzOpen holds that no folder of two files makes anything panic or hang, and
// that every reference reads back.
func FuzzOpen(f *testing.F) {
	f.Add("auth.log", []byte(oneLine+"\x00\xff\n"), []byte(gz(oneLine, oneLine)))
	f.Add("btmp-20261101.gz", []byte(xzip(oneLine)), []byte(zst(oneLine)))
	f.Add("audit/audit.log", []byte("node=a type=USER_END msg=audit(1795422396.123:77): pid=1 uid=0\nrubbish"), bytes.Repeat([]byte{6, 0, 0, 0}, 200))
	f.Fuzz(func(t *testing.T, name string, a, b []byte) {
		files := fstest.MapFS{"auth.log.1": {Data: b}}
		if fs.ValidPath(name) && name != "." && !strings.HasPrefix(name, "auth.log.1") {
			files[name] = &fstest.MapFile{Data: a}
		}
		d, err := logdir.OpenFS(files, logdir.Options{MaxUnpacked: 1 << 20})
		if err != nil {
			return
		}
		g := syslogOf(d, "", querytime.Window{})
		for i, ref := range g.refs {
			if i < 20 {
				raw, err := d.Raw(t.Context(), ref)
				require.NoError(t, err)
				require.Equal(t, g.raws[i], string(raw))
			}
		}
		for range d.Logins(t.Context(), "", querytime.Window{}) {
		}
		auditOf(t, d, "", querytime.Window{})
		for _, s := range d.Stats() {
			require.GreaterOrEqual(t, s.Understood, int64(0), "%+v", s)
			require.LessOrEqual(t, s.Understood+s.Unknown, s.Lines, "%+v", s)
		}
	})
}
