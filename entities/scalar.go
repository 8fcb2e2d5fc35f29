package entities

import (
	"encoding/json"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// setScalar sets a field from a JSON value when nothing is lost by it: what
// would come out of the field again must mean the same.
func setScalar(fv reflect.Value, k kind, value any) bool {
	text, isText := value.(string)
	number := text
	if n, ok := value.(json.Number); ok {
		number = n.String()
	} else if !isText {
		number = ""
	}
	number = strings.TrimSpace(number)
	switch k {
	case kindText:
		if isText {
			fv.SetString(text)
		}
		return isText
	case kindBool:
		b, ok := boolOf(value)
		if ok {
			fv.Set(reflect.ValueOf(&b))
		}
		return ok
	case kindUint, kindDigits, kindUintPtr:
		n, err := parseUint(number)
		if err != nil || n == 0 && k != kindUintPtr {
			return false
		}
		if k == kindUintPtr {
			fv.Set(reflect.ValueOf(&n))
		} else {
			fv.SetUint(uint64(n))
		}
		return true
	case kindInt:
		n, err := strconv.ParseInt(strings.TrimSuffix(number, ".0"), 10, 64)
		if err != nil {
			return false
		}
		fv.Set(reflect.ValueOf(&n))
		return true
	case kindFloat:
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return false
		}
		fv.Set(reflect.ValueOf(&n))
		return true
	case kindTime:
		t, ok := timeOf(text)
		if ok {
			fv.Set(reflect.ValueOf(t))
		}
		return ok
	case kindAddr:
		a, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			return false
		}
		fv.Set(reflect.ValueOf(a))
		return true
	}
	return false
}

// parseUint reads decimal digits, or hexadecimal ones behind 0x as Windows
// writes process ids.
func parseUint(s string) (uint32, error) {
	if hex, ok := strings.CutPrefix(lower(s), "0x"); ok {
		n, err := strconv.ParseUint(hex, 16, 32)
		return uint32(n), err
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}

func boolOf(v any) (value, ok bool) {
	switch x := v.(type) {
	case bool:
		return x, true
	case string:
		switch lower(x) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return false, false
}

// timeLayouts are how Sentinel, its portal's CSV files and pandas write times.
// One without a zone is UTC: the names of the columns say so.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
	"1/2/2006, 3:04:05.999999999 PM", "1/2/2006 3:04:05 PM", "2006-01-02",
}

// timeOf reads a time, as UTC. A time that the year 1 stands for, and one that
// RFC 3339 cannot write, is none.
func timeOf(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC()
			return t, t.Year() >= 1 && t.Year() <= 9999
		}
	}
	return time.Time{}, false
}
