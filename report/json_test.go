package report_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/report"
)

// filler sets every field below a value to something, lists to so many items.
type filler struct {
	n     int
	items int
	zeros bool // every third value stays zero, and every fifth list is empty
}

func (f *filler) fill(v reflect.Value, depth int) {
	f.n++
	if f.zeros && f.n%3 == 0 {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(int64(f.n), 5).UTC()))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"a": [1, "<"]}`))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte{10, 0, byte(f.n >> 8), byte(f.n)})))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("<é\u202e\xff>" + strconv.Itoa(f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n % 100))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.n % 100))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.n) / 7)
	case reflect.Pointer:
		if depth < 9 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		items := f.items
		if f.zeros && f.n%5 == 0 || depth > 9 {
			items = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), items, items))
		for i := range items {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range min(f.items, 2) {
			key, x := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key, depth+1)
			f.fill(x, depth+1)
			v.SetMapIndex(key, x)
		}
	default:
	}
}

func filledAll(f filler) *hunt.Investigation {
	inv := &hunt.Investigation{}
	v := reflect.ValueOf(inv).Elem()
	for _, x := range v.Fields() {
		f.fill(x, 1)
	}
	return inv
}

// TestJSONIsThatOfTheType: what is written part by part is what encoding/json
// makes of the whole, whatever fields an investigation has.
func TestJSONIsThatOfTheType(t *testing.T) {
	for _, f := range []filler{{items: 2}, {items: 3, zeros: true}, {items: 2, n: 1, zeros: true}, {items: 1, n: 2, zeros: true}, {}} {
		inv := filledAll(f)
		var want, got bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetIndent("", "  ")
		require.NoError(t, enc.Encode(inv))
		require.NoError(t, report.JSON(&got, inv))
		require.True(t, bytes.Equal(visible.JSON(want.Bytes()), got.Bytes()))
	}
}

// TestJSONTakesNoMemoryOfItsLength: what was written does not stay.
func TestJSONTakesNoMemoryOfItsLength(t *testing.T) {
	inv := filledAll(filler{items: 2})
	for len(inv.Logons.Tries) < 20_000 {
		inv.Logons.Tries = append(inv.Logons.Tries, inv.Logons.Tries...)
	}
	for len(inv.Findings[0].Refs) < 20_000 {
		inv.Findings[0].Refs = append(inv.Findings[0].Refs, inv.Findings[0].Refs...)
	}
	w := &heapWriter{}
	w.first = w.heap()
	require.NoError(t, report.JSON(w, inv))
	assert.Greater(t, w.n, 16<<20)
	assert.Less(t, w.most-w.first, int64(2<<20), "for %d bytes", w.n)
}

// heapWriter looks at the heap while it is written to.
type heapWriter struct {
	n           int
	first, most int64
}

func (w *heapWriter) heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (w *heapWriter) Write(p []byte) (int, error) {
	if w.n>>20 != (w.n+len(p))>>20 {
		w.most = max(w.most, w.heap())
	}
	w.n += len(p)
	return len(p), nil
}
