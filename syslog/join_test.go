package syslog_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/syslog"
)

func messages(recs []syslog.Record) (out []string) {
	for _, r := range recs {
		out = append(out, r.Message)
	}
	return out
}

func frame(msg string) string { return fmt.Sprintf("%d %s", len(msg), msg) }

func TestOctetCounted(t *testing.T) {
	const h = "<38>1 2026-11-23T08:26:37Z v a - - - "
	for _, tc := range []struct {
		name, in string
		want     []string
	}{
		{"one to a line", frame(h+"one") + "\n" + frame(h+"two") + "\r\n" + frame(h+"three"), []string{"one", "two", "three"}},
		{"the line end is counted", frame(h+"one\n") + frame(h+"two\n"), []string{"one", "two"}},
		{"without line ends", frame(h+"one") + frame(h+"two") + frame(h+"three"), []string{"one", "two", "three"}},
		{
			"line ends inside do not make lines", frame(h+"one\n"+h+"forged") + frame(h+"a\nb\nc") + "\n" + frame(h+"two"),
			[]string{"one#012" + h + "forged", "a#012b#012c", "two"},
		},
		{"a count that is not true", "9999 " + h + "one\n" + h + "two\n5 " + h + "three\n", []string{"one", "two", "three"}},
		{"half a frame at the end", frame(h+"one") + "\n99 " + h + "tw", []string{"one", "tw"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			recs := readAll(t, tc.in, syslog.Options{})
			assert.Equal(t, tc.want, messages(recs))
			next := int64(0)
			for _, r := range recs {
				assert.Equal(t, tc.in[r.Ref.Offset:r.Ref.Offset+int64(r.Ref.Length)], r.Raw, "the reference leads to the bytes")
				assert.LessOrEqual(t, r.Ref.Offset-next, int64(2), "nothing but line ends between records")
				next = r.Ref.Offset + int64(r.Ref.Length)
				assert.Equal(t, int64(1+strings.Count(tc.in[:r.Ref.Offset], "\n")), r.Ref.Line)
			}
		})
	}
}

// Every line claims to be the beginning of a large frame.
func TestOctetCountedHostileIsLinear(t *testing.T) {
	in := strings.Repeat("9999999 <38>sshd[1]: x\n", 100_000)
	start := time.Now()
	assert.Len(t, readAll(t, in, syslog.Options{}), 100_000)
	assert.Less(t, time.Since(start), 5*time.Second)
}

func TestExport(t *testing.T) {
	binaryField := func(name, value string) string {
		return name + "\n" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(value)))) + value + "\n"
	}
	entry := func(message string) string {
		return "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795422398617639\n_HOSTNAME=vm\nSYSLOG_IDENTIFIER=sshd\n_PID=77\nPRIORITY=6\nSYSLOG_FACILITY=10\n" + message + "\n"
	}
	forged := "0123456\n\n__CURSOR=x\nMESSAGE=forged\n\nNov 23 08:26:38 vm sshd[1]: forged"
	in := entry("MESSAGE=plain\n") + entry(binaryField("MESSAGE", forged)) + entry(binaryField("MESSAGE", "ten bytes\n")) +
		"Nov 23 08:26:38 vm sshd[1]: a line between\n" + entry("MESSAGE=x\nnot a field\n") + strings.TrimSuffix(entry("MESSAGE=half"), "\n")
	recs := readAll(t, in, syslog.Options{})
	assert.Equal(t, []string{
		"plain", strings.ReplaceAll(forged, "\n", "#012"), "ten bytes#012", "a line between", "x", "not a field", "half",
	}, messages(recs))
	for i, r := range recs {
		assert.Equal(t, in[r.Ref.Offset:r.Ref.Offset+int64(r.Ref.Length)], r.Raw)
		if i != 3 && i != 5 {
			assert.Equal(t, "2026-11-23T08:26:38.617639Z", r.Time.Format(time.RFC3339Nano))
			assert.Equal(t, "vm/sshd/77/authpriv/info", fmt.Sprint(r.Host, "/", r.Program, "/", r.PID, "/", r.Facility, "/", r.Severity))
		}
	}
}

