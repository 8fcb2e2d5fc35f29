package feeds

import (
	"errors"
	"fmt"
	"strings"
)

// Patterns of STIX 2.1, part 9 of the specification: comparisons of an object's
// property with a literal, joined by AND and OR inside the brackets of an
// observation, observations joined by AND, OR and FOLLOWEDBY, with qualifiers.

const (
	maxPattern      = 1 << 20 // bytes
	maxPatternDepth = 64
	maxPatternTerms = 50_000
)

// ErrPattern is of a STIX pattern that does not follow the grammar.
var ErrPattern = errors.New("broken pattern")

// op is an operator between nodes.
type op uint8

const (
	opTerm op = iota
	opAnd
	opOr
	opThen // FOLLOWEDBY
	opObservation
	opQualified
)

// node is a part of a pattern.
type node struct {
	op   op
	kids []*node
	term term
	// of opQualified: the words of the qualifier
	qualifier []string
}

// term is one comparison.
type term struct {
	object string   // "ipv4-addr"
	path   []string // "value"; "hashes", "SHA-256"; "dst_ref", "value"
	not    bool
	op     string // = != > < >= <= IN LIKE MATCHES ISSUBSET ISSUPERSET EXISTS
	values []literal
}

// literal is a constant: its text, and whether it was a string.
type literal struct {
	text   string
	quoted bool
	kind   byte // 't', 'h', 'b' before the quote, or 0
}

// String writes the term in the grammar's form.
func (t term) String() string {
	var b strings.Builder
	if t.op == "EXISTS" {
		if t.not {
			b.WriteString("NOT ")
		}
		b.WriteString("EXISTS ")
	}
	b.WriteString(t.object)
	b.WriteByte(':')
	for i, s := range t.path {
		switch {
		case strings.HasPrefix(s, "["):
		case i > 0:
			b.WriteByte('.')
		}
		if !strings.HasPrefix(s, "[") && !plainStep(s) {
			s = quoteLiteral(s)
		}
		b.WriteString(s)
	}
	if t.op == "EXISTS" {
		return b.String()
	}
	if t.not {
		b.WriteString(" NOT")
	}
	b.WriteString(" " + t.op + " ")
	if t.op != "IN" {
		b.WriteString(t.values[0].String())
		return b.String()
	}
	b.WriteByte('(')
	for i, v := range t.values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.String())
	}
	b.WriteByte(')')
	return b.String()
}

