package cmdline

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// regex is a regular expression with texts of which one stands in everything
// that it matches, in lower case. Looking for these first spares most runs of
// the expression.
type regex struct {
	re   *regexp.Regexp
	lits []string
}

func newRegex(expr string) (*regex, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	r := &regex{re: re}
	if tree, err := syntax.Parse(expr, syntax.Perl); err == nil {
		r.lits = required(tree.Simplify(), 0)
	}
	return r, nil
}

// MatchString reports whether s holds a match.
func (r *regex) MatchString(s string) bool {
	if len(r.lits) > 0 {
		low := strings.ToLower(s)
		if !slices.ContainsFunc(r.lits, func(l string) bool { return strings.Contains(low, l) }) {
			return false
		}
	}
	return r.re.MatchString(s)
}

// required returns texts of at least two bytes of which every match holds one,
// or nil when there are no such texts.
func required(t *syntax.Regexp, depth int) []string {
	if depth > 100 {
		return nil
	}
	switch t.Op {
	case syntax.OpLiteral:
		if s := strings.ToLower(string(t.Rune)); len(s) >= 2 && isASCII(s) {
			return []string{s}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(t.Sub[0], depth+1)
	case syntax.OpRepeat:
		if t.Min > 0 {
			return required(t.Sub[0], depth+1)
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range t.Sub {
			if l := required(sub, depth+1); l != nil && (best == nil || shortest(l) > shortest(best)) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range t.Sub {
			l := required(sub, depth+1)
			if l == nil {
				return nil
			}
			all = append(all, l...)
		}
		if len(all) <= 64 {
			return all
		}
	}
	return nil
}

func shortest(list []string) int {
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
