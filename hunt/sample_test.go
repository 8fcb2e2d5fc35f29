package hunt_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"math"
	"net/netip"
	"os"
	"path"
	"path/filepath"
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
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/sample"
)

// deed is a line of truth.jsonl: what was really done.
type deed struct {
	TS     json.Number `json:"ts"`
	What   string      `json:"what"`
	User   string      `json:"user"`
	Src    string      `json:"src"`
	Detail string      `json:"detail"`
	at     time.Time
}

// truth reads what was done to the sample's host. Lines whose source is no
// address are of names that the ssh client itself refused to send.
func truth(t *testing.T) []deed {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "sample", "truth.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	var out []deed
	for s := bufio.NewScanner(f); s.Scan(); {
		var d deed
		require.NoError(t, json.Unmarshal(s.Bytes(), &d))
		if _, err := netip.ParseAddr(d.Src); err != nil {
			continue
		}
		sec, err := d.TS.Float64()
		require.NoError(t, err)
		whole, frac := math.Modf(sec)
		d.at = time.Unix(int64(whole), int64(frac*1e9)).UTC()
		out = append(out, d)
	}
	require.NotEmpty(t, out)
	return out
}

// players reads scenario.txt: who is who.
func players(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "sample", "scenario.txt"))
	require.NoError(t, err)
	out := map[string]string{}
	for pair := range strings.FieldsSeq(string(b)) {
		name, value, ok := strings.Cut(pair, "=")
		require.True(t, ok)
		out[name] = value
	}
	return out
}

func open(t testing.TB, fsys fs.FS) *logdir.Dir {
	t.Helper()
	dir, err := logdir.OpenFS(fsys, logdir.Options{})
	require.NoError(t, err)
	return dir
}

func investigate(t testing.TB, src hunt.Source, o hunt.Options) *hunt.Investigation {
	t.Helper()
	inv, err := hunt.Investigate(t.Context(), src, o)
	require.NoError(t, err)
	return inv
}

func onSample(t testing.TB) *hunt.Investigation {
	return investigate(t, open(t, sample.FS()), hunt.Options{})
}

type logon struct {
	user, source string
	success      bool
}

func TestEveryLogonOfTheTruthAndNoOther(t *testing.T) {
	want := map[logon]int{}
	deeds := truth(t)
	for _, d := range deeds {
		switch {
		case strings.HasPrefix(d.What, "ssh_") && strings.HasSuffix(d.What, "_attempt"):
			want[logon{d.User, d.Src, true}]++
		case d.What == "ssh_failed":
			want[logon{d.User, d.Src, true}]--
			want[logon{d.User, d.Src, false}]++
		}
	}
	for k, n := range want {
		if n == 0 {
			delete(want, k)
		}
	}
	got := map[logon]int{}
	for _, try := range onSample(t).Logons.Tries {
		if try.Program == "sshd" {
			got[logon{try.User, try.Source, try.Success}] += try.Count
		}
	}
	assert.Equal(t, want, got)
}

func TestEverySessionOfTheTruthAndNoOther(t *testing.T) {
	inv := onSample(t)
	type stay struct {
		user, source string
		from         time.Time
	}
	var want []stay
	deeds := truth(t)
	for i, d := range deeds {
		if !strings.HasSuffix(d.What, "_attempt") {
			continue
		}
		failed := slices.ContainsFunc(deeds[i+1:min(i+2, len(deeds))], func(n deed) bool { return n.What == "ssh_failed" && n.User == d.User })
		if !failed {
			want = append(want, stay{d.User, d.Src, d.at})
		}
	}
	require.Len(t, inv.Sessions, len(want))
	for i, s := range inv.Sessions {
		assert.Equal(t, want[i].user, s.User, s.ID)
		assert.Equal(t, want[i].source, s.Source, s.ID)
		assert.WithinDuration(t, want[i].from, s.Start, time.Second, s.ID)
		assert.Equal(t, "closed", s.EndReason, s.ID)
		assert.NotEmpty(t, s.AuditSession, s.ID)
		assert.Equal(t, []string{"auth.log", "audit/audit.log"}, s.SeenBy(), s.ID)
	}
	// the truth notes when each client was gone; one was noted late, as it ran on its own
	var ended []deed
	for _, d := range deeds {
		if d.What == "ssh_ended" {
			ended = append(ended, d)
		}
	}
	require.Len(t, ended, len(want))
	for _, s := range inv.Sessions {
		if s.Method == "publickey" {
			assert.True(t, slices.ContainsFunc(ended, func(d deed) bool { return d.Detail == "publickey" && s.End.Before(d.at) }))
			continue
		}
		assert.True(t, slices.ContainsFunc(ended, func(d deed) bool {
			return d.User == s.User && d.Detail != "publickey" && d.at.Sub(s.End).Abs() < time.Second
		}), "%s ended at %s", s.ID, s.End)
	}
}

