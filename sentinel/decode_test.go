package sentinel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
)

func decodeAll(r io.Reader) ([]string, outcome, error) {
	var rows []string
	out, _, err := decodeAnswer(r, func(row Row) error {
		b, err := row.AppendObject(nil)
		rows = append(rows, string(b))
		return err
	})
	return rows, out, err
}

const answerHead = `{"tables":[{"name":"PrimaryResult","columns":[{"name":"t","type":"datetime"},{"name":"n","type":"long"},{"name":"d","type":"dynamic"},{"name":"s","type":"string"}],"rows":[`

func TestDecodeAnswer(t *testing.T) {
	for _, c := range []struct{ name, in, want, partial, err string }{
		{
			name: "64 bits", in: `["2026-01-01T00:00:00.1234567Z",9007199254740993,"{\"a\": [1,\"]\"]}","x]\"\\"]]}]}`,
			want: `{"t":"2026-01-01T00:00:00.1234567Z","n":9007199254740993,"d":{"a": [1,"]"]},"s":"x]\"\\"}`,
		},
		{name: "nulls", in: ` [ null , -1 , null , "" ] ] } ] }  `, want: `{"n":-1,"s":""}`},
		{name: "dynamic that is no JSON", in: `[null,1,"{oops","x"]]}]}`, want: `{"n":1,"d":"{oops","s":"x"}`},
		{name: "no rows", in: `]}]}`},
		{name: "partial", in: `[null,1,null,""]]}],"error":{"code":"PartialError"},"statistics":{"query":{}}}`, want: `{"n":1,"s":""}`, partial: `{"code":"PartialError"}`},
		{name: "error null", in: `[null,1,null,""]]}],"error":null}`, want: `{"n":1,"s":""}`},
		{name: "second table", in: `]},{"name":"x","columns":[{"name":"a","type":"int"}],"rows":[[1]]}]}`},
		{name: "cut in a row", in: `[null,1,nu`, err: "unexpected EOF"},
		{name: "cut after a row", in: `[null,1,null,""]`, want: `{"n":1,"s":""}`, err: "unexpected EOF"},
		{name: "cut after the table", in: `[null,1,null,""]]}]`, want: `{"n":1,"s":""}`, err: "unexpected EOF"},
		{name: "too few values", in: `[1]]}]}`, err: "1 values for 4 columns"},
		{name: "too many values", in: `[1,2,3,4,5]]}]}`, err: "5 values for 4 columns"},
		{name: "no list", in: `{"a":1}]}]}`, err: "no known shape"},
		{name: "more behind", in: `]}]}{}`, err: "the end"},
		{name: "no JSON", in: `[null,1,null,x]]}]}`, err: "no known shape"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"whole": strings.NewReader(answerHead + c.in), "by bytes": iotest.OneByteReader(strings.NewReader(answerHead + c.in)),
				"with data": iotest.DataErrReader(strings.NewReader(answerHead + c.in)),
			} {
				rows, out, err := decodeAll(r)
				if c.err != "" {
					require.ErrorContains(t, err, c.err, name)
				} else {
					require.NoError(t, err, name)
				}
				if c.err == "" || c.want != "" {
					assert.Equal(t, c.want, strings.Join(rows, "\n"), name)
				}
				assert.Equal(t, c.partial, string(out.partial), name)
			}
		})
	}
	for in, want := range map[string]string{
		"": "it is empty", "  ": "it is empty", "{}": "it has no table", `{"tables":[]}`: "it has no table", "null": "should be", "[]": "should be",
		`{"tables":[{"rows":[[1]]}]}`: "before their columns", strings.Repeat("[", 1000): "should be", `{"x":` + strings.Repeat("[", 1000): "too deep",
	} {
		_, _, err := decodeAll(strings.NewReader(in))
		require.ErrorIs(t, err, ErrAnswer, in)
		require.ErrorContains(t, err, want, in)
	}
	broken := errors.New("broken")
	_, _, err := decodeAll(io.MultiReader(strings.NewReader(answerHead+`[null,1,`), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
}

func TestRowValues(t *testing.T) {
	row := NewRow([]Column{{"s", "string"}, {"n", "long"}, {"r", "real"}, {"b", "bool"}, {"t", "datetime"}, {"d", "dynamic"}, {"nan", "real"}},
		[]byte(`["a\u00e9\n",9223372036854775807,1.5,true,"2026-11-23T08:00:00.1234567Z","[1,2]","NaN"]`))
	assert.Equal(t, "aé\n", row.Text("s"))
	n, ok := row.Int("n")
	assert.True(t, ok)
	assert.Equal(t, int64(9223372036854775807), n)
	_, ok = row.Int("s")
	assert.False(t, ok)
	r, ok := row.Real("r")
	assert.True(t, ok)
	assert.InDelta(t, 1.5, r, 0)
	_, ok = row.Real("nan")
	assert.False(t, ok)
	assert.True(t, row.Bool("b"))
	assert.Equal(t, 123456700, row.Time("t").Nanosecond())
	assert.JSONEq(t, `[1,2]`, string(row.JSON("d")))
	assert.Empty(t, row.Text("none"))
	assert.True(t, row.Time("s").IsZero())
}

// A row goes from the answer into a line without an allocation.
func TestRowsAllocateNothing(t *testing.T) {
	row := NewRow([]Column{{"TimeGenerated", "datetime"}, {"Computer", "string"}, {"ProcessID", "int"}, {"SyslogMessage", "string"}},
		[]byte(`["2026-11-23T08:00:00.1234567Z","web01",77,"Accepted publickey for alice"]`))
	s := &stream{second: -1, others: map[string]bool{}, buf: make([]byte, 0, 1<<20)}
	b := &Batch{}
	for range 1000 {
		b.add(row)
	}
	got := testing.AllocsPerRun(100, func() {
		s.buf = s.buf[:0]
		s.marks = s.marks[:0]
		s.stamp = s.stamp[:0]
		b.reset()
		b.add(row)
		s.add(row)
	})
	assert.LessOrEqual(t, got, 1.0, "the time is parsed from a string")
}

func FuzzDecodeAnswer(f *testing.F) {
	for _, s := range []string{
		answerHead + `["2026-01-01T00:00:00Z",9007199254740993,"{\"a\":1}","x"],[null,null,null,null]]}]}`,
		`{"tables":[{"name":"x","columns":[{"name":"a","type":"int"}],"rows":[[1],[-2.5e3]]}],"error":{"code":"PartialError"}}`,
		`{"tables":[]}`, `{}`, `{"tables":null}`, answerHead,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, out, err := decodeAll(bytes.NewReader(in))
		slow, _, slowErr := decodeAll(iotest.HalfReader(bytes.NewReader(in)))
		require.Equal(t, rows, slow)
		require.Equal(t, err == nil, slowErr == nil)
		if err != nil || !json.Valid(in) {
			return
		}
		// what is taken and is JSON means what it means to encoding/json
		var want struct {
			Tables []struct {
				Columns []Column
				Rows    []json.RawMessage
			}
			Error json.RawMessage
		}
		if json.Unmarshal(in, &want) != nil || len(want.Tables) == 0 || bytes.Count(in, []byte(`"tables"`)) != 1 || bytes.Count(in, []byte(`"rows"`)) != len(want.Tables) {
			return
		}
		require.Len(t, rows, len(want.Tables[0].Rows))
		if len(want.Error) > 0 && string(want.Error) != "null" && bytes.Count(in, []byte(`"error"`)) == 1 {
			require.JSONEq(t, string(want.Error), string(out.partial))
		}
		for _, r := range rows {
			require.True(t, json.Valid([]byte(r)), r)
		}
	})
}

