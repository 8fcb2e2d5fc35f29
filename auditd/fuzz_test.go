package auditd

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
)

var seeds = []string{
	`type=SYSCALL msg=audit(1.001:1): arch=c000003e syscall=59 success=yes exit=0 a0=1 ppid=1 pid=2 auid=4294967295 uid=0 comm="sh" exe=2F612062 key=(null)` + "\x1dARCH=x86_64 UID=\"root\"\n" +
		`type=EXECVE msg=audit(1.001:1): argc=3 a0="sh" a1_len=4 a1[0]=41 a1[1]=42 a2=FFFE` + "\n" + `type=EOE msg=audit(1.001:1): ` + "\n",
	`node=a type=USER_LOGIN msg=audit(1.001:2): pid=1 msg='op=adding user to x acct="o'b" (hostname=?, addr=?) res=success)'UID="root"` + "\r\n\r\n----\n",
	`[ 1.0] audit: type=1400 audit(1.001:3): avc:  denied  { read } for  pid=1 subj==x (enforce)` + "\nrubbish\n",
	`type=SOCKADDR msg=audit(1.001:4): saddr=02002BCB7F000001SADDR={ saddr_fam=inet }` + "\n" + `type=LOGIN msg=audit(1.001:4): login pid=1 old auid=1 new auid=2`,
	`type=PATH msg=audit(1.001:5): item=1 name=(null) mode=0100644 nametype=CREATE` + "\n" + `type=BPF msg=audit(1.001:5) = == "='{`,
}

// FuzzReader: no input makes the reader panic, and every line is accounted
// for: it is a record of one event, a duplicate, an error, or dropped.
func FuzzReader(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, log string, window int) {
		o := Options{Name: "f", Window: window % 5, MaxRecords: 50, MaxBytes: 1 << 16}
		r := NewReader(strings.NewReader(log), o)
		records, errs := int64(0), int64(0)
		for e, err := range r.All() {
			if err != nil {
				var le *evidence.LineError
				require.ErrorAs(t, err, &le)
				errs++
				continue
			}
			require.NotEmpty(t, e.Records)
			records += int64(len(e.Records))
			for i := range e.Records {
				rec := &e.Records[i]
				require.Equal(t, rec.Raw, log[rec.Ref.Offset:rec.Ref.Offset+int64(rec.Ref.Length)])
				for fl := range rec.Fields() {
					require.Contains(t, rec.Raw, fl.Raw)
				}
			}
			checkEvent(t, e)
		}
		s := r.Stats()
		require.Equal(t, int64(len(log)), s.Bytes)
		require.Equal(t, s.Lines, records+s.Duplicate+s.Unknown+s.Dropped)
		require.Equal(t, s.Unknown, errs)
	})
}

// checkEvent calls everything that an event can be asked.
func checkEvent(t *testing.T, e *Event) {
	t.Helper()
	out := e.AppendJSON(nil)
	require.True(t, json.Valid(out), "%q", out)
	require.False(t, bytes.ContainsFunc(out, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }), "%q", out)
	_, _ = e.Command()
	_, _ = e.Exec()
	_, _ = e.Fork()
	_, _ = e.Connection()
	_, _ = e.FileChange()
	_, _ = e.Logon()
	_, _ = e.Session()
	_, _ = e.SudoCommand()
	_, _ = e.AccountChange()
	_, _ = e.ServiceChange()
	_, _ = e.ConfigChange()
	_, _ = e.Anomaly()
	_, _ = e.Denial()
	_ = e.Errno()
}