func TestEverySudoCommandOfTheTruthAndNoOther(t *testing.T) {
	type run struct {
		user, program, result string
	}
	var want []run
	sudo := regexp.MustCompile(`sudo -S -p '' ([^ ;]+)`)
	for _, d := range truth(t) {
		if !strings.HasSuffix(d.What, "_attempt") {
			continue
		}
		for _, m := range sudo.FindAllStringSubmatch(d.Detail, -1) {
			r := run{d.User, path.Base(m[1]), "success"}
			if m[1] == "-l" { // sudo logs the asking for a list as this word; its password was wrong
				r.program, r.result = "list", "fail"
			}
			want = append(want, r)
		}
	}
	inv := onSample(t)
	var got []run
	for _, c := range inv.Sudo {
		got = append(got, run{c.User, path.Base(strings.Fields(c.Text)[0]), c.Result})
		require.NotEmpty(t, c.Session)
		assert.Equal(t, c.User, inv.Detail(c.Session).Session.User, "it ran in a session of who ran it")
	}
	assert.Equal(t, want, got)
}

func TestEveryAccountChangeOfTheTruthAndNoOther(t *testing.T) {
	who := players(t)
	inv := onSample(t)
	type change struct{ kind, what, account, group, by string }
	var got []change
	for _, c := range inv.Changes {
		by := c.By
		if s := inv.Detail(c.Session).Session; s.ID != "" {
			by = "in a session of " + s.User
		}
		got = append(got, change{c.Kind, c.What, c.Account, c.Group, by})
	}
	assert.ElementsMatch(t, []change{
		{"user_add", "", who["BACK"], "", "in a session of " + who["VICTIM"]},
		{"group_add", "", "", who["BACK"], "in a session of " + who["VICTIM"]}, // useradd makes it along
		{"user_modify", "group", who["BACK"], "sudo", "in a session of " + who["VICTIM"]},
		{"user_modify", "password", who["BACK"], "", "root"}, // by the capture itself, outside of any session
		{"group_add", "", "", "lab", "in a session of root"},
		{"group_delete", "", "", "lab", "in a session of root"},
	}, got)
	// the truth's userdel is not among them: it failed, as audit tells
}

func TestTheBreakInIsTheTopFinding(t *testing.T) {
	who := players(t)
	inv := onSample(t)
	require.NotEmpty(t, inv.Findings)
	top := inv.Findings[0]
	assert.Equal(t, hunt.SeverityCritical, top.Severity)
	for _, name := range []string{"ATT1", "VICTIM"} {
		assert.Contains(t, top.Title, who[name])
	}
	readable(t, &top)
	story := top.Summary
	for _, s := range top.Steps {
		story += "\n" + s.Text + "\n" + s.Detail
		assert.NotEmpty(t, s.Refs, s.Text)
		assert.NotEqual(t, who["ADMIP"], s.Text)
	}
	for _, must := range []string{
		who["ATT1"], who["ATT2"], who["C2"], who["VICTIM"], who["BACK"],
		"http://" + who["C2"] + ":8000/i.sh", who["C2"] + ":4444", "/root/.ssh/authorized_keys", "/etc/cron.d/upd", "group sudo",
	} {
		assert.Contains(t, story, must)
		if must != who["VICTIM"] {
			assert.Contains(t, top.Summary, must, "the summary alone tells it")
		}
	}
	assert.ElementsMatch(t, []string{who["VICTIM"], who["BACK"], "root"}, top.Accounts)
	assert.ElementsMatch(t, []hunt.Hypothesis{hunt.StolenCredentials, hunt.AccountMisuse, hunt.RemoteControl}, top.Hypotheses)
	for _, must := range []string{"T1110.001", "T1136.001", "T1098.004", "T1053.003", "T1105"} {
		assert.Contains(t, top.Techniques, must)
	}
	assert.True(t, slices.IsSortedFunc(top.Steps, func(a, b hunt.Step) int { return a.Time.Compare(b.Time) }))

	told := map[string]int{}
	for _, s := range top.Steps {
		told[s.Text+s.Time.String()]++
	}
	for text, n := range told {
		assert.Equal(t, 1, n, text)
	}
	first := func(word string) int {
		return slices.IndexFunc(top.Steps, func(s hunt.Step) bool { return strings.Contains(s.Text, word) })
	}
	assert.Less(t, first("/root/.ssh/authorized_keys"), first("/etc/cron.d/upd"), "a shell that was given it all at once does not tell the last act first")

	// the order of what was done
	order := []string{"guessed passwords", "got in as " + who["VICTIM"], "i.sh", "account " + who["BACK"] + " was made", "group sudo", "authorized_keys", "/etc/cron.d/upd", who["C2"] + ":4444", who["BACK"] + " logged on from " + who["ATT2"], "root logged on from " + who["ATT1"], "by cron as root"}
	at := 0
	for _, s := range top.Steps {
		if at < len(order) && strings.Contains(s.Text, order[at]) {
			at++
		}
	}
	assert.Equal(t, len(order), at, "missing in order: %v", order[min(at, len(order)-1)])
}

