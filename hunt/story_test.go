package hunt

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// sig makes a signal named for its text, at a second.
func sig(text string, second int, severity Severity, keys, owns string) *signal {
	return &signal{
		text: text, time: time.Unix(int64(second), 0), severity: severity, raised: severity,
		keys: strings.Fields(keys), owns: strings.Fields(owns),
	}
}

func told(list []*story) []string {
	var out []string
	for _, st := range list {
		var names []string
		for _, s := range st.signals {
			names = append(names, s.text)
		}
		out = append(out, strings.Join(names, " "))
	}
	return out
}

func TestStories(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   []*signal
		want []string
	}{
		{"strong ones join by a key", []*signal{
			sig("a", 1, SeverityHigh, "session:1", ""), sig("b", 2, SeverityMedium, "session:1 url:x", ""), sig("c", 3, SeverityMedium, "url:x", ""), sig("d", 4, SeverityHigh, "session:2", ""),
		}, []string{"a b c", "d"}},
		{"weak ones do not join each other", []*signal{
			sig("a", 1, SeverityLow, "addr:1", "addr:1"), sig("b", 2, SeverityLow, "addr:1", ""),
		}, []string{"a", "b"}},
		{"a strong one draws what it owns, and what that owns", []*signal{
			sig("guess", 1, SeverityLow, "addr:1", ""), sig("entry", 2, SeverityHigh, "session:1", "session:1 addr:1"), sig("made", 3, SeverityLow, "session:1", "account:x"),
			sig("again", 4, SeverityInfo, "account:x", "session:2 addr:2"), sig("there", 5, SeverityInfo, "session:2", ""), sig("probe", 6, SeverityInfo, "addr:2", ""), sig("other", 7, SeverityLow, "session:9", ""),
		}, []string{"guess entry made again there probe", "other"}},
		{"medium draws nothing", []*signal{
			sig("m", 1, SeverityMedium, "session:1", "session:1"), sig("i", 2, SeverityInfo, "session:1", ""),
		}, []string{"m"}},
		{"a story swallows one that it comes to own", []*signal{
			sig("entry", 1, SeverityHigh, "session:1", "session:1"), sig("made", 2, SeverityLow, "session:1", "account:x"),
			sig("logon", 3, SeverityLow, "account:x", "session:2"), sig("risky", 4, SeverityMedium, "session:2", ""), sig("far", 5, SeverityMedium, "session:3", ""),
		}, []string{"entry made logon risky", "far"}},
		{"info alone is no story", []*signal{sig("i", 1, SeverityInfo, "session:1", "")}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.want, told(stories(tc.in)))
		})
	}
}

// TestStoriesKeepEverySignalOnce joins at random and looks that nothing is lost
// or told twice, and that the order of the input does not matter.
func TestStoriesKeepEverySignalOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	severities := []Severity{SeverityInfo, SeverityLow, SeverityMedium, SeverityHigh}
	for range 300 {
		var all []*signal
		for i := range 40 {
			key := func() string { return fmt.Sprintf("k:%d ", r.IntN(25)) }
			owns := ""
			if r.IntN(3) == 0 {
				owns = key()
			}
			all = append(all, sig(fmt.Sprintf("s%02d", i), r.IntN(20), severities[r.IntN(4)], key()+key(), owns))
		}
		one := told(stories(slices.Clone(all)))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		two := told(stories(slices.Clone(all)))
		assert.Equal(t, one, two)
		seen := map[string]int{}
		for name := range strings.FieldsSeq(strings.Join(one, " ")) {
			seen[name]++
		}
		for _, s := range all {
			want := 1
			if s.severity == SeverityInfo && seen[s.text] == 0 {
				want = 0
			}
			assert.Equal(t, want, seen[s.text], s.text)
		}
	}
}

func TestActsAreToldApart(t *testing.T) {
	assert.Equal(t, "sh -c echo a > b", plain(`sh -c 'echo "a" > b'`))
	assert.Equal(t, `""`, quoteName(""))
	assert.Equal(t, `svc-1`, quoteName("svc-1"))
	assert.Equal(t, `"a b"`, quoteName("a b"))
	assert.Equal(t, `"\x1b[2J"`, quoteName("\x1b[2J"))
	assert.Equal(t, "a, b, c, d, e, f and 1 more", list(strings.Split("abcdefg", "")))
}

// An address belongs to an intruder for a time, and what the accounts do that
// came from there before is theirs.
func TestStoriesShareAddresses(t *testing.T) {
	const day = 24 * 3600
	from := netip.MustParseAddr("192.0.2.1")
	logon := func(text, account string, second int) *signal {
		s := sig(text, second, SeverityInfo, "addr:1", "")
		s.rule, s.role, s.account, s.addr = ruleLogon, roleContext, account, from
		return s
	}
	guess := sig("guess", 2*day, SeverityLow, "addr:1", "")
	guess.end = time.Unix(10*day, 0)
	got := told(stories([]*signal{
		logon("first", "alice", 0),
		guess,
		sig("entry", 10*day, SeverityHigh, "addr:1", "addr:1"),
		logon("usual", "alice", 10*day+60),
		logon("new", "bob", 10*day+90),
		sig("next", 11*day, SeverityLow, "addr:1", ""),
		sig("later", 30*day, SeverityHigh, "addr:1", "addr:1"),
		sig("late", 30*day+1, SeverityLow, "addr:1", ""),
	}))
	assert.Equal(t, []string{"guess entry new next", "later late"}, got)
}

// busy is signals as a dense log gives them: many sessions of few accounts, the
// same commands everywhere, a few break-ins.
func busy(n int) []*signal {
	out := make([]*signal, 0, n)
	for i := 0; len(out) < n; i++ {
		id := fmt.Sprintf("S%d", i)
		user := fmt.Sprintf("user%d", i%50)
		from := netip.AddrFrom4([4]byte{10, 0, byte(i % 7), byte(i % 50)})
		s := sig("logon "+id, 3*i, SeverityInfo, "session:"+id+" "+addrKey(from), "session:"+id)
		s.rule, s.role, s.stage, s.account, s.session, s.addr = ruleLogon, roleContext, StageAccess, user, id, from
		if i%500 == 499 {
			s.severity, s.role, s.rule = SeverityHigh, roleEntry, ruleGuessedWay
			s.owns = append(s.owns, addrKey(from))
		}
		out = append(out, s)
		for k, what := range []string{"url:http://192.0.2.1/x", "file:/root/.ssh/authorized_keys"} {
			a := sig("act "+id, 3*i+1+k, SeverityMedium, "session:"+id+" "+what, "")
			a.rule, a.session, a.object = ruleCommand, id, what
			if i%3 == 0 {
				a.severity = SeverityHigh
				a.owns = append(a.owns, "session:"+id)
			}
			out = append(out, a)
		}
	}
	return out
}

func TestManySignalsAreNoOneStory(t *testing.T) {
	list := stories(busy(30_000))
	most := 0
	for _, st := range list {
		most = max(most, len(st.signals))
	}
	assert.Less(t, most, 300)
	assert.Greater(t, len(list), 5_000)
}

func BenchmarkStories(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			all := busy(n)
			b.ReportAllocs()
			for b.Loop() {
				for _, st := range stories(slices.Clone(all)) {
					st.condense()
				}
			}
		})
	}
}
