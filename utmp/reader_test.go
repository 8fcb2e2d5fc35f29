package utmp_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/utmp"
)

// encode is the struct as bits/utmp.h lays it out.
func encode(r utmp.Record, l utmp.Layout, o binary.ByteOrder) []byte {
	b := make([]byte, l.Size())
	o.PutUint16(b, uint16(r.Type))
	o.PutUint32(b[4:], uint32(r.PID))
	copy(b[8:40], r.TTY)
	copy(b[40:44], r.ID)
	copy(b[44:76], r.User)
	copy(b[76:332], r.Host)
	o.PutUint16(b[332:], uint16(r.Exit.Termination))
	o.PutUint16(b[334:], uint16(r.Exit.Status))
	var sec, usec int64
	if !r.Time.IsZero() {
		sec, usec = r.Time.Unix(), int64(r.Time.Nanosecond()/1000)
	}
	addr := 348
	if l == utmp.Layout400 {
		o.PutUint64(b[336:], uint64(r.Session))
		o.PutUint64(b[344:], uint64(sec))
		o.PutUint64(b[352:], uint64(usec))
		addr = 360
	} else {
		o.PutUint32(b[336:], uint32(r.Session))
		o.PutUint32(b[340:], uint32(sec))
		o.PutUint32(b[344:], uint32(usec))
	}
	if r.Addr.Is4() {
		copy(b[addr:], r.Addr.AsSlice())
	} else if r.Addr.IsValid() {
		copy(b[addr:addr+16], r.Addr.AsSlice())
	}
	return b
}

func sampleRecords() []utmp.Record {
	at := time.Date(2026, 11, 23, 8, 26, 38, 968045000, time.UTC)
	return []utmp.Record{
		{Type: utmp.BootTime, TTY: "~", ID: "~~", User: "reboot", Host: "6.1.0-44-arm64", Time: at.Add(-time.Hour)},
		{Type: utmp.UserProcess, PID: 14425, TTY: "pts/0", ID: "ts/0", User: "alice", Host: "198.51.100.7", Addr: netip.MustParseAddr("198.51.100.7"), Time: at, Session: 3},
		{Type: utmp.UserProcess, PID: 14426, TTY: "pts/1", ID: "ts/1", User: strings.Repeat("u", 32), Host: strings.Repeat("h", 256), Addr: netip.MustParseAddr("2001:db8::17"), Time: at.Add(time.Second)},
		{Type: utmp.UserProcess, PID: 14427, TTY: "pts/2", ID: "ts/2", User: "\x1b[2J<script>", Host: "2001:db8::", Addr: netip.MustParseAddr("2001:db8::"), Time: at.Add(2 * time.Second)},
		{},
		{Type: utmp.DeadProcess, PID: 14425, TTY: "pts/0", ID: "ts/0", Time: at.Add(3 * time.Second), Exit: utmp.Exit{Termination: 15, Status: -1}},
	}
}

func encodeAll(recs []utmp.Record, l utmp.Layout, o binary.ByteOrder) []byte {
	var b []byte
	for _, r := range recs {
		b = append(b, encode(r, l, o)...)
	}
	return b
}

func readAll(r io.Reader, o utmp.Options) (recs []utmp.Record, errs []error, s evidence.Stats) {
	rd := utmp.NewReader(r, o)
	for rec, err := range rd.All() {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		recs = append(recs, rec)
	}
	return recs, errs, rd.Stats()
}

func withRefs(recs []utmp.Record, name string, size int) []utmp.Record {
	out := append([]utmp.Record(nil), recs...)
	for i := range out {
		out[i].Ref = evidence.Ref{File: name, Offset: int64(i * size), Length: size}
	}
	return out
}

