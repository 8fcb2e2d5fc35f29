package ti_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"github.com/tuxtrail/tuxtrail/ti"
)

func TestLifetimes(t *testing.T) {
	clk := newClock()
	path := filepath.Join(t.TempDir(), "deep", "ti.db")
	f := newFake("F")
	f.info.Lifetime, f.info.NoDataLifetime = 10*time.Hour, 2*time.Hour
	f.say = func(i ti.Indicator) (ti.Result, error) {
		if i.Value == "8.1.0.1" {
			return ti.Result{Status: ti.NoData}, nil
		}
		return ti.Result{Severity: ti.High, Details: ti.Details{More: map[string]any{"n": 5}}}, nil
	}
	ask := func(o ti.Options) []ti.Result {
		o.Clock, o.CacheFile = clk, path
		return lookup(t, open(t, o, f), publics(2))
	}
	res := ask(ti.Options{})
	assert.False(t, res[0].Cached)
	clk.add(90 * time.Minute)
	res = ask(ti.Options{})
	assert.True(t, res[0].Cached)
	assert.Equal(t, ti.Seconds(90*time.Minute), res[0].Age)
	assert.Equal(t, ti.High, res[0].Severity)
	assert.Equal(t, ti.NoData, res[1].Status)
	assert.True(t, res[1].Cached)
	assert.Equal(t, 2, f.count())
	clk.add(time.Hour)
	res = ask(ti.Options{})
	assert.True(t, res[0].Cached)
	assert.False(t, res[1].Cached, "what is not known is asked again sooner")
	res = ask(ti.Options{Refresh: true})
	assert.False(t, res[0].Cached)
	assert.Equal(t, 5, f.count())
	clk.add(11 * time.Hour)
	assert.False(t, ask(ti.Options{})[0].Cached)
	clk.add(-20 * time.Hour)
	assert.False(t, ask(ti.Options{})[0].Cached, "an answer from the future is none")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := filepath.Glob(path + ".new*")
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestCacheIsBounded(t *testing.T) {
	clk := newClock()
	path := filepath.Join(t.TempDir(), "ti.db")
	f := newFake("F")
	f.say = func(ti.Indicator) (ti.Result, error) {
		clk.add(time.Second)
		return ti.Result{Raw: []byte(`"` + strings.Repeat("x", 1000) + `"`)}, nil
	}
	f.info.Concurrency = 1
	o := ti.Options{Clock: clk, CacheFile: path, CacheBytes: 100_000}
	lookup(t, open(t, o, f), publics(500))
	p := open(t, o, f).Plan(publics(500))
	var cached []string
	for s := range p.Steps() {
		if s.Action == ti.ActionCache {
			cached = append(cached, s.Indicator.Value)
		}
	}
	assert.InDelta(t, 80, len(cached), 10)
	assert.Equal(t, publics(500)[499].Value, cached[len(cached)-1], "the oldest go first")
	assert.Equal(t, publics(500)[500-len(cached)].Value, cached[0])
	f.say = func(ti.Indicator) (ti.Result, error) {
		return ti.Result{Raw: []byte(`"` + strings.Repeat("x", 80_000) + `"`)}, nil
	}
	res := lookup(t, open(t, o, f), publics(501)[500:])
	assert.Len(t, res[0].Raw, 80_002)
	res = lookup(t, open(t, o, f), publics(501)[500:])
	assert.True(t, res[0].Cached)
	assert.Empty(t, res[0].Raw, "a long answer is kept without its raw form")
}

func TestCacheThatCannotBeUsed(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, path string){
		"garbage": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("nonsense ", 5000)), 0o600))
		},
		"short":  func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, []byte("x"), 0o600)) },
		"folder": func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) },
		"other": func(t *testing.T, path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			require.NoError(t, err)
			require.NoError(t, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("mine")); return err }))
			require.NoError(t, db.Close())
		},
		"cut": func(t *testing.T, path string) {
			lookup(t, open(t, ti.Options{Clock: newClock(), CacheFile: path}, newFake("F")), publics(2000))
			require.NoError(t, os.Truncate(path, 9000))
		},
		"scribbled": func(t *testing.T, path string) {
			lookup(t, open(t, ti.Options{Clock: newClock(), CacheFile: path}, newFake("F")), publics(2000))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			for i := 8192; i < len(data); i++ {
				data[i] ^= 0x5a
			}
			require.NoError(t, os.WriteFile(path, data, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ti.db")
			prepare(t, path)
			var notes []string
			f := newFake("F")
			c := open(t, ti.Options{Clock: newClock(), CacheFile: path, Note: func(s string) { notes = append(notes, s) }}, f)
			for _, r := range lookup(t, c, publics(100)) {
				assert.Equal(t, ti.OK, r.Status)
			}
			require.Len(t, notes, 1, notes)
			assert.Contains(t, notes[0], "cache "+path+": ")
			assert.Contains(t, notes[0], "going on without it")
			assert.Equal(t, 100, f.count())
		})
	}
}

func TestCacheHeldByAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("waits 5 s for the lock")
	}
	path := filepath.Join(t.TempDir(), "ti.db")
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	defer db.Close()
	var notes []string
	c := open(t, ti.Options{CacheFile: path, Note: func(s string) { notes = append(notes, s) }}, newFake("F"))
	assert.Equal(t, ti.OK, lookup(t, c, publics(1))[0].Status)
	require.Len(t, notes, 1)
	assert.Contains(t, notes[0], "in use by another process")
}

// The processes of the tests below are this test binary again.
const helperVar = "TUXTRAIL_TI_HELPER"

func TestMain(m *testing.M) {
	if spec := os.Getenv(helperVar); spec != "" {
		helper(spec)
		return
	}
	os.Exit(m.Run())
}

// helper asks a fake about n addresses with a cache and a quota, and prints how
// many it was asked about.
func helper(spec string) {
	path, rest, _ := strings.Cut(spec, "|")
	from, err := strconv.Atoi(rest)
	if err != nil {
		panic(err)
	}
	f := newFake("F")
	f.info.Limits = []ti.Limit{{N: 300, Per: ti.Day}}
	if from < 0 { // until it is killed
		f.info.Limits = nil
	}
	c, err := ti.Open(ti.Options{CacheFile: path, MaxWait: -1, Note: func(s string) { fmt.Println("note:", s) }}, f)
	if err != nil {
		panic(err)
	}
	list := publics(60_000)
	if from < 0 {
		list = list[-from*200 : -from*200+2000]
	} else {
		list = list[from : from+400]
	}
	for n := 0; n < len(list); n += 40 {
		if _, err := c.Lookup(context.Background(), list[n:n+40]); err != nil {
			panic(err)
		}
	}
	fmt.Println("asked:", f.count())
}

func command(t *testing.T, path string, n int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), helperVar+"="+path+"|"+strconv.Itoa(n))
	return cmd
}

func TestProcessesShareAQuota(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ti.db")
	total := make(chan int, 4)
	for n := range 4 {
		cmd := command(t, path, n*1000)
		go func() {
			out, err := cmd.CombinedOutput()
			asked := -1
			if err == nil {
				_, text, _ := strings.Cut(string(out), "asked: ")
				asked, err = strconv.Atoi(strings.TrimSpace(text))
			}
			if err != nil || strings.Contains(string(out), "note:") {
				t.Errorf("%v: %s", err, out)
			}
			total <- asked
		}()
	}
	sum := 0
	for range 4 {
		sum += <-total
	}
	assert.Equal(t, 300, sum, "four processes, one quota")
	f := newFake("F")
	known := 0
	for n := range 4 {
		for s := range open(t, ti.Options{CacheFile: path}, f).Plan(publics(4000)[n*1000 : n*1000+400]).Steps() {
			if s.Action == ti.ActionCache {
				known++
			}
		}
	}
	assert.Equal(t, 300, known, "no answer is lost")
}

// A process that is killed before it writes leaves a cache that holds nothing.
func TestEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ti.db")
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	f := newFake("F")
	for range 2 {
		c := open(t, ti.Options{CacheFile: path, Note: func(s string) { t.Error(s) }}, f)
		results, err := c.Lookup(t.Context(), publics(1))
		require.NoError(t, err)
		assert.Len(t, results, 1)
	}
}

// A process that is killed while it writes leaves a cache that can be read.
func TestKill(t *testing.T) {
	times := 12
	if os.Getenv("TUXTRAIL_KILL") != "" {
		times, _ = strconv.Atoi(os.Getenv("TUXTRAIL_KILL"))
	}
	path := filepath.Join(t.TempDir(), "ti.db")
	f := newFake("F")
	known := 0
	const more = 8 // tries, each with twice the time, where the machine was too slow to write anything
	for n := 0; n < times || known == 0 && n < times+more; n++ {
		cmd := command(t, path, -1-n)
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { _, err := os.Stat(path); return err == nil }, 30*time.Second, time.Millisecond)
		time.Sleep(time.Duration(15+n*7%90) * time.Millisecond << max(0, n-times+1))
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		c := open(t, ti.Options{CacheFile: path, Note: func(s string) { t.Error(s) }}, f)
		cached := 0
		for s := range c.Plan(publics(60_000)[:2000+200*(times+more)]).Steps() {
			if s.Action == ti.ActionCache {
				cached++
			}
		}
		assert.GreaterOrEqual(t, cached, known, "nothing is lost")
		known = cached
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
		require.NoError(t, err)
		require.NoError(t, db.View(func(tx *bbolt.Tx) error {
			for err := range tx.Check() {
				t.Error(err)
			}
			return nil
		}))
		require.NoError(t, db.Close())
	}
	assert.Positive(t, known)
	t.Logf("killed %d times; %d answers kept, no damage", times, known)
}
