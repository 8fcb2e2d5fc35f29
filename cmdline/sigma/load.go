package sigma

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	yamlerrors "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/tuxtrail/tuxtrail/cmdline/internal/yamlnode"
)

// MaxFile is the largest rule file in bytes that is read.
const MaxFile = 4 << 20

// ErrTooLong is returned for a rule file beyond [MaxFile].
var ErrTooLong = errors.New("rule file is longer than 4 MiB")

// Options change how rules are read.
type Options struct {
	// Placeholders are the values that %name% stands for in values with the
	// modifier "expand".
	Placeholders map[string][]string
}

// Set is a set of rules. It is safe for concurrent use once it is built.
type Set struct {
	rules []*Rule
}

// LoadError says why a file is no Sigma file.
type LoadError struct {
	File string
	Line int // 0 when it concerns the whole file
	Err  error
}

// Error returns "file:line: what is wrong".
func (e *LoadError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
	}
	return e.File + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *LoadError) Unwrap() error { return e.Err }

// Load reads the rules in a YAML file of one or more documents; name stands in
// errors. A file that is no YAML is an error ([*LoadError]); a rule that cannot
// be run is kept with [Rule.Refused]. Correlations find the rules they name
// after [Set.Add] joined the files.
func Load(name string, r io.Reader, o Options) (*Set, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, &LoadError{File: name, Err: err}
	}
	if len(data) > MaxFile {
		return nil, &LoadError{File: name, Err: ErrTooLong}
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		line := 0
		if ye, ok := errors.AsType[yamlerrors.Error](err); ok {
			if t := ye.GetToken(); t != nil && t.Position != nil {
				line = t.Position.Line
			}
			err = errors.New(ye.GetMessage())
		}
		return nil, &LoadError{File: name, Line: line, Err: err}
	}
	s := &Set{}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		m, ok := yamlnode.Mapping(doc.Body)
		if !ok {
			return nil, &LoadError{File: name, Line: yamlnode.Line(doc.Body), Err: errors.New("a rule must be a mapping")}
		}
		rule := readRule(m, o)
		rule.File, rule.Line = name, yamlnode.Line(doc.Body)
		s.rules = append(s.rules, rule)
	}
	if len(s.rules) == 0 {
		return nil, &LoadError{File: name, Err: errors.New("no rule in the file")}
	}
	s.link()
	return s, nil
}

// Add returns a set of the rules of s and more, with correlations joined.
func (s *Set) Add(more *Set) *Set {
	out := &Set{}
	for _, list := range [][]*Rule{s.rules, more.rules} {
		for _, r := range list {
			c := *r
			if c.corr != nil {
				k := *c.corr
				c.corr = &k
			}
			out.rules = append(out.rules, &c)
		}
	}
	out.link()
	return out
}

// Rules returns the rules in the order in which they were read.
func (s *Set) Rules() []*Rule { return append([]*Rule{}, s.rules...) }

// link joins correlations with the rules that they name.
func (s *Set) link() {
	for _, r := range s.rules {
		if r.Refused == "" || !strings.HasPrefix(r.Refused, missing) {
			continue
		}
		r.Refused = ""
	}
	for _, r := range s.rules {
		r.Alone = true
	}
	for _, r := range s.rules {
		if r.corr == nil {
			continue
		}
		r.corr.parts = nil
		for _, name := range r.corr.rules {
			part := s.find(name)
			if part == nil {
				if r.Refused == "" {
					r.Refused = missing + strconv.Quote(name) + ", which is not among the rules."
				}
				continue
			}
			r.corr.parts = append(r.corr.parts, part)
		}
	}
	for _, r := range s.rules {
		if r.corr != nil && r.Refused == "" && s.loops(r, r, 0) {
			r.Refused = "The correlation refers to itself."
		}
	}
	for _, r := range s.rules {
		if r.corr == nil || r.generate || r.Refused != "" {
			continue
		}
		for _, p := range r.corr.parts {
			p.Alone = p.generate
		}
	}
}

const missing = "The correlation refers to "

func (s *Set) find(name string) *Rule {
	for _, r := range s.rules {
		if name != "" && (r.ID == name || r.Name == name) {
			return r
		}
	}
	return nil
}

func (s *Set) loops(start, r *Rule, depth int) bool {
	if depth > 32 {
		return true
	}
	if r.corr == nil {
		return false
	}
	for _, p := range r.corr.parts {
		if p == start || s.loops(start, p, depth+1) {
			return true
		}
	}
	return false
}

var attack = regexp.MustCompile(`(?i)^attack\.(t\d{4}(?:\.\d{3})?)$`)