func FuzzLiteral(f *testing.F) {
	for _, s := range []string{"", "web01", `"; Heartbeat //`, "\\", "\x00\x7f", "é漢🦊", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lit := quote(s)
		for i := range len(lit) {
			require.True(t, lit[i] >= ' ' && lit[i] < 0x7f)
		}
		back, err := unquote(lit)
		require.NoError(t, err)
		require.Equal(t, strings.ToValidUTF8(string([]rune(s)), "\ufffd"), back)
		// nothing but the ends is a quote that no backslash stands before
		open := 0
		for i := 0; i < len(lit); i++ {
			switch lit[i] {
			case '\\':
				i++
			case '"':
				open++
			}
		}
		require.Equal(t, 2, open)
		list, err := readList(dynamic([]string{s, s}))
		require.NoError(t, err)
		require.Equal(t, []string{back, back}, list)
	})
}

func FuzzParseQuery(f *testing.F) {
	for _, q := range catalog() {
		p := Params{}
		if q.takesTable() {
			p.Table = "Syslog"
		}
		kql, err := q.Render(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(kql)
	}
	f.Fuzz(func(t *testing.T, kql string) {
		q, p, err := ParseQuery(kql)
		if err != nil {
			return
		}
		again, err := q.Render(p)
		require.NoError(t, err)
		require.Equal(t, kql, again, "only what was made here is taken")
	})
}

// Every file of KQL can be read.
func TestCatalog(t *testing.T) {
	entries, err := files.ReadDir("kql")
	require.NoError(t, err)
	require.Len(t, catalog(), len(entries))
	for _, e := range entries {
		b, err := files.ReadFile("kql/" + e.Name())
		require.NoError(t, err)
		q, err := parseQuery(strings.TrimSuffix(e.Name(), ".kql"), string(b))
		require.NoError(t, err)
		for _, p := range q.params {
			assert.Contains(t, q.text, p.name, "%s does not look at %s", q.Name, p.name)
		}
	}
	for _, bad := range []string{"", "Syslog", "// x\n// @table T\n", "// x\n// @nothing\nSyslog", "// x\n// @table T\n// @param p_x string\nT"} {
		_, err := parseQuery("x", bad)
		require.Error(t, err, bad)
	}
}

// A stream that is read on keeps only what is ahead.
func TestStreamKeepsLittle(t *testing.T) {
	s := &stream{name: "q/h", second: -1 << 62, others: map[string]bool{}}
	columns := []Column{{"TimeGenerated", "datetime"}, {"n", "long"}}
	for i := range 200_000 {
		at := time.Unix(1_795_420_800+int64(i)/3, 0).UTC().Format(time.RFC3339)
		s.add(NewRow(columns, []byte(fmt.Sprintf(`["%s",%d]`, at, i))))
		s.buf = s.buf[:0]
		if i%10 == 9 {
			line := int64(i + 1)
			ref := s.ref(evidence.Ref{Line: line})
			require.Equal(t, int64(i%3+1), ref.Line/perRow%perSecond)
			s.forget(line)
		}
		require.LessOrEqual(t, len(s.marks), 2000)
		require.LessOrEqual(t, len(s.checks), 9000)
	}
}