func plainStep(s string) bool {
	for i := range len(s) {
		c := lower(s[i])
		if ('a' > c || c > 'z') && c != '_' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func quoteLiteral(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// String writes the literal in the grammar's form.
func (l literal) String() string {
	if !l.quoted {
		return l.text
	}
	if l.kind != 0 {
		return string(l.kind) + quoteLiteral(l.text)
	}
	return quoteLiteral(l.text)
}

// String writes the pattern in the grammar's form, with all brackets.
func (n *node) String() string {
	switch n.op {
	case opTerm:
		return n.term.String()
	case opObservation:
		return "[" + n.kids[0].String() + "]"
	case opQualified:
		var b strings.Builder
		b.WriteString("(" + n.kids[0].String() + ")")
		for _, w := range n.qualifier {
			b.WriteString(" " + w)
		}
		return b.String()
	}
	word := map[op]string{opAnd: " AND ", opOr: " OR ", opThen: " FOLLOWEDBY "}[n.op]
	parts := make([]string, len(n.kids))
	for i, k := range n.kids {
		parts[i] = k.String()
		if k.op != opTerm && k.op != opObservation {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, word)
}

// patternParser reads a pattern by recursive descent.
type patternParser struct {
	lexer

	depth, terms int
}

// parsePattern reads a pattern; an error wraps ErrPattern and names the byte.
func parsePattern(text string) (*node, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("%w: %d bytes long", ErrPattern, len(text))
	}
	p := patternParser{lexer: lexer{text: text}}
	p.advance()
	n, err := p.observations()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.want("the end")
	}
	return n, nil
}

func (p *patternParser) want(what string) error {
	if p.err != nil {
		return p.err
	}
	return fmt.Errorf("%w: %s wanted at byte %d", ErrPattern, what, p.tok.at)
}

// joint is a word between operands.
type joint struct {
	word string
	op   op
}

// joined reads operands with words between them, the one that binds loosest
// first.
func (p *patternParser) joined(joints []joint, operand func() (*node, error)) (*node, error) {
	if len(joints) == 0 {
		return operand()
	}
	loosest, tighter := joints[0], joints[1:]
	first, err := p.joined(tighter, operand)
	if err != nil || !p.word(loosest.word) {
		return first, err
	}
	n := &node{op: loosest.op, kids: []*node{first}}
	for p.word(loosest.word) {
		p.advance()
		k, err := p.joined(tighter, operand)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, k)
	}
	return n, nil
}

func (p *patternParser) enter() error {
	if p.depth++; p.depth > maxPatternDepth {
		return fmt.Errorf("%w: nested too deep at byte %d", ErrPattern, p.tok.at)
	}
	return nil
}

// observations reads observation expressions: FOLLOWEDBY binds loosest, then
// OR, then AND.
func (p *patternParser) observations() (*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	return p.joined([]joint{{"FOLLOWEDBY", opThen}, {"OR", opOr}, {"AND", opAnd}}, p.observation)
}

func (p *patternParser) observation() (*node, error) {
	var n *node
	var err error
	switch {
	case p.sign("["):
		p.advance()
		if n, err = p.comparisons(); err != nil {
			return nil, err
		}
		if !p.sign("]") {
			return nil, p.want("]")
		}
		p.advance()
		n = &node{op: opObservation, kids: []*node{n}}
	case p.sign("("):
		p.advance()
		if n, err = p.observations(); err != nil {
			return nil, err
		}
		if !p.sign(")") {
			return nil, p.want(")")
		}
		p.advance()
	default:
		return nil, p.want("[ or (")
	}
	for range maxPatternDepth {
		q, err := p.qualifier()
		if err != nil {
			return nil, err
		}
		if q == nil {
			return n, nil
		}
		n = &node{op: opQualified, kids: []*node{n}, qualifier: q}
	}
	return nil, p.want("no further qualifier")
}

// qualifier reads WITHIN n SECONDS, REPEATS n TIMES, or START t STOP t.
func (p *patternParser) qualifier() ([]string, error) {
	var parts []string
	switch {
	case p.word("WITHIN"):
		parts = []string{"WITHIN", "", "SECONDS"}
	case p.word("REPEATS"):
		parts = []string{"REPEATS", "", "TIMES"}
	case p.word("START"):
		parts = []string{"START", "", "STOP", ""}
	default:
		return nil, nil
	}
	for i, w := range parts {
		if w == "" {
			if p.tok.kind != tokNumber && p.tok.kind != tokString {
				return nil, p.want("a value")
			}
			parts[i] = p.literal().String()
		} else if !p.word(w) {
			return nil, p.want(w)
		}
		p.advance()
	}
	return parts, nil
}

func (p *patternParser) comparisons() (*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	return p.joined([]joint{{"OR", opOr}, {"AND", opAnd}}, p.comparison)
}

func (p *patternParser) comparison() (*node, error) {
	if p.sign("(") {
		p.advance()
		n, err := p.comparisons()
		if err != nil {
			return nil, err
		}
		if !p.sign(")") {
			return nil, p.want(")")
		}
		p.advance()
		return n, nil
	}
	if p.terms++; p.terms > maxPatternTerms {
		return nil, fmt.Errorf("%w: too many comparisons", ErrPattern)
	}
	t, err := p.readTerm()
	if err != nil {
		return nil, err
	}
	return &node{op: opTerm, term: t}, nil
}

// signs are the operators that are no words; feeds use also the older forms.
var signs = map[string]string{"=": "=", "==": "=", "!=": "!=", "<>": "!=", ">": ">", "<": "<", ">=": ">=", "<=": "<="}

func (p *patternParser) readTerm() (t term, err error) {
	if p.word("NOT") {
		t.not = true
		p.advance()
		if !p.word("EXISTS") {
			return t, p.want("EXISTS")
		}
	}
	if p.word("EXISTS") {
		p.advance()
		t.op = "EXISTS"
		err := p.objectPath(&t)
		return t, err
	}
	if err := p.objectPath(&t); err != nil {
		return t, err
	}
	if p.word("NOT") {
		t.not = true
		p.advance()
	}
	switch {
	case p.tok.kind == tokSign && signs[p.tok.text] != "":
		t.op = signs[p.tok.text]
	case p.word("IN"), p.word("LIKE"), p.word("MATCHES"), p.word("ISSUBSET"), p.word("ISSUPERSET"):
		t.op = strings.ToUpper(p.tok.text)
	default:
		return t, p.want("an operator")
	}
	p.advance()
	if t.op != "IN" {
		err := p.addLiteral(&t)
		return t, err
	}
	if !p.sign("(") {
		return t, p.want("(")
	}
	p.advance()
	for {
		if err := p.addLiteral(&t); err != nil {
			return t, err
		}
		if p.terms++; p.terms > maxPatternTerms {
			return t, fmt.Errorf("%w: too many values", ErrPattern)
		}
		if !p.sign(",") {
			break
		}
		p.advance()
	}
	if !p.sign(")") {
		return t, p.want(")")
	}
	p.advance()
	return t, nil
}

func (p *patternParser) addLiteral(t *term) error {
	switch p.tok.kind {
	case tokString, tokNumber:
	case tokWord:
		if !p.word("true") && !p.word("false") {
			return p.want("a value")
		}
	default:
		return p.want("a value")
	}
	t.values = append(t.values, p.literal())
	p.advance()
	return nil
}

func (p *patternParser) literal() literal {
	return literal{p.tok.text, p.tok.kind == tokString, p.tok.prefix}
}

// objectPath reads "file:hashes.'SHA-256'", "x:a[0].b", "x:a[*].b".
func (p *patternParser) objectPath(t *term) error {
	if p.tok.kind != tokWord {
		return p.want("an object type")
	}
	t.object = p.tok.text
	p.advance()
	if !p.sign(":") {
		return p.want(":")
	}
	p.advance()
	for {
		if p.tok.kind != tokWord && (p.tok.kind != tokString || p.tok.prefix != 0) {
			return p.want("a property")
		}
		if p.tok.text == "" || strings.HasPrefix(p.tok.text, "[") {
			return p.want("a property")
		}
		t.path = append(t.path, p.tok.text)
		p.advance()
		for p.sign("[") {
			p.advance()
			if p.tok.kind != tokNumber && !p.sign("*") {
				return p.want("an index")
			}
			t.path = append(t.path, "["+p.tok.text+"]")
			p.advance()
			if !p.sign("]") {
				return p.want("]")
			}
			p.advance()
		}
		if len(t.path) > maxPatternDepth {
			return p.want("a shorter path")
		}
		if !p.sign(".") {
			return nil
		}
		p.advance()
	}
}
