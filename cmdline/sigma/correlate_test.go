package sigma_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
)

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

const base = `
title: Failed
name: failed
logsource: {product: linux, service: sshd}
detection: {s: {Result: failed}, condition: s}
---
title: Accepted
name: accepted
id: 11111111-1111-1111-1111-111111111111
logsource: {product: linux, service: sshd}
detection: {s: {Result: accepted}, condition: s}
---
`

func logon(sec int, user, ip, result string) sigma.Event {
	return sigma.Event{
		Time: noon.Add(time.Duration(sec) * time.Second), Product: "linux", Services: []string{"sshd"}, Ref: sec,
		Fields: map[string]string{"User": user, "SourceIP": ip, "Result": result},
	}
}

func run(t *testing.T, rules string, events ...sigma.Event) []sigma.Result {
	t.Helper()
	s := load(t, base+rules)
	for _, r := range s.Rules() {
		require.Empty(t, r.Refused, r.Title)
	}
	r := s.NewRun()
	for i := range events { // order does not matter
		r.Add(events[len(events)-1-i])
	}
	return r.Results()
}

func TestEventCount(t *testing.T) {
	rule := "title: C\ncorrelation: {type: event_count, rules: [failed], group-by: [SourceIP], timespan: 1m, condition: {gte: 3}}\n"
	var events []sigma.Event
	for _, sec := range []int{0, 20, 40, 70, 300, 330, 360} {
		events = append(events, logon(sec, "u", "192.0.2.1", "failed"))
	}
	events = append(events, logon(5, "u", "192.0.2.2", "failed"), logon(6, "u", "192.0.2.2", "failed"))
	res := run(t, rule, events...)
	require.Len(t, res, 2, "the rule that only serves is not told of")
	assert.Equal(t, "Accepted", res[0].Rule.Title)
	c := res[1]
	assert.Equal(t, sigma.Matched, c.Verdict)
	require.Len(t, c.Matches, 2)
	assert.Equal(t, sigma.Match{Start: noon, End: noon.Add(70 * time.Second), Refs: []any{0, 20, 40, 70}, Group: map[string]string{"SourceIP": "192.0.2.1"}, Count: 3}, c.Matches[0])
	assert.Equal(t, []any{300, 330, 360}, c.Matches[1].Refs)

	res = run(t, rule, events[:2]...)
	assert.Equal(t, sigma.NotMatched, res[1].Verdict)
	res = run(t, rule)
	assert.Equal(t, sigma.CouldNotMatch, res[1].Verdict)
	assert.Equal(t, "No event of product linux, service sshd was read.", res[1].Because)
}

func TestCountBounds(t *testing.T) {
	var five []sigma.Event
	for i := range 5 {
		five = append(five, logon(i, "u", "192.0.2.1", "failed"))
	}
	for cond, want := range map[string]bool{
		"{gt: 4}": true, "{gt: 5}": false, "{eq: 5}": true, "{eq: 4}": false, "{lt: 5}": false, "{lte: 5}": true, "{gte: 2, lte: 4}": false, "{gt: 4, lt: 6}": true, "{neq: 5}": false,
	} {
		res := run(t, "title: C\ncorrelation: {type: event_count, rules: [failed], group-by: [User], timespan: 1h, condition: "+cond+"}\n", five...)
		assert.Equal(t, want, res[1].Verdict == sigma.Matched, cond)
	}
}

func TestValueCount(t *testing.T) {
	rule := "title: V\ncorrelation: {type: value_count, rules: [failed], group-by: [SourceIP], timespan: 10s, condition: {field: User, gte: 3}}\n"
	res := run(t, rule,
		logon(0, "a", "192.0.2.1", "failed"), logon(1, "a", "192.0.2.1", "failed"), logon(2, "b", "192.0.2.1", "failed"), // two values
		logon(20, "a", "192.0.2.1", "failed"), logon(21, "b", "192.0.2.1", "failed"), logon(22, "c", "192.0.2.1", "failed"))
	require.Equal(t, sigma.Matched, res[1].Verdict)
	require.Len(t, res[1].Matches, 1)
	assert.Equal(t, []any{20, 21, 22}, res[1].Matches[0].Refs)
	assert.Equal(t, int64(3), res[1].Matches[0].Count)
}

