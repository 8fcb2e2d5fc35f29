package logdir_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

func TestZoneIsDoubted(t *testing.T) {
	berlin := time.FixedZone("", 2*3600)
	write := func(files fstest.MapFS, name string, last time.Time, in *time.Location, delay time.Duration, n int) {
		var b strings.Builder
		for i := n; i >= 0; i-- {
			fmt.Fprintf(&b, "%s vm sshd[1]: line %d\n", last.Add(-time.Duration(i)*time.Second).In(in).Format(time.Stamp), i)
		}
		files[name] = &fstest.MapFile{Data: []byte(b.String()), ModTime: last.Add(delay)}
	}
	at := time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)
	want := "auth.log: its last line is stamped 2026-07-01 01:30:00 +0000, but the file was written at 2026-06-30 23:30:00 +0000: its times are probably of UTC+02:00; name that zone"
	for _, tc := range []struct {
		name string
		make func(fstest.MapFS)
		zone *time.Location
		want []string
	}{
		{"another zone", func(f fstest.MapFS) { write(f, "auth.log", at, berlin, 400*time.Millisecond, 5) }, nil, []string{want}},
		{"another zone in a large file", func(f fstest.MapFS) { write(f, "auth.log", at, berlin, 0, 5000) }, nil, []string{want}},
		{"the zone given", func(f fstest.MapFS) { write(f, "auth.log", at, berlin, 0, 5) }, berlin, nil},
		{"UTC", func(f fstest.MapFS) { write(f, "auth.log", at, time.UTC, 0, 5) }, nil, nil},
		{"one log says UTC", func(f fstest.MapFS) {
			write(f, "auth.log", at, berlin, 0, 5)
			write(f, "syslog", at, time.UTC, 0, 5)
		}, nil, nil},
		{"two zones", func(f fstest.MapFS) {
			write(f, "auth.log", at, berlin, 0, 5)
			write(f, "syslog", at, time.FixedZone("", 3600), 0, 5)
		}, nil, nil},
		{"copied at some time", func(f fstest.MapFS) { write(f, "auth.log", at, berlin, 47*time.Minute, 5) }, nil, nil},
		{"copied days later", func(f fstest.MapFS) { write(f, "auth.log", at, berlin, 72*time.Hour, 5) }, nil, nil},
		{"written before its time", func(f fstest.MapFS) { write(f, "auth.log", at, berlin, -5*time.Second, 5) }, nil, nil},
		{"dated lines", func(f fstest.MapFS) {
			f["auth.log"] = &fstest.MapFile{Data: []byte(line("vm", at.Add(2*time.Hour), true, "sshd[1]: x")), ModTime: at}
		}, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := fstest.MapFS{}
			tc.make(files)
			d := openFS(t, files, logdir.Options{Location: tc.zone})
			assert.Equal(t, tc.want, statsOf(t, d, "auth.log").Errors)
			syslogOf(d, "", querytime.Window{})
			assert.Equal(t, tc.want, statsOf(t, d, "auth.log").Errors)
		})
	}
}