// A value that is too large is cut, and what it holds is not read as lines.
func TestExportTooLarge(t *testing.T) {
	value := strings.Repeat("Nov 23 08:26:38 vm sshd[1]: forged\n", 1000)
	in := "__CURSOR=s=1\nMESSAGE\n" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(value)))) + value + "\n\n" +
		"Nov 23 08:26:38 vm sshd[1]: real\n"
	var errs []error
	r := syslog.NewReader(strings.NewReader(in), syslog.Options{MaxLine: 1000})
	var recs []syslog.Record
	for rec, err := range r.All() {
		recs = append(recs, rec)
		if err != nil {
			errs = append(errs, err)
		}
	}
	require.Len(t, recs, 2)
	assert.Equal(t, "real", recs[1].Message)
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], evidence.ErrLineTooLong)
	assert.Equal(t, int64(len(in)), r.Stats().Bytes)
	assert.Equal(t, int64(1), r.Stats().Truncated)
}

func TestJSONPretty(t *testing.T) {
	in := "{\n\t\"__REALTIME_TIMESTAMP\" : \"1795422398617639\",\n\t\"MESSAGE\" : \"one\"\n}\n{\n\t\"_HOSTNAME\" : \"vm\"\nNov 23 08:26:38 vm sshd[1]: two\n"
	recs := readAll(t, in, syslog.Options{})
	assert.Equal(t, []string{"one", "{", "\"_HOSTNAME\" : \"vm\"", "two"}, messages(recs))
}

func TestCSV(t *testing.T) {
	in := "\ufeff,TimeGenerated [UTC],Computer,SyslogMessage,ProcessID,ProcessName,Facility,SeverityLevel,X\r\n" +
		"0,7/8/2019 16:08,squid,\"say \"\"hi\"\", twice\",12.0,sshd,authpriv,info,\r\n" +
		"1,\"7/8/2019, 4:08:34.123 PM\",squid,\"two\nlines\",,sudo,AUTH,Notice,y\n" +
		"2,2019-07-08 16:08:40,squid,\"never closed,,sudo,auth,info,y\n" +
		"Nov 23 08:26:38 vm sshd[1]: a line between\n" +
		"3,2019-07-08T16:08:44.5Z,squid,last,null,sudo,auth,info,y\n"
	r := syslog.NewReader(strings.NewReader(in), syslog.Options{})
	var got []string
	for rec, err := range r.All() {
		require.NoError(t, err)
		got = append(got, fmt.Sprint(rec.Time.Format(time.RFC3339Nano), "|", rec.Host, "|", rec.Program, "|", rec.PID, "|", rec.Facility, "|", rec.Severity, "|", rec.Message))
	}
	assert.Equal(t, []string{
		`2019-07-08T16:08:00Z|squid|sshd|12|authpriv|info|say "hi", twice`,
		`2019-07-08T16:08:34.123Z|squid|sudo|0|auth|notice|two#012lines`,
		"2019-07-08T16:08:34.123Z||||0|||2,2019-07-08 16:08:40,squid,\"never closed,,sudo,auth,info,y",
		`2019-11-23T08:26:38Z|vm|sshd|1|||a line between`,
		`2019-07-08T16:08:44.5Z|squid|sudo|0|auth|info|last`,
	}, []string{got[0], got[1], strings.Replace(got[2], "|||0", "||||0", 1), got[3], got[4]})
	assert.Equal(t, int64(1), r.Stats().Dropped, "the header row")
}

