package hunt

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible escapes what a terminal would obey or not show.
func visible(s string) string {
	ok := true
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
