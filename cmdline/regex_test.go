package cmdline

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRegexNeeds(t *testing.T) {
	for expr, want := range map[string][]string{
		`abc`:                  {"abc"},
		`(?i)ABc`:              {"abc"},
		`x.*curl`:              {"curl"},
		`(?:curl|wget)\s`:      {"curl", "wget"},
		`(?:curl|w)`:           nil,
		`(?:abc)?d`:            nil,
		`(?:abc)+d`:            {"abc"},
		`a{2,}`:                nil,
		`^\d+$`:                nil,
		`(?:ab|cd).*(?:xyz|q)`: {"ab", "cd"},
	} {
		r, err := newRegex(expr)
		require.NoError(t, err)
		assert.ElementsMatch(t, want, r.lits, expr)
	}
	_, err := newRegex(`(`)
	assert.Error(t, err)
}

// TestRegexSparesNothing runs each expression of the rules, with and without
// its needed texts, on each example of the rules.
func TestRegexSparesNothing(t *testing.T) {
	var all []*regex
	var walk func(c *cond)
	walk = func(c *cond) {
		if c == nil {
			return
		}
		for _, list := range [][]pattern{c.program, c.path, c.args, c.anyArg, c.noArg, c.verb, c.env, c.via, c.trick, c.redirect} {
			for _, p := range list {
				if p.re != nil {
					all = append(all, p.re)
				}
			}
		}
		for _, list := range c.facts {
			for _, p := range list {
				if p.re != nil {
					all = append(all, p.re)
				}
			}
		}
		if c.text != nil {
			all = append(all, c.text)
		}
		if c.code != nil {
			all = append(all, c.code)
		}
		for _, s := range append([]*cond{c.from, c.to, c.before, c.after}, append(c.any, c.not...)...) {
			walk(s)
		}
	}
	var texts []string
	for x := range DefaultRules().All() {
		for _, c := range append(x.when, x.unless...) {
			walk(c)
		}
		for _, s := range append(x.Hits, x.Quiet...) {
			c := Parse(s)
			texts = append(texts, s)
			for _, k := range c.Calls {
				texts = append(texts, k.Argv...)
				texts = append(texts, k.Code)
			}
		}
	}
	require.Greater(t, len(all), 100)
	for _, r := range all {
		for _, s := range texts {
			if r.re.MatchString(s) != r.MatchString(s) {
				t.Errorf("%s needs %q and matches %q", r.re, r.lits, s)
			}
		}
	}
}

func TestGlob(t *testing.T) {
	for _, tc := range []struct {
		pat, s string
		want   bool
	}{
		{"", "", true},
		{"*", "", true},
		{"a", "b", false},
		{"a*", "abc", true},
		{"*c", "abc", true},
		{"a*c", "abbc", true},
		{"a*c", "abcd", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"*/.ssh/*", "/root/.ssh/x/y", true},
		{"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	} {
		assert.Equal(t, tc.want, glob(tc.pat, tc.s), "%s %s", tc.pat, tc.s)
	}
}
