package bench_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	libaudit "github.com/elastic/go-libaudit/v2"
	"github.com/elastic/go-libaudit/v2/aucoalesce"
	"github.com/elastic/go-libaudit/v2/auparse"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/sample"
)

const copies = 20

// auditLog returns the sample's audit log several times over, each time later
// and with further serials. TUXTRAIL_AUDIT_LOG names another log to read.
func auditLog(b *testing.B) []byte {
	b.Helper()
	if name := os.Getenv("TUXTRAIL_AUDIT_LOG"); name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		return data
	}
	one, err := fs.ReadFile(sample.FS(), "audit/audit.log")
	if err != nil {
		b.Fatal(err)
	}
	var out []byte
	for i := range copies {
		for line := range bytes.Lines(one) {
			front, rest, ok := bytes.Cut(line, []byte("audit("))
			stamp, body, closed := bytes.Cut(rest, []byte(")"))
			id, err := auditd.ParseID(string(stamp))
			if !ok || !closed || err != nil {
				b.Fatalf("%q: %v", line, err)
			}
			id.Sec += int64(i) * 1000
			id.Serial += uint32(i) * 5000
			out = fmt.Appendf(out, "%saudit(%s)%s", front, id, body)
		}
	}
	return out
}

type counter struct{ events int }

func (c *counter) ReassemblyComplete(msgs []*auparse.AuditMessage) {
	if _, err := aucoalesce.CoalesceMessages(msgs); err == nil {
		c.events++
	}
}

func (*counter) EventsLost(int) {}

// BenchmarkLibaudit parses, reassembles and coalesces.
func BenchmarkLibaudit(b *testing.B) {
	data := auditLog(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		c := &counter{}
		r, err := libaudit.NewReassembler(50, 2*time.Second, c)
		if err != nil {
			b.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			m, err := auparse.ParseLogLine(lines.Text())
			if err != nil {
				b.Fatal(err)
			}
			r.PushMessage(m)
		}
		if err := r.Close(); err != nil || c.events == 0 {
			b.Fatal(err, c.events)
		}
	}
}

// BenchmarkAusearch runs "ausearch --format csv"; the time is its own.
func BenchmarkAusearch(b *testing.B) {
	tool, err := exec.LookPath("ausearch")
	if err != nil {
		b.Skip("no ausearch here: ", err)
	}
	data := auditLog(b)
	name := filepath.Join(b.TempDir(), "audit.log")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if err := exec.Command(tool, "--format", "csv", "--input", name).Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAuditNext reads decoded events, each valid until the next.
func BenchmarkAuditNext(b *testing.B) {
	data := auditLog(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r := auditd.NewReader(bytes.NewReader(data), auditd.Options{})
		for {
			e, err := r.Next()
			if err != nil {
				b.Fatal(err)
			}
			if e == nil {
				break
			}
		}
	}
}

// BenchmarkAuditAll reads decoded events to keep.
func BenchmarkAuditAll(b *testing.B) {
	data := auditLog(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range auditd.NewReader(bytes.NewReader(data), auditd.Options{}).All() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkAuditJSON reads events and writes them as JSON on one processor.
func BenchmarkAuditJSON(b *testing.B) {
	data := auditLog(b)
	b.SetBytes(int64(len(data)))
	show := func(dst []byte, e *auditd.Event) []byte { return append(e.AppendJSON(dst), '\n') }
	for b.Loop() {
		for _, err := range auditd.NewReader(bytes.NewReader(data), auditd.Options{}).Render(1, show) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
