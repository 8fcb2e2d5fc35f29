package report_test

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// payloads are what an intruder may write where a log takes a text.
var payloads = map[string]string{
	"script":    "<script>alert(1)</script></script></style></title>--><svg/onload=alert(1)>",
	"attribute": `"><img src=x onerror=alert(1)>' onmouseover='alert(1)`,
	"url":       "javascript:alert(1)//http://evil.example.com/",
	"terminal":  "\x1b[2J\x1b]0;x\x07\u009b2J",
	"bidi":      "\u202egnp.exe\u2066\u200b\ufeff",
	"nul":       "a\x00b",
	"utf-8":     "a\xff\xfe\xc0\xafb",
	"template":  "{{.}} {{define \"x\"}}{{end}} ${alert(1)} <%= 1 %>",
	"json":      `</script><script>alert(1)</script>"]}};alert(1)//` + "\u2028",
	"number":    "F1",
	"hash":      "e1",
	"empty tag": "<!--<script>",
}

// fill sets every text in v to s, and gives every list n entries.
func fill(v reflect.Value, s string, n int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 8, 26, 38, 5e8, time.UTC)))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.MustParseAddr("203.0.113.7")))
		return
	case netip.AddrPort:
		v.Set(reflect.ValueOf(netip.MustParseAddrPort("203.0.113.7:80")))
		return
	case netip.Prefix:
		v.Set(reflect.ValueOf(netip.MustParsePrefix("203.0.113.0/24")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s, n)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(s))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), s, n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, s, n)
		if value.Kind() == reflect.Interface {
			value.Set(reflect.ValueOf(s))
		} else {
			fill(value, s, n)
		}
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for _, f := range v.Fields() {
			if f.CanSet() {
				fill(f, s, n)
			}
		}
	}
}

// filled returns an investigation in which every text is s, with one table that
// is longer than the page shows.
func filled(s string) *hunt.Investigation {
	inv := &hunt.Investigation{}
	fill(reflect.ValueOf(inv).Elem(), s, 2)
	for i := range 2 {
		inv.Evidence[i].Ref = evidence.Ref{File: s, Line: int64(i + 1)}
		inv.Processes[i].ID, inv.Processes[i].Parent = i+1, i
		for k := range inv.Findings[i].Graph.Nodes {
			inv.Findings[i].Graph.Nodes[k].ID = strings.Repeat("n", k+1)
		}
		for k := range inv.Findings[i].Graph.Edges {
			inv.Findings[i].Graph.Edges[k].From, inv.Findings[i].Graph.Edges[k].To = "n", "nn"
		}
		// findings of both kinds, with places of their own
		inv.Findings[i].ID = []string{"F1", "F2"}[i]
		inv.Findings[i].Severity = []hunt.Severity{hunt.SeverityCritical, hunt.Severity(s)}[i]
	}
	inv.Sessions[0].ID = "S1"
	for i := range inv.Sudo {
		inv.Sudo[i].Session = "S1"
	}
	for i := range inv.Processes {
		inv.Processes[i].Session = "S1"
	}
	inv.Timeline = slices.Repeat(inv.Timeline, 200)
	return inv
}

var (
	tagPattern  = regexp.MustCompile(`<[/a-zA-Z!][^>]*>?`)
	namePattern = regexp.MustCompile(`^</?[a-zA-Z0-9!-]+`)
	dataPattern = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)
)

// elements counts the tags of a page outside of its style and scripts.
func elements(t *testing.T, page string) map[string]int {
	t.Helper()
	n := map[string]int{}
	body := regexp.MustCompile(`(?s)(<style>).*?(</style>)`).ReplaceAllString(page, "$1$2")
	body = regexp.MustCompile(`(?s)(<script[^>]*>).*?(</script>)`).ReplaceAllString(body, "$1$2")
	for _, tag := range tagPattern.FindAllString(body, -1) {
		n[namePattern.FindString(tag)]++
		for _, attr := range regexp.MustCompile(`\s([a-zA-Z:-]+)=`).FindAllStringSubmatch(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag, `""`), -1) {
			assert.NotRegexp(t, `(?i)^(on.*|style|src|srcdoc|action|formaction|xlink:href)$`, attr[1], tag)
		}
		for _, m := range regexp.MustCompile(`\shref="([^"]*)"`).FindAllStringSubmatch(tag, -1) {
			assert.True(t, strings.HasPrefix(m[1], "#"), tag)
		}
	}
	return n
}