func TestTemporal(t *testing.T) {
	rule := "title: T\ncorrelation: {type: temporal, rules: [failed, 11111111-1111-1111-1111-111111111111], group-by: [User], timespan: 1m}\n"
	res := run(t, rule, logon(0, "a", "x", "accepted"), logon(30, "a", "y", "failed"), logon(0, "b", "x", "failed"), logon(90, "b", "x", "accepted"))
	require.Len(t, res, 1)
	require.Len(t, res[0].Matches, 1)
	assert.Equal(t, map[string]string{"User": "a"}, res[0].Matches[0].Group)

	ordered := "title: T\ncorrelation: {type: temporal_ordered, rules: [failed, accepted], group-by: [User], timespan: 1m}\n"
	res = run(t, ordered, logon(0, "a", "x", "accepted"), logon(30, "a", "y", "failed"))
	assert.Equal(t, sigma.NotMatched, res[0].Verdict)
	res = run(t, ordered, logon(0, "a", "x", "failed"), logon(10, "a", "x", "failed"), logon(30, "a", "y", "accepted"), logon(31, "a", "y", "accepted"), logon(500, "a", "y", "accepted"))
	require.Len(t, res[0].Matches, 1)
	assert.Equal(t, []any{10, 30}, res[0].Matches[0].Refs)
}

func TestChainAndAliases(t *testing.T) {
	rules := `
title: Many
name: many
correlation: {type: event_count, rules: [failed], group-by: [User], timespan: 10m, condition: {gte: 3}}
---
title: Guessed
level: high
correlation: {type: temporal_ordered, rules: [many, accepted], group-by: [User], timespan: 10m}
---
title: Moved
correlation:
  type: temporal
  rules: [failed, accepted]
  group-by: [who]
  timespan: 1h
  aliases:
    who: {failed: SourceIP, accepted: User}
`
	res := run(t, rules, logon(0, "a", "x", "failed"), logon(1, "a", "x", "failed"), logon(2, "a", "x", "failed"), logon(30, "a", "x", "accepted"), logon(40, "x", "y", "accepted"))
	require.Len(t, res, 2)
	assert.Equal(t, "Guessed", res[0].Rule.Title)
	require.Len(t, res[0].Matches, 1)
	assert.Equal(t, []any{0, 1, 2, 30}, res[0].Matches[0].Refs)
	assert.Equal(t, "Moved", res[1].Rule.Title)
	require.Len(t, res[1].Matches, 1)
	assert.Equal(t, map[string]string{"who": "x"}, res[1].Matches[0].Group)
}

func TestGenerate(t *testing.T) {
	res := run(t, "title: C\ngenerate: true\ncorrelation: {type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gte: 3}}\n", logon(0, "a", "x", "failed"))
	require.Len(t, res, 3)
	assert.Equal(t, sigma.Matched, res[0].Verdict)
}

func TestSetAdd(t *testing.T) {
	corr := load(t, "title: C\ncorrelation: {type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gte: 1}}\n")
	assert.NotEmpty(t, corr.Rules()[0].Refused)
	both := corr.Add(load(t, base+"title: X\nlogsource: {product: linux}\ndetection: {s: {A: 1}, condition: s}\n"))
	require.Len(t, both.Rules(), 4)
	assert.Empty(t, both.Rules()[0].Refused)
	assert.NotEmpty(t, corr.Rules()[0].Refused, "the parts stay as they were")
	r := both.NewRun()
	r.Add(logon(0, "a", "x", "failed"))
	assert.Equal(t, sigma.Matched, r.Results()[0].Verdict)
}
