package entities

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ReadSecurityAlert reads a row of the table SecurityAlert, by column. Values
// may be what a query answers (text, numbers, bool, time.Time, decoded JSON),
// or all text, as in an exported CSV file: there "[UTC]" behind the name of a
// column is no part of it. Columns that hold JSON as text (Entities,
// ExtendedProperties, ExtendedLinks, Techniques …) are decoded; Tactics are
// also read when they are joined by commas.
//
// The alert is never nil. Columns without a field are in Extra, as are those
// that could not be read, which the error names. Empty columns are left out.
func ReadSecurityAlert(row map[string]any, o ParseOptions) (*SecurityAlert, error) {
	a := &SecurityAlert{}
	return a, readRow(a, row, o)
}

// ReadHuntingBookmark reads a row of the table HuntingBookmark, as
// [ReadSecurityAlert] does.
func ReadHuntingBookmark(row map[string]any, o ParseOptions) (*HuntingBookmark, error) {
	b := &HuntingBookmark{}
	return b, readRow(b, row, o)
}

// ReadSecurityIncident reads a row of the table SecurityIncident, as
// [ReadSecurityAlert] does.
func ReadSecurityIncident(row map[string]any, o ParseOptions) (*SecurityIncident, error) {
	i := &SecurityIncident{}
	return i, readRow(i, row, o)
}

// readRow sets the fields of e from the columns, in the order of their names.
func readRow(e Entity, row map[string]any, o ParseOptions) error {
	v := reflect.ValueOf(e).Elem()
	p := plans[v.Type()]
	extra := map[string]any{}
	var wrong []error
	for _, column := range slices.Sorted(maps.Keys(row)) {
		value := columnValue(row[column])
		if value == nil || value == "" || column == "Type" && value == string(e.Type()) {
			continue
		}
		name := strings.TrimSpace(strings.TrimSuffix(column, "[UTC]"))
		i, ok := p.byName[lower(name)]
		if !ok || !v.Field(p.fields[i].index).IsZero() {
			extra[column] = value
			continue
		}
		f := p.fields[i]
		if err := setColumn(v.Field(f.index), f, value, o); err != nil {
			extra[column] = value
			wrong = append(wrong, fmt.Errorf("entities: column %q: %w", column, err))
		}
	}
	if len(extra) > 0 {
		v.Field(p.extra).Set(reflect.ValueOf(extra))
	}
	return errors.Join(wrong...)
}

// columnValue makes JSON values of Go values.
func columnValue(v any) any {
	switch x := v.(type) {
	case float64:
		return json.Number(strconv.FormatFloat(x, 'f', -1, 64))
	case int:
		return json.Number(strconv.Itoa(x))
	case int32:
		return json.Number(strconv.FormatInt(int64(x), 10))
	case int64:
		return json.Number(strconv.FormatInt(x, 10))
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano)
	case json.RawMessage:
		return string(x)
	case []byte:
		return string(x)
	case *string:
		if x == nil {
			return nil
		}
		return *x
	}
	return v
}

var errFit = errors.New("value does not fit the column")

func setColumn(fv reflect.Value, f field, value any, o ParseOptions) error {
	switch f.kind {
	case kindAny:
		text, err := jsonOf(value)
		if err != nil {
			return err
		}
		list, err := Parse(text, o)
		if len(list) > 0 {
			fv.Set(reflect.ValueOf(list))
		}
		return err
	case kindStruct, kindStructs:
		text, err := jsonOf(value)
		if err != nil {
			return err
		}
		return setStructs(fv, f, text, o)
	case kindMap, kindList:
		return setPlain(fv, value, o)
	case kindTexts:
		return setTexts(fv, value)
	}
	if !setScalar(fv, f.kind, value) {
		return errFit
	}
	return nil
}

func jsonOf(value any) ([]byte, error) {
	if s, ok := value.(string); ok {
		return []byte(s), nil
	}
	return json.Marshal(value)
}

func setStructs(fv reflect.Value, f field, text []byte, o ParseOptions) error {
	d, err := scan(text, o)
	if err != nil {
		return err
	}
	var value any = d.top
	if f.kind == kindStruct && len(d.top) == 1 {
		value = d.top[0]
	}
	dec := decoder{doc: d, missing: map[string]*Unknown{}}
	rest, fits := dec.set(fv, f, value)
	dec.run()
	if !fits || rest != nil {
		fv.SetZero()
		return errFit
	}
	if f.kind == kindStruct && fv.Elem().IsZero() {
		fv.SetZero()
	}
	return nil
}

// setPlain sets a map or a list from JSON, in which ids mean nothing.
func setPlain(fv reflect.Value, value any, o ParseOptions) error {
	if s, ok := value.(string); ok {
		if len(s) > orDefault(o.MaxBytes, DefaultMaxBytes) {
			return ErrTooLarge
		}
		dec := json.NewDecoder(bytes.NewReader([]byte(s)))
		dec.UseNumber()
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("%w: %w", ErrNoJSON, noEOF(err))
		}
	}
	v := reflect.ValueOf(value)
	switch {
	case value == nil:
		return nil
	case v.Type() != fv.Type():
		return errFit
	case v.Len() > 0:
		fv.Set(v)
	}
	return nil
}

// setTexts sets a list of texts from a list, from JSON, or from words joined
// by commas. A text that holds none of these is one word.
func setTexts(fv reflect.Value, value any) error {
	if s, ok := value.(string); ok {
		var list any
		if err := json.Unmarshal([]byte(s), &list); err == nil && list != nil {
			value = list
		} else {
			var words []any
			for w := range strings.SplitSeq(s, ",") {
				if w = strings.TrimSpace(w); w != "" {
					words = append(words, w)
				}
			}
			value = words
		}
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var words []string
	for _, e := range list {
		w, ok := e.(string)
		if !ok {
			return errFit
		}
		words = append(words, w)
	}
	if len(words) > 0 {
		fv.Set(reflect.ValueOf(words))
	}
	return nil
}
