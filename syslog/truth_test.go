package syslog_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/syslog"
)

var (
	truthLines = flag.Int("truth.lines", 4000, "lines of each generated log")
	truthSeeds = flag.Int("truth.seeds", 2, "how many seeds to generate")
	truthFirst = flag.Int("truth.seed", 9001, "the first seed")
)

// trueSession is a row of the truth file; times are Unix seconds.
type trueSession struct {
	Kind     string   `json:"kind"`
	User     string   `json:"user"`
	By       string   `json:"by"`
	PID      *int     `json:"pid"`
	Start    float64  `json:"start"`
	End      *float64 `json:"end"`
	SourceIP string   `json:"source_ip"`
	Why      string   `json:"end_reason"`
}

// score counts how many of the sessions found are true, by (kind, user, by,
// pid, source, start, end, reason).
type score struct{ truth, found, right int }

func (s score) String() string {
	return fmt.Sprintf("%d true, %d found, %d right: precision %.5f, recall %.5f", s.truth, s.found, s.right,
		float64(s.right)/float64(max(1, s.found)), float64(s.right)/float64(max(1, s.truth)))
}

func (s *score) add(o score) { s.truth += o.truth; s.found += o.found; s.right += o.right }

type sessionKey struct {
	kind, user, by, source, why string
	pid                         int
	start, end                  int64 // microseconds; -1 for none
}

func micros(sec float64) int64 { return int64(math.Round(sec * 1e6)) }

func (s trueSession) key() sessionKey {
	k := sessionKey{kind: s.Kind, user: s.User, by: s.By, source: s.SourceIP, why: s.Why, start: micros(s.Start), end: -1}
	if s.PID != nil {
		k.pid = *s.PID
	}
	if s.End != nil {
		k.end = micros(*s.End)
	}
	return k
}

func foundKey(s *syslog.Session) sessionKey {
	k := sessionKey{kind: s.Kind, user: s.User, by: s.By, why: string(s.EndReason), pid: s.PID, start: s.Start.UnixMicro(), end: -1}
	if s.Source.IsValid() {
		k.source = s.Source.String()
	}
	if !s.End.IsZero() {
		k.end = s.End.UnixMicro()
	}
	return k
}

// compare scores found against truth. The generator rounds the microseconds
// of the truth and cuts those of the log, so that one more or less is equal.
func compare(truth []trueSession, found []syslog.Session) score {
	left := make(map[sessionKey]int)
	for _, s := range truth {
		left[s.key()]++
	}
	sc := score{truth: len(truth), found: len(found)}
	for i := range found {
		k := foundKey(&found[i])
		for n := range int64(9) {
			near := k
			near.start += n/3 - 1
			if near.end >= 0 {
				near.end += n%3 - 1
			}
			if left[near] > 0 {
				left[near]--
				sc.right++
				break
			}
		}
	}
	return sc
}

// generate writes a log with known sessions and reads both.
func generate(t testing.TB, python, gen string, seed int, format string) ([]syslog.Event, []trueSession) {
	t.Helper()
	truthFile := filepath.Join(t.TempDir(), "truth.jsonl")
	cmd := exec.Command(python, gen, "--lines", strconv.Itoa(*truthLines), "--seed", strconv.Itoa(seed), "--format", format, "--truth", truthFile)
	cmd.Stderr = os.Stderr
	log, err := cmd.Output()
	require.NoError(t, err)
	data, err := os.ReadFile(truthFile)
	require.NoError(t, err)
	var truth []trueSession
	for sc := bufio.NewScanner(bytes.NewReader(data)); sc.Scan(); {
		var s trueSession
		require.NoError(t, json.Unmarshal(sc.Bytes(), &s))
		truth = append(truth, s)
	}
	return parseAll(t, log, syslog.Options{Name: "auth.log", Year: 2026}), truth
}

func parseAll(t testing.TB, log []byte, o syslog.Options) []syslog.Event {
	t.Helper()
	var events []syslog.Event
	for rec, err := range syslog.NewReader(bytes.NewReader(log), o).All() {
		require.NoError(t, err)
		if e, ok := syslog.Parse(rec); ok {
			events = append(events, e)
		}
	}
	return events
}

