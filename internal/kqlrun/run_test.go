package kqlrun_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/kqlrun"
)

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tables = map[string]*kqlrun.Table{"T": {
		Columns: []kqlrun.Column{{Name: "At", Type: "datetime"}, {Name: "N", Type: "long"}, {Name: "S", Type: "string"}, {Name: "D", Type: "dynamic"}},
		Rows: [][]any{
			{noon, int64(1), "alpha beta", []any{"x", "y"}},
			{noon.Add(7 * time.Minute), nil, "Alphabet", nil},
			{noon.Add(-time.Minute), int64(9007199254740993), "", map[string]any{"vm": "a/b"}},
		},
	}}
)

func TestRun(t *testing.T) {
	for kql, want := range map[string][][]any{
		`T | where S has "alpha" | project S`:                                                                              {{"alpha beta"}},
		`T | where S contains "ALPHA" | project S`:                                                                         {{"alpha beta"}, {"Alphabet"}},
		`T | where S startswith "alphab" | project S`:                                                                      {{"Alphabet"}},
		`T | where S =~ "ALPHABET" or S == "alphabet" | project S`:                                                         {{"Alphabet"}},
		`T | where S has_any ("beta", "gamma") | project S`:                                                                {{"alpha beta"}},
		`T | where N > 1 | project N`:                                                                                      {{int64(9007199254740993)}},
		`T | where N != 1 | project S`:                                                                                     {{"Alphabet"}, {""}},
		`T | where not(N == 1) | project S`:                                                                                {{"Alphabet"}, {""}},
		`T | where isnull(N) | project S`:                                                                                  {{"Alphabet"}},
		`T | sort by N asc | project N`:                                                                                    {{nil}, {int64(1)}, {int64(9007199254740993)}},
		`T | sort by N desc | project N`:                                                                                   {{int64(9007199254740993)}, {int64(1)}, {nil}},
		`let p = dynamic(["alphabet", "z"]); T | where S in~ (p) | project S`:                                              {{"Alphabet"}},
		`T | where S in ("Alphabet") | project S`:                                                                          {{"Alphabet"}},
		`T | where S !in~ ("alphabet", "alpha beta") | project S`:                                                          {{""}},
		`let k = T | where N == 1 | distinct S; T | where S in (k) | project N`:                                            {{int64(1)}},
		`T | summarize C = count(), M = max(At), K = countif(isnotempty(S))`:                                               {{int64(3), noon.Add(7 * time.Minute), int64(2)}},
		`T | summarize C = count() by B = bin(At, 5m) | sort by B asc`:                                                     {{noon.Add(-5 * time.Minute), int64(1)}, {noon, int64(1)}, {noon.Add(5 * time.Minute), int64(1)}},
		`T | where At >= datetime(2026-11-23T12:00:00Z) + 7m | project S`:                                                  {{"Alphabet"}},
		`T | where At < datetime(2026-11-23T12:00:00Z) - 1d | project S`:                                                   nil,
		`T | summarize arg_max(At, *) by X = isnull(N) | project S | sort by S asc`:                                        {{"Alphabet"}, {"alpha beta"}},
		`T | where N == 1 | mv-expand E = pack_array(pack("k", S), pack("k", "z")) | extend V = tostring(E.k) | project V`: {{"alpha beta"}, {"z"}},
		`T | where isempty(S) | extend L = tostring(split(column_ifexists("S", "q"), "/")[-1]) | project L`:                {{""}},
		`T | where N == 1 | extend L = tostring(split("a/b/c", "/")[-1]), M = column_ifexists("Nope", "d") | project L, M`: {{"c", "d"}},
		`T | where array_length(set_intersect(D, dynamic(["y"]))) > 0 | project S`:                                         {{"alpha beta"}},
		`T | extend X = extract(@"^(\w+) (\w+)", 2, S) | where isnotempty(X) | project X`:                                  {{"beta"}},
		`T | where N == 1 | extend A = coalesce("", S), B = iff(N == 1, "one", "other"), C = case(N == 2, "two", "none"), E = toint("x"), F = tolong(" 7 ") | project A, B, C, E, F`: {{"alpha beta", "one", "none", nil, int64(7)}},
		`T | where S matches regex @"^A" | project-away At, N, D`:                                       {{"Alphabet"}},
		`T | summarize K = count_distinctif(tolower(S), isnotempty(S)), L = make_list(N), Sum = sum(N)`: {{int64(2), []any{int64(1), int64(9007199254740993)}, int64(9007199254740994)}},
	} {
		got, err := kqlrun.Run(kql, tables)
		require.NoError(t, err, kql)
		if len(want) == 0 {
			assert.Empty(t, got.Rows, kql)
			continue
		}
		assert.Equal(t, want, got.Rows, kql)
	}
	got, err := kqlrun.Run("T | getschema | project ColumnName, ColumnType", tables)
	require.NoError(t, err)
	assert.Equal(t, [][]any{{"At", "datetime"}, {"N", "long"}, {"S", "string"}, {"D", "dynamic"}}, got.Rows)
}

// What is not known is refused, not guessed.
func TestRunRefuses(t *testing.T) {
	for _, kql := range []string{
		"", "Nope", "T |", "T | take 5", "T | where Nope == 1", "T | extend X = nope(S)", "T | where S has", "T | where (S == 1", "T T",
		`T | where S == "x`, "T | summarize X = avg(N)", "let x = 1 T", "T | where S matches N", `T | where S matches regex "("`, "T | sort by S",
		"T | extend X = 5q", "T | where At > datetime(never)", "T | project N[x]", "T | mv-expand", "T | summarize count() by S",
	} {
		_, err := kqlrun.Run(kql, tables)
		require.Error(t, err, kql)
	}
	assert.Len(t, tables["T"].Rows, 3, "a query changes no table")
}
