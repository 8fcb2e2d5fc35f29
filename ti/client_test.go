package ti_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

func TestLookupOrderAndFailures(t *testing.T) {
	good, bad, local := newFake("Good"), newFake("Bad"), newFake("Local")
	local.info.Local = true
	bad.say = func(ti.Indicator) (ti.Result, error) { return ti.Result{}, errors.New("broken\x1b[2J") }
	good.info.Types = []ioc.Type{ioc.IPv4}
	good.say = func(i ti.Indicator) (ti.Result, error) {
		return ti.Result{Type: "lie", Value: "lie", Provider: "lie", Cached: true, Severity: ti.Warning, Raw: []byte("{")}, nil
	}
	c := open(t, ti.Options{Clock: newClock()}, good, bad, local)
	list := []ti.Indicator{
		{Type: ioc.DNS, Value: "evil.ru"},
		{Type: ioc.IPv4, Value: "10.0.0.1"},
		{Type: ioc.IPv4, Value: "8.8.8.8"},
		{Type: ioc.DNS, Value: "evil.ru"},
		{Type: ioc.CVE, Value: "CVE-2021-44228"},
	}
	for range 5 {
		var out []string
		for _, r := range lookup(t, c, list) {
			out = append(out, fmt.Sprintf("%s %s %s %s %q", r.Value, r.Provider, r.Status, r.Severity, r.Reason))
			assert.Empty(t, r.Raw)
			if r.Cached {
				assert.Equal(t, "Good", r.Provider)
			}
		}
		assert.Equal(t, []string{
			`evil.ru Good not_supported unknown "the provider does not answer for this type"`,
			`evil.ru Bad query_failed unknown "broken\\x1b[2J"`,
			`evil.ru Local ok high ""`,
			`10.0.0.1 Good not_sent unknown "a private address (10.0.0.0/8, RFC 1918)"`,
			`10.0.0.1 Bad not_sent unknown "a private address (10.0.0.0/8, RFC 1918)"`,
			`10.0.0.1 Local ok high ""`,
			`8.8.8.8 Good ok warning ""`,
			`8.8.8.8 Bad query_failed unknown "broken\\x1b[2J"`,
			`8.8.8.8 Local ok high ""`,
			`CVE-2021-44228 Good not_supported unknown "the provider does not answer for this type"`,
			`CVE-2021-44228 Bad not_supported unknown "the provider does not answer for this type"`,
			`CVE-2021-44228 Local not_supported unknown "the provider does not answer for this type"`,
		}, out)
	}
	assert.Equal(t, 1, good.count(), "answers are kept")
	assert.Equal(t, 10, bad.count(), "failures are not kept")
	assert.Equal(t, 15, local.count())
}

func TestQuotaIsNeverExceeded(t *testing.T) {
	clk := newClock()
	f := newFake("F")
	f.now = clk.Now
	f.info.Concurrency = 7
	f.info.Limits = []ti.Limit{{N: 4, Per: time.Minute}, {N: 50, Per: ti.Day}}
	c := open(t, ti.Options{Clock: clk, MaxWait: 10 * time.Minute}, f)
	res := lookup(t, c, publics(100))
	var done, limited int
	for _, r := range res {
		switch r.Status {
		case ti.OK:
			done++
		case ti.RateLimited:
			limited++
			assert.Contains(t, r.Reason, "beyond the quota (4 a minute, 4 left; 50 a day, 50 left)")
		}
	}
	assert.Equal(t, 100, done+limited)
	assert.Equal(t, 40, done, "4 at once, and 4 more in each of 9 spans of 61 s within 10 minutes")
	res = lookup(t, open(t, ti.Options{Clock: clk}, f), publics(1))
	assert.Equal(t, ti.OK, res[0].Status, "another client does not know")

	clk.add(time.Minute * 2)
	lookup(t, c, publics(200)[100:])
	assert.Equal(t, 51, f.count(), "the day's quota holds in the next call of one client")
	for n := 4; n < 40; n++ {
		assert.GreaterOrEqual(t, f.at[n].Sub(f.at[n-4]), time.Minute, n)
	}
	clk.add(ti.Day)
	assert.Equal(t, ti.OK, lookup(t, c, publics(300)[299:])[0].Status)
}

func TestImportantFirst(t *testing.T) {
	for _, budget := range []bool{true, false} {
		f, g := newFake("F"), newFake("G")
		f.info.Concurrency = 1
		o := ti.Options{Clock: newClock(), MaxWait: -1}
		if budget {
			o.Budget = 4
		} else {
			f.info.Limits, g.info.Limits = []ti.Limit{{N: 2, Per: ti.Day}}, []ti.Limit{{N: 2, Per: ti.Day}}
		}
		list := publics(20)
		list[7].Importance, list[13].Importance = 5, 9
		res := lookup(t, open(t, o, f, g), list)
		assert.Equal(t, []string{list[13].Value, list[7].Value}, f.got)
		assert.ElementsMatch(t, []string{list[13].Value, list[7].Value}, g.got)
		want, reason := ti.RateLimited, "beyond the quota (2 a day, 2 left)"
		if budget {
			want, reason = ti.NotSent, "the budget of 4 look-ups is used up"
		}
		assert.Equal(t, want, res[0].Status)
		assert.Equal(t, reason, res[0].Reason)
	}
}

