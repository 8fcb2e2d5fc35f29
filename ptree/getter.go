package ptree

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// getter reads the columns of a row and keeps the first error.
type getter struct {
	row Fields
	err error
}

// first returns the first column with a value. A lone dash is how Windows
// writes none, and "nan" how pandas does.
func (g *getter) first(columns []string) (column, value string) {
	for _, c := range columns {
		if v := strings.TrimSpace(g.row.Field(c)); v != "" && v != "-" && !strings.EqualFold(v, "nan") && v != "NaT" {
			return c, v
		}
	}
	return "", ""
}

func (g *getter) text(columns []string) string {
	_, v := g.first(columns)
	return v
}

// guid returns an identity; all zeros are none.
func (g *getter) guid(columns []string) string {
	_, v := g.first(columns)
	if strings.Trim(v, "{}-0") == "" {
		return ""
	}
	return v
}

func (g *getter) fail(column, value, why string) {
	if g.err == nil {
		g.err = &FieldError{column, value, errors.New(why)}
	}
}

// pid reads a process id, 0 when there is none.
func (g *getter) pid(columns []string) int {
	c, v := g.first(columns)
	if c == "" {
		return 0
	}
	n, err := strconv.ParseInt(v, 0, 64)
	if err != nil { // "812.0", as of a column with holes
		f, ferr := strconv.ParseFloat(v, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<32 {
			g.fail(c, v, "no process id")
			return 0
		}
		n = int64(f)
	}
	if n < -1 || n > math.MaxInt32 {
		g.fail(c, v, "no process id")
		return 0
	}
	return int(max(n, 0))
}

// layouts are those of Sysmon, Defender, exports of Log Analytics and pandas.
// A fraction is read with all of them.
var layouts = [...]string{
	time.RFC3339,
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"1/2/2006, 3:04:05 PM",
	"1/2/2006 3:04:05 PM",
}

// time reads a time, the zero time when there is none. Times without a zone
// are UTC; a bare number counts seconds since 1970.
func (g *getter) time(columns []string) time.Time {
	c, v := g.first(columns)
	if c == "" {
		return time.Time{}
	}
	if f, err := strconv.ParseFloat(v, 64); err == nil {
		if f <= 0 || f > 253402300799 {
			g.fail(c, v, "no time")
			return time.Time{}
		}
		whole, frac := math.Modf(f)
		return time.Unix(int64(whole), int64(math.Round(frac*1e6))*1e3).UTC()
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, v); err == nil {
			return t.UTC()
		}
	}
	// The fraction stands before AM and PM, where time.Parse looks for none.
	if head, tail, ok := strings.Cut(v, "."); ok {
		if frac, half, ok := strings.Cut(tail, " "); ok && (half == "AM" || half == "PM") {
			if t, err := time.Parse(layouts[4], head+" "+half); err == nil {
				if n, err := time.ParseDuration("0." + frac + "s"); err == nil && n >= 0 {
					return t.Add(n)
				}
			}
		}
	}
	g.fail(c, v, "no time")
	return time.Time{}
}