func TestOrdinaryWorkIsQuiet(t *testing.T) {
	who := players(t)
	inv := onSample(t)
	for _, f := range inv.Findings {
		if f.Severity.Compare(hunt.SeverityLow) <= 0 {
			continue
		}
		assert.NotContains(t, f.Accounts, who["ADMIN"])
		assert.NotContains(t, f.Addresses, netip.MustParseAddr(who["ADMIP"]))
		assert.NotContains(t, f.Summary, who["ADMIN"])
	}
	for _, s := range inv.Sessions {
		if s.User == who["ADMIN"] {
			assert.Empty(t, s.Flags)
		}
	}
	states := map[string]string{}
	for _, u := range inv.Users {
		states[u.Name] = u.State
	}
	assert.Equal(t, map[string]string{
		who["ADMIN"]: "used", who["VICTIM"]: "taken", who["BACK"]: "planted", "root": "taken",
		"postgres": "attacked", "admin": "guessed", "test": "guessed", "ubuntu": "guessed",
	}, states)
}

func TestHypothesesOfTheSample(t *testing.T) {
	inv := onSample(t)
	got := map[hunt.Hypothesis]hunt.Answer{}
	for _, v := range inv.Hypotheses {
		got[v.Hypothesis] = v.Answer
		assert.NotEmpty(t, v.Why)
	}
	assert.Equal(t, map[hunt.Hypothesis]hunt.Answer{
		hunt.StolenCredentials: hunt.Supported, hunt.AccountMisuse: hunt.Supported, hunt.RemoteControl: hunt.Supported,
		hunt.HijackedApp: hunt.CannotTell, // the audit rules of the host leave out what no one logged on for
	}, got)
}

func TestEvidenceReadsBackToTheBytes(t *testing.T) {
	inv := onSample(t)
	raw := map[evidence.Ref][]byte{}
	for _, l := range inv.Evidence {
		raw[l.Ref] = l.Bytes()
	}
	cited := 0
	check := func(refs []evidence.Ref) {
		for _, r := range refs {
			cited++
			file, err := fs.ReadFile(sample.FS(), r.File)
			require.NoError(t, err)
			require.LessOrEqual(t, r.Offset+int64(r.Length), int64(len(file)))
			want := file[r.Offset : r.Offset+int64(r.Length)]
			assert.Equal(t, string(want), string(raw[r]), r)
			if r.Line == 0 { // a binary record
				continue
			}
			assert.Equal(t, int64(bytes.Count(file[:r.Offset], []byte("\n"))+1), r.Line, r)
			assert.Equal(t, byte('\n'), file[r.Offset+int64(r.Length)], r)
		}
	}
	for _, f := range inv.Findings {
		check(f.Refs)
		for _, s := range f.Steps {
			check(s.Refs)
		}
	}
	for _, s := range inv.Sessions {
		check(s.Refs)
	}
	assert.Greater(t, cited, 200)
}

func TestJSONRoundTrip(t *testing.T) {
	inv := onSample(t)
	b, err := json.Marshal(inv)
	require.NoError(t, err)
	var back hunt.Investigation
	require.NoError(t, json.Unmarshal(b, &back))
	if !reflect.DeepEqual(inv, &back) {
		again, err := json.Marshal(&back)
		require.NoError(t, err)
		require.Equal(t, string(b[:min(len(b), 2000)]), string(again[:min(len(again), 2000)]))
		t.Fatal("the JSON is the same, but what it gives is not: an empty list became none")
	}
}