func TestRetryAfter(t *testing.T) {
	clk := newClock()
	f := newFake("F")
	f.now = clk.Now
	f.info.Concurrency = 1
	n := 0
	f.say = func(ti.Indicator) (ti.Result, error) {
		if n++; n == 2 {
			return ti.Result{}, &ti.RateError{RetryAfter: 30 * time.Second}
		}
		return ti.Result{Status: ti.OK}, nil
	}
	for _, r := range lookup(t, open(t, ti.Options{Clock: clk}, f), publics(5)) {
		assert.Equal(t, ti.OK, r.Status)
	}
	assert.Equal(t, 6, f.count())
	assert.Equal(t, 30*time.Second, f.at[2].Sub(f.at[1]))
}

func TestLongBlockIsKept(t *testing.T) {
	clk := newClock()
	f := newFake("F")
	f.say = func(ti.Indicator) (ti.Result, error) {
		return ti.Result{}, &ti.RateError{RetryAfter: time.Hour, Err: errors.New("slow down")}
	}
	o := ti.Options{Clock: clk, CacheFile: t.TempDir() + "/ti.db"}
	for _, r := range lookup(t, open(t, o, f), publics(5)) {
		assert.Equal(t, ti.RateLimited, r.Status)
		assert.Contains(t, r.Reason, "free at 2026-11-23T10:00:00Z")
	}
	sent := f.count()
	assert.LessOrEqual(t, sent, 2, "no more than ran at once")
	c := open(t, o, f) // another run
	for _, r := range lookup(t, c, publics(5)) {
		assert.Equal(t, ti.RateLimited, r.Status)
		assert.Equal(t, "the provider wants no requests before 2026-11-23T10:00:00Z", r.Reason)
	}
	assert.Equal(t, sent, f.count())
	var text bytes.Buffer
	require.NoError(t, c.Plan(publics(5)).WriteText(&text))
	assert.Contains(t, text.String(), "none before 2026-11-23T10:00:00Z")
	clk.add(2 * time.Hour)
	f.say = nil
	assert.Equal(t, ti.OK, lookup(t, c, publics(5))[0].Status)
}

func TestProviderThatIsDown(t *testing.T) {
	var notes []string
	f := newFake("F")
	f.say = func(ti.Indicator) (ti.Result, error) {
		return ti.Result{}, &ti.TemporaryError{Err: errors.New("connection refused")}
	}
	c := open(t, ti.Options{Clock: newClock(), Note: func(s string) { notes = append(notes, s) }}, f)
	for _, r := range lookup(t, c, publics(1000)) {
		assert.Contains(t, []ti.Status{ti.QueryFailed, ti.NotSent}, r.Status)
		assert.Contains(t, r.Reason, "connection refused")
	}
	assert.LessOrEqual(t, f.count(), 10)
	require.Len(t, notes, 1)
	assert.Contains(t, notes[0], "F: not asked any more: ")
}

func TestOneBadIndicatorIsTriedAgainOnly(t *testing.T) {
	list := publics(50)
	f := newFake("F")
	f.say = func(i ti.Indicator) (ti.Result, error) {
		if i.Value == list[3].Value || i.Value == list[4].Value {
			return ti.Result{}, &ti.TemporaryError{Err: errors.New("500")}
		}
		return ti.Result{Status: ti.OK}, nil
	}
	var failed int
	for _, r := range lookup(t, open(t, ti.Options{Clock: newClock()}, f), list) {
		if r.Status != ti.OK {
			failed++
			assert.Equal(t, ti.QueryFailed, r.Status)
		}
	}
	assert.Equal(t, 2, failed)
	assert.Equal(t, 48+2*3, f.count())
}

func TestRefusedKey(t *testing.T) {
	f := newFake("F")
	f.say = func(ti.Indicator) (ti.Result, error) { return ti.Result{}, &ti.AuthError{Err: errors.New("401")} }
	res := lookup(t, open(t, ti.Options{Clock: newClock()}, f), publics(100))
	assert.LessOrEqual(t, f.count(), 2)
	var asked int
	for _, r := range res {
		if r.Status == ti.QueryFailed {
			asked++
			continue
		}
		assert.Equal(t, ti.NotSent, r.Status)
		assert.Equal(t, "not asked any more: the key was not accepted: 401", r.Reason)
	}
	assert.Equal(t, f.count(), asked)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFake("F")
	f.say = func(ti.Indicator) (ti.Result, error) {
		if f.count() == 10 {
			cancel()
		}
		return ti.Result{Status: ti.OK}, ctx.Err()
	}
	res, err := open(t, ti.Options{Clock: newClock()}, f).Lookup(ctx, publics(100))
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, res, 100)
	for _, r := range res {
		if r.Status != ti.OK {
			assert.Contains(t, r.Reason, "context canceled")
		}
	}
	assert.LessOrEqual(t, f.count(), 12)
}

