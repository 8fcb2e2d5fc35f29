package sigma

import (
	"fmt"
	"strings"
)

// maxExpanded is how many values placeholders may give one item.
const maxExpanded = 10_000

// expand puts in the caller's values for %name%, which may have wildcards. A
// value with several placeholders becomes all their combinations. \% is a
// plain percent sign, and so is one that no second one follows.
func expand(in []value, o Options) ([]value, error) {
	var out []value
	for _, v := range in {
		if v.null {
			out = append(out, v)
			continue
		}
		texts := []string{""}
		add := func(more ...string) error {
			if len(texts)*len(more) > maxExpanded-len(out) {
				return fmt.Errorf("placeholders give more than %d values", maxExpanded)
			}
			var next []string
			for _, t := range texts {
				for _, m := range more {
					next = append(next, t+m)
				}
			}
			texts = next
			return nil
		}
		for rest := v.text; rest != ""; {
			plain, name, behind := cutPlaceholder(rest)
			rest = behind
			list := []string{""}
			if name != "" {
				var ok bool
				if list, ok = o.Placeholders[name]; !ok {
					return nil, fmt.Errorf("nobody said what the placeholder %%%s%% stands for", name)
				}
			}
			if err := add(plain); err != nil {
				return nil, err
			}
			if err := add(list...); err != nil {
				return nil, err
			}
		}
		for _, t := range texts {
			out = append(out, value{text: t, pat: parsePattern(t)})
		}
	}
	return out, nil
}

// cutPlaceholder returns the text before the first placeholder, with \% made
// plain, the placeholder's name, and what stands behind it. Without one, name
// and behind are "".
func cutPlaceholder(s string) (plain, name, behind string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '%':
			i++
			b.WriteByte('%')
		case s[i] == '\\' && i+1 < len(s): // an escape that parsePattern reads
			b.WriteString(s[i : i+2])
			i++
		case s[i] == '%':
			end := strings.IndexAny(s[i+1:], "% \t\\")
			if end > 0 && s[i+1+end] == '%' {
				return b.String(), s[i+1 : i+1+end], s[i+2+end:]
			}
			b.WriteByte('%')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), "", ""
}
