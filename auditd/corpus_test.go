package auditd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// corpusCase is one event of other tools' test suites, with what they state.
type corpusCase struct {
	Source  string         `json:"source"`
	File    string         `json:"file"`
	Records []string       `json:"records"`
	Expect  map[string]any `json:"expect"`
}

// notOurs are statements about another tool's model, not about the record.
var notOurs = map[string]string{
	"action":      "a verb that the tool makes up",
	"record_type": "the tool's choice of one record for the event",
	"nfields":     "how many fields the tool counts, header included",
	"source_addr": "the tool's copy of addr",
	"file_path":   "the tool's choice of one of paths",
	"file_mode":   "the tool's choice of one of the PATH records, without its kind",
}

func TestCorpus(t *testing.T) {
	f, err := os.Open(filepath.Join(sharedtest.Dir(t, "corpus/auditd"), "cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	known := differences(t)
	stated, agreed := 0, 0
	found := map[string]bool{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var c corpusCase
		require.NoError(t, json.Unmarshal(sc.Bytes(), &c))
		obj, e := program(t, c)
		if !assert.NotNil(t, obj, "%s %s: no event %s", c.Source, c.File, c.Expect["id"]) {
			continue
		}
		for name, want := range c.Expect {
			if _, ok := notOurs[name]; ok {
				continue
			}
			stated++
			if name == "absent" {
				want, name = nil, want.([]any)[0].(string)
			}
			got := shown(obj, e, name)
			if m, ok := want.(map[string]any); ok && name == "names" { // some tools keep a part of them
				for k := range got.(map[string]any) {
					if m[k] == nil {
						delete(got.(map[string]any), k)
					}
				}
			}
			if reflect.DeepEqual(normal(name, want), normal(name, got)) {
				agreed++
				continue
			}
			mark := fmt.Sprintf("%s %s %s", c.Source, c.Expect["id"], name)
			found[mark] = true
			assert.Contains(t, known, mark, "want %v, got %v", want, got)
		}
	}
	require.NoError(t, sc.Err())
	for mark := range known {
		assert.Contains(t, found, mark, "listed in differences.md, but there is none")
	}
	t.Logf("%d of %d statements agree (%.2f %%)", agreed, stated, 100*float64(agreed)/float64(stated))
	assert.GreaterOrEqual(t, float64(agreed), 0.98*float64(stated))
}

// differences reads the list of known ones: lines of "- `source id key` why".
func differences(t *testing.T) map[string]bool {
	text, err := os.ReadFile("differences.md")
	require.NoError(t, err)
	marks := map[string]bool{}
	for l := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(l, "- `"); ok {
			mark, _, ok := strings.Cut(rest, "`")
			require.True(t, ok, l)
			marks[mark] = true
		}
	}
	return marks
}

// program returns the case's event as examples/auditd prints it.
func program(t *testing.T, c corpusCase) (map[string]any, *Event) {
	t.Helper()
	r := NewReader(strings.NewReader(strings.Join(c.Records, "\n")), Options{})
	for e, err := range r.All() {
		if err != nil || e.Stamp != c.Expect["id"] {
			continue
		}
		var obj map[string]any
		dec := json.NewDecoder(strings.NewReader(string(e.AppendJSON(nil))))
		dec.UseNumber()
		require.NoError(t, dec.Decode(&obj))
		return obj, e
	}
	return nil, nil
}

// shown returns what the object says about a statement's name.
func shown(obj map[string]any, e *Event, name string) any {
	fields, _ := obj["fields"].(map[string]any)
	if v, ok := obj[name]; ok && name != "saddr" {
		return v
	}
	switch name {
	case "saddr":
		s, _ := obj["saddr"].(map[string]any)
		return s
	case "arch_raw", "syscall_raw", "proctitle_raw":
		f, _ := e.Field(strings.TrimSuffix(name, "_raw"))
		if f.Quoted() {
			return `"` + f.Raw + `"`
		}
		return f.Raw
	case "record_count":
		return json.Number(strconv.Itoa(len(e.Records)))
	case "proctitle_argv":
		f, _ := e.Field("proctitle")
		return list(strings.Split(f.Text(), "\x00"))
	case "data_caret":
		return caret(fields["data"].(string))
	case "names":
		names := map[string]any{}
		for _, r := range e.Records {
			for f := range r.Fields() {
				if f.Enriched() {
					names[f.Name] = f.Raw
				}
			}
		}
		return names
	case "avc", "obj_pid":
		r, _ := e.Record(map[string]Type{"avc": TypeAVC, "obj_pid": TypeObjPID}[name])
		got := map[string]any{}
		for f := range r.Fields() {
			got[f.Name] = f.Text()
		}
		return []any{got}
	case "uid_all":
		return []any{obj["uid"], fields["uid"]}
	}
	return fields[name]
}

func list(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}

func caret(s string) string {
	var b strings.Builder
	for _, c := range s {
		if c < 0x20 || c == 0x7f {
			b.WriteString("^" + string(c^0x40))
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// normal brings the spellings of both sides together: numbers and strings,
// the words for absent, errno names and numbers.
func normal(name string, v any) any {
	switch v := v.(type) {
	case json.Number:
		return normal(name, v.String())
	case float64:
		return normal(name, strconv.FormatInt(int64(v), 10))
	case string:
		switch v {
		case "", "unset", "(null)", "(none)", "?", "unknown", "4294967295":
			return nil
		}
		switch name {
		case "exit":
			if n := errnoNumber(v); n > 0 {
				return strconv.FormatInt(-n, 10)
			}
		case "arch_raw":
			return strings.TrimPrefix(v, "0x")
		case "time":
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				return at.UTC().String()
			}
		}
		return v
	case []any:
		if name == "seperms" {
			return normal(name, fmt.Sprint(v...))
		}
		out := make([]any, len(v))
		for i := range v {
			out[i] = normal(name, v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = normal(k, x)
		}
		return out
	case nil:
		return nil
	}
	return v
}