// byTimeAlone is how msticpy pairs: two counters walk the opens and the
// closes, each in order of time, without a look at user or process.
func byTimeAlone(events []syslog.Event) (pairs [][2]time.Time) {
	var opens, closes []time.Time
	for _, e := range events {
		switch {
		case e.Program != "sshd" || e.Module != "pam_unix":
		case e.Kind == syslog.KindSessionOpen:
			opens = append(opens, e.Time)
		case e.Kind == syslog.KindSessionClose:
			closes = append(closes, e.Time)
		}
	}
	var last time.Time
	for o, c := 0, 0; o < len(opens) && c < len(closes); {
		switch {
		case len(pairs) > 0 && !opens[o].After(last):
			o++
		case closes[c].Before(opens[o]):
			c++
		default:
			pairs = append(pairs, [2]time.Time{opens[o], closes[c]})
			last = closes[c]
			o++
			c++
		}
	}
	return pairs
}

// TestTruth joins generated logs whose sessions are known. Without pids (sudo
// in RFC 3164) which of several closes is whose is not in the log: those
// sessions are scored apart, and only what is in the log is asked of them.
//
// For the full size: go test ./syslog -run TestTruth -v -truth.lines 200000 -truth.seeds 10
func TestTruth(t *testing.T) {
	gen := sharedtest.Dir(t, "bench/gen_auth.py")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 to run the generator with")
	}
	for _, format := range []string{"iso", "rfc3164"} {
		t.Run(format, func(t *testing.T) {
			var withPID, without, peer score
			for seed := *truthFirst; seed < *truthFirst+*truthSeeds; seed++ {
				events, truth := generate(t, python, gen, seed, format)
				found := syslog.Sessions(slices.Values(events))
				found = slices.DeleteFunc(found, func(s syslog.Session) bool { return s.NoStart }) // the truth has none of them
				noPID := func(s syslog.Session) bool { return s.PID == 0 }
				trueNoPID := func(s trueSession) bool { return s.PID == nil }
				withPID.add(compare(slices.DeleteFunc(slices.Clone(truth), trueNoPID), slices.DeleteFunc(slices.Clone(found), noPID)))

				truth0 := slices.DeleteFunc(slices.Clone(truth), func(s trueSession) bool { return s.PID != nil })
				found0 := slices.DeleteFunc(slices.Clone(found), func(s syslog.Session) bool { return s.PID != 0 })
				without.add(compare(truth0, found0))
				checkUnpaired(t, truth0, found0)
				peer.add(scorePeer(truth, byTimeAlone(events)))
			}
			t.Logf("with pid: %v", withPID)
			t.Logf("without pid: %v", without)
			t.Logf("sshd by time alone, as msticpy does: %v", peer)
			assert.Equal(t, withPID.truth, withPID.right)
			assert.Equal(t, withPID.found, withPID.right)
		})
	}
}

// checkUnpaired asks of sessions without pid what the log holds: how many, who
// opened each and when, the times of the closes and how many they are.
func checkUnpaired(t *testing.T, truth []trueSession, found []syslog.Session) {
	t.Helper()
	var a, b, aEnd, bEnd []string
	for _, s := range truth {
		k := s.key()
		a = append(a, fmt.Sprint(k.start, k.user, k.by))
		aEnd = append(aEnd, fmt.Sprint(k.end, k.why))
	}
	for i := range found {
		k := foundKey(&found[i])
		b = append(b, fmt.Sprint(k.start, k.user, k.by))
		bEnd = append(bEnd, fmt.Sprint(k.end, k.why))
		if k.why == "closed" {
			assert.NotZero(t, found[i].Inferred&syslog.InferredPair)
		}
	}
	for _, s := range [][]string{a, b, aEnd, bEnd} {
		slices.Sort(s)
	}
	assert.Equal(t, a, b)
	assert.Equal(t, aEnd, bEnd)
}

// scorePeer counts the pairs whose start and end are those of an sshd session
// that closed.
func scorePeer(truth []trueSession, pairs [][2]time.Time) score {
	sc := score{found: len(pairs)}
	left := make(map[[2]int64]int)
	for _, s := range truth {
		if s.Kind == "sshd" {
			sc.truth++
		}
		if s.Kind == "sshd" && s.Why == "closed" {
			left[[2]int64{micros(s.Start), micros(*s.End)}]++
		}
	}
	for _, p := range pairs {
		for n := range int64(9) {
			k := [2]int64{p[0].UnixMicro() + n/3 - 1, p[1].UnixMicro() + n%3 - 1}
			if left[k] > 0 {
				left[k]--
				sc.right++
				break
			}
		}
	}
	return sc
}
