package syslog_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// years reads a log whose lines are the dates given, and returns its records'
// dates; "?" marks a guess.
func years(t *testing.T, r io.Reader, o syslog.Options) (out []string) {
	t.Helper()
	for rec, err := range syslog.NewReader(r, o).All() {
		require.NoError(t, err)
		s := rec.Time.Format("2006-01-02")
		if rec.Inferred&syslog.InferredUnsure != 0 {
			s += "?"
		}
		out = append(out, s)
	}
	return out
}

func datedLog(dates string) string {
	var b strings.Builder
	for d := range strings.FieldsFuncSeq(dates, func(r rune) bool { return r == ',' }) {
		d = strings.TrimSpace(d)
		if len(d) < 11 {
			d += " 12:00:00"
		}
		b.WriteString(d + " vm sshd[1]: x\n")
	}
	return b.String()
}

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t.Add(18 * time.Hour)
}

func TestYears(t *testing.T) {
	for _, tc := range []struct {
		name, log, mod, now string
		year                int
		want                string // of a stream that can be read twice
		stream              string // of one that cannot, where that differs
	}{
		{name: "file time", log: "Nov 22, Nov 23", mod: "2019-11-23", want: "2019-11-22 2019-11-23"},
		{name: "file time a day behind the log's zone", log: "Nov 23", mod: "2019-11-22", want: "2019-11-23"},
		{name: "file time long after", log: "Nov 22, Nov 23", mod: "2019-06-01", want: "2018-11-22? 2018-11-23?", stream: "2018-11-22 2018-11-23"},
		{name: "only now is known", log: "Nov 23, Nov 24", now: "2026-11-24", want: "2026-11-23? 2026-11-24?"},
		{name: "not in the future", log: "Nov 28", now: "2026-11-24", want: "2025-11-28?"},
		{name: "given", log: "Nov 23", now: "2026-11-24", year: 2031, want: "2031-11-23"},
		{name: "New Year", log: "Dec 30, Dec 31, Jan  1, Jan 2", mod: "2026-01-02", want: "2025-12-30 2025-12-31 2026-01-01 2026-01-02"},
		{name: "New Year, given", log: "Dec 31, Jan  1", year: 2020, now: "2026-01-02", want: "2020-12-31 2021-01-01"},
		{name: "out of order at New Year", log: "Dec 31, Jan 1, Dec 31, Jan 1", mod: "2026-01-02", want: "2025-12-31 2026-01-01 2025-12-31 2026-01-01"},
		{name: "a January first that is out of order", log: "Jan 1, Dec 31, Jan 1", mod: "2026-01-02", want: "2026-01-01 2025-12-31 2026-01-01"},
		{
			name: "several New Years", log: "Jan 10, Jun 1, Dec 20, Feb 1, Nov 1, Jan 5", mod: "2026-01-05",
			want:   "2024-01-10 2024-06-01 2024-12-20 2025-02-01 2025-11-01 2026-01-05",
			stream: "2025-01-10 2025-06-01 2025-12-20 2025-02-01? 2025-11-01 2026-01-05",
		},
		{name: "the clock is set back a day", log: "Jun 10, Jun 9, Jun 10", mod: "2026-06-10", want: "2026-06-10 2026-06-09 2026-06-10"},
		{name: "an old file behind a new one", log: "Jun 10, Jun 24, May 27, Jun 9", mod: "2026-06-24", want: "2026-06-10 2026-06-24 2026-05-27 2026-06-09"},
		{
			name: "booted with the clock unset", log: "Jun 10, Jan 1, Jan 1, Jun 10, Jun 11", mod: "2026-06-11",
			want: "2026-06-10 2027-01-01? 2027-01-01? 2026-06-10 2026-06-11", stream: "2026-06-10 2026-01-01? 2026-01-01 2026-06-10 2026-06-11",
		},
		{name: "leap day", log: "Feb 28, Feb 29, Mar 1", now: "2026-11-24", want: "2024-02-28? 2024-02-29? 2024-03-01?", stream: "2026-02-28? 2024-02-29? 2024-03-01?"},
		{name: "weekday", log: "Mon Nov 23 12:00:00, Nov 24", now: "2026-11-20", want: "2020-11-23 2020-11-24"},
		{name: "weekday later", log: "Nov 22, Mon Nov 23 12:00:00", now: "2026-11-20", want: "2020-11-22 2020-11-23", stream: "2025-11-22? 2020-11-23?"},
		{name: "a dated line after", log: "Nov 22, 2017-11-23 12:00:00, Nov 24", now: "2026-11-24", want: "2017-11-22 2017-11-23 2017-11-24", stream: "2026-11-22? 2017-11-23 2017-11-24"},
		{name: "a dated line before", log: "2017-12-31 12:00:00, Jan 1", now: "2026-11-24", want: "2017-12-31 2018-01-01"},
		{name: "a dated line over New Year", log: "Dec 31, Jan 1, Jan 2 2018 12:00:00", now: "2026-11-24", want: "2017-12-31 2018-01-01 2018-01-02", stream: "2025-12-31? 2026-01-01? 2018-01-02"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := syslog.Options{Year: tc.year}
			if tc.mod != "" {
				o.ModTime = date(tc.mod)
			} else {
				o.Now = date(tc.now)
			}
			log := datedLog(tc.log)
			assert.Equal(t, tc.want, strings.Join(years(t, strings.NewReader(log), o), " "))
			if tc.stream == "" {
				tc.stream = tc.want
			}
			assert.Equal(t, tc.stream, strings.Join(years(t, iotest.OneByteReader(strings.NewReader(log)), o), " "), "as a stream")
			solved, err := syslog.SolveYear(iotest.HalfReader(strings.NewReader(log)), o)
			require.NoError(t, err)
			assert.Equal(t, tc.want, strings.Join(years(t, iotest.HalfReader(strings.NewReader(log)), solved), " "), "solved before")
		})
	}
}