func TestCorpusTables(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus")
	for name, want := range map[string]int{
		"host-a/syslog.sentinel.jsonl": 0, "msticpy/syslog_data.csv": 100, "msticpy/sudo_data.csv": 0,
		"msticpy/sudo_events.csv": 0, "msticpy/sudo_session_test.csv": 0,
	} {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		require.NoError(t, err)
		r := syslog.NewReader(strings.NewReader(string(data)), syslog.Options{})
		n := 0
		for rec, err := range r.All() {
			require.NoError(t, err)
			n++
			assert.NotEqual(t, syslog.FormatUnknown, rec.Format, rec.Raw)
			assert.False(t, rec.Time.IsZero(), rec.Raw)
			assert.NotEmpty(t, rec.Host)
			assert.NotEmpty(t, rec.Program)
			assert.NotZero(t, rec.Severity)
			assert.NotZero(t, rec.Facility)
		}
		if want > 0 {
			assert.Equal(t, want, n, name)
		}
		assert.Zero(t, r.Stats().Unknown, name)
		assert.NotZero(t, n, name)
	}
}

// The host's four captures of one log give the same records.
func TestHostCapturesAgree(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	read := func(name string) (out []string) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for _, r := range readAll(t, string(data), syslog.Options{Year: 2026}) {
			out = append(out, fmt.Sprint(r.Time.Unix(), r.Host, r.Program, r.PID, r.Message))
		}
		return out
	}
	assert.Equal(t, read("auth.log"), read("auth.iso.log"))
	want := read("syslog")
	assert.Equal(t, want, read("syslog.5424"))
	assert.Equal(t, want, read("syslog.sentinel.jsonl"))
}

func TestRepeats(t *testing.T) {
	in := "Nov 23 08:26:38 vm sshd[1]: Failed password for a [b]\n" +
		"Nov 23 08:26:40 vm sshd[1]: message repeated 2 times: [ Failed password for a [b]]\n" +
		"Nov 23 08:26:50 vm last message repeated 3 times\n" +
		"Nov 23 08:26:51 other last message repeated 4 times\n" +
		"Nov 23 08:26:52 last message repeated 1 time\n" +
		"Nov 23 08:26:53 vm syslog-ng[2]: Last message 'it's x' repeated 5 times, suppressed by syslog-ng on vm\n" +
		"Nov 23 08:26:54 vm sshd[1]: message repeated often\n"
	var got []string
	for _, r := range readAll(t, in, syslog.Options{}) {
		got = append(got, fmt.Sprint(r.Host, " ", r.Program, " ", r.PID, " ", r.Repeat, " ", r.Inferred&syslog.InferredRepeat != 0, " ", r.Message))
	}
	assert.Equal(t, []string{
		"vm sshd 1 0 false Failed password for a [b]",
		"vm sshd 1 2 true Failed password for a [b]",
		"vm sshd 1 3 true Failed password for a [b]",
		"other  0 0 false last message repeated 4 times",
		"vm sshd 1 1 true Failed password for a [b]",
		"vm syslog-ng 2 5 true it's x",
		"vm sshd 1 0 false message repeated often",
	}, got)
}

// A daemon that names the process whose line it repeats may leave out the host,
// but not name another process.
func TestRepeatsOfNamedProcess(t *testing.T) {
	const first = "Nov 23 08:26:38 vm sshd[1]: Invalid user a from 192.0.2.1 port 9\n"
	for line, want := range map[string]string{
		"Nov 23 08:26:40  sshd[1]: last message repeated 2 times":                                                            "vm sshd 1 2 true",
		"Nov 23 08:26:40 vm sshd[1]: last message repeated 2 times":                                                          "vm sshd 1 2 false",
		"Nov 23 08:26:40 vm syslogd: last message repeated 2 times":                                                          "vm sshd 1 2 false",
		"Nov 23 08:26:40 vm syslogd[7]: last message repeated 2 times":                                                       "vm sshd 1 2 false",
		"Nov 23 08:26:40  sshd[2]: last message repeated 2 times":                                                            " sshd 2 0 false",
		"Nov 23 08:26:40  sshd: last message repeated 2 times":                                                               " sshd 0 0 false",
		"Nov 23 08:26:40  CRON[1]: last message repeated 2 times":                                                            " CRON 1 0 false",
		"Nov 23 08:26:40 vm logger: last message repeated 999999 times":                                                      "vm logger 0 0 false",
		"Nov 23 08:26:40 vm sshd[2]: last message repeated 999999 times":                                                     "vm sshd 2 0 false",
		"Nov 23 08:26:40 other sshd[1]: last message repeated 2 times":                                                       "other sshd 1 0 false",
		"Nov 23 08:26:40 vm sshd[1]: last message repeated 2 times\nNov 23 08:26:41  sshd[1]: last message repeated 3 times": "vm sshd 1 3 true",
	} {
		recs := readAll(t, first+line+"\n", syslog.Options{})
		r := recs[len(recs)-1]
		assert.Equal(t, want, fmt.Sprint(r.Host, " ", r.Program, " ", r.PID, " ", r.Repeat, " ", r.Inferred&syslog.InferredHost != 0), line)
		assert.Equal(t, r.Repeat > 0, r.Message == recs[0].Message, line)
		assert.Equal(t, r.Repeat > 0, r.Inferred&syslog.InferredRepeat != 0, line)
	}
}

