package export

import (
	"archive/zip"
	"bufio"
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// CSV writes every table of inv to a file of its own: create is called with
// the name of each ("findings.csv", "findings.steps.csv", "logons.tries.csv"),
// in a fixed order, and what it returns is closed before the next. A table
// without rows has its header alone. [CSVFolder] and [CSVZip] are the usual
// places.
//
// The names of tables and columns are the keys of the investigation's JSON, a
// dot for each level. "investigation.csv" has one row with all that is no list.
// Every table begins with the number of the row; one that lies inside another
// has next the row it belongs to, as "parent". A list of texts or numbers is
// one cell, its parts separated by "; ", evidence is "file:line", and times are
// RFC 3339 in UTC.
//
// The form is RFC 4180: UTF-8 without a mark, CRLF, every cell of text in
// quotes. A text that a spreadsheet would take for a formula (a first
// character of = + - @ or their wide forms, also behind blanks, quotes and a
// ";") gets an apostrophe before that character's place. See [Cell].
func CSV(inv *hunt.Investigation, create func(name string) (io.WriteCloser, error)) error {
	root := reflect.ValueOf(inv).Elem()
	tables := []*table{{name: "investigation"}}
	tables[0].columns(root.Type(), nil, "", &tables)
	for _, t := range tables {
		if err := t.file(root, create); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return nil
}

// CSVFolder writes [CSV] into a folder, which is made where it is not there.
// Files of the same names are replaced.
func CSVFolder(dir string, inv *hunt.Investigation) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	return CSV(inv, func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(dir, name)) })
}

// CSVZip writes [CSV] as one zip archive.
func CSVZip(w io.Writer, inv *hunt.Investigation) error {
	z := zip.NewWriter(w)
	err := CSV(inv, func(name string) (io.WriteCloser, error) {
		f, err := z.Create(name)
		return nopCloser{f}, err
	})
	if err != nil {
		return err
	}
	return z.Close()
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// table is one file: a list somewhere in the investigation.
type table struct {
	name   string
	parent *table
	path   []int // of the list in a row of the parent; nil for the first
	cols   []column
}

// column is one field of a row, or of a struct in it.
type column struct {
	name string
	path []int
}

var (
	textType  = reflect.TypeFor[encoding.TextMarshaler]()
	jsonType  = reflect.TypeFor[json.Marshaler]()
	refType   = reflect.TypeFor[evidence.Ref]()
	bytesType = reflect.TypeFor[[]byte]()
)

// columns adds the columns of a struct, and the tables below it.
func (t *table) columns(typ reflect.Type, path []int, prefix string, all *[]*table) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() && !f.Anonymous || key == "-" {
			continue
		}
		at := append(path[:len(path):len(path)], i)
		of := f.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		name := prefix + cmp.Or(key, f.Name)
		switch {
		case f.Anonymous && key == "":
			t.columns(of, at, prefix, all)
		case isCell(of):
			t.cols = append(t.cols, column{name, at})
		case of.Kind() == reflect.Struct:
			t.columns(of, at, name+".", all)
		default: // a list of structs
			below := &table{name: name, parent: t, path: at}
			if t.parent != nil {
				below.name = t.name + "." + name
			}
			*all = append(*all, below)
			below.columns(of.Elem(), nil, "", all)
		}
	}
}

// isCell reports whether a type is written in one cell.
func isCell(t reflect.Type) bool {
	switch {
	case t == refType || t == bytesType || t.Implements(textType) || t.Implements(jsonType):
		return true
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return isCell(t.Elem())
	}
	return t.Kind() != reflect.Struct
}

func (t *table) file(root reflect.Value, create func(string) (io.WriteCloser, error)) error {
	f, err := create(t.name + ".csv")
	if err != nil {
		return err
	}
	w := &rows{w: bufio.NewWriter(f)}
	w.cell("row", false)
	if t.parent != nil && t.parent.parent != nil {
		w.cell("parent", false)
	}
	for _, c := range t.cols {
		w.cell(c.name, true)
	}
	w.end()
	var n int
	t.each(root, func(row reflect.Value, parent int) {
		n++
		w.cell(strconv.Itoa(n), false)
		if t.parent != nil && t.parent.parent != nil {
			w.cell(strconv.Itoa(parent), false)
		}
		for _, c := range t.cols {
			v, ok := field(row, c.path)
			if !ok {
				w.cell("", false)
				continue
			}
			w.value(v)
		}
		w.end()
	})
	if err := w.w.Flush(); err != nil {
		_ = f.Close() // the first error counts
		return err
	}
	return f.Close()
}

// each calls f with every row of the table and the number of the row of its
// parent that it lies in.
func (t *table) each(root reflect.Value, f func(row reflect.Value, parent int)) {
	if t.parent == nil {
		f(root, 0)
		return
	}
	n := 0
	t.parent.each(root, func(row reflect.Value, _ int) {
		n++
		list, ok := field(row, t.path)
		for i := 0; ok && i < list.Len(); i++ {
			f(list.Index(i), n)
		}
	})
}

// field follows a path of fields; false behind a pointer to nothing.
func field(v reflect.Value, path []int) (reflect.Value, bool) {
	for _, i := range path {
		v = v.Field(i)
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
	}
	return v, true
}

// rows writes cells. An error stays in the buffered writer until it is flushed.
type rows struct {
	w    *bufio.Writer
	some bool // the row has a cell
}

func (r *rows) end() {
	_, _ = r.w.WriteString("\r\n")
	r.some = false
}

func (r *rows) cell(s string, text bool) {
	if r.some {
		_ = r.w.WriteByte(',')
	}
	r.some = true
	if text && s != "" {
		_ = r.w.WriteByte('"')
		_, _ = r.w.WriteString(strings.ReplaceAll(s, `"`, `""`))
		s = `"`
	}
	_, _ = r.w.WriteString(s)
}

func (r *rows) value(v reflect.Value) {
	s, text := cellOf(v)
	if text {
		s = Cell(s)
	}
	r.cell(s, text)
}

// cellOf returns what a value is as one cell, and whether it is text: numbers,
// truth values and times are ours and need no care.
func cellOf(v reflect.Value) (s string, text bool) {
	switch x := v.Interface().(type) {
	case time.Time:
		if x.IsZero() {
			return "", false
		}
		return x.UTC().Format(time.RFC3339Nano), false
	case evidence.Ref:
		return x.String(), true
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		if err != nil {
			return "", false
		}
		return string(b), true
	case []byte:
		return fmt.Sprintf("%x", x), true
	case json.Marshaler:
		return asJSON(v), true
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), false
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), false
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), false
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64), false
	case reflect.Slice, reflect.Array:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i], _ = cellOf(v.Index(i))
		}
		return strings.Join(parts, "; "), true
	default:
		return asJSON(v), true
	}
}

func asJSON(v reflect.Value) string {
	if (v.Kind() == reflect.Map || v.Kind() == reflect.Interface) && v.IsNil() {
		return ""
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		return ""
	}
	return string(b)
}
