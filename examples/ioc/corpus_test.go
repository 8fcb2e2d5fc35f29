package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/ioc"
)

var showDiff = flag.Bool("diff", false, "print each case that differs")

type corpusCase struct {
	Source string `json:"source"`
	Text   string `json:"text"`
	Note   string `json:"note"`
	Expect []struct {
		Type  string `json:"type"`
		Value string `json:"value"`
		Form  string `json:"form"`
	} `json:"expect"`
	Absent []struct {
		Type  string  `json:"type"`
		Value *string `json:"value"`
	} `json:"absent"`
	Complete []string       `json:"complete"`
	Counts   map[string]int `json:"expect_counts"`
	Min      map[string]int `json:"expect_min"`
}

type object struct {
	Line     int64  `json:"line"`
	Type     string `json:"type"`
	Value    string `json:"value"`
	Raw      string `json:"raw"`
	Start    int    `json:"start"`
	End      int    `json:"end"`
	Defanged bool   `json:"defanged"`
}

func ours(typ string) bool { return slices.Contains(ioc.Types(), ioc.Type(typ)) }

// same compares a stated value with what the program printed: a peer states
// either the text or the cleaned value.
func same(o object, value string) bool {
	if o.Type == "asn" { // AS1234 here, ASN1234 there
		return strings.TrimLeft(strings.ToUpper(value), "ASN ") == strings.TrimLeft(o.Value, "AS")
	}
	return strings.EqualFold(o.Value, value) || strings.EqualFold(o.Raw, value)
}

// check returns what the program's output lacks or has too much of.
func (c *corpusCase) check(got []object) (diff []string) {
	has := func(typ, value string) bool {
		return slices.ContainsFunc(got, func(o object) bool { return o.Type == typ && same(o, value) })
	}
	for _, e := range c.Expect {
		if ours(e.Type) && !has(e.Type, e.Value) {
			diff = append(diff, fmt.Sprintf("lacks %s %q", e.Type, e.Value))
		}
	}
	for _, a := range c.Absent {
		for _, o := range got {
			if o.Type == a.Type && (a.Value == nil || same(o, *a.Value)) {
				diff = append(diff, fmt.Sprintf("has %s %q", o.Type, o.Value))
			}
		}
	}
	for _, typ := range c.Complete {
		for _, o := range got {
			if o.Type == typ && !slices.ContainsFunc(c.Expect, func(e struct {
				Type  string `json:"type"`
				Value string `json:"value"`
				Form  string `json:"form"`
			},
			) bool {
				return e.Type == typ && same(o, e.Value)
			}) {
				diff = append(diff, fmt.Sprintf("has %s %q", o.Type, o.Value))
			}
		}
	}
	count := func(typ string) int {
		vals := map[string]bool{}
		for _, o := range got {
			if o.Type == typ {
				vals[fmt.Sprint(o.Line, o.Value)] = true
			}
		}
		return len(vals)
	}
	for typ, n := range c.Counts {
		if ours(typ) && count(typ) != n {
			diff = append(diff, fmt.Sprintf("counts %d %s instead of %d", count(typ), typ, n))
		}
	}
	for typ, n := range c.Min {
		if ours(typ) && count(typ) < n {
			diff = append(diff, fmt.Sprintf("counts %d %s instead of %d or more", count(typ), typ, n))
		}
	}
	slices.Sort(diff)
	return slices.Compact(diff)
}

// statements returns how many things the case states about types of ours.
func (c *corpusCase) statements() int {
	n := len(c.Absent)
	for _, e := range c.Expect {
		n += btoi(ours(e.Type))
	}
	for _, typ := range c.Complete {
		n += btoi(ours(typ))
	}
	for typ := range c.Counts {
		n += btoi(ours(typ))
	}
	for typ := range c.Min {
		n += btoi(ours(typ))
	}
	return n
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// scored reports whether the case states anything about a type of ours.
func (c *corpusCase) scored() bool {
	if strings.HasPrefix(c.Note, "options=") || strings.HasPrefix(c.Note, "aux level") {
		return false // what the peer does when told to do otherwise
	}
	for _, e := range c.Expect {
		if ours(e.Type) {
			return true
		}
	}
	return len(c.Absent)+len(c.Counts)+len(c.Min) > 0 || slices.ContainsFunc(c.Complete, ours)
}

// TestCorpus compares the program with what other projects' tests state. What
// differs must be in ../../ioc/differences.md with its reason, and what is in
// there must differ.
func TestCorpus(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/ioc")
	f, err := os.Open(filepath.Join(dir, "cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	listed, err := os.ReadFile(filepath.Join("..", "..", "ioc", "differences.md"))
	require.NoError(t, err)
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	total, agree, states, holds := 0, 0, 0, 0
	differ := map[string]bool{}
	for in.Scan() {
		var c corpusCase
		require.NoError(t, json.Unmarshal(in.Bytes(), &c))
		if !c.scored() {
			continue
		}
		total++
		got := program(t, c.Text, "-all")
		diff := c.check(got)
		n := c.statements()
		states, holds = states+n, holds+max(0, n-len(diff))
		entry := fmt.Sprintf("%s: `%s`", c.Source, excerpt(c.Text))
		known := bytes.Contains(listed, []byte(entry+"\n"))
		if len(diff) == 0 {
			agree++
			continue
		}
		differ[entry] = true
		if *showDiff {
			fmt.Printf("%s\n\t%s\n", entry, strings.Join(diff, "\n\t"))
		}
		assert.True(t, known, "not in differences.md: %s\n%s", entry, strings.Join(diff, "\n"))
	}
	require.NoError(t, in.Err())
	t.Logf("%d of %d cases agree (%.2f %%), %d of %d statements (%.2f %%)", agree, total, 100*float64(agree)/float64(total), holds, states, 100*float64(holds)/float64(states))
	for line := range strings.Lines(string(listed)) {
		if entry, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			assert.True(t, differ[entry], "in differences.md, but agrees: %s", entry)
		}
	}
	assert.GreaterOrEqual(t, float64(agree)/float64(total), 0.97)
}

// excerpt is how differences.md names a case.
func excerpt(text string) string {
	s := strings.Join(strings.Fields(strings.ReplaceAll(text, "`", "'")), " ")
	if r := []rune(s); len(r) > 70 {
		s = string(r[:70]) + "…"
	}
	return s
}

func program(t *testing.T, text string, args ...string) []object {
	t.Helper()
	var out, notes bytes.Buffer
	require.Equal(t, 0, run(args, strings.NewReader(text), &out, &notes), notes.String())
	var got []object
	dec := json.NewDecoder(&out)
	for dec.More() {
		var o object
		require.NoError(t, dec.Decode(&o))
		got = append(got, o)
	}
	return got
}
