package utmp_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/utmp"
)

// TestRealDump holds what we read against util-linux's utmpdump, which reads
// the struct of this machine's C library.
func TestRealDump(t *testing.T) {
	if os.Getenv("TUXTRAIL_REAL") == "" {
		t.Skip("set TUXTRAIL_REAL=1 to compare with utmpdump")
	}
	layout, ok := map[string]utmp.Layout{"amd64": utmp.Layout384, "arm64": utmp.Layout400}[runtime.GOARCH]
	if !ok {
		t.Skip("no layout is known for ", runtime.GOARCH)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	word := func(n int) string {
		b := make([]byte, rng.IntN(n+1))
		for i := range b {
			b[i] = "abcdefgh-_.0123456789:/"[rng.IntN(23)]
		}
		return string(b)
	}
	var recs []utmp.Record
	for range 500 {
		r := utmp.Record{
			Type: utmp.Type(1 + rng.IntN(8)), PID: rng.Int32(), TTY: word(32), ID: word(4), User: word(32), Host: word(256),
			Time: time.Unix(1_000_000_000+rng.Int64N(1_000_000_000), rng.Int64N(1_000_000)*1000).UTC(), Session: int64(rng.Int32()),
		}
		switch rng.IntN(3) {
		case 0:
			r.Addr = netip.AddrFrom4([4]byte{byte(1 + rng.IntN(254)), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())})
		case 1:
			r.Addr = netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 4: byte(rng.Uint32()), 15: byte(1 + rng.IntN(255))})
		}
		recs = append(recs, r)
	}
	data := encodeAll(recs, layout, binary.NativeEndian)
	file := filepath.Join(t.TempDir(), "wtmp")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	out, err := exec.CommandContext(t.Context(), "utmpdump", file).Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	require.Len(t, lines, len(recs))
	n := 0
	for r, err := range utmp.NewReader(bytes.NewReader(data), utmp.Options{}).All() {
		require.NoError(t, err)
		// utmpdump cuts or pads the fields: the host to 20, the terminal to 12 …
		addr := "0.0.0.0"
		if r.Addr.IsValid() {
			addr = r.Addr.String()
		}
		want := fmt.Sprintf("[%d] [%05d] [%-4.4s] [%-8.*s] [%-12.*s] [%-20.*s] [%-15s] [%s]", r.Type, r.PID,
			r.ID, 32, r.User, 32, r.TTY, 256, r.Host, addr, r.Time.Format("2006-01-02T15:04:05,000000-07:00"))
		assert.Equal(t, want, lines[n])
		n++
	}
	assert.Equal(t, len(recs), n)
}
