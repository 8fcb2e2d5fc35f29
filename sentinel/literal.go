package sentinel

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The functions of this file are the only way in which a value gets into the
// text of a query. Their results hold printable ASCII alone.

// literal returns v as a literal of KQL: a string, a bool, an int64, a
// float64, a [time.Time] (datetime), a [time.Duration] (timespan), and, as
// dynamic, lists of strings, of int64 and of addresses.
func literal(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return quote(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return "long(" + strconv.FormatInt(v, 10) + ")", nil
	case time.Time:
		return datetime(v)
	case time.Duration:
		return "time(" + timespan(v) + ")", nil
	case []string:
		return dynamic(v), nil
	case []int64:
		return "dynamic(" + strings.ReplaceAll(fmt.Sprint(v), " ", ", ") + ")", nil
	case []netip.Addr:
		list := make([]string, len(v))
		for i, a := range v {
			list[i] = a.Unmap().String()
		}
		return dynamic(list), nil
	}
	return "", fmt.Errorf("no literal for a %T", v)
}

// quote returns s as a string literal: in double quotes, everything but
// harmless ASCII as an escape of KQL's. Bytes that are no UTF-8 become
// U+FFFD, since strings of the service are Unicode.
func quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		case r >= ' ' && r < 0x7f:
			b.WriteByte(byte(r))
		case r > 0xffff:
			hi, lo := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// tick is the resolution of the service's times.
const tick = 100 * time.Nanosecond

// The times that stand for an open start and an open end.
var (
	openStart = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	openEnd   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// ceilTick returns t at the service's resolution. A row of a tick lies in
// [a, b) exactly if it lies in [ceilTick(a), ceilTick(b)).
func ceilTick(t time.Time) time.Time {
	t = t.UTC()
	if rest := time.Duration(t.Nanosecond()) % tick; rest != 0 {
		t = t.Add(tick - rest)
	}
	return t
}

const datetimeForm = "2006-01-02T15:04:05.0000000Z"

func datetime(t time.Time) (string, error) {
	t = ceilTick(t)
	if y := t.Year(); y < 1 || y > 9999 {
		return "", fmt.Errorf("the year %d is beyond what the service knows", y)
	}
	return "datetime(" + t.Format(datetimeForm) + ")", nil
}

// timespan writes d as [-]days.hours:minutes:seconds.ticks.
func timespan(d time.Duration) string {
	sign := ""
	n := uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	n /= uint64(tick)
	const second = uint64(time.Second / tick)
	return fmt.Sprintf("%s%d.%02d:%02d:%02d.%07d", sign,
		n/(86400*second), n/(3600*second)%24, n/(60*second)%60, n/second%60, n%second)
}

// dynamic writes a list as JSON in a dynamic literal, ASCII only.
func dynamic(list []string) string {
	var b strings.Builder
	b.WriteString("dynamic([")
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(s)) // what quote writes is JSON as well
	}
	b.WriteString("])")
	return b.String()
}

// unquote reads what quote wrote.
func unquote(s string) (string, error) {
	var out string
	if len(s) < 2 || s[0] != '"' || !utf8.ValidString(s) {
		return "", fmt.Errorf("%s is no string literal", s)
	}
	err := json.Unmarshal([]byte(s), &out)
	return out, err
}

// identifier reports whether name may stand in a query as the name of a
// table: letters, digits and underscores, as the service allows them. Names
// of people's own tables end in _CL.
func identifier(name string) bool {
	if name == "" || len(name) > 100 || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_':
		default:
			return false
		}
	}
	return !keywords[strings.ToLower(name)]
}

// keywords are identifiers that mean something else where a table stands.
var keywords = map[string]bool{
	"let": true, "set": true, "declare": true, "alias": true, "restrict": true, "pattern": true, "print": true,
	"range": true, "union": true, "search": true, "find": true, "datatable": true, "externaldata": true,
	"materialize": true, "evaluate": true, "database": true, "cluster": true, "workspace": true, "table": true,
	"external_table": true, "view": true, "access": true, "with": true, "by": true, "of": true, "to": true,
}
