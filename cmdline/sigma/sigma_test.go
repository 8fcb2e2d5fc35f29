package sigma_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
)

var noon = time.Date(2030, 5, 6, 12, 0, 0, 0, time.UTC)

func load(t testing.TB, text string) *sigma.Set {
	t.Helper()
	s, err := sigma.Load("rules.yml", strings.NewReader(text), sigma.Options{Placeholders: map[string][]string{"Admins": {"root", "adm*"}}})
	require.NoError(t, err)
	return s
}

// detects runs one rule with the given detection over one event.
func detects(t *testing.T, detection string, e sigma.Event) sigma.Result {
	t.Helper()
	s := load(t, "title: T\nlogsource: {product: linux}\ndetection:\n"+detection)
	require.Empty(t, s.Rules()[0].Refused)
	e.Product = "linux"
	r := s.NewRun()
	r.Add(e)
	return r.Results()[0]
}

func TestValues(t *testing.T) {
	e := sigma.Event{Fields: map[string]string{
		"Cmd": `/bin/Curl -O http://192.0.2.7/a*b`, "User": "root", "N": "42", "Empty": "", "IP": "10.1.2.3", "IP6": "fe80::1%eth0", "Other": "ROOT",
		"When": "2030-05-06T18:45:00Z", "B64": "eHhjdXJsIGh0dHA6Ly94eXk=", "Win": "cmd /c x", "Back": `C:\tmp\x`,
	}}
	for detection, want := range map[string]bool{
		`User: root`:                             true,
		`User: ROOT`:                             true,
		`User|cased: ROOT`:                       false,
		`User: roo`:                              false,
		`User: r*`:                               true,
		`User: r?ot`:                             true,
		`User: r?t`:                              false,
		`User: [bob, root]`:                      true,
		`Cmd|contains: curl`:                     true,
		`Cmd|contains|all: [curl, http]`:         true,
		`Cmd|contains|all: [curl, wget]`:         false,
		`Cmd|startswith: /bin/`:                  true,
		`Cmd|endswith: 'a\*b'`:                   true,
		`Cmd|endswith: 'a\*c'`:                   false,
		`Cmd|contains: 'http*\*b'`:               true,
		`Cmd|re: 'http://[0-9.]+/'`:              true,
		`Cmd|re: curl`:                           false,
		`Cmd|re|i: curl`:                         true,
		`Cmd|contains|cased: Curl`:               true,
		`N: 42`:                                  true,
		`N|gt: 41`:                               true,
		`N|gte: 42`:                              true,
		`N|lt: 42`:                               false,
		`N|lte: 42.5`:                            true,
		`N|neq: 42`:                              false,
		`User|neq: [bob, eve]`:                   true,
		`User|neq: [bob, root]`:                  false,
		`Empty: ''`:                              true,
		`User: ''`:                               false,
		`Gone: null`:                             true,
		`User: null`:                             false,
		`User: [null, root]`:                     true,
		`Gone: [null, root]`:                     true,
		`Gone|exists: true`:                      false,
		`Gone|exists: false`:                     true,
		`Empty|exists: True`:                     true,
		`Empty|exists: true`:                     true,
		`IP|cidr: 10.0.0.0/8`:                    true,
		`IP|cidr: [192.168.0.0/16, 10.1.2.0/24]`: true,
		`IP|cidr: 10.2.0.0/16`:                   false,
		`IP6|cidr: fe80::/10`:                    true,
		`User|fieldref: Other`:                   true,
		`User|fieldref|cased: Other`:             false,
		`User|fieldref|neq: N`:                   true,
		`User|fieldref: Gone`:                    false,
		`When|hour|gte: 18`:                      true,
		`When|minute: 45`:                        true,
		`When|month: 6`:                          false,
		`When|year: 2030`:                        true,
		`When|week: 19`:                          true,
		`B64|base64offset|contains: 'curl http'`: true,
		`B64|base64offset|contains: 'wget http'`: false,
		`Win|windash|contains: ' -c '`:           true,
		`Win|windash|contains: ' –c '`:           true,
		`Win|contains: ' -c '`:                   false,
		`User|expand: '%Admins%'`:                true,
		`Other|expand: 'x%Admins%'`:              false,
		`Back: 'C:\tmp\x'`:                       true,
		`Back: 'C:\\tmp\\x'`:                     true,
		`Back|endswith: '\x'`:                    true,
		`Back: 'C:\\*'`:                          true,
		`Back|contains: '\*'`:                    false,
		`Cmd: '*'`:                               true,
		`Gone: '*'`:                              false,
	} {
		t.Run(detection, func(t *testing.T) {
			res := detects(t, "  sel:\n    "+detection+"\n  condition: sel\n", e)
			assert.Equal(t, want, res.Verdict == sigma.Matched, res.Because)
		})
	}
}

