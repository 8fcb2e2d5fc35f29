package logdir_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// TestRawAllIsRaw: sorted, shuffled and wrong references give what they give
// one by one, and sorted ones read each file once.
func TestRawAllIsRaw(t *testing.T) {
	text := manyLines(3000, "a")
	fsys := &countingFS{MapFS: fstest.MapFS{"auth.log": {Data: []byte(text)}, "auth.log.1.gz": {Data: []byte(gz(text))}, "auth.log.2.gz": {Data: []byte(gz(text + "more\n"))}}}
	fsys.take()
	d, err := logdir.OpenFS(fsys, logdir.Options{})
	require.NoError(t, err)
	var refs []evidence.Ref
	for rec, err := range d.Syslog(t.Context(), "", querytime.Window{}) {
		require.NoError(t, err)
		if rec.Ref.Line%7 == 0 {
			refs = append(refs, rec.Ref)
		}
	}
	refs = append(refs, evidence.Ref{File: "auth.log.1.gz", Offset: 1 << 40, Length: 3}, evidence.Ref{File: "auth.log", Offset: int64(len(text)) - 1, Length: 3},
		evidence.Ref{File: "none", Length: 1}, evidence.Ref{File: "auth.log", Offset: -1})
	slices.SortFunc(refs, evidence.Ref.Compare)
	same := func() {
		i := 0
		for got, err := range d.RawAll(t.Context(), refs) {
			want, wantErr := d.Raw(t.Context(), refs[i])
			assert.Equal(t, want, got, refs[i])
			assert.Equal(t, wantErr, err, refs[i])
			i++
		}
		assert.Len(t, refs, i)
	}
	fsys.take()
	n := 0
	for range d.RawAll(t.Context(), refs) {
		n++
	}
	assert.Len(t, refs, n)
	read := fsys.take()
	for _, name := range []string{"auth.log.1.gz", "auth.log.2.gz"} {
		assert.LessOrEqual(t, read[name], int64(len(fsys.MapFS[name].Data)), name)
	}
	same()
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(refs), func(i, j int) { refs[i], refs[j] = refs[j], refs[i] })
	same()
	for range d.RawAll(t.Context(), refs) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range d.RawAll(ctx, refs) {
		assert.ErrorIs(t, err, context.Canceled)
	}
}
