package sentinel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Row is one row of an answer. Its values are kept as the service wrote them.
// A Row that a callback or an iterator gives is valid until the next one;
// [Row.Clone] makes it lasting.
type Row struct {
	columns []Column
	text    []byte // a JSON array
}

// ErrRow is wrapped by errors about a row that is no JSON array with a value
// for each column.
var ErrRow = errors.New("row of no known shape")

// NewRow returns the row whose values are the JSON array text. It is for those
// who write a [Querier]; what is wrong with the text shows when it is read.
func NewRow(columns []Column, text []byte) Row { return Row{columns, text} }

// Columns returns the columns of the row's table.
func (r Row) Columns() []Column { return r.columns }

// Clone returns a row of its own memory.
func (r Row) Clone() Row { return Row{r.columns, bytes.Clone(r.text)} }

// Cells appends the row's values to dst, each as JSON, in the order of the
// columns. They point into the row.
func (r Row) Cells(dst [][]byte) ([][]byte, error) {
	s := r.text
	if len(s) < 2 || s[0] != '[' {
		return dst, ErrRow
	}
	i, n := 1, 0
	for {
		i = skipSpace(s, i)
		if i < len(s) && s[i] == ']' && n == 0 {
			break
		}
		end := valueEnd(s, i)
		if end < 0 {
			return dst, ErrRow
		}
		dst = append(dst, s[i:end])
		n++
		if i = skipSpace(s, end); i >= len(s) || s[i] != ',' {
			break
		}
		i++
	}
	if i != len(s)-1 || s[i] != ']' || n != len(r.columns) {
		return dst, fmt.Errorf("%w: %d values for %d columns", ErrRow, n, len(r.columns))
	}
	return dst, nil
}

// Value returns the value of a column as JSON; nil where there is no such
// column or the value is null.
func (r Row) Value(column string) []byte {
	for i, c := range r.columns {
		if c.Name != column {
			continue
		}
		var room [64][]byte
		cells, err := r.Cells(room[:0])
		if err != nil || string(cells[i]) == "null" {
			return nil
		}
		return cells[i]
	}
	return nil
}

// Text returns the value of a column as text: a string without its quotes,
// anything else as it is written; "" for null.
func (r Row) Text(column string) string { return cellText(r.Value(column)) }

// Int returns the value of a column of whole numbers, exactly, and whether it
// is one.
func (r Row) Int(column string) (int64, bool) {
	n, err := strconv.ParseInt(r.Text(column), 10, 64)
	return n, err == nil
}

// Real returns the value of a column of numbers and whether it is one; NaN and
// infinities count as none.
func (r Row) Real(column string) (float64, bool) {
	v, err := strconv.ParseFloat(r.Text(column), 64)
	return v, err == nil && v-v == 0
}

// Bool returns the value of a column of bools; null is false.
func (r Row) Bool(column string) bool {
	s := r.Text(column)
	return s == "true" || s == "1" || s == "True"
}

// Time returns the value of a column of times, in UTC; the zero time where it
// is none.
func (r Row) Time(column string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, r.Text(column))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// JSON returns the value of a dynamic column as the JSON that it holds; the
// service writes such values as strings with JSON in them. nil where there is
// none.
func (r Row) JSON(column string) json.RawMessage { return cellJSON(r.Value(column)) }

// AppendObject appends the row to dst as one JSON object with the names of the
// columns as keys, in their order. Null values are left out. Values of
// dynamic columns are written as the JSON that they hold.
func (r Row) AppendObject(dst []byte) ([]byte, error) {
	var room [64][]byte
	cells, err := r.Cells(room[:0])
	if err != nil {
		return dst, err
	}
	dst = append(dst, '{')
	first := true
	for i, c := range cells {
		if string(c) == "null" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendName(dst, r.columns[i].Name)
		dst = append(dst, ':')
		if r.columns[i].Type == "dynamic" {
			dst = append(dst, cellJSON(c)...)
			continue
		}
		dst = appendCompact(dst, c)
	}
	return append(dst, '}'), nil
}

// appendName appends a name as a JSON string.
func appendName(dst []byte, name string) []byte {
	for i := range len(name) {
		if c := name[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return append(dst, quote(name)...) // is JSON as well
		}
	}
	return append(append(append(dst, '"'), name...), '"')
}

// appendCompact appends a value without line ends between its parts; inside
// strings JSON has none.
func appendCompact(dst, v []byte) []byte {
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return append(dst, v...)
	}
	for _, c := range v {
		if c != '\n' && c != '\r' {
			dst = append(dst, c)
		}
	}
	return dst
}

func cellText(v []byte) string {
	if len(v) == 0 || v[0] != '"' {
		return string(v)
	}
	inner := v[1 : len(v)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return strings.ToValidUTF8(string(inner), "\ufffd")
	}
	return s
}

func cellJSON(v []byte) json.RawMessage {
	if len(v) == 0 {
		return nil
	}
	if v[0] == '"' {
		inner := cellText(v)
		if strings.TrimSpace(inner) == "" {
			return json.RawMessage(`null`)
		}
		if json.Valid([]byte(inner)) {
			return appendCompact(nil, []byte(inner))
		}
	}
	return appendCompact(nil, v)
}

func skipSpace(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// valueEnd returns where the JSON value at s[i] ends; -1 where there is none.
// It looks at the value's outline only.
func valueEnd(s []byte, i int) int {
	depth := 0
	for i < len(s) {
		switch c := s[i]; c {
		case '"':
			if i = stringEnd(s, i); i < 0 {
				return -1
			}
		case '[', '{':
			depth++
			i++
		case ']', '}':
			if depth--; depth < 0 {
				return -1
			}
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return -1
			}
			i++
			continue
		default:
			j := i
			for j < len(s) && isScalar(s[j]) {
				j++
			}
			if j == i || !scalar(s[i:j]) {
				return -1
			}
			i = j
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}

// stringEnd returns where the string that starts at s[i] ends.
func stringEnd(s []byte, i int) int {
	i++
	for i < len(s) {
		j := bytes.IndexByte(s[i:], '"')
		if j < 0 {
			return -1
		}
		k := i + j
		n := 0
		for k-1-n >= i && s[k-1-n] == '\\' {
			n++
		}
		if n%2 == 0 {
			return k + 1
		}
		i = k + 1
	}
	return -1
}

func isScalar(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
}

func scalar(s []byte) bool {
	switch string(s) {
	case "null", "true", "false":
		return true
	}
	return s[0] == '-' && len(s) > 1 || s[0] >= '0' && s[0] <= '9'
}
