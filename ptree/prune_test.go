package ptree_test

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// numbered gives every event evidence of its own, by which processes can be
// told apart.
func numbered(events []ptree.Event) []ptree.Event {
	out := slices.Clone(events)
	for i := range out {
		out[i].Refs = []evidence.Ref{{File: "log", Line: int64(i + 1)}}
	}
	return out
}

// stream builds the tree of the events and prunes it after every few.
func stream(events []ptree.Event, o ptree.Options, every int, want func(*ptree.Process) bool) (tr *ptree.Tree, dropped []*ptree.Process) {
	b := ptree.NewBuilder(o)
	for i := range events {
		b.Add(events[i])
		if every > 0 && i%every == every-1 {
			dropped = append(dropped, b.Prune(want)...)
		}
	}
	if every > 0 {
		b.Finish()
		dropped = append(dropped, b.Prune(want)...)
	}
	return b.Tree(), dropped
}

// lineage is a process and what is above it, without what numbers the tree and
// what counts children.
func lineage(p *ptree.Process) []ptree.Record {
	var out []ptree.Record
	for _, q := range p.Lineage() {
		r := q.Record()
		r.ID, r.Parent, r.Children = 0, 0, 0
		out = append(out, r)
	}
	return out
}

// sought chooses processes by what never changes about them once they are
// settled.
func sought(share uint32) func(*ptree.Process) bool {
	return func(p *ptree.Process) bool {
		h := fnv.New32a()
		for _, r := range p.Evidence() {
			h.Write([]byte(r.String()))
		}
		return !p.Placeholder && h.Sum32()%100 < share
	}
}

// samePruned holds a pruned tree against the slow reference, which holds all.
func samePruned(t *testing.T, events []ptree.Event, o ptree.Options, every int, want func(*ptree.Process) bool) {
	t.Helper()
	all, none := stream(events, o, 0, nil)
	require.Empty(t, none)
	some, dropped := stream(events, o, every, want)
	check(t, some)
	require.Equal(t, all.Len(), some.Len()+some.Stats().Pruned, "what was dropped is counted")
	require.Len(t, dropped, some.Stats().Pruned)
	key := func(p *ptree.Process) any {
		if refs := p.Evidence(); len(refs) > 0 {
			return refs[0]
		}
		return [2]any{p.PID, p.Last}
	}
	byKey := map[any][]*ptree.Process{}
	for p := range all.All() {
		byKey[key(p)] = append(byKey[key(p)], p)
	}
	kept := map[any]bool{}
	for p := range some.All() {
		if p.Placeholder {
			continue // held to the reference as what is above others
		}
		full := byKey[key(p)]
		require.NotEmpty(t, full, "%s is a process of the whole tree", p.Path())
		i := slices.IndexFunc(full, func(q *ptree.Process) bool { return q.PID == p.PID && q.Last.Equal(p.Last) }) // a fork is evidence of two
		full = full[max(i, 0):]
		require.Equal(t, lineage(full[0]), lineage(p))
		require.Equal(t, full[0].Path(), p.Path())
		kept[key(p)] = true
		// Whoever had the pid then is this process, or nobody that is kept.
		for _, at := range []time.Time{full[0].Start, full[0].Last, full[0].Last.Add(time.Millisecond)} {
			f, s := all.Find(p.Host, p.PID, at), some.Find(p.Host, p.PID, at)
			if s != nil {
				require.NotNil(t, f)
				require.Equal(t, key(f), key(s))
			} else if f != nil {
				require.False(t, kept[key(f)] && f.EndReason == ptree.EndExit, "%s is found", f.Path())
			}
		}
	}
	for p := range all.All() {
		if want(p) {
			require.True(t, kept[key(p)], "%s is kept", p.Path())
		}
	}
	for _, p := range dropped {
		require.Zero(t, p.ID())
		require.False(t, want(p))
	}
}

func TestPruneFullLog(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		p := newPlay(seed, 20+int(seed)*10, ptree.Fork, ptree.Exec, ptree.Exit)
		p.unseen = 30
		p.run(3000, 300)
		for _, every := range []int{3, 500} {
			samePruned(t, numbered(p.events), ptree.Options{MaxAlive: -1}, every, sought(5))
		}
	}
}

func TestPruneExecsOnly(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		p := newPlay(seed, 20+int(seed)*30, ptree.Exec)
		p.unseen = 20
		p.run(3000, 400)
		samePruned(t, numbered(p.events), ptree.Options{MaxAlive: -1}, 13, sought(5))
	}
}

