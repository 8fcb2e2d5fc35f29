package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// clock returns t for people: in UTC, with the fraction that it has.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.UTC()
	s := t.Format("2006-01-02 15:04:05")
	if ms := t.Nanosecond() / 1e6; ms != 0 {
		s += fmt.Sprintf(".%03d", ms)
	}
	return s
}

// brief returns t for a narrow table: without the year and the fraction.
func brief(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("01-02 15:04:05")
}

// interval returns two times, the second without the date where it is the same.
func interval(start, end time.Time) string {
	switch {
	case start.IsZero():
		return clock(end)
	case end.IsZero() || end.Equal(start):
		return clock(start)
	}
	to := clock(end)
	if start.UTC().Format(time.DateOnly) == end.UTC().Format(time.DateOnly) {
		_, to, _ = strings.Cut(to, " ")
	}
	return clock(start) + " to " + to
}

// names joins names that come from logs, cut after twelve.
func names(list []string) string { return few(list, 12) }

// few joins names that come from logs, cut after n.
func few(list []string, n int) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == n && len(list) > n+1 {
			fmt.Fprintf(&b, "and %d more", len(list)-i)
			break
		}
		b.WriteString(Visible(s))
	}
	return b.String()
}

func join(list []string) string { return cut(names(list), maxText) }

func head(list []string) []string { return list[:min(len(list), 12)] }

// amount says a number with its noun: "1 session", "3 sessions".
func amount[T int | int64](n T, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if strings.HasSuffix(one, "s") {
		one += "e"
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// size returns a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

func hypothesisName(h hunt.Hypothesis) string {
	switch h {
	case hunt.StolenCredentials:
		return "Stolen credentials"
	case hunt.AccountMisuse:
		return "An account turned against the host"
	case hunt.HijackedApp:
		return "A hijacked application"
	case hunt.RemoteControl:
		return "Remote control or exfiltration"
	}
	return Visible(string(h))
}

func answerName(a hunt.Answer) string {
	switch a {
	case hunt.Supported:
		return "supported"
	case hunt.NotSupported:
		return "not supported"
	case hunt.CannotTell:
		return "cannot be told"
	}
	return Visible(string(a))
}

// answerClass returns an answer as it may stand in a class.
func answerClass(a hunt.Answer) string {
	switch a {
	case hunt.Supported, hunt.NotSupported:
		return string(a)
	}
	return string(hunt.CannotTell)
}

// defangIndicator returns an indicator's value so that no mail program or
// chat makes a link of it.
func defangIndicator(i hunt.Indicator) string { return defang(i.Type, i.Value) }

func defang(kind, value string) string {
	v := Visible(value)
	switch kind {
	case "ipv4", "dns":
		return replaceLast(v, ".", "[.]")
	case "ipv6":
		return replaceLast(v, ":", "[:]")
	case "email":
		return strings.Replace(v, "@", "[@]", 1)
	case "url":
		if scheme, rest, ok := strings.Cut(v, "://"); ok {
			return strings.Replace(scheme, "tt", "xx", 1) + "://" + rest
		}
	}
	return v
}

func replaceLast(s, old, by string) string {
	if i := strings.LastIndex(s, old); i >= 0 {
		return s[:i] + by + s[i+len(old):]
	}
	return s
}
