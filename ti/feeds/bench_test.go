package feeds_test

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

// listed returns the i-th indicator of a made-up feed: addresses, names,
// SHA-256, MD5 and URLs in turn.
func listed(i int) ti.Indicator {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	switch i % 5 {
	case 0:
		return ti.Indicator{Type: ioc.IPv4, Value: netip.AddrFrom4([4]byte{byte(20 + i%100), byte(i >> 16), byte(i >> 8), byte(i)}).String()}
	case 1:
		return ti.Indicator{Type: ioc.DNS, Value: "h" + strconv.FormatUint(r.Uint64()>>20, 36) + "." + strconv.Itoa(i) + ".example.net"}
	case 2:
		return ti.Indicator{Type: ioc.SHA256, Value: digits(r, 4)}
	case 3:
		return ti.Indicator{Type: ioc.MD5, Value: digits(r, 2)}
	}
	return ti.Indicator{Type: ioc.URL, Value: "http://" + strconv.Itoa(i) + ".example.org/" + strconv.FormatUint(r.Uint64()>>30, 36) + "/x.sh"}
}

func digits(r *rand.Rand, words int) string {
	var b []byte
	for range words {
		b = binary.BigEndian.AppendUint64(b, r.Uint64())
	}
	return hex.EncodeToString(b)
}

// feed writes the first n indicators as a list.
func feed(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		b := bufio.NewWriterSize(w, 1<<16)
		for i := range n {
			b.WriteString(listed(i).Value)
			b.WriteByte('\n')
		}
		b.Flush()
		w.Close()
	}()
	return r
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkLoad loads lists of mixed indicators. B/entry is what the set keeps.
// With FEEDS_BENCH=10000000 it loads as many.
func BenchmarkLoad(b *testing.B) {
	n := 200_000
	if v, err := strconv.Atoi(os.Getenv("FEEDS_BENCH")); err == nil {
		n = v
	}
	b.Run(strconv.Itoa(n), func(b *testing.B) {
		for b.Loop() {
			before := heap()
			set, err := feeds.LoadReader(feed(n), "big.list", options)
			require.NoError(b, err)
			b.ReportMetric(float64(heap()-before)/float64(n), "B/entry")
			require.Equal(b, n, set.Len())
		}
		b.ReportMetric(float64(b.N)*float64(n)/b.Elapsed().Seconds(), "entries/s")
	})
}

// BenchmarkLookup asks a set of mixed indicators, half of them listed.
func BenchmarkLookup(b *testing.B) {
	n := 200_000
	if v, err := strconv.Atoi(os.Getenv("FEEDS_BENCH")); err == nil {
		n = v
	}
	set, err := feeds.LoadReader(feed(n), "big.list", options)
	require.NoError(b, err)
	for _, c := range []struct {
		name string
		from int
	}{{"hit", 0}, {"miss", n}} {
		queries := make([]ti.Indicator, 100_000)
		for i := range queries {
			queries[i] = listed(c.from + i*7919%n) // of all types, from all over
		}
		b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
			b.ReportAllocs()
			var hits []feeds.Hit
			i := 0
			for b.Loop() {
				q := &queries[i%len(queries)]
				hits, _ = set.AppendHits(hits[:0], q.Type, q.Value)
				if (len(hits) > 0) != (c.from == 0) {
					b.Fatal(q, hits)
				}
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lookups/s")
		})
	}
}
