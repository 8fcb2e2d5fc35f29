package logdir

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSplitName(t *testing.T) {
	day := func(s string) time.Time { d, _ := time.Parse("2006-01-02 15:04:05", s); return d }
	for _, tc := range []struct {
		name, stem string
		rot        rotation
	}{
		{"auth.log", "auth.log", rotation{}},
		{"auth.log.1", "auth.log", rotation{rotated: true, seq: 1}},
		{"auth.log.12.gz", "auth.log", rotation{rotated: true, seq: 12}},
		{"auth.log.0", "auth.log", rotation{rotated: true}},
		{"secure-20261101", "secure", rotation{rotated: true, date: day("2026-11-01 00:00:00")}},
		{"secure-20261101.xz", "secure", rotation{rotated: true, date: day("2026-11-01 00:00:00")}},
		{"secure-2026110113.gz", "secure", rotation{rotated: true, date: day("2026-11-01 13:00:00")}},
		{"secure-20261101130405", "secure", rotation{rotated: true, date: day("2026-11-01 13:04:05")}},
		{"messages-2026-11-01.zst", "messages", rotation{rotated: true, date: day("2026-11-01 00:00:00")}},
		{"messages.20261101", "messages", rotation{rotated: true, date: day("2026-11-01 00:00:00")}},
		{"messages-1795422396", "messages", rotation{rotated: true, date: time.Unix(1795422396, 0).UTC()}},
		{"messages-20261101.2", "messages", rotation{rotated: true, seq: 2, date: day("2026-11-01 00:00:00")}},
		{"syslog-20261101.log", "syslog.log", rotation{rotated: true, date: day("2026-11-01 00:00:00")}},
		{"syslog.old", "syslog", rotation{rotated: true}},
		{"audit.log.4", "audit.log", rotation{rotated: true, seq: 4}},
		// names that hold numbers of another kind
		{"syslog.5424", "syslog.5424", rotation{}},
		{"app-12.log", "app-12.log", rotation{}},
		{"secure-20261301", "secure-20261301", rotation{}},
		{"host-10.1.2.3.log", "host-10.1.2.3.log", rotation{}},
		{".gz", ".gz", rotation{}},
		{".1", ".1", rotation{}},
		{"1", "1", rotation{}},
		{"", "", rotation{}},
		{"20261101", "20261101", rotation{}},
	} {
		stem, rot := splitName(tc.name)
		assert.Equal(t, tc.stem, stem, tc.name)
		assert.Equal(t, tc.rot, rot, tc.name)
	}
}

func TestOlder(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, want := range [][]string{
		{"auth.log.10.gz", "auth.log.2.gz", "auth.log.1", "auth.log"},
		{"secure-20261030", "secure-20261101", "secure-20261101130000", "secure"},
		{"audit.log.3", "audit.log.2", "audit.log.1", "audit.log"},
		{"syslog.2", "syslog.1", "syslog.0", "syslog"},
		{"messages.2", "messages.1", "messages-20261101", "messages"}, // changed to dates, file times unknown
	} {
		var files []*file
		for _, name := range want {
			_, rot := splitName(name)
			files = append(files, &file{File: File{Path: name}, rot: rot})
		}
		rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		slices.SortFunc(files, older)
		var got []string
		for _, f := range files {
			got = append(got, f.Path)
		}
		assert.Equal(t, want, got)
	}
	// changed from dates to numbers: the times of the files tell
	dated := &file{File: File{Path: "m-20261001", ModTime: at}, rot: rotation{rotated: true, date: at}}
	numbered := &file{File: File{Path: "m.1", ModTime: at.Add(time.Hour)}, rot: rotation{rotated: true, seq: 1}}
	assert.Negative(t, older(dated, numbered))
	assert.Positive(t, older(numbered, dated))
}