func readRule(m []*ast.MappingValueNode, o Options) *Rule {
	r := &Rule{Alone: true}
	r.Title, r.ID, r.Name, r.Level, r.Status, r.Description = str(m, "title"), str(m, "id"), str(m, "name"), str(m, "level"), str(m, "status"), str(m, "description")
	r.generate = str(m, "generate") == "true"
	for _, t := range strs(get(m, "tags")) {
		r.Tags = append(r.Tags, t)
		if a := attack.FindStringSubmatch(t); a != nil {
			r.Techniques = append(r.Techniques, strings.ToUpper(a[1]))
		}
	}
	if src, ok := yamlnode.Mapping(get(m, "logsource")); ok {
		r.LogSource = LogSource{strings.ToLower(str(src, "product")), strings.ToLower(str(src, "category")), strings.ToLower(str(src, "service"))}
	}
	if err := readBody(r, m, o); err != nil {
		s := err.Error()
		r.Refused = strings.ToUpper(s[:1]) + s[1:] + "."
	}
	return r
}

func readBody(r *Rule, m []*ast.MappingValueNode, o Options) error {
	switch {
	case r.Title == "":
		return errors.New("the rule has no title")
	case str(m, "action") != "":
		return fmt.Errorf("\"action: %s\" is a form that correlations took the place of", str(m, "action"))
	case get(m, "filter") != nil:
		return errors.New("filters of other rules are not supported")
	case get(m, "correlation") != nil:
		r.Correlation = true
		return readCorrelation(r, get(m, "correlation"))
	}
	det, ok := yamlnode.Mapping(get(m, "detection"))
	if !ok {
		return errors.New("the rule has no detection")
	}
	r.selections = map[string]*selection{}
	var names, conds []string
	for _, e := range det {
		switch key := yamlnode.Key(e); key {
		case "condition":
			conds = strs(e.Value)
		case "timeframe":
			return errors.New("\"timeframe\" belongs to a form that correlations took the place of")
		default:
			sel, err := readSelection(e.Value, o)
			if err != nil {
				return fmt.Errorf("in %q, %w", key, err)
			}
			names = append(names, key)
			r.selections[key] = sel
		}
	}
	if len(conds) == 0 {
		return errors.New("the rule has no condition")
	}
	var list orExpr
	for _, c := range conds {
		x, err := parseCondition(c, names)
		if err != nil {
			return err
		}
		list = append(list, x)
	}
	r.expr = list
	return nil
}

// readSelection reads a map, or a list of maps and keywords.
func readSelection(n ast.Node, o Options) (*selection, error) {
	s := &selection{}
	if m, ok := yamlnode.Mapping(n); ok {
		err := s.addMap(m, o)
		return s, err
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		v, ok := scalarValue(n)
		if !ok {
			return nil, errors.New("a search identifier must be a map, a list or a text")
		}
		err := s.addKeywords([]value{v}, nil, o)
		return s, err
	}
	var words []value
	for _, x := range seq.Values {
		if m, ok := yamlnode.Mapping(x); ok {
			if err := s.addMap(m, o); err != nil {
				return nil, err
			}
			continue
		}
		v, ok := scalarValue(x)
		if !ok {
			return nil, errors.New("a list must hold maps or texts")
		}
		words = append(words, v)
	}
	if len(words) > 0 {
		err := s.addKeywords(words, nil, o)
		return s, err
	}
	if len(s.maps) == 0 && len(s.keys) == 0 {
		return nil, errors.New("a list is empty")
	}
	return s, nil
}

// addKeywords adds texts that are looked for anywhere in the event.
func (s *selection) addKeywords(words []value, mods []string, o Options) error {
	tests, m, err := compile(words, append(mods[:len(mods):len(mods)], anywhere(mods)...), o)
	if err != nil {
		return err
	}
	s.keys = append(s.keys, keywords{tests: tests, all: m.all})
	return nil
}

func anywhere(mods []string) []string {
	for _, m := range mods {
		if m == "re" || m == "cidr" || m == "startswith" || m == "endswith" || m == "contains" {
			return nil
		}
	}
	return []string{"contains"}
}

func (s *selection) addMap(m []*ast.MappingValueNode, o Options) error {
	var items itemMap
	for _, e := range m {
		parts := strings.Split(yamlnode.Key(e), "|")
		values, err := valuesOf(e.Value)
		if err != nil {
			return fmt.Errorf("the field %q: %w", parts[0], err)
		}
		if parts[0] == "" {
			if err := s.addKeywords(values, parts[1:], o); err != nil {
				return err
			}
			continue
		}
		it, err := readItem(parts[0], parts[1:], values, o)
		if err != nil {
			return fmt.Errorf("the field %q: %w", parts[0], err)
		}
		items = append(items, it)
	}
	if len(items) > 0 {
		s.maps = append(s.maps, items)
	}
	return nil
}

