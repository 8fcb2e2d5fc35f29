package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/export"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/sample"
)

var update = flag.Bool("update", false, "write the golden files")

var hunted = sync.OnceValues(func() (*hunt.Investigation, error) {
	src, err := logdir.OpenFS(sample.FS(), logdir.Options{})
	if err != nil {
		return nil, err
	}
	return hunt.Investigate(context.Background(), src, hunt.Options{})
})

func investigation(t testing.TB) *hunt.Investigation {
	t.Helper()
	inv, err := hunted()
	require.NoError(t, err)
	return inv
}

var forms = map[string]func(io.Writer, *hunt.Investigation) error{
	"ecs.ndjson": export.ECS, "timesketch.jsonl": export.Timesketch, "stix.json": export.STIX, "ticket.md": export.Markdown, "tables.zip": export.CSVZip,
}

func write(t testing.TB, form string, inv *hunt.Investigation) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, forms[form](&b, inv))
	return b.Bytes()
}

// hostile are values for every field: what spreadsheets, browsers, terminals,
// ticket systems and parsers take for more than text.
var hostile = []string{
	"=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", `"=1`, "'=1", "\uff1d1", "x;=1", "a,b\"c\r\nd", "<script>alert(1)</script>", "![x](http://evil.example/)",
	"@everyone #1 https://evil.example www.evil.example x@evil.example", "```\n# head", "a|b", "\x1b[2J\x00\u202e\u2028", "\xff\xfe", "' OR [ipv4-addr:value = '1.2.3.4", `\`,
	strings.Repeat("`", 40), "",
}

// fill puts hostile values into every field, and two rows into every list.
func fill(v reflect.Value, n *int) {
	next := func() string { *n++; return hostile[*n%len(hostile)] }
	switch v.Interface().(type) {
	case time.Time:
		*n++
		v.Set(reflect.ValueOf(time.Unix(int64(*n)*1_000_003%4_000_000_000, int64(*n)).UTC()))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.MustParseAddr("fe80::1%" + "=cmd")))
		return
	case netip.AddrPort:
		v.Set(reflect.ValueOf(netip.MustParseAddrPort("[fe80::1%=x]:7")))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(`{"=a":"<b>"}`)))
		return
	case evidence.Ref:
		v.Set(reflect.ValueOf(evidence.Ref{File: next(), Line: -1, Offset: -5, Length: -2}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(next())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(-1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(200)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(-0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for _, f := range v.Fields() {
			if f.CanSet() {
				fill(f, n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	default:
	}
}

func filled(seed int) *hunt.Investigation {
	inv := &hunt.Investigation{}
	fill(reflect.ValueOf(inv).Elem(), &seed)
	return inv
}

func TestGolden(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "investigation.json"))
	require.NoError(t, err)
	inv := &hunt.Investigation{}
	require.NoError(t, json.Unmarshal(text, inv))
	for form := range forms {
		if form == "tables.zip" {
			continue
		}
		t.Run(form, func(t *testing.T) {
			got := write(t, form, inv)
			assert.Equal(t, got, write(t, form, inv), "the same bytes each time")
			name := filepath.Join("testdata", form)
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o750))
				require.NoError(t, os.WriteFile(name, got, 0o600))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		})
	}
}

func TestHostileValuesInEveryField(t *testing.T) {
	bare := regexp.MustCompile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\u202e\u2028\ufeff]")
	for seed := range hostile {
		inv := filled(seed)
		for form := range forms {
			out := write(t, form, inv)
			if form == "tables.zip" {
				tables(t, out)
				continue
			}
			require.NotRegexp(t, bare, string(out), form)
			switch form {
			case "ticket.md":
				text := withoutCode(t, string(out))
				for _, bad := range []string{"<", `[^\[]://`, `(?i)(^|[^\\])(\]\(|www\.e)`, `@[A-Za-z]`} {
					require.Empty(t, regexp.MustCompile(".{0,80}"+bad+".{0,20}").FindString(text), bad)
				}
			case "stix.json":
				require.True(t, json.Valid(out))
			default:
				for l := range strings.Lines(string(out)) {
					require.True(t, json.Valid([]byte(l)), l)
				}
			}
		}
	}
}

// withoutCode cuts out the blocks of code as CommonMark reads them.
func withoutCode(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	fence := 0
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		ticks := len(l) - len(strings.TrimLeft(l, "`"))
		switch {
		case fence == 0 && ticks >= 3:
			require.Equal(t, "text", l[ticks:])
			fence = ticks
		case fence > 0 && ticks >= fence && ticks == len(l):
			fence = 0
		case fence == 0:
			b.WriteString(l + "\n")
		}
	}
	require.Zero(t, fence, "every block ends")
	return b.String()
}