// sessionsLog is a log of people and daemons: logons, what runs in them, session
// numbers that start anew, forks that may be threads, boots, gaps.
func sessionsLog(seed uint64, n int) []ptree.Event {
	r := rand.New(rand.NewPCG(seed, 3))
	exes := []string{"/usr/sbin/sshd", "/bin/bash", "/bin/ls", "/usr/sbin/cron", "/usr/bin/sudo", "/usr/bin/python3", ""}
	kinds := []ptree.Kind{ptree.Exec, ptree.Exec, ptree.Exec, ptree.Exec, ptree.Seen, ptree.Seen, ptree.Fork, ptree.Exit, ptree.Exit}
	var out []ptree.Event
	ms, ses := 0, 0
	for range n {
		ms += r.IntN(4000)
		e := ptree.Event{Kind: kinds[r.IntN(len(kinds))], Time: at(ms), PID: 2 + r.IntN(60), PPID: r.IntN(62)}
		e.Exe = exes[r.IntN(len(exes))]
		switch e.Kind {
		case ptree.Fork:
			e.Child, e.PPID, e.MaybeThread = 2+r.IntN(60), 0, r.IntN(2) == 0
		case ptree.Exit:
			e.Exe = ""
		}
		switch r.IntN(6) {
		case 0:
			ses++
			e.Kind, e.Login, e.Session, e.Exe = ptree.Seen, true, string(rune('a'+ses%3))+"x", exes[0]
			if r.IntN(3) > 0 {
				e.Session = []string{"7", "8", "9", "10"}[ses%4]
			}
		case 1, 2, 3:
			e.Session, e.UID = []string{"7", "8", "9", "10"}[ses%4], []string{"0", "1000"}[r.IntN(2)]
		case 4:
			e.NoSession = true
		}
		switch r.IntN(400) {
		case 0:
			e = ptree.Event{Kind: ptree.Boot, Time: e.Time}
		case 1:
			ms += 100_000
			e = ptree.Event{Kind: ptree.Gap, Time: at(ms)}
		}
		out = append(out, e)
	}
	return out
}

func TestPruneSessions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		events := numbered(sessionsLog(seed, 1500))
		for _, every := range []int{2, 50} {
			samePruned(t, events, ptree.Options{MaxAlive: -1}, every, sought(4))
		}
	}
}

func FuzzPrune(f *testing.F) {
	f.Add(uint64(1), uint16(300), uint8(5), uint8(10))
	f.Add(uint64(99), uint16(2000), uint8(1), uint8(90))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, every, share uint8) {
		events := numbered(sessionsLog(seed, int(n)%1500))
		samePruned(t, events, ptree.Options{MaxAlive: -1}, int(every)+1, sought(uint32(share)))
	})
}

// TestPruneManyChildren: a daemon with very many children does not hold them.
func TestPruneManyChildren(t *testing.T) {
	b := ptree.NewBuilder(ptree.Options{})
	b.Add(exec(0, 10, 1, "/usr/sbin/cron"))
	most := 0
	for i := range 300_000 {
		ms := 100 + i*10
		b.Add(fork(ms, 10, 1000+i%30_000, "/usr/sbin/cron"))
		b.Add(exec(ms+1, 1000+i%30_000, 10, "/bin/true"))
		b.Add(exit(ms+2, 1000+i%30_000))
		if i == 250_000 {
			b.Add(exec(ms+3, 50_000, 10, "/bin/wanted"))
		}
		if i%1000 == 999 {
			b.Prune(func(p *ptree.Process) bool { return p.Exe == "/bin/wanted" })
			most = max(most, b.Len())
		}
	}
	assert.Less(t, most, 15_000, "two minutes of them")
	b.Finish()
	b.Prune(func(p *ptree.Process) bool { return p.Exe == "/bin/wanted" })
	tr := b.Tree()
	assert.Equal(t, []string{"?[1]", "?[1]/cron[10] inferred", "?[1]/cron[10]/wanted[50000] observed"}, paths(tr))
	assert.Equal(t, 300_000, tr.Stats().Pruned)
}

// TestPruneGivesUp: of processes whose end a log does not show only so many are
// held, and those that had children or opened a session longest.
func TestPruneGivesUp(t *testing.T) {
	b := ptree.NewBuilder(ptree.Options{MaxAlive: 1000})
	b.Add(exec(0, 10, 1, "/usr/sbin/cron"))
	b.Add(login("5", seen(5, 20, 1, "/usr/sbin/sshd")))
	b.Add(exec(6, 11, 10, "/bin/sh"))
	for i := range 20_000 {
		b.Add(exec(1000+i, 1000+i, 7, "/bin/true"))
		if i%500 == 499 {
			b.Prune(func(*ptree.Process) bool { return false })
			assert.LessOrEqual(t, b.Len(), 1500)
		}
	}
	b.Add(ses("5", "0", exec(30_000, 21, 20, "/bin/bash")))
	b.Add(exec(30_001, 100, 10, "/bin/date"))
	tr := b.Tree()
	assert.Greater(t, tr.Stats().GivenUp, 18_000)
	assert.Equal(t, tr.Stats().Pruned, tr.Stats().GivenUp)
	assert.Equal(t, "?[1]/cron[10]/date[100]", tr.Lives("", 100)[0].Path())
	assert.Equal(t, "?[1]/sshd[20]/bash[21]", tr.Lives("", 21)[0].Path())
}

// TestPruneSessionNumbers: which numbers were given out is known without the
// processes that had them.
func TestPruneSessionNumbers(t *testing.T) {
	b := ptree.NewBuilder(ptree.Options{})
	for i := range 100_000 {
		pid := 100 + i%30_000
		e := login(strconv.Itoa(i), seen(i*100, pid, 9, "/usr/sbin/sshd"))
		b.Add(e)
		b.Add(exit(i*100+50, pid))
		if i%1000 == 999 {
			b.Prune(func(*ptree.Process) bool { return false })
		}
	}
	// A number that was given out before: the host started anew unseen.
	b.Add(exec(10_000_100, 77, 9, "/bin/ls"))
	b.Add(login("500", seen(10_000_200, 78, 9, "/usr/sbin/sshd")))
	b.Add(exec(10_400_000, 79, 77, "/bin/id"))
	tr := b.Tree()
	assert.Less(t, tr.Len(), 3000)
	assert.Equal(t, "?[9]/ls[77]/id[79]", tr.Lives("", 79)[0].Path())
}