func TestTheSameEveryTime(t *testing.T) {
	want, err := json.Marshal(onSample(t))
	require.NoError(t, err)
	for range 5 {
		got, err := json.Marshal(onSample(t))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
}

// TestCopiesOfTheLogsChangeNothing hunts in a folder that holds the same lines
// in five forms: each act must still be found once.
func TestCopiesOfTheLogsChangeNothing(t *testing.T) {
	dir, err := logdir.Open(sharedtest.Dir(t, "corpus/host-a"), logdir.Options{})
	require.NoError(t, err)
	all, one := investigate(t, dir, hunt.Options{}), onSample(t)
	assert.Equal(t, one.Logons.Attempts, all.Logons.Attempts)
	assert.Equal(t, one.Logons.Failed, all.Logons.Failed)
	assert.Equal(t, one.Logons.Probes, all.Logons.Probes)
	assert.Len(t, all.Sudo, len(one.Sudo))
	assert.Len(t, all.Changes, len(one.Changes))
	require.Len(t, all.Sessions, len(one.Sessions))
	for i, s := range all.Sessions {
		o := one.Sessions[i]
		assert.Equal(t, []string{o.User, o.Source, o.Method, o.AuditSession, o.EndReason}, []string{s.User, s.Source, s.Method, s.AuditSession, s.EndReason})
		assert.WithinDuration(t, o.Start, s.Start, 100*time.Millisecond)
		assert.WithinDuration(t, o.End, s.End, 100*time.Millisecond)
	}
	require.Len(t, all.Findings, len(one.Findings))
	assert.Equal(t, one.Findings[0].Title, all.Findings[0].Title)
	assert.Len(t, all.Findings[0].Steps, len(one.Findings[0].Steps))
}

// TestNothingOfTheSampleIsInTheCode guards against answers that are written
// down instead of found.
func TestNothingOfTheSampleIsInTheCode(t *testing.T) {
	who := players(t)
	words := []string{who["BACK"], who["ADMIP"], who["ATT1"], who["ATT2"], who["C2"], "i.sh", "cron.d/upd", "Passw0rd"}
	var files int
	require.NoError(t, filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch base := d.Name(); {
		case d.IsDir():
			if base == "testdata" || base == ".git" || base == "out" || base == "log" && filepath.Base(filepath.Dir(name)) == "sample" {
				return fs.SkipDir
			}
			return nil
		case strings.HasSuffix(base, "_test.go"), !slices.Contains([]string{".go", ".yaml", ".json", ".tmpl", ".js"}, filepath.Ext(base)):
			return nil
		}
		text, err := os.ReadFile(name)
		files++
		for _, w := range words {
			found := regexp.MustCompile(`(^|[^0-9A-Za-z.-])` + regexp.QuoteMeta(w) + `($|[^0-9A-Za-z-])`).Match(text)
			assert.False(t, found, "%s in %s", w, name)
		}
		return err
	}))
	assert.Greater(t, files, 50)
}

// TestLoginRecordsAreAWitness: btmp has what the log has, and goes on after it.
func TestLoginRecordsAreAWitness(t *testing.T) {
	notes := strings.Join(onSample(t).Coverage.Notes, "\n")
	assert.Contains(t, notes, "32 records of failed logons in btmp agree with the log")
	assert.Contains(t, notes, "16 records of failed logons in btmp are from times that the log does not reach, the first at 2026-11-23T08:29:12Z")
	assert.NotContains(t, notes, "have no line in the log")

	// a log from which a source's failures were cut out
	fsys := pick("auth.log", "syslog", "btmp")
	for _, name := range []string{"auth.log", "syslog"} {
		var kept []string
		for line := range strings.Lines(string(fsys[name].Data)) {
			if !strings.Contains(line, players(t)["ATT2"]) {
				kept = append(kept, line)
			}
		}
		fsys[name].Data = []byte(strings.Join(kept, ""))
	}
	notes = strings.Join(investigate(t, open(t, fsys), hunt.Options{}).Coverage.Notes, "\n")
	assert.Regexp(t, `records of failed logons in btmp have no line in the log of the same time, the first at 2026-11-23T08:27:\d\dZ from `+regexp.QuoteMeta(players(t)["ATT2"]), notes)
}

// TestForksAreNoRuns: what a process ran counts once, however often it forked.
func TestForksAreNoRuns(t *testing.T) {
	t.Parallel()
	inv := onSample(t)
	runs := map[string]int{}
	for _, a := range inv.Applications {
		for _, r := range a.Risky {
			if a.Program == "useradd" {
				runs[r.Text]++
			}
		}
	}
	require.NotEmpty(t, runs)
	for text, n := range runs {
		assert.Equal(t, 1, n, text)
	}
}

func TestStepsCiteEachLineOnce(t *testing.T) {
	inv := investigate(t, open(t, sample.FS()), hunt.Options{})
	for i := range inv.Findings {
		for _, s := range inv.Findings[i].Steps {
			seen := map[evidence.Ref]bool{}
			for _, r := range s.Refs {
				assert.False(t, seen[r], "%s: %s cites %v twice", inv.Findings[i].ID, s.Text, r)
				seen[r] = true
			}
		}
	}
}