func TestLayouts(t *testing.T) {
	for _, l := range []utmp.Layout{utmp.Layout384, utmp.Layout400} {
		for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			t.Run(o.String()+strconv.Itoa(l.Size()), func(t *testing.T) {
				data := encodeAll(sampleRecords(), l, o)
				want := withRefs(sampleRecords(), "wtmp", l.Size())
				for _, opts := range []utmp.Options{{Name: "wtmp"}, {Name: "wtmp", Layout: l, Order: o}} {
					for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data)), iotest.DataErrReader(bytes.NewReader(data))} {
						got, errs, stats := readAll(r, opts)
						assert.Empty(t, errs)
						assert.Equal(t, want, got)
						assert.Equal(t, int64(len(data)), stats.Bytes)
						assert.Equal(t, int64(len(want)), stats.Records)
						assert.Equal(t, "utmp "+strconv.Itoa(l.Size()), stats.Format)
						assert.Equal(t, want[0].Time, stats.First)
						assert.Equal(t, want[5].Time, stats.Last)
					}
				}
				assert.True(t, want[4].Erased())
				assert.False(t, want[5].Erased())
			})
		}
	}
}

func TestEmpty(t *testing.T) {
	recs, errs, stats := readAll(strings.NewReader(""), utmp.Options{})
	assert.Empty(t, recs)
	assert.Empty(t, errs)
	assert.Zero(t, stats.Bytes)
}

func TestHalfRecordAtTheEnd(t *testing.T) {
	data := encodeAll(sampleRecords()[:2], utmp.Layout384, binary.LittleEndian)
	recs, errs, stats := readAll(bytes.NewReader(data[:700]), utmp.Options{Name: "wtmp"})
	assert.Len(t, recs, 1)
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], utmp.ErrHalfRecord)
	assert.EqualError(t, errs[0], "wtmp (byte 384): half a record: 316 bytes at the end")
	assert.Equal(t, int64(1), stats.Dropped)
	assert.Equal(t, int64(700), stats.Bytes)
	assert.Equal(t, []string{errs[0].Error()}, stats.Errors)
}

// A crash may leave half a record in the middle; what follows is then shifted.
func TestRubbishInTheMiddle(t *testing.T) {
	all := sampleRecords()
	for _, rubbish := range []string{"\xff", strings.Repeat("\xff", 100), strings.Repeat("text and so on\n", 50), strings.Repeat("\xff", 383), strings.Repeat("\xff", 384), strings.Repeat("\xff", 70_000)} {
		data := encodeAll(all[:2], utmp.Layout384, binary.LittleEndian)
		at := len(data)
		data = append(data, rubbish...)
		data = append(data, encodeAll(all[2:], utmp.Layout384, binary.LittleEndian)...)
		recs, errs, stats := readAll(bytes.NewReader(data), utmp.Options{Name: "wtmp"})
		require.Len(t, recs, len(all), "%d bytes of rubbish", len(rubbish))
		assert.Equal(t, all[2].User, recs[2].User)
		assert.Equal(t, int64(at+len(rubbish)), recs[2].Ref.Offset)
		require.Len(t, errs, 1)
		var le *evidence.LineError
		require.ErrorAs(t, errs[0], &le)
		assert.Equal(t, int64(at), le.Offset)
		assert.ErrorIs(t, le, utmp.ErrNoRecord)
		assert.Equal(t, int64(len(data)), stats.Bytes)
	}
}

func TestOnlyRubbish(t *testing.T) {
	data := strings.Repeat("Nov 23 08:26:38 vm sshd[1]: this is text\n", 100)
	recs, errs, stats := readAll(strings.NewReader(data), utmp.Options{Name: "auth.log"})
	assert.Empty(t, recs)
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], utmp.ErrNoRecord)
	assert.Equal(t, int64(len(data)), stats.Bytes)
}

func TestReadError(t *testing.T) {
	broken := errors.New("disk gone")
	data := encodeAll(sampleRecords(), utmp.Layout384, binary.LittleEndian)
	recs, errs, _ := readAll(io.MultiReader(bytes.NewReader(data[:1000]), iotest.ErrReader(broken)), utmp.Options{})
	assert.Len(t, recs, 2)
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], broken)
}

func TestBreakKeepsTheRest(t *testing.T) {
	data := encodeAll(sampleRecords(), utmp.Layout384, binary.LittleEndian)
	rd := utmp.NewReader(bytes.NewReader(data), utmp.Options{})
	for range rd.All() {
		break
	}
	assert.Equal(t, int64(1), rd.Stats().Records)
}