// tables checks every table of a zip and returns them.
func tables(t testing.TB, data []byte) map[string][][]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	out := map[string][][]string{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, bytes.Count(b, []byte("\n")), bytes.Count(b, []byte("\r\n")), "lines end as RFC 4180 says")
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		require.NoError(t, err, f.Name)
		require.Len(t, rows, bytes.Count(b, []byte("\n")), "no cell has a line end")
		for _, row := range rows {
			for _, cell := range row {
				for _, part := range append(strings.Split(cell, ";"), cell) {
					begin := strings.TrimLeft(part, " \t\"'`")
					if begin == part && begin != "" && strings.IndexAny(begin, "=+-@\uff1d") == 0 {
						_, isNumber := fmt.Sscanf(cell, "%g", new(float64))
						require.NoError(t, isNumber, "%s: %q could be a formula", f.Name, cell)
					}
				}
			}
		}
		out[f.Name] = rows
	}
	return out
}

func TestCSVHasEveryTable(t *testing.T) {
	inv := investigation(t)
	all := tables(t, write(t, "tables.zip", inv))
	for name, n := range map[string]int{
		"investigation.csv": 1, "findings.csv": len(inv.Findings), "sessions.csv": len(inv.Sessions), "logons.tries.csv": len(inv.Logons.Tries),
		"processes.csv": len(inv.Processes), "timeline.csv": len(inv.Timeline), "evidence.csv": len(inv.Evidence), "coverage.files.csv": len(inv.Coverage.Files), "sudo.csv": len(inv.Sudo),
	} {
		assert.Len(t, all[name], n+1, name)
	}
	steps := all["findings.steps.csv"]
	assert.Equal(t, []string{"row", "parent"}, steps[0][:2])
	assert.Len(t, steps, len(inv.Findings[0].Steps)+len(inv.Findings[1].Steps)+len(inv.Findings[2].Steps)+1)
	empty := tables(t, write(t, "tables.zip", &hunt.Investigation{}))
	assert.Equal(t, slices.Sorted(maps.Keys(all)), slices.Sorted(maps.Keys(empty)), "empty tables are there, with their header")
	dir := filepath.Join(t.TempDir(), "tables")
	require.NoError(t, export.CSVFolder(dir, inv))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, len(all))
}

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\uff1d1": "'\uff1d1", "\u0020\"=1": `' "=1`, "'=1": "''=1", "a;=1": "a;'=1", "a;b": "a;b",
		"a=b": "a=b", "\t=1": `\t=1`, "": "", "\n": `\n`, "\xff": `\xff`,
	} {
		assert.Equal(t, want, export.Cell(in), "%q", in)
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := export.Cell(s)
		if strings.ContainsAny(c, "\r\n\t\x00") || c != "" && strings.IndexByte("=+-@", c[0]) >= 0 {
			t.Fatalf("%q became %q", s, c)
		}
	})
}

