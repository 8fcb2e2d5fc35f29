package hunt

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// slowValidate is the plain way to make a value valid.
func slowValidate(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); !utf8.ValidString(s) {
			v.SetString(escapeInvalid(s))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f, field := v.Field(i), v.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			if f.Kind() == reflect.Slice && f.Len() == 0 {
				if strings.Contains(field.Tag.Get("json"), ",omitempty") {
					f.SetZero()
				} else {
					f.Set(reflect.MakeSlice(f.Type(), 0, 0))
				}
			}
			slowValidate(f)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			for i := range v.Len() {
				slowValidate(v.Index(i))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			slowValidate(v.Elem())
		}
	default:
	}
}

// fillInvalid sets texts that are not UTF-8, and lists that are nil, empty and
// filled in turn.
func fillInvalid(v reflect.Value, n *int, depth int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString([]string{"a\xffb", "plain", ""}[*n%3])
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillInvalid(v.Field(i), n, depth+1)
			}
		}
	case reflect.Slice:
		if *n%4 == 0 || depth > 8 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), *n%4-1, *n%4-1))
		for i := range v.Len() {
			fillInvalid(v.Index(i), n, depth+1)
		}
	case reflect.Pointer:
		if *n%3 > 0 && depth < 8 {
			v.Set(reflect.New(v.Type().Elem()))
			fillInvalid(v.Elem(), n, depth+1)
		}
	default:
	}
}

func TestMakeValidIsThePlainWay(t *testing.T) {
	for start := range 12 {
		want, got := &Investigation{}, &Investigation{}
		n := start
		fillInvalid(reflect.ValueOf(want).Elem(), &n, 0)
		n = start
		fillInvalid(reflect.ValueOf(got).Elem(), &n, 0)
		slowValidate(reflect.ValueOf(want).Elem())
		makeValid(got)
		assert.True(t, reflect.DeepEqual(want, got), start)
	}
}