func TestOutOfOrder(t *testing.T) {
	all := sampleRecords()
	_, _, stats := readAll(bytes.NewReader(encodeAll([]utmp.Record{all[1], all[0], all[5]}, utmp.Layout384, binary.LittleEndian)), utmp.Options{})
	assert.Equal(t, int64(1), stats.OutOfOrder)
}

func TestFailedFromTheName(t *testing.T) {
	for name, want := range map[string]bool{
		"btmp": true, "var/log/btmp.1": true, "btmp-20261101": true, "wtmp": false, "utmp": false, "btmpx": false, "": false,
	} {
		recs, _, _ := readAll(bytes.NewReader(encodeAll(sampleRecords()[1:2], utmp.Layout384, binary.LittleEndian)), utmp.Options{Name: name})
		require.Len(t, recs, 1)
		assert.Equal(t, want, recs[0].Failed, name)
	}
}

func TestTypeText(t *testing.T) {
	for n := -3; n < 14; n++ {
		text, err := json.Marshal(utmp.Type(n))
		require.NoError(t, err)
		var back utmp.Type
		require.NoError(t, json.Unmarshal(text, &back), "%s", text)
		assert.Equal(t, utmp.Type(n), back)
	}
	assert.Equal(t, "user_process", utmp.UserProcess.String())
	assert.Equal(t, "type(12)", utmp.Type(12).String())
	var back utmp.Type
	assert.EqualError(t, back.UnmarshalText([]byte("nonsense")), `unknown utmp record type "nonsense"`)
	assert.Error(t, back.UnmarshalText([]byte("type(70000)")))
	assert.Error(t, back.UnmarshalText(nil))
}

func TestCapturedHost(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	data, err := os.ReadFile(filepath.Join(dir, "btmp"))
	require.NoError(t, err)
	recs, errs, stats := readAll(bytes.NewReader(data), utmp.Options{Name: "btmp"})
	assert.Empty(t, errs)
	require.Len(t, recs, len(data)/utmp.Size384)
	assert.Equal(t, "utmp 384", stats.Format)
	// what was done is in the truth beside it; the host was let run a little
	// longer than the truth was written
	truth, err := os.ReadFile(filepath.Join(dir, "truth.jsonl"))
	require.NoError(t, err)
	tried, su := 0, 0
	for i, r := range recs {
		assert.Equal(t, utmp.LoginProcess, r.Type)
		assert.True(t, r.Failed)
		assert.Equal(t, int64(i*utmp.Size384), r.Ref.Offset)
		if r.TTY == "" { // su without a terminal
			su++
			assert.False(t, r.Addr.IsValid())
			continue
		}
		assert.Equal(t, "ssh:notty", r.TTY)
		assert.True(t, r.Addr.Is4())
		assert.Equal(t, r.Addr.String(), r.Host)
		if attempted(t, truth, r) {
			tried++
			assert.Equal(t, i+1, tried, "only records after the truth's end are not in it: %v", r)
		}
	}
	assert.Greater(t, tried, 20)
	assert.Equal(t, 1, su)
}

// attempted looks for an ssh attempt of the truth that r can come from.
func attempted(t *testing.T, truth []byte, r utmp.Record) bool {
	t.Helper()
	for line := range bytes.Lines(truth) {
		var done struct {
			TS        float64 `json:"ts"`
			What      string
			User, Src string
		}
		require.NoError(t, json.Unmarshal(line, &done))
		late := float64(r.Time.UnixMicro())/1e6 - done.TS
		if strings.HasPrefix(done.What, "ssh_") && done.User == r.User && done.Src == r.Host && late > -1 && late < 15 {
			return true
		}
	}
	return false
}

func TestAllocations(t *testing.T) {
	data := bytes.Repeat(encodeAll(sampleRecords()[1:2], utmp.Layout384, binary.LittleEndian), 5000)
	allocs := testing.AllocsPerRun(5, func() {
		for range utmp.NewReader(bytes.NewReader(data), utmp.Options{}).All() {
		}
	})
	assert.Less(t, allocs, 60.0, "a few for the reader, none for 5,000 records")
}
