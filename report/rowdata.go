package report

import (
	"encoding/json"
	"strconv"
	"strings"
)

// The rows that only the script shows are written in as few bytes as they need:
// a cell is 0 where it is empty, a string where it is text alone, else an object;
// a link is a string where it leads to what it says, [line, text] where it leads
// to evidence, an object else. page/10-table.js reads this.

// data returns the rows that the page does not show, as JSON that is safe
// inside a script element.
func (t *table) data() string {
	var b []byte
	b = append(b, '[')
	for i, row := range t.More {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for k := range row {
			if k > 0 {
				b = append(b, ',')
			}
			b = row[k].appendJSON(b)
		}
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

func (c *cell) appendJSON(b []byte) []byte {
	switch {
	case c.empty():
		return append(b, '0')
	case c.Note == "" && c.Sev == "" && len(c.Links) == 0:
		return appendString(b, c.Text)
	}
	b = append(b, '{')
	key := func(name string) {
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, name...)
		b = append(b, `":`...)
	}
	for _, f := range [...]struct{ name, text string }{{"t", c.Text}, {"n", c.Note}, {"s", c.Sev}} {
		if f.text != "" {
			key(f.name)
			b = appendString(b, f.text)
		}
	}
	if len(c.Links) > 0 {
		key("l")
		b = append(b, '[')
		for i := range c.Links {
			if i > 0 {
				b = append(b, ',')
			}
			b = c.Links[i].appendJSON(b)
		}
		b = append(b, ']')
	}
	if c.Left > 0 {
		key("m")
		b = strconv.AppendInt(b, int64(c.Left), 10)
	}
	return append(b, '}')
}

func (l *link) appendJSON(b []byte) []byte {
	switch {
	case l.Evidence > 0:
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(l.Evidence), 10)
		b = append(b, ',')
		return append(appendString(b, l.Text), ']')
	case l.Href != "" && l.Href == l.Text:
		return appendString(b, l.Text)
	case l.Href == "":
		return append(appendString(append(b, `{"t":`...), l.Text), '}')
	}
	b = appendString(append(b, `{"h":`...), l.Href)
	return append(appendString(append(b, `,"t":`...), l.Text), '}')
}

// appendString appends a JSON string that is safe inside a script element.
func appendString(b []byte, s string) []byte {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' || r > '~' && r < 0xa0 || r == '"' || r == '\\' || r == '<' || r == '>' || r == '&' || r > 0x7ff
	}) < 0
	if plain {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	text, err := json.Marshal(s) // escapes <, > and &, and what is no UTF-8
	if err != nil {              // a string has none
		return append(b, `""`...)
	}
	return append(b, text...)
}
