package syslog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/syslog"
)

func seeds(f *testing.F) {
	f.Helper()
	var all strings.Builder
	for _, h := range headers {
		f.Add(h.line + "\n")
		all.WriteString(h.line + "\r\n")
	}
	f.Add(all.String())
	f.Add("Nov 23 08:26:38 vm a[1]: x\nNov 23 08:26:39 vm last message repeated 3 times\n\n" + frame("<38>a[1]: b\nc") + frame("<38>a: d"))
	f.Add("__CURSOR=x\nMESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00a\nb\n\nTimeGenerated,SyslogMessage\n2026-11-23 08:26:38,\"a\nb\"\n{\n\"MESSAGE\":\"x\"\n}\n")
}

// checkRecord holds what is true of any record.
func checkRecord(t *testing.T, data []byte, rec *syslog.Record) {
	t.Helper()
	end := rec.Ref.Offset + int64(rec.Ref.Length)
	require.LessOrEqual(t, end, int64(len(data)))
	require.Equal(t, string(data[rec.Ref.Offset:end]), rec.Raw, "the reference leads to the bytes")
	text := rec.Inferred&(syslog.InferredText|syslog.InferredRepeat) != 0
	for name, field := range map[string]string{"program": rec.Program, "message": rec.Message} {
		require.True(t, text || strings.Contains(rec.Raw, field), "%s %q is in %q", name, field, rec.Raw)
	}
	require.True(t, text || rec.Inferred&syslog.InferredHost != 0 || strings.Contains(rec.Raw, rec.Host), "host %q in %q", rec.Host, rec.Raw)
	if rec.Inferred&syslog.InferredText != 0 || strings.Contains(rec.Raw, "\n") {
		require.NotContains(t, rec.Message, "\n")
	}
	require.GreaterOrEqual(t, rec.PID, 0)
	require.LessOrEqual(t, rec.Severity, syslog.SeverityDebug)
	require.LessOrEqual(t, rec.Facility, syslog.FacilityLocal7)
	if rec.Format == syslog.FormatUnknown {
		require.Equal(t, rec.Raw, rec.Message)
		require.Empty(t, rec.Program)
	}
}

// Every byte belongs to one record, ends a line or is counted as dropped or
// cut, however the stream is delivered.
func FuzzReader(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		data := []byte(in)
		for _, limit := range []int{0, 40} {
			o := syslog.Options{Name: "f", MaxLine: limit, Now: date("2026-11-24")}
			r := syslog.NewReader(iotest.HalfReader(bytes.NewReader(data)), o)
			var rec syslog.Record
			var kept []syslog.Record
			next := int64(0)
			for r.Next(&rec) {
				checkRecord(t, data, &rec)
				require.GreaterOrEqual(t, rec.Ref.Offset, next, "records do not overlap")
				if s := r.Stats(); s.Dropped == 0 && s.Truncated == 0 {
					require.Empty(t, strings.Trim(in[next:rec.Ref.Offset], "\r\n"), "between records are only line ends")
				}
				next = rec.Ref.Offset + int64(rec.Ref.Length)
				require.Equal(t, int64(1+strings.Count(in[:rec.Ref.Offset], "\n")), rec.Ref.Line)
				var line *evidence.LineError
				require.True(t, r.LineErr() == nil || errors.As(r.LineErr(), &line) && line.Offset == rec.Ref.Offset)
				kept = append(kept, rec.Clone())
			}
			require.NoError(t, r.Err())
			s := r.Stats()
			if s.Dropped == 0 && s.Truncated == 0 {
				require.Empty(t, strings.Trim(in[next:], "\r\n"))
			}
			require.Equal(t, int64(len(data)), s.Bytes)
			require.Equal(t, int64(len(kept)), s.Records)
			require.Equal(t, s.Records, s.Understood+s.Unknown)

			i := 0
			for rec, err := range syslog.NewReader(iotest.OneByteReader(bytes.NewReader(data)), o).All() {
				require.True(t, err == nil || limit > 0 || len(in) > evidence.DefaultMaxLine)
				require.Equal(t, kept[i], rec)
				i++
			}
			require.Equal(t, len(kept), i)
		}
	})
}

// plainRFC3164 is the plain way to read the usual form.
var plainRFC3164 = regexp.MustCompile(
	`^(?:<(\d{1,3})>)?([A-Z][a-z]{2}) ([ 0-3]\d) (\d\d:\d\d:\d\d) ([a-z][a-z0-9.-]*) ([A-Za-z][A-Za-z0-9._/-]*)(?:\[(\d{1,8})\])?: (.*)$`)

