package hunt_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// timedFiles is ten ordinary hours whose files have the times of their last
// lines, as a host or a careful copy has them.
func timedFiles(auth string) fstest.MapFS {
	w := ordinary(10, nil)
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	part := func(from, to int) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(without(w.syslog.String(), func(l string) bool { return !between(from, to)(l) })), ModTime: at(to - 2)}
	}
	if auth == "" {
		auth = w.auth.String()
	}
	return fstest.MapFS{
		"auth.log":        {Data: []byte(auth), ModTime: at(599)},
		"syslog":          part(480, 600),
		"syslog.1":        part(240, 480),
		"syslog.2":        part(0, 240),
		"audit/audit.log": {Data: []byte(w.audit.b.String()), ModTime: at(599)},
	}
}

func TestChangedAfterItsLastLine(t *testing.T) {
	whole := ordinary(10, nil).auth.String()
	cut := without(whole, between(540, 600))
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	copied := start.Add(40 * time.Hour)
	for _, tc := range []struct {
		name     string
		auth     string
		edit     func(fstest.MapFS)
		options  hunt.Options
		severity hunt.Severity
	}{
		{name: "the end cut off, and the file written then", auth: cut, severity: hunt.SeverityMedium},
		{name: "written again a day later, nothing missing", edit: func(m fstest.MapFS) { m["auth.log"].ModTime = copied }, severity: hunt.SeverityLow},
		{name: "whole"},
		{name: "an earlier copy with its time", auth: cut, edit: func(m fstest.MapFS) { m["auth.log"].ModTime = start.Add(539 * time.Minute) }},
		{name: "copied, all times new", auth: cut, edit: func(m fstest.MapFS) {
			for _, f := range m {
				f.ModTime = copied
			}
		}},
		{name: "no times", auth: cut, edit: func(m fstest.MapFS) {
			for _, f := range m {
				f.ModTime = time.Time{}
			}
		}},
		{name: "some restored together", auth: cut, edit: func(m fstest.MapFS) { m["auth.log"].ModTime, m["audit/audit.log"].ModTime = copied, copied }},
		{name: "rotated by copying, at midnight", edit: func(m fstest.MapFS) {
			m["auth.log.1"] = &fstest.MapFile{Data: []byte(without(whole, func(l string) bool { return !between(0, 240)(l) })), ModTime: start.Add(299 * time.Minute)}
			m["auth.log"].Data = []byte(without(whole, func(l string) bool { return !between(300, 600)(l) }))
		}},
		{name: "a window", auth: cut, options: hunt.Options{Window: querytime.Window{Start: start.Add(time.Hour), End: start.Add(3 * time.Hour)}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := timedFiles(tc.auth)
			if tc.edit != nil {
				tc.edit(files)
			}
			list := silencesOf(investigate(t, open(t, files), tc.options), hunt.SilenceModified)
			if tc.severity == "" {
				assert.Empty(t, list)
				return
			}
			require.Len(t, list, 1)
			assert.Equal(t, "auth.log", list[0].Log)
			assert.Equal(t, tc.severity, list[0].Severity, list[0].Why)
			assert.Equal(t, tc.severity == hunt.SeverityMedium, list[0].Tampering)
			assert.Contains(t, list[0].Text, "after its last line")
			assert.Equal(t, tc.severity == hunt.SeverityMedium, len(list[0].Seen) > 0, "what others saw")
		})
	}
}