func TestEncodings(t *testing.T) {
	for detection, text := range map[string]string{
		"F|base64: id":                         "aWQ=",
		"F|wide|base64: id":                    "aQBkAA==",
		"F|utf16le: id":                        "i\x00d\x00",
		"F|utf16be: id":                        "\x00i\x00d",
		"F|utf16: id":                          "\xff\xfei\x00d\x00",
		"F|wide|base64offset|contains: whoami": "d2hvYW1pdwBoAG8AYQBtAGkA",
	} {
		res := detects(t, "  sel:\n    "+detection+"\n  condition: sel\n", sigma.Event{Fields: map[string]string{"F": text}})
		assert.Equal(t, sigma.Matched, res.Verdict, detection)
	}
	// each place in a text has its own base64
	for _, pre := range []string{"", "x", "xx", "xxx"} {
		for _, post := range []string{"", "y", "yy"} {
			e := sigma.Event{Fields: map[string]string{"F": base64Of(pre + "curl http://" + post)}}
			res := detects(t, "  sel:\n    F|base64offset|contains: 'curl http://'\n  condition: sel\n", e)
			assert.Equal(t, sigma.Matched, res.Verdict, "%q %q", pre, post)
		}
	}
}

func TestConditions(t *testing.T) {
	e := sigma.Event{Fields: map[string]string{"A": "1", "B": "2"}, Message: "sshd: Failed password for root"}
	body := "  yes:\n    A: 1\n  no:\n    A: 2\n  sel_a:\n    A: 1\n  sel_b:\n    B: 3\n  _hidden:\n    A: 9\n  maps:\n    - A: 7\n    - B: 2\n  words:\n    - nothing\n    - FAILED*root\n  both:\n    '|all':\n      - failed\n      - password\n  one:\n    '|all':\n      - failed\n      - nothing\n"
	for cond, want := range map[string]bool{
		"yes":                             true,
		"no":                              false,
		"not no":                          true,
		"not not yes":                     true,
		"yes and no":                      false,
		"yes or no":                       true,
		"no and no or yes":                true,
		"no and (no or yes)":              false,
		"yes and not (no or sel_b)":       true,
		"1 of sel_*":                      true,
		"any of sel_*":                    true,
		"all of sel_*":                    false,
		"1 of them":                       true,
		"all of them":                     false,
		"maps":                            true,
		"words":                           true,
		"both":                            true,
		"one":                             false,
		"words AND yes":                   true,
		"[no, yes]":                       true,
		"[no, sel_b]":                     false,
		"not 1 of sel_b* and 1 of sel_a*": true,
	} {
		t.Run(cond, func(t *testing.T) {
			res := detects(t, body+"  condition: "+cond+"\n", e)
			assert.Equal(t, want, res.Verdict == sigma.Matched)
		})
	}
}