// A large log is only sampled, and the reader stands where it stood.
func TestYearsOfALargeLog(t *testing.T) {
	var b strings.Builder
	at := time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	for b.Len() < 20<<20 {
		b.WriteString(at.Format(time.Stamp) + " vm CRON[12345]: (root) CMD (  cd / && run-parts --report /etc/cron.hourly )\n")
		at = at.Add(7 * time.Minute)
	}
	r := strings.NewReader("skipped\n" + b.String())
	_, err := io.CopyN(io.Discard, r, 8)
	require.NoError(t, err)
	want := time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)
	var rec syslog.Record
	rd := syslog.NewReader(r, syslog.Options{ModTime: at})
	for rd.Next(&rec) {
		if !want.Equal(rec.Time) {
			require.Equal(t, want, rec.Time)
		}
		want = want.Add(7 * time.Minute)
	}
	require.NoError(t, rd.Err())
	assert.Equal(t, int64(b.Len()), rd.Stats().Bytes)
	assert.Greater(t, at.Year(), 2024)
}

func TestZone(t *testing.T) {
	ny, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	log := "Nov 23 08:26:38 vm a[1]: x\nJul  1 08:26:38 vm a[1]: x\n2026-07-01T08:26:38Z vm a[1]: x\nJul  2 08:26:38 vm a[1]: x\nJul  2 08:26:39 vm a[1]: x\n"
	var got []string
	for _, r := range readAll(t, log, syslog.Options{Location: ny, ModTime: date("2026-07-02")}) {
		got = append(got, r.Time.Format(time.RFC3339))
	}
	assert.Equal(t, []string{
		"2025-11-23T08:26:38-05:00", "2026-07-01T08:26:38-04:00", "2026-07-01T08:26:38Z", "2026-07-02T08:26:38-04:00", "2026-07-02T08:26:39-04:00",
	}, got)
}

// The hour that is written twice when summer time ends is told apart by order.
func TestHourTwice(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	in := "01:59:59,02:00:00,02:30:10,02:30:08,02:59:59,02:00:00,02:00:01,02:20:00,02:59:59,03:00:00"
	want := "23:59:59,00:00:00?,00:30:10?,00:30:08?,00:59:59?,01:00:00?,01:00:01?,01:20:00?,01:59:59?,02:00:00"
	var log strings.Builder
	for at := range strings.SplitSeq(in, ",") {
		log.WriteString("Oct 25 " + at + " vm a[1]: x\n")
	}
	var got []string
	for _, r := range readAll(t, log.String(), syslog.Options{Location: paris, ModTime: date("2026-10-26")}) {
		s := r.Time.UTC().Format(time.TimeOnly)
		if r.Inferred&syslog.InferredUnsure != 0 {
			s += "?"
		}
		got = append(got, s)
	}
	assert.Equal(t, want, strings.Join(got, ","))
	// the hour that is left out in spring is read as something near
	recs := readAll(t, "Mar 29 02:30:00 vm a[1]: x\n", syslog.Options{Location: paris, ModTime: date("2026-03-30")})
	assert.Contains(t, []string{"00:30:00", "01:30:00"}, recs[0].Time.UTC().Format(time.TimeOnly))
}