func TestTimeout(t *testing.T) {
	slow := slowProvider{newFake("F")}
	res := lookup(t, open(t, ti.Options{Clock: newClock(), Timeout: 10 * time.Millisecond}, slow), publics(1))
	assert.Equal(t, ti.QueryFailed, res[0].Status)
	assert.Equal(t, "no answer within 10ms", res[0].Reason)
}

type slowProvider struct{ *fake }

func (s slowProvider) Lookup(ctx context.Context, i ti.Indicator) (ti.Result, error) {
	<-ctx.Done()
	return ti.Result{}, fmt.Errorf("get: %w", ctx.Err())
}

type batch struct{ *fake }

func (b batch) LookupBatch(ctx context.Context, list []ti.Indicator) ([]ti.Result, error) {
	b.mu.Lock()
	b.got = append(b.got, fmt.Sprint(len(list)))
	b.mu.Unlock()
	out := make([]ti.Result, len(list))
	for n, i := range list {
		out[n] = ti.Result{Status: ti.OK, Details: ti.Details{Description: i.Value}}
	}
	if len(list) == 3 {
		return out[:2], nil
	}
	return out, nil
}

func TestBatches(t *testing.T) {
	b := batch{newFake("F")}
	b.info.Batch = 100
	b.info.Limits = []ti.Limit{{N: 3, Per: ti.Day}}
	res := lookup(t, open(t, ti.Options{Clock: newClock()}, b), publics(450))
	for n, r := range res[:300] {
		assert.Equal(t, ti.OK, r.Status)
		assert.Equal(t, publics(450)[n].Value, r.Details.Description)
	}
	assert.Equal(t, ti.RateLimited, res[300].Status)
	assert.Equal(t, []string{"100", "100", "100"}, b.got)
	res = lookup(t, open(t, ti.Options{Clock: newClock()}, b), publics(3))
	assert.Equal(t, "2 answers to 3 questions", res[0].Reason)
}

func TestPlanText(t *testing.T) {
	f, l := newFake("VirusTotal"), newFake("Lists")
	l.info.Local = true
	f.info.Limits = []ti.Limit{{N: 4, Per: time.Minute}, {N: 500, Per: ti.Day}}
	c := open(t, ti.Options{Clock: newClock()}, f, l)
	p := c.Plan(append(publics(10), ti.Indicator{Type: ioc.IPv4, Value: "10.0.0.1"}, ti.Indicator{Type: ioc.DNS, Value: "web01"}, ti.Indicator{Type: ioc.CVE, Value: "CVE-2021-44228"}))
	var text bytes.Buffer
	require.NoError(t, p.WriteText(&text))
	assert.Equal(t, strings.TrimLeft(`
PROVIDER    GOES TO          SEND  CACHED  HELD BACK                            QUOTA LEFT                         TAKES
VirusTotal  VirusTotal.test  8     0       1 address, 1 internal_name, 2 quota  4 of 4 a minute, 500 of 500 a day  1m1s
Lists       (this machine)   0     0                                                                               
`, "\n"), text.String())
	assert.Equal(t, 8, p.Sends())
	assert.Zero(t, f.count())
	_, err := c.Do(t.Context(), p)
	require.NoError(t, err)
	assert.Equal(t, 8, f.count(), "what was planned is what is sent")
}

func TestIndicators(t *testing.T) {
	list := ti.Indicators("GET hxxp://evil[.]ru/x.sh from 8.8.8.8 and 8.8.8.8")
	assert.Equal(t, []ti.Indicator{{Type: ioc.URL, Value: "http://evil.ru/x.sh"}, {Type: ioc.DNS, Value: "evil.ru"}, {Type: ioc.IPv4, Value: "8.8.8.8"}}, list)
}

func TestOffline(t *testing.T) {
	f := newFake("F")
	o := ti.Options{Clock: newClock(), CacheFile: t.TempDir() + "/ti.db"}
	lookup(t, open(t, o, f), publics(1))
	o.Policy.Offline = true
	res := lookup(t, open(t, o, f), publics(2))
	assert.True(t, res[0].Cached)
	assert.Equal(t, ti.NotSent, res[1].Status)
	assert.Equal(t, "offline", res[1].Reason)
	assert.Equal(t, 1, f.count())
}

func TestProviderThatMakesNoSense(t *testing.T) {
	f := newFake("F")
	f.say = func(ti.Indicator) (ti.Result, error) { return ti.Result{}, errors.New("not JSON") }
	res := lookup(t, open(t, ti.Options{Clock: newClock()}, f), publics(1000))
	assert.LessOrEqual(t, f.count(), 6)
	assert.Contains(t, res[999].Reason, "5 failures in a row, the last: not JSON")
}