func TestRefused(t *testing.T) {
	head := "title: T\nlogsource: {product: linux}\ndetection:\n"
	for text, want := range map[string]string{
		head + "  s: {A: 1}\n  condition: s | count() by A > 5":                            `The condition has an aggregation behind a pipe, a form that correlations took the place of.`,
		head + "  s: {A: 1}\n  condition: t":                                               `The condition names "t", which the rule does not define.`,
		head + "  s: {A: 1}\n  condition: s and":                                           `The condition ends where a search identifier should stand.`,
		head + "  s: {A: 1}\n  condition: (s":                                              `A bracket in the condition is not closed.`,
		head + "  s: {A: 1}\n  condition: s s":                                             `The condition does not go on with "s".`,
		head + "  s: {A: 1}\n  condition: 3 of s*":                                         `"3" of something is not known; it must be 1, any or all.`,
		head + "  s: {A: 1}\n  condition: 1 of x*":                                         `No search identifier fits "x*".`,
		head + "  s: {A: 1}\n":                                                             `The rule has no condition.`,
		head + "  s: {A|near: 1}\n  condition: s":                                          `In "s", the field "A": the modifier "near" is not known.`,
		head + "  s: {A|re: '(?=x)'}\n  condition: s":                                      `In "s", the field "A": the regular expression cannot be run in linear time: `,
		head + "  s: {A|i: x}\n  condition: s":                                             `In "s", the field "A": the modifier "i" stands without "re".`,
		head + "  s: {A|cidr: x}\n  condition: s":                                          `In "s", the field "A": "x" is no network.`,
		head + "  s: {A|lt: x}\n  condition: s":                                            `In "s", the field "A": "x" is no number to compare with.`,
		head + "  s: {A|expand: '%Nobody%'}\n  condition: s":                               `In "s", the field "A": nobody said what the placeholder %Nobody% stands for.`,
		head + "  s: {A|expand: '" + strings.Repeat("%Admins%", 14) + "'}\n  condition: s": `In "s", the field "A": placeholders give more than 10000 values.`,
		head + "  s: {A|exists: maybe}\n  condition: s":                                    `In "s", the field "A": "exists" must be true or false.`,
		head + "  s: {A|base64: 'x*'}\n  condition: s":                                     `In "s", the field "A": the modifier "base64" is given a value with wildcards.`,
		head + "  s: {A: {B: 1}}\n  condition: s":                                          `In "s", the field "A": a value must be single or a list.`,
		head + "  s: {A: 1}\n  timeframe: 5m\n  condition: s":                              `"timeframe" belongs to a form that correlations took the place of.`,
		"title: T\n":                       `The rule has no detection.`,
		"logsource: {product: linux}\n":    `The rule has no title.`,
		"title: T\naction: global\n":       `"action: global" is a form that correlations took the place of.`,
		"title: T\nfilter: {rules: [a]}\n": `Filters of other rules are not supported.`,
		"title: T\ncorrelation: {type: event_count, rules: [x], timespan: 5m, condition: {gte: 1}}\n": `The correlation refers to "x", which is not among the rules.`,
		"title: T\ncorrelation: {type: value_sum, rules: [x], timespan: 5m, condition: {gte: 1}}\n":   `Correlations of the type "value_sum" are not supported.`,
		"title: T\ncorrelation: {type: event_count, rules: [x], timespan: 5, condition: {gte: 1}}\n":  `The timespan "5" is not a number and one of s, m, h, d, w.`,
		"title: T\ncorrelation: {type: event_count, rules: [x], timespan: 5m}\n":                      `The correlation has no condition.`,
		"title: T\ncorrelation: {type: value_count, rules: [x], timespan: 5m, condition: {gte: 1}}\n": `The condition of a value_count names no field.`,
		"title: T\nname: x\ncorrelation: {type: temporal, rules: [x], timespan: 5m}\n":                `The correlation refers to itself.`,
		"title: T\ncorrelation: {type: temporal, rules: [x], timespan: 5m, condition: a and b}\n":     `A condition over the names of rules is not supported.`,
	} {
		t.Run(want, func(t *testing.T) {
			s := load(t, text)
			res := s.NewRun().Results()
			require.Len(t, res, 1)
			assert.Equal(t, sigma.CouldNotMatch, res[0].Verdict)
			assert.True(t, strings.HasPrefix(res[0].Because, want), res[0].Because)
			assert.Equal(t, res[0].Because, s.Rules()[0].Refused)
		})
	}
}

func TestLoadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "f: no rule in the file",
		"- a\n":                "f:1: a rule must be a mapping",
		"title: a\n  b: [\n":   "f:1: ",
		"title: a\n---\n- b\n": "f:3: a rule must be a mapping",
	} {
		_, err := sigma.Load("f", strings.NewReader(text), sigma.Options{})
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want)
		var le *sigma.LoadError
		assert.ErrorAs(t, err, &le)
	}
	_, err := sigma.Load("f", strings.NewReader(strings.Repeat("#", sigma.MaxFile+1)), sigma.Options{})
	assert.ErrorIs(t, err, sigma.ErrTooLong)
}

func TestVerdicts(t *testing.T) {
	s := load(t, `
title: Windows
logsource: {product: windows, category: process_creation}
detection: {s: {Image: x}, condition: s}
---
title: Parent
logsource: {product: linux, category: process_creation}
detection: {s: {Image|endswith: /sh, ParentImage|endswith: /nginx}, condition: s}
---
title: Either
logsource: {product: linux, category: process_creation}
detection: {a: {ParentImage: x}, b: {Image: y}, condition: a or b}
---
title: Not
logsource: {product: linux, category: process_creation}
detection: {a: {Image|endswith: /id}, f: {ParentImage: x}, condition: a and not f}
---
title: Sshd
id: 00000000-0000-0000-0000-000000000001
tags: [attack.credential-access, attack.t1110.001]
level: low
logsource: {product: linux, service: sshd}
detection: {keywords: ['*Failed password*'], condition: keywords}
---
title: Cron
logsource: {product: linux, service: cron}
detection: {keywords: [REPLACE], condition: keywords}
`)
	assert.Equal(t, []string{"T1110.001"}, s.Rules()[4].Techniques)
	run := s.NewRun()
	got := run.Add(sigma.Process{Time: noon, Image: "/usr/bin/id", CommandLine: "id", User: "bob", ProcessID: 5, Ref: "p1"}.Event())
	require.Len(t, got, 1)
	assert.Equal(t, "Not", got[0].Title)
	run.Add(sigma.Syslog(noon, "h", "sshd", "Failed password for root from 192.0.2.1 port 22 ssh2"))
	res := map[string]sigma.Result{}
	for _, r := range run.Results() {
		res[r.Rule.Title] = r
	}
	assert.Equal(t, "No event of product windows, category process_creation was read.", res["Windows"].Because)
	assert.Equal(t, `None of the 1 events of product linux, category process_creation has the field "ParentImage".`, res["Parent"].Because)
	assert.Equal(t, sigma.NotMatched, res["Either"].Verdict)
	assert.Equal(t, sigma.Matched, res["Not"].Verdict)
	assert.Equal(t, []any{"p1"}, res["Not"].Matches[0].Refs)
	assert.Equal(t, sigma.Matched, res["Sshd"].Verdict)
	assert.Equal(t, sigma.CouldNotMatch, res["Cron"].Verdict)
	assert.Equal(t, "No event of product linux, service cron was read.", res["Cron"].Because)
}

func TestAudit(t *testing.T) {
	s := load(t, "title: A\nlogsource: {product: linux, service: auditd}\ndetection:\n  s: {type: EXECVE, a0|endswith: chmod, a1|contains: s}\n  condition: s\n")
	r := s.NewRun()
	assert.Empty(t, r.Add(sigma.Audit(noon, "EXECVE", map[string]string{"a0": "chmod", "a1": "755"})))
	assert.Len(t, r.Add(sigma.Audit(noon, "EXECVE", map[string]string{"a0": "/bin/chmod", "a1": "u+s", "type": "x"})), 1)
}