// FuzzJoin: the events are the same however the input is cut into reads, by
// whichever form of reading, and with any number of workers.
func FuzzJoin(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, log string) {
		show := func(dst []byte, e *Event) []byte {
			return fmt.Appendf(e.AppendJSON(dst), " %v %v\n", e.Refs(), e.Late)
		}
		all := func(rd io.Reader) string {
			var b []byte
			for e, err := range NewReader(rd, Options{Name: "f"}).All() {
				if err != nil {
					b = fmt.Appendln(b, err)
					continue
				}
				b = show(b, e)
			}
			return string(b)
		}
		want := all(strings.NewReader(log))
		assert.Equal(t, want, all(iotest.OneByteReader(strings.NewReader(log))))
		assert.Equal(t, want, all(iotest.DataErrReader(iotest.HalfReader(strings.NewReader(log)))))
		var hot []byte
		for r := NewReader(strings.NewReader(log), Options{Name: "f"}); ; {
			e, err := r.Next()
			if err != nil {
				hot = fmt.Appendln(hot, err)
				continue
			}
			if e == nil {
				break
			}
			hot = show(hot, e)
		}
		assert.Equal(t, want, string(hot))
		for _, workers := range []int{1, 3} {
			var b []byte
			for out, err := range NewReader(strings.NewReader(log), Options{Name: "f"}).Render(workers, show) {
				if err != nil {
					b = fmt.Appendln(b, err)
				}
				b = append(b, out...)
			}
			assert.Equal(t, want, string(b))
		}
	})
}

// untrusted writes s as the kernel's audit_log_untrustedstring does.
func untrusted(s string) string {
	for i := range len(s) {
		if s[i] == '"' || s[i] < 0x21 || s[i] > 0x7e {
			return strings.ToUpper(hex.EncodeToString([]byte(s)))
		}
	}
	return `"` + s + `"`
}

// FuzzArguments: what the kernel's encoding makes of arguments comes back,
// also when long ones are split at any place.
func FuzzArguments(f *testing.F) {
	f.Add("ls", "-la /tmp", "\xff\xfe\x00\n", 3)
	f.Add("", "[:alpha:]", `a="b"`, 1)
	f.Fuzz(func(t *testing.T, a, b, c string, size int) {
		if size < 1 || size > 100 {
			size = 7
		}
		if len(a)+len(b)+len(c) > 2000 { // more records than an event may have
			return
		}
		args := []string{a, b, c}
		lines := []string{"type=EXECVE msg=audit(1.001:1): argc=3"}
		for i, arg := range args {
			w := untrusted(arg)
			if len(w) <= 2*size {
				lines[len(lines)-1] += fmt.Sprintf(" a%d=%s", i, w)
				continue
			}
			quoted := strings.HasPrefix(w, `"`)
			w = strings.Trim(w, `"`)
			lines[len(lines)-1] += fmt.Sprintf(" a%d_len=%d", i, len(w))
			for piece := 0; w != ""; piece++ {
				chunk := w[:min(size, len(w))]
				w = w[len(chunk):]
				if quoted {
					chunk = `"` + chunk + `"`
				}
				lines[len(lines)-1] += fmt.Sprintf(" a%d[%d]=%s", i, piece, chunk)
				lines = append(lines, "type=EXECVE msg=audit(1.001:1): ")
			}
		}
		// an empty line of the same event stands for none
		var kept []string
		for _, l := range lines {
			if !strings.HasSuffix(l, ": ") {
				kept = append(kept, l)
			}
		}
		e := one(t, kept...)
		assert.Equal(t, args, e.Argv)
		assert.False(t, e.ArgvCut)
	})
}

// FuzzSockaddr: no bytes make the decoding fail in another way than saying
// so, and an address that it gives is in the bytes.
func FuzzSockaddr(f *testing.F) {
	f.Add("02002BCB7F0000010000000000000000", false)
	f.Add("0A002BCB000000000000000000000000000000000000000100000000", true)
	f.Add("01002F7661722F72756E00AA", false)
	f.Fuzz(func(t *testing.T, digits string, big bool) {
		s, ok := parseSockaddr(digits, big)
		if !ok {
			assert.Zero(t, s)
			return
		}
		raw, err := hex.DecodeString(digits[:min(len(digits)&^1, 256)])
		require.NoError(t, err)
		if s.AddrPort.IsValid() {
			assert.Contains(t, string(raw), string(s.AddrPort.Addr().AsSlice()))
		}
		assert.Contains(t, string(raw), s.Path)
	})
}
