package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/ti"
)

// read returns the indicators of the files, each once, those first that stand in
// them most often.
func (w world) read(o options, names []string) ([]ti.Indicator, int) {
	var c counter
	if o.indicators != "" {
		c.text(o.indicators)
		return c.list, 0
	}
	if len(names) == 0 {
		names = []string{"-"}
	}
	code := 0
	for _, name := range names {
		if err := w.file(name, &c); err != nil {
			w.notef("%v", err)
			code = 1
		}
	}
	return c.list, code
}

func (w world) file(name string, c *counter) error {
	in := io.NopCloser(w.stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		in = f
	}
	contents := logdir.Contents(in)
	defer contents.Close()
	lines := evidence.NewLines(contents, evidence.LinesOptions{Name: name})
	for lines.Next() {
		c.text(string(lines.Text()))
	}
	if n := lines.Truncated(); n > 0 {
		w.notef("%s: %d lines were longer than the limit and were cut", name, n)
	}
	var path *fs.PathError
	if err := lines.Err(); err != nil && !errors.As(err, &path) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return lines.Err()
}

// counter collects indicators.
type counter struct {
	list []ti.Indicator
	at   map[ti.Indicator]int
}

func (c *counter) text(line string) {
	if c.at == nil {
		c.at = map[ti.Indicator]int{}
	}
	for m := range ioc.Default().Scan(line) {
		i := ti.Indicator{Type: m.Type, Value: strings.Clone(m.Value)}
		n, ok := c.at[i]
		if !ok {
			n = len(c.list)
			c.at[i] = n
			c.list = append(c.list, i)
		}
		c.list[n].Importance++
	}
}

// lines reads a list of people: one entry a line, # begins a comment.
func lines(name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out, nil
}

// step is a line of the plan.
type step struct {
	Type        ioc.Type    `json:"type"`
	Value       string      `json:"value"`
	Provider    string      `json:"provider"`
	Destination string      `json:"destination,omitempty"`
	Action      ti.Action   `json:"action"`
	Held        ti.HoldKind `json:"held,omitempty"`
	Reason      string      `json:"reason,omitempty"`
}

func (w world) printPlan(p *ti.Plan, all bool) error {
	to := map[string]string{}
	for _, s := range p.Providers() {
		to[s.Provider] = s.Destination
	}
	out := bufio.NewWriter(w.stdout)
	enc := encoder(out)
	for s := range p.Steps() {
		if s.Held.Kind == ti.HoldUnsupported && !all {
			continue
		}
		line := step{
			Type: s.Indicator.Type, Value: s.Indicator.Value, Provider: s.Provider, Action: s.Action, Held: s.Held.Kind, Reason: s.Held.Reason,
		}
		if s.Action == ti.ActionSend {
			line.Destination = to[s.Provider]
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return errors.Join(out.Flush(), p.WriteText(w.stderr))
}

func (w world) printResults(results []ti.Result, o options) error {
	out := bufio.NewWriter(w.stdout)
	enc := encoder(out)
	counts := map[string]int{}
	for _, r := range results {
		if r.Status == ti.NotSupported && !o.all {
			continue
		}
		counts[string(r.Status)]++
		if !o.raw {
			r.Raw = nil
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	var texts []string
	for status, n := range counts {
		texts = append(texts, fmt.Sprintf("%d %s", n, status))
	}
	slices.Sort(texts)
	if len(texts) == 0 {
		texts = []string{"no look-ups"}
	}
	w.notef("%s", strings.Join(texts, ", "))
	return nil
}

func encoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(visible.JSONWriter(w))
	enc.SetEscapeHTML(false)
	return enc
}

// plain escapes what a terminal would obey.
func plain(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0 {
		return s
	}
	return strings.Trim(strconv.Quote(s), `"`)
}