// The allowed values of the Elastic Common Schema 8.17, and what each category
// expects as type.
var (
	kinds    = []string{"alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"}
	expected = map[string][]string{
		"authentication": {"start", "end", "info"}, "configuration": {"access", "change", "creation", "deletion", "info"},
		"file": {"access", "change", "creation", "deletion", "info"}, "host": {"access", "change", "end", "info", "start"},
		"iam": {"admin", "change", "creation", "deletion", "group", "info", "user"}, "intrusion_detection": {"allowed", "denied", "info"},
		"network": {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"}, "process": {"access", "change", "end", "info", "start"},
		"session": {"start", "end", "info"}, "threat": {"indicator"},
	}
)

func TestECSHoldsAllowedValues(t *testing.T) {
	datasets := map[string]bool{}
	for _, inv := range []*hunt.Investigation{investigation(t), filled(1)} {
		for l := range bytes.Lines(write(t, "ecs.ndjson", inv)) {
			var doc struct {
				At  time.Time `json:"@timestamp"`
				ECS struct {
					Version string `json:"version"`
				} `json:"ecs"`
				Event struct {
					Kind, Outcome, Dataset string
					Category, Type         []string
				} `json:"event"`
			}
			require.NoError(t, json.Unmarshal(l, &doc), string(l))
			assert.Equal(t, export.ECSVersion, doc.ECS.Version)
			assert.False(t, doc.At.IsZero())
			assert.Contains(t, kinds, doc.Event.Kind)
			assert.Contains(t, []string{"", "success", "failure", "unknown"}, doc.Event.Outcome)
			require.NotEmpty(t, doc.Event.Category)
			require.NotEmpty(t, doc.Event.Type)
			for _, typ := range doc.Event.Type {
				assert.Contains(t, expected[doc.Event.Category[0]], typ, doc.Event.Category[0])
			}
			datasets[doc.Event.Dataset] = true
		}
	}
	assert.Len(t, datasets, 17, "%v", slices.Sorted(maps.Keys(datasets)))
}

func TestTimesketchHasItsFields(t *testing.T) {
	var last string
	n := 0
	for l := range bytes.Lines(write(t, "timesketch.jsonl", investigation(t))) {
		var row map[string]any
		require.NoError(t, json.Unmarshal(l, &row))
		for _, key := range []string{"message", "datetime", "timestamp_desc", "data_type"} {
			require.NotEmpty(t, row[key], "%s in %s", key, l)
		}
		at, _ := row["datetime"].(string)
		require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`, at)
		require.GreaterOrEqual(t, at, last, "in order of time")
		last = at
		n++
	}
	assert.Greater(t, n, 300)
}

func TestSTIXIsWhole(t *testing.T) {
	for name, inv := range map[string]*hunt.Investigation{"sample": investigation(t), "hostile": filled(2), "empty": {}} {
		var b struct {
			Type, ID string
			Objects  []map[string]any
		}
		require.NoError(t, json.Unmarshal(write(t, "stix.json", inv), &b))
		ids, types := map[string]bool{}, map[string]int{}
		for _, o := range b.Objects {
			id, _ := o["id"].(string)
			typ, _ := o["type"].(string)
			require.Regexp(t, "^"+typ+"--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id)
			require.False(t, ids[id], "%s twice", id)
			require.Equal(t, "2.1", o["spec_version"])
			ids[id] = true
			types[typ]++
		}
		for _, o := range b.Objects {
			for key, v := range o {
				switch {
				case strings.HasSuffix(key, "_ref"):
					require.True(t, ids[v.(string)], "%s of %v", key, o["id"])
				case strings.HasSuffix(key, "_refs"):
					require.NotEmpty(t, v)
					for _, r := range v.([]any) {
						require.True(t, ids[r.(string)], "%s of %v", key, o["id"])
					}
				}
			}
			if from, ok := o["first_observed"].(string); ok {
				a, err := time.Parse(time.RFC3339Nano, from)
				require.NoError(t, err)
				z, err := time.Parse(time.RFC3339Nano, o["last_observed"].(string))
				require.NoError(t, err)
				require.False(t, z.Before(a))
			}
		}
		assert.Equal(t, len(inv.Findings), types["grouping"], name)
		assert.Equal(t, 1, types["report"], name)
		if name == "sample" {
			for _, typ := range []string{"identity", "indicator", "observed-data", "sighting", "relationship", "attack-pattern", "ipv4-addr", "user-account", "url", "process"} {
				assert.Positive(t, types[typ], typ)
			}
		}
	}
}

type broken struct{}

var errDisk = errors.New("the disk is full")

func (broken) Write([]byte) (int, error) { return 0, errDisk }

func TestErrorsOfTheWriter(t *testing.T) {
	for form, f := range forms {
		assert.ErrorIs(t, f(broken{}, investigation(t)), errDisk, form)
	}
	assert.ErrorIs(t, export.CSV(investigation(t), func(string) (io.WriteCloser, error) { return nil, errDisk }), errDisk)
}

func TestTicket(t *testing.T) {
	text := string(write(t, "ticket.md", investigation(t)))
	inv := investigation(t)
	for _, must := range []string{"# CRITICAL", "## Indicators", "## Coverage", "supported", "cannot be told", `203\[.\]0\[.\]113\[.\]66`, inv.Coverage.Sources[0].SHA256} {
		assert.Contains(t, text, must)
	}
	assert.Less(t, len(text), 65536, "it fits into an issue")
	assert.Contains(t, string(write(t, "ticket.md", &hunt.Investigation{})), "Nothing was found")
}

func BenchmarkForms(b *testing.B) {
	inv := investigation(b)
	for form, f := range forms {
		b.Run(form, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(io.Discard, inv); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestSTIXHoldsTheSessionsOfFindingsFirst(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	inv := &hunt.Investigation{Host: hunt.HostSummary{Name: "web01", First: at, Last: at.Add(time.Hour)}}
	for i := range 3000 {
		inv.Sessions = append(inv.Sessions, hunt.Session{ID: fmt.Sprintf("S%d", i+1), Kind: "sshd", User: "alice", Start: at.Add(time.Duration(i) * time.Second), End: at.Add(time.Duration(i+1) * time.Second)})
	}
	inv.Findings = []hunt.Finding{{ID: "F1", Title: "It", Severity: hunt.SeverityHigh, Start: at, End: at, Sessions: []string{"S2999"}}}
	var b bytes.Buffer
	require.NoError(t, export.STIX(&b, inv))
	assert.Equal(t, 2000, strings.Count(b.String(), `"type":"observed-data"`))
	assert.Contains(t, b.String(), at.Add(2998 * time.Second).Format(time.RFC3339)[:19])
	assert.Contains(t, b.String(), at.Add(1998 * time.Second).Format(time.RFC3339)[:19])
	assert.NotContains(t, b.String(), at.Add(2500 * time.Second).Format(time.RFC3339)[:19])
}