func checkPlain(t *testing.T, line string, rec *syslog.Record) {
	t.Helper()
	m := plainRFC3164.FindStringSubmatch(line)
	if m == nil {
		return
	}
	at, err := time.Parse("2006 Jan _2 15:04:05", "2024 "+m[2]+" "+strings.Replace(m[3], " 0", " ", 1)+" "+m[4])
	pri, _ := strconv.Atoi(m[1])
	if err != nil || m[3] == " 0" || pri > 191 {
		return // a day or an hour that is none, or a leap second
	}
	msg := strings.TrimLeft(m[8], " ")
	if strings.HasPrefix(msg, "[") || strings.HasPrefix(msg, "kernel:") || strings.Contains(msg, "essage") {
		return // ids, uptimes and repeats are taken from the message
	}
	pid, _ := strconv.Atoi(m[7])
	require.Equal(t, syslog.FormatRFC3164, rec.Format, line)
	require.Equal(t, at.Format("01-02 15:04:05"), rec.Time.Format("01-02 15:04:05"), line)
	require.Equal(t, []any{m[5], m[6], pid, msg}, []any{rec.Host, rec.Program, rec.PID, rec.Message}, line)
	if m[1] != "" {
		require.Equal(t, []int{pri/8 + 1, pri%8 + 1}, []int{int(rec.Facility), int(rec.Severity)})
	}
}

// A line is read the same alone, by the plain way, and by the fast way for
// lines of the day of the line before.
func FuzzHeader(f *testing.F) {
	for _, h := range headers {
		f.Add(h.line)
	}
	f.Add("Feb 29 23:59:60 web sudo:   alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls [x]")
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n") {
			return
		}
		read := func(in string) syslog.Record {
			r := syslog.NewReader(strings.NewReader(in), syslog.Options{Year: 2024})
			var rec, last syslog.Record
			for r.Next(&rec) {
				last = rec.Clone()
			}
			return last
		}
		alone := read(line + "\n")
		if len(line) == 0 || alone.Ref.Line != 1 || strings.HasSuffix(line, "\r") {
			return
		}
		checkPlain(t, line, &alone)
		if alone.Format != syslog.FormatRFC3164 || strings.Contains(line, "last message ") {
			return
		}
		after := read(line[:min(15, len(line))] + " other warm[1]: up\n" + line + "\n")
		after.Ref = alone.Ref
		require.Equal(t, alone, after)
	})
}

// The plain way agrees on every line of real logs.
func TestPlainWayAgrees(t *testing.T) {
	checked := 0
	for _, name := range []string{"host-a/auth.log", "host-a/syslog", "loghub/OpenSSH_2k.log", "loghub/ubuntu1204-auth.log"} {
		data, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus"), filepath.FromSlash(name)))
		require.NoError(t, err)
		r := syslog.NewReader(bytes.NewReader(data), syslog.Options{Year: 2024})
		var rec syslog.Record
		for r.Next(&rec) {
			checkRecord(t, data, &rec)
			checkPlain(t, rec.Raw, &rec)
			checked++
		}
		require.Zero(t, r.Stats().Unknown, name)
	}
	require.Greater(t, checked, 3000)
}

// The lines that other tools' tests hold all have a header that is known.
func TestPeersHeaders(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/logons"), "cases.jsonl"))
	require.NoError(t, err)
	for row := range strings.Lines(string(data)) {
		var c struct {
			Line string `json:"line"`
			Peer string `json:"peer_time"`
		}
		require.NoError(t, json.Unmarshal([]byte(row), &c))
		recs := readAll(t, c.Line, syslog.Options{Year: 2005})
		require.NotEmpty(t, recs)
		require.NotEqual(t, syslog.FormatUnknown, recs[0].Format, c.Line)
		require.NotEmpty(t, recs[0].Program, c.Line)
	}
}

// What is printed decodes to what was read, whatever it was.
func FuzzAppendJSON(f *testing.F) {
	f.Add("Invalid user \x1b[2J\xff from 192.0.2.1 port 1", "a\u2028b")
	f.Fuzz(func(t *testing.T, message, user string) {
		ev, _ := syslog.Parse(syslog.Record{Program: "sshd", Message: message, Host: user, PID: 1})
		ev.Command = user
		out := ev.AppendJSON(nil)
		for _, b := range out {
			require.True(t, b >= 0x20 && b != 0x7f)
		}
		var got struct {
			Message string
			Command string
			Base64  []byte `json:"message_base64"`
		}
		require.NoError(t, json.Unmarshal(out, &got), string(out))
		if got.Base64 != nil {
			require.Equal(t, message, string(got.Base64))
		} else {
			require.Equal(t, message, got.Message)
		}
	})
}
