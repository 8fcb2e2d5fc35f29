package auditd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

func hostA(b *testing.B) []byte {
	b.Helper()
	data, err := os.ReadFile(filepath.Join(sharedtest.Dir(b, "corpus/host-a"), "audit.log"))
	require.NoError(b, err)
	data = repeat(b, data, repeats)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	return data
}

const repeats = 20

// repeat returns the log several times over, each time later and with further
// serials.
func repeat(b *testing.B, log []byte, times int) []byte {
	b.Helper()
	var out []byte
	for i := range times {
		for l := range bytes.Lines(log) {
			h, err := parseHeader(string(l))
			require.NoError(b, err)
			at := bytes.Index(l, []byte(h.stamp))
			later := ID{Sec: h.id.Sec + int64(i)*1000, Msec: h.id.Msec, Serial: h.id.Serial + uint32(i)*5000}
			out = append(append(append(out, l[:at]...), later.String()...), l[at+len(h.stamp):]...)
		}
	}
	return out
}

// BenchmarkNext reads fully decoded events whose memory is used again.
func BenchmarkNext(b *testing.B) {
	data := hostA(b)
	for b.Loop() {
		r := NewReader(bytes.NewReader(data), Options{})
		n := 0
		for {
			e, err := r.Next()
			if e == nil && err == nil {
				break
			}
			n++
		}
		require.Equal(b, 722*repeats, n)
	}
}

// BenchmarkAll reads fully decoded events to keep.
func BenchmarkAll(b *testing.B) {
	data := hostA(b)
	for b.Loop() {
		for _, err := range NewReader(bytes.NewReader(data), Options{}).All() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkRender reads, decodes and prints as JSON.
func BenchmarkRender(b *testing.B) {
	for name, workers := range map[string]int{"one": 1, "all": 0} {
		b.Run(name, func(b *testing.B) {
			data := hostA(b)
			for b.Loop() {
				show := func(dst []byte, e *Event) []byte { return append(e.AppendJSON(dst), '\n') }
				for range NewReader(bytes.NewReader(data), Options{}).Render(workers, show) {
				}
			}
		})
	}
}