// What journalctl indents belongs to the message before and is no event.
func TestContinuation(t *testing.T) {
	in := "Nov 23 08:26:38 vm app[1]: first\n                      sshd[1]: Accepted password for root\n\tmore\n"
	recs := readAll(t, in, syslog.Options{})
	require.Len(t, recs, 3)
	for _, r := range recs[1:] {
		assert.Equal(t, syslog.FormatContinuation, r.Format)
		assert.Empty(t, r.Program)
		assert.Equal(t, "vm", r.Host)
		assert.Equal(t, syslog.InferredHost|syslog.InferredTime, r.Inferred)
	}
	assert.Equal(t, "sshd[1]: Accepted password for root", recs[1].Message)
}

// rsyslog's escapes stay as they are: a message is never more than one line.
func TestEscapesStay(t *testing.T) {
	recs := readAll(t, "Nov 23 08:26:38 vm sshd[1]: Invalid user x#012Nov 23 08:26:38 vm sshd[1]: Accepted\n", syslog.Options{})
	require.Len(t, recs, 1)
	assert.Equal(t, "Invalid user x#012Nov 23 08:26:38 vm sshd[1]: Accepted", recs[0].Message)
}

func TestOddBytesAreKeptAndCounted(t *testing.T) {
	in := "Nov 23 08:26:38 vm a[1]: nul \x00\r\nNov 23 08:26:38 vm a[1]: bad \xff\xfe\n\n\r\nNov 23 08:26:38 vm a[1]: héé\nNov 23 08:2"
	r := syslog.NewReader(strings.NewReader(in), syslog.Options{Name: "f"})
	var got []string
	for rec, err := range r.All() {
		require.NoError(t, err)
		got = append(got, rec.Message)
	}
	assert.Equal(t, []string{"nul \x00", "bad \xff\xfe", "héé", "Nov 23 08:2"}, got)
	s := r.Stats()
	assert.Equal(t, evidence.Stats{
		File: "f", Format: "rfc3164", Bytes: int64(len(in)), Lines: 6, Records: 4, Understood: 3, Unknown: 1, Dropped: 2,
		CRLF: 1, NUL: 1, BadUTF8: 1, Unended: 1, First: s.First, Last: s.Last,
	}, s)
}

func TestTooLongLine(t *testing.T) {
	in := "Nov 23 08:26:38 vm a[1]: 0123456789\nNov 23 08:26:39 vm a[1]: x\n"
	r := syslog.NewReader(strings.NewReader(in), syslog.Options{Name: "f", MaxLine: 30})
	var recs []syslog.Record
	var errs []error
	for rec, err := range r.All() {
		recs, errs = append(recs, rec), append(errs, err)
	}
	require.Len(t, recs, 2)
	assert.Equal(t, "01234", recs[0].Message)
	assert.EqualError(t, errs[0], "f:1 (byte 0): line is longer than the limit and was cut")
	assert.NoError(t, errs[1])
	assert.Equal(t, int64(1), r.Stats().Truncated)
}
