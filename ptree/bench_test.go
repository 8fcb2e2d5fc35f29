package ptree_test

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// many calls yield with the events of n processes of a busy host: sessions
// that run scripts, whose commands fork, exec and exit, with pids that wrap.
func many(n int, yield func(ptree.Event)) {
	programs := [...]string{"/usr/bin/ls", "/usr/bin/cat", "/usr/bin/grep", "/usr/bin/sed", "/usr/bin/sleep", "/usr/bin/curl"}
	pid, made := 1000, 0
	at := t0
	next := func() int {
		made++
		if pid++; pid > 4_000_000 {
			pid = 1000
		}
		return pid
	}
	event := func(k ptree.Kind, pid, ppid int, exe, session string) ptree.Event {
		at = at.Add(time.Millisecond)
		return ptree.Event{
			Kind: k, Time: at, Host: "web01", PID: pid, PPID: ppid, Session: session, TTY: "pts0",
			Image: ptree.Image{
				Exe: exe, Comm: "x", Cmdline: exe + " -a", CWD: "/root", User: "root", UID: "0",
				Refs: []evidence.Ref{{File: "audit.log", Line: int64(made), Offset: int64(made) * 900, Length: 300}},
			},
		}
	}
	for s := 1; made < n; s++ {
		session := strconv.Itoa(s)
		sshd := next()
		e := event(ptree.Seen, sshd, 700, "/usr/sbin/sshd", session)
		e.Login = true
		yield(e)
		shell := next()
		yield(event(ptree.Exec, shell, sshd, "/usr/bin/bash", session))
		for range 40 {
			script := next()
			yield(event(ptree.Exec, script, shell, "/usr/bin/dash", session))
			for c := range 24 {
				if made >= n {
					return
				}
				yield(event(ptree.Exec, next(), script, programs[c%len(programs)], session))
			}
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bld := ptree.NewBuilder(ptree.Options{})
				many(n, func(ev ptree.Event) { bld.Add(ev) })
				if tr := bld.Tree(); tr.Len() < n {
					b.Fatal(tr.Len())
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/process")
		})
	}
}

// TestAddAllocatesLittle: the tree needs room, the events none beside it.
func TestAddAllocatesLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	var ev []ptree.Event
	many(20_000, func(e ptree.Event) { ev = append(ev, e) })
	allocs := testing.AllocsPerRun(3, func() {
		b := ptree.NewBuilder(ptree.Options{})
		for i := range ev {
			b.Add(ev[i])
		}
		b.Tree()
	})
	assert.Less(t, allocs/float64(len(ev)), 0.05)
}

// TestMillion holds the promise of the package: a million processes in 1 GB,
// in two seconds of one core. A machine that does other things gets a minute.
func TestMillion(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("builds a million processes")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	bld := ptree.NewBuilder(ptree.Options{})
	many(1e6, func(ev ptree.Event) { bld.Add(ev) })
	tr := bld.Tree()
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	heap := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d processes in %s, %d MB live, %d MB from the system", tr.Len(), took.Round(time.Millisecond), heap>>20, after.Sys>>20)
	assert.Less(t, heap, int64(1<<30))
	assert.Less(t, took, time.Minute)
	assert.Equal(t, 1_000_001, tr.Len())
	assert.Equal(t, 5, tr.Summary().LargestDepth)
	runtime.KeepAlive(tr)
}
