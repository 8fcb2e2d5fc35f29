package jsonstream_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"math/rand" //nolint:depguard // testing/quick wants it
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/jsonstream"
)

// pointed has its methods on the pointer.
type pointed struct{ List []string }

func (p *pointed) MarshalJSON() ([]byte, error) { return json.Marshal(len(p.List)) }
func (p *pointed) IsZero() bool                 { return len(p.List) == 3 }

type named []int

func (n named) IsZero() bool { return len(n) > 2 }

type embedded struct{ In []int }

type all struct {
	Text     string
	Renamed  []string `json:"other,omitempty"`
	Bytes    []byte
	Empty    []all          `json:",omitempty"`
	Numbers  map[string]int `json:"numbers,omitempty"`
	At       time.Time      `json:"at,omitzero"`
	Addr     netip.Addr     `json:"addr,omitzero"`
	Addrs    []netip.Addr
	Pointer  *all `json:"pointer,omitempty"`
	Always   *all
	Nested   struct{ List []struct{ A, B int } } `json:"nested,omitzero"`
	Any      any                                 `json:"any,omitempty"`
	Array    [2]int                              `json:"array,omitempty"`
	Pointed  pointed                             `json:"pointed,omitzero"`
	Pointeds []pointed
	Named    named `json:"named,omitzero"`
	Left     []int `json:"-"`
	Dash     []int `json:"-,"` //nolint:staticcheck // it is such a name that is meant
	Odd      []int `json:"<odd>"`
	Joined   struct{ embedded }
	Quoted   struct {
		List   []int
		Number int `json:",string"`
	}
	Lists  [][]string
	Float  float64 `json:"float,omitempty"`
	Flag   bool    `json:"flag,omitzero"`
	hidden []int
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(v))
	return b.String()
}

func streamed(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jsonstream.Encode(&b, v))
	return b.String()
}

func TestAsEncodingJSON(t *testing.T) {
	one := &all{Text: "<\u2028\xff>", Empty: []all{}, Renamed: []string{"&"}, hidden: []int{1}, Lists: [][]string{nil, {}, {"a"}}}
	for _, v := range []any{
		nil, 1, "x", []int(nil),
		[]int{},
		[]int{1, 2},
		[]any{1, nil, "a"},
		(*all)(nil),
		all{},
		&all{}, one, *one,
		[]*all{nil, one},
		map[string][]int{"b": {1}, "a": nil},
		struct{}{},
		[]struct{}{{}},
		pointed{},
		&pointed{}, []byte("x"),
		struct{ A []struct{} }{},
		&[]*[]int{nil, {1}},
	} {
		assert.Equal(t, encoded(t, v), streamed(t, v))
	}
}

// TestAsEncodingJSONForAnyValue fills all fields with random values.
func TestAsEncodingJSONForAnyValue(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	type filled struct {
		A []string `json:"a,omitempty"`
		B []struct {
			C map[string][]int   `json:"c,omitempty"`
			D *struct{ E []int } `json:"d,omitempty"`
			F named              `json:"f,omitzero"`
			G [2]bool            `json:"g,omitzero"`
			H []byte
		} `json:"b"`
		I pointed `json:"i,omitzero"`
		J []pointed
		K uint8 `json:"k,omitempty"`
	}
	for range 300 {
		v, ok := quick.Value(reflect.TypeFor[filled](), rng)
		require.True(t, ok)
		require.Equal(t, encoded(t, v.Interface()), streamed(t, v.Interface()))
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		require.Equal(t, encoded(t, p.Interface()), streamed(t, p.Interface()))
	}
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestErrors(t *testing.T) {
	v := []any{map[string]int{"a": 1}, "b"}
	for n := range len(encoded(t, v)) {
		assert.ErrorIs(t, jsonstream.Encode(&failing{n}, v), io.ErrShortWrite)
	}
	var unsupported *json.UnsupportedValueError
	assert.ErrorAs(t, jsonstream.Encode(io.Discard, []float64{math.NaN()}), &unsupported)
}

// largest keeps the length of the longest write.
type largest int

func (l *largest) Write(p []byte) (int, error) {
	*l = max(*l, largest(len(p)))
	return len(p), nil
}

func TestHoldsOneValueAtATime(t *testing.T) {
	type row struct{ Refs []string }
	var v struct{ In struct{ Rows []row } }
	for range 100 {
		v.In.Rows = append(v.In.Rows, row{strings.Split(strings.Repeat("reference ", 1000), " ")})
	}
	var l largest
	require.NoError(t, jsonstream.Encode(&l, v))
	assert.Less(t, int(l), 64)
}