func readItem(field string, mods []string, values []value, o Options) (item, error) {
	it := item{field: field}
	var texts []value
	for _, v := range values {
		if v.null {
			it.null = true
		} else {
			texts = append(texts, v)
		}
	}
	for _, mod := range mods {
		if mod == "exists" {
			if len(texts) != 1 || !strings.EqualFold(texts[0].text, "true") && !strings.EqualFold(texts[0].text, "false") {
				return it, errors.New("\"exists\" must be true or false")
			}
			yes := strings.EqualFold(texts[0].text, "true")
			it.exists = &yes
			return it, nil
		}
	}
	if len(texts) == 0 && it.null {
		for _, mod := range mods {
			it.neq = it.neq || mod == "neq"
		}
		return it, nil
	}
	tests, m, err := compile(texts, mods, o)
	it.tests, it.all, it.neq = tests, m.all, m.neq
	return it, err
}

func valuesOf(n ast.Node) ([]value, error) {
	if seq, ok := n.(*ast.SequenceNode); ok {
		var out []value
		for _, x := range seq.Values {
			v, ok := scalarValue(x)
			if !ok {
				return nil, errors.New("a list of values must hold single values")
			}
			out = append(out, v)
		}
		return out, nil
	}
	v, ok := scalarValue(n)
	if !ok {
		return nil, errors.New("a value must be single or a list")
	}
	return []value{v}, nil
}

func readCorrelation(r *Rule, n ast.Node) error {
	m, ok := yamlnode.Mapping(n)
	if !ok {
		return errors.New("the correlation must be a mapping")
	}
	c := &correlation{kind: str(m, "type"), rules: strs(get(m, "rules")), group: strs(get(m, "group-by")), aliases: map[string]map[string]string{}}
	r.corr = c
	r.generate = r.generate || str(m, "generate") == "true"
	if len(c.rules) == 0 {
		return errors.New("the correlation names no rules")
	}
	var err error
	if c.span, err = timespan(str(m, "timespan")); err != nil {
		return err
	}
	if a, ok := yamlnode.Mapping(get(m, "aliases")); ok {
		for _, e := range a {
			c.aliases[yamlnode.Key(e)] = map[string]string{}
			if per, ok := yamlnode.Mapping(e.Value); ok {
				for _, x := range per {
					c.aliases[yamlnode.Key(e)][yamlnode.Key(x)], _ = yamlnode.Scalar(x.Value)
				}
			}
		}
	}
	cond := get(m, "condition")
	switch c.kind {
	case "event_count", "value_count":
		if cond == nil {
			return errors.New("the correlation has no condition")
		}
	case "temporal", "temporal_ordered":
	default:
		return fmt.Errorf("correlations of the type %q are not supported", c.kind)
	}
	if cond != nil {
		if err := c.readBounds(cond); err != nil {
			return err
		}
	}
	if c.kind == "value_count" && len(c.field) == 0 {
		return errors.New("the condition of a value_count names no field")
	}
	return nil
}

func (c *correlation) readBounds(n ast.Node) error {
	m, ok := yamlnode.Mapping(n)
	if !ok {
		return errors.New("a condition over the names of rules is not supported")
	}
	for _, e := range m {
		key := yamlnode.Key(e)
		if key == "field" {
			c.field = strs(e.Value)
			continue
		}
		text, _ := yamlnode.Scalar(e.Value)
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > 1<<40 {
			return fmt.Errorf("the condition %q is no count", key+": "+text)
		}
		lower, upper := func(v int64) { c.cond.gte = &v }, func(v int64) { c.cond.lte = &v }
		switch key {
		case "gte":
			lower(n)
		case "gt":
			lower(n + 1)
		case "lte":
			upper(n)
		case "lt":
			upper(n - 1)
		case "eq":
			lower(n)
			upper(n)
		case "neq":
			c.cond.neq = &n
		default:
			return fmt.Errorf("the condition %q is not known", key)
		}
	}
	return nil
}

func timespan(s string) (time.Duration, error) {
	if len(s) >= 2 {
		unit, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[s[len(s)-1]]
		n, err := strconv.ParseInt(s[:len(s)-1], 10, 32)
		if ok && err == nil && n > 0 && n < 100000 {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, fmt.Errorf("the timespan %q is not a number and one of s, m, h, d, w", s)
}
