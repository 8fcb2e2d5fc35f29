package feeds

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ti"
)

// stixIndicator is what is read of an indicator object (STIX 2.1, section 4.7).
type stixIndicator struct {
	Type           string   `json:"type"`
	ID             string   `json:"id"`
	Created        string   `json:"created"`
	Modified       string   `json:"modified"`
	Name           string   `json:"name"`
	Description    string   `json:"description"`
	IndicatorTypes []string `json:"indicator_types"`
	Labels         []string `json:"labels"`
	Pattern        string   `json:"pattern"`
	PatternType    string   `json:"pattern_type"`
	ValidFrom      string   `json:"valid_from"`
	ValidUntil     string   `json:"valid_until"`
	Revoked        bool     `json:"revoked"`
	Confidence     *float64 `json:"confidence"`
	References     []struct {
		URL string `json:"url"`
	} `json:"external_references"`
	Phases []struct {
		Name string `json:"phase_name"`
	} `json:"kill_chain_phases"`
}

// stixObject reads one object of a bundle; only indicators say what to look
// for.
func (p *parser) stixObject(j *jsonReader) error {
	ref := j.ref(p.name)
	raw, err := j.value()
	if errors.Is(err, ErrRecordSize) {
		return p.went(p.bad(ref, err))
	}
	if err != nil {
		return err
	}
	return p.stixText(raw, ref)
}

// stixText reads an object from its JSON text.
func (p *parser) stixText(raw []byte, ref evidence.Ref) error {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return p.went(p.bad(ref, fmt.Errorf("%w: %s", errJSON, err.Error())))
	}
	if kind.Type != "indicator" {
		p.st.Dropped++
		return nil
	}
	var o stixIndicator
	if err := json.Unmarshal(raw, &o); err != nil {
		return p.went(p.bad(ref, fmt.Errorf("broken indicator: %w", err)))
	}
	return p.stixIndicator(&o, ref)
}

func (p *parser) stixIndicator(o *stixIndicator, ref evidence.Ref) error {
	e := Entry{
		Ref: ref, ID: o.ID, Revoked: o.Revoked, Description: o.Description, Threat: o.Name,
		Modified: when(o.Modified), ValidFrom: when(o.ValidFrom), ValidUntil: when(o.ValidUntil),
	}
	if o.Confidence != nil && *o.Confidence >= 0 && *o.Confidence <= 100 {
		e.Confidence = int(*o.Confidence)
	}
	e.Severity = o.severity()
	for _, t := range slices.Concat(o.IndicatorTypes, o.Labels) {
		if !slices.Contains(e.Tags, t) && len(e.Tags) < maxTags {
			e.Tags = append(e.Tags, t)
		}
	}
	for _, ph := range o.Phases {
		if !slices.Contains(e.Tags, ph.Name) && len(e.Tags) < maxTags {
			e.Tags = append(e.Tags, ph.Name)
		}
	}
	for _, r := range o.References {
		if r.URL != "" {
			e.Reference = r.URL
			break
		}
	}
	if o.PatternType != "" && o.PatternType != "stix" {
		p.unsupported("pattern of type "+o.PatternType, o.Pattern, ref)
		return nil
	}
	n, err := parsePattern(o.Pattern)
	if err != nil {
		p.shapes.Add("pattern", o.Pattern, ref)
		return p.went(p.bad(ref, err))
	}
	w := patternWalk{p: p, base: e, ref: ref}
	w.walk(n, "", false)
	return p.went(!w.stopped)
}

// severity: benign is information; else by the confidence; else high where the
// types say malicious or compromised; else warning.
func (o *stixIndicator) severity() ti.Severity {
	types := slices.Concat(o.IndicatorTypes, o.Labels)
	switch {
	case slices.Contains(types, "benign"):
		return ti.Information
	case o.Confidence != nil:
		return bySTIXScale(int(min(max(*o.Confidence, 0), 100)))
	case slices.Contains(types, "malicious-activity"), slices.Contains(types, "compromised"):
		return ti.High
	}
	return ti.Warning
}

// patternWalk makes entries of a pattern: each comparison that a single
// indicator can fulfil. What else must hold for the pattern is said in
// Entry.Partly, and such an entry is never more than a warning.
type patternWalk struct {
	p       *parser
	base    Entry
	ref     evidence.Ref
	stopped bool
}

// walk returns how many entries a part gave. also is what must hold, too. What
// cannot be looked up is counted, unless quiet.
func (w *patternWalk) walk(n *node, also string, quiet bool) int {
	if w.stopped {
		return 0
	}
	switch n.op {
	case opTerm:
		count := w.term(&n.term, also)
		if count == 0 && !quiet {
			w.unknown(n)
		}
		return count
	case opObservation:
		return w.walk(n.kids[0], also, quiet)
	case opQualified:
		if n.qualifier[0] != "WITHIN" && !(n.qualifier[0] == "REPEATS" && n.qualifier[1] == "1") {
			also = both(also, strings.Join(n.qualifier, " "))
		}
		return w.walk(n.kids[0], also, quiet)
	case opOr:
		sum := 0
		for _, k := range n.kids {
			sum += w.walk(k, also, quiet)
		}
		return sum
	}
	sum := 0
	c := conjunction{n, map[int]string{}, map[string][]int{}}
	for i, k := range n.kids {
		sum += w.walk(k, both(also, c.others(i)), true)
	}
	if sum == 0 && !quiet {
		w.unknown(n)
	}
	return sum
}

func (w *patternWalk) unknown(n *node) {
	text := n.String()
	w.p.unsupported("pattern", cut(text, 4<<10), w.ref)
}

// both joins conditions, within maxText bytes.
func both(a, b string) string {
	if a != "" && b != "" {
		a += " AND "
	}
	return cut(a+b, maxText)
}

// conjunction writes what must hold beside each part of one. A hash says which
// file it is: the file's other properties are no condition then. Nor is the type
// of an address. It looks at each part a bounded number of times, so that a
// hostile pattern costs no more than its length.
type conjunction struct {
	n     *node
	texts map[int]string
	lists map[string][]int // the parts that are conditions: for hashes of an object, for all else ("")
}

const (
	// maxObjects is for how many objects the conditions of hashes are known;
	// for further ones all other parts are conditions.
	maxObjects = 16
	// maxConditions is how many conditions are named.
	maxConditions = 64
)

func (c *conjunction) others(i int) string {
	self := c.n.kids[i]
	object := ""
	if self.op == opTerm && self.term.isHash() && !self.term.not {
		object = self.term.object
		if _, known := c.lists[object]; !known && len(c.lists) >= maxObjects {
			object = ""
		}
	}
	list, known := c.lists[object]
	if !known {
		for j, k := range c.n.kids {
			same := k.op == opTerm && c.n.op == opAnd && !k.term.not && (k.term.isType() || k.term.object == object)
			if !same && len(list) <= maxConditions {
				list = append(list, j)
			}
		}
		c.lists[object] = list
	}
	var b strings.Builder
	for _, j := range list {
		if j == i || b.Len() > maxText {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" AND ")
		}
		switch {
		case c.n.op == opThen && j < i:
			b.WriteString("before it ")
		case c.n.op == opThen:
			b.WriteString("after it ")
		}
		b.WriteString(c.text(j))
	}
	return cut(b.String(), maxText)
}

// text is how the j-th part is written.
func (c *conjunction) text(j int) string {
	s, ok := c.texts[j]
	if !ok {
		s = cut(c.n.kids[j].String(), maxText)
		c.texts[j] = s
	}
	return s
}
