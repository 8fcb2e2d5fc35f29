package cmdline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// textPattern is a rule that is only a regular expression over the text.
type textPattern struct {
	re *regexp.Regexp
}

func (p *textPattern) match(text string) (string, bool) {
	loc := p.re.FindStringIndex(text)
	if loc == nil {
		return "", false
	}
	return cutText(text[loc[0]:loc[1]]), true
}

// loadPatterns reads a JSON mapping from log types to lists of regular
// expressions, each matched from the start of the text as msticpy does. ok
// says that the data has this shape.
func loadPatterns(name string, data []byte) (rules *Rules, ok bool, err error) {
	if t := bytes.TrimLeft(data, "\ufeff \t\r\n"); len(t) == 0 || t[0] != '{' {
		return nil, false, nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var probe map[string]json.RawMessage
	if json.Unmarshal(data, &probe) == nil {
		if _, ours := probe["rules"]; ours {
			return nil, false, nil
		}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	fail := func(err error) (*Rules, bool, error) {
		at := dec.InputOffset()
		if se, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = se.Offset
		}
		return nil, true, &RuleError{File: name, Line: lineAt(data, at), Err: err}
	}
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	var list []*Rule
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fail(err)
		}
		kind, _ := key.(string)
		if open, err := dec.Token(); err != nil {
			return fail(err)
		} else if open != json.Delim('[') {
			return fail(fmt.Errorf("%q must be a list of regular expressions", kind))
		}
		for n := 1; dec.More(); n++ {
			tok, err := dec.Token()
			if err != nil {
				return fail(err)
			}
			text, isText := tok.(string)
			if !isText {
				return fail(fmt.Errorf("%q must hold only texts", kind))
			}
			re, err := regexp.Compile(`^(?:` + text + `)`)
			if err != nil {
				return fail(fmt.Errorf("%q: %w", kind, err))
			}
			list = append(list, &Rule{
				ID: kind + "-" + strconv.Itoa(n), Name: text, Severity: Medium, File: name, Line: lineAt(data, dec.InputOffset()),
				Why: "the text matches a pattern of the custom rules for " + kind + ".", LogType: kind, pattern: &textPattern{re: re},
			})
		}
		if _, err := dec.Token(); err != nil {
			return fail(err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	if len(list) == 0 {
		return fail(errors.New("no rules in the file"))
	}
	return newRules(list), true, nil
}

func lineAt(data []byte, off int64) int {
	off = min(max(off, 0), int64(len(data)))
	return 1 + bytes.Count(data[:off], []byte("\n"))
}