func TestHostileContentInEveryField(t *testing.T) {
	plain, _ := render(t, filled("plain text"))
	want := elements(t, plain)
	for name, s := range payloads {
		t.Run(name, func(t *testing.T) {
			html, text := render(t, filled(s))
			if name != "number" && name != "hash" { // those look like ids and make no links
				assert.Equal(t, want, elements(t, html))
			}
			data := dataPattern.FindStringSubmatch(html)
			require.NotNil(t, data)
			assert.True(t, json.Valid([]byte(data[1])))
			assert.NotContains(t, data[1], "<")
			for what, out := range map[string]string{"html": html, "text": text} {
				for _, c := range []string{"\x1b", "\x00", "\x07", "\u009b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\xff"} {
					assert.NotContains(t, out, c, what)
				}
			}
			ids := map[string]bool{}
			for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(html, -1) {
				assert.False(t, ids[m[1]], "id %s twice", m[1])
				assert.Regexp(t, `^[A-Za-z][A-Za-z0-9-]*$`, m[1])
				ids[m[1]] = true
			}
			if name == "script" {
				again, _ := render(t, filled(s))
				assert.Equal(t, html, again, "the same investigation gives the same bytes")
			}
		})
	}
}

// TestEveryTextIsShown looks that no part of an investigation is left out: each
// text field gets a mark of its own.
func TestEveryTextIsShown(t *testing.T) {
	inv := &hunt.Investigation{}
	fill(reflect.ValueOf(inv).Elem(), "x", 1)
	for _, part := range []struct {
		name string
		set  func(s string)
	}{
		{"paragraph", func(s string) { inv.Findings[0].Paragraph = s }},
		{"why", func(s string) { inv.Findings[0].Why = s }},
		{"normal", func(s string) { inv.Findings[0].Normal = s }},
		{"confirm", func(s string) { inv.Findings[0].Confirm[0] = s }},
		{"refute", func(s string) { inv.Findings[0].Refute[0] = s }},
		{"silence", func(s string) { inv.Silences[0].Text = s }},
		{"sighting", func(s string) { inv.Silences[0].Seen[0].Log = s }},
		{"alert", func(s string) { inv.Alerts.Alerts[0].Name = s }},
		{"incident", func(s string) { inv.Alerts.Incidents[0].Title = s }},
		{"bookmark", func(s string) { inv.Alerts.Bookmarks[0].Name = s }},
		{"application", func(s string) { inv.Applications[0].Program = s }},
		{"risky line", func(s string) { inv.Applications[0].Risky[0].Text = s }},
		{"rare line", func(s string) { inv.Applications[0].Rare[0].Example = s }},
		{"holder", func(s string) { inv.Network.ASNs[0].Name = s }},
		{"fetch", func(s string) { inv.Fetches[0].Text = s }},
		{"unit", func(s string) { inv.Units[0].Name = s }},
		{"command", func(s string) { inv.Commands[0].Text = s }},
		{"rule", func(s string) { inv.Sigma[0].Title = s }},
		{"provider", func(s string) { inv.Intel.Results[0].Provider = s }},
		{"digest", func(s string) { inv.Coverage.Sources[0].SHA256 = s }},
		{"note", func(s string) { inv.Coverage.Notes[0] = s }},
		{"partial", func(s string) { inv.Partial.Why = s }},
		{"system", func(s string) { inv.Host.Facts.OS = s }},
		{"crontab", func(s string) { inv.CronEdits[0].Action = s }},
	} {
		t.Run(part.name, func(t *testing.T) {
			part.set("mark of the " + part.name)
			html, _ := render(t, inv)
			assert.Contains(t, html, "mark of the "+part.name)
		})
	}
}
