package utmp_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/utmp"
)

// FuzzReader holds that every byte belongs to one record or one error, in
// order, that records read back from their references, and that it does not
// matter how the input is cut into reads.
func FuzzReader(f *testing.F) {
	f.Add(encodeAll(sampleRecords(), utmp.Layout384, binary.LittleEndian))
	f.Add(encodeAll(sampleRecords(), utmp.Layout400, binary.BigEndian)[:1900])
	f.Add(append(append(encode(sampleRecords()[1], utmp.Layout384, binary.LittleEndian), "rubbish"...), encode(sampleRecords()[2], utmp.Layout384, binary.LittleEndian)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		recs, errs, stats := readAll(bytes.NewReader(data), utmp.Options{Name: "f"})
		again, errs2, stats2 := readAll(iotest.HalfReader(bytes.NewReader(data)), utmp.Options{Name: "f"})
		assert.Equal(t, recs, again)
		assert.Equal(t, errs, errs2)
		assert.Equal(t, stats, stats2)
		require.Equal(t, int64(len(data)), stats.Bytes)
		require.Equal(t, int64(len(recs)), stats.Records)
		require.Equal(t, int64(len(errs)), stats.Dropped)

		var at int64
		starts := map[int64]bool{}
		for _, err := range errs {
			var le *evidence.LineError
			require.ErrorAs(t, err, &le)
			starts[le.Offset] = true
		}
		for _, r := range recs {
			if r.Ref.Offset != at {
				require.True(t, starts[at], "the bytes from %d to %d are unaccounted", at, r.Ref.Offset)
			}
			at = r.Ref.Offset + int64(r.Ref.Length)
		}
		require.True(t, at == stats.Bytes || starts[at])

		logons := 0
		for _, r := range recs {
			if r.Type == utmp.UserProcess && !r.Time.IsZero() {
				logons++
			}
		}
		require.Len(t, utmp.Sessions(utmp.NewReader(bytes.NewReader(data), utmp.Options{}).All()), logons, "each logon is one session")
	})
}

func BenchmarkReader(b *testing.B) {
	data := bytes.Repeat(encodeAll(sampleRecords(), utmp.Layout384, binary.LittleEndian), 2000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for range utmp.NewReader(bytes.NewReader(data), utmp.Options{}).All() {
		}
	}
}
