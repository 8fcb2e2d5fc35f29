package sigma_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
)

func FuzzLoad(f *testing.F) {
	f.Add(base + "title: C\ncorrelation: {type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gte: 3}}\n")
	f.Add("title: T\nlogsource: {product: linux}\ndetection:\n  s:\n    - A|contains|all: ['x*', \"y\\\\*\"]\n      B|re|i: a+\n    - C|cidr: 10.0.0.0/8\n  k: [a, b]\n  condition: 1 of them and not (s or k)\n")
	f.Add("title: T\ndetection:\n  s: {A|wide|base64offset|contains: x, B|windash: ' -a', C: null, D|exists: true}\n  condition: all of s*\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := sigma.Load("f", strings.NewReader(text), sigma.Options{})
		if err != nil {
			if _, ok := errors.AsType[*sigma.LoadError](err); !ok {
				t.Fatalf("%#v", err)
			}
			return
		}
		r := s.NewRun()
		for i := range 20 {
			r.Add(logon(i, "a", "10.0.0.1", []string{"failed", "accepted"}[i%2]))
			r.Add(sigma.Process{Time: noon.Add(time.Duration(i)), Image: "/usr/bin/x", CommandLine: "x -a"}.Event())
		}
		alone := 0
		for _, x := range s.Rules() {
			if x.Alone {
				alone++
			}
		}
		res := r.Results()
		if len(res) != alone {
			t.Fatalf("%d results of %d rules", len(res), alone)
		}
		for _, x := range res {
			switch {
			case (x.Verdict == sigma.CouldNotMatch) != (x.Because != ""):
				t.Fatalf("%s because %q", x.Verdict, x.Because)
			case (x.Verdict == sigma.Matched) != (x.Count > 0), int64(len(x.Matches)) > x.Count:
				t.Fatalf("%s with %d matches", x.Verdict, x.Count)
			case x.Rule.Refused != "" && x.Verdict != sigma.CouldNotMatch:
				t.Fatalf("refused and %s", x.Verdict)
			}
		}
	})
}

// FuzzPattern compares wildcards with a slow obvious matcher.
func FuzzPattern(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add(`\*x\\*`, `*x\y`)
	f.Fuzz(func(t *testing.T, pat, s string) {
		if len(pat) > 12 || len(s) > 30 || strings.ContainsAny(pat+s, "\"\n\r\t\x00") || !asciiOnly(pat+s) {
			return
		}
		set, err := sigma.Load("f", strings.NewReader("title: T\ndetection:\n  s:\n    F|cased: "+"'"+strings.ReplaceAll(pat, "'", "''")+"'\n  condition: s\n"), sigma.Options{})
		if err != nil || set.Rules()[0].Refused != "" {
			return
		}
		r := set.NewRun()
		got := len(r.Add(sigma.Event{Fields: map[string]string{"F": s}})) == 1
		if want := slow(pat, s); got != want {
			t.Fatalf("%q on %q: %v", pat, s, got)
		}
	})
}

func asciiOnly(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func slow(pat, s string) bool {
	if pat == "" {
		return s == ""
	}
	switch {
	case pat[0] == '\\' && len(pat) > 1 && strings.IndexByte(`*?\`, pat[1]) >= 0:
		return s != "" && s[0] == pat[1] && slow(pat[2:], s[1:])
	case pat[0] == '*':
		for i := 0; i <= len(s); i++ {
			if slow(pat[1:], s[i:]) {
				return true
			}
		}
		return false
	case pat[0] == '?':
		return s != "" && slow(pat[1:], s[1:])
	}
	return s != "" && s[0] == pat[0] && slow(pat[1:], s[1:])
}
