package ptree_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ptree"
)

// actor is a process of the play.
type actor struct {
	pid    int
	parent *actor // who made it
	ppid   int    // now: 1 once the parent ended
	exe    string
	images []string
	alive  bool

	made int // time
}

// play is a kernel: processes fork, exec and exit at random; pids are given in
// a circle and used again; orphans go to pid 1.
type play struct {
	r      *rand.Rand
	pids   int
	now    int
	next   int
	live   []*actor
	all    []*actor // in the order of their making
	byPID  map[int]*actor
	events []ptree.Event
	log    map[ptree.Kind]bool
	unseen int // of a hundred forked processes, how many never exec
}

func newPlay(seed uint64, pids int, kinds ...ptree.Kind) *play {
	p := &play{r: rand.New(rand.NewPCG(seed, 7)), pids: pids, next: 100, byPID: map[int]*actor{}, log: map[ptree.Kind]bool{}}
	for _, k := range kinds {
		p.log[k] = true
	}
	init := &actor{pid: 1, alive: true, exe: "/sbin/init", images: []string{"/sbin/init"}}
	p.live, p.all, p.byPID[1] = []*actor{init}, []*actor{init}, init
	p.emit(ptree.Exec, init, 0)
	return p
}

func (p *play) emit(k ptree.Kind, a *actor, child int) {
	if !p.log[k] {
		return
	}
	e := ptree.Event{Kind: k, Time: at(p.now), PID: a.pid, PPID: a.ppid, Child: child, Image: ptree.Image{Exe: a.exe}}
	p.events = append(p.events, e)
}

func (p *play) fork(a *actor) *actor {
	for range p.pids {
		if p.next++; p.next >= 100+p.pids {
			p.next = 100
		}
		if p.byPID[p.next] == nil {
			c := &actor{pid: p.next, parent: a, ppid: a.pid, exe: a.exe, alive: true, made: p.now}
			p.byPID[c.pid] = c
			p.live, p.all = append(p.live, c), append(p.all, c)
			p.emit(ptree.Fork, a, c.pid)
			return c
		}
	}
	return nil
}

func (p *play) exec(a *actor) {
	a.exe = fmt.Sprintf("/bin/p%d", p.r.IntN(9))
	a.images = append(a.images, a.exe)
	p.emit(ptree.Exec, a, 0)
}

func (p *play) exit(i int) {
	a := p.live[i]
	a.alive = false
	p.live[i] = p.live[len(p.live)-1]
	p.live = p.live[:len(p.live)-1]
	delete(p.byPID, a.pid)
	p.emit(ptree.Exit, a, 0)
	for _, c := range p.live {
		if c.parent == a && c.ppid == a.pid {
			c.ppid = 1
		}
	}
}

func (p *play) run(steps, step int) {
	for range steps {
		p.now += 1 + p.r.IntN(step)
		i := p.r.IntN(len(p.live))
		switch n := p.r.IntN(10); {
		case n < 4 && len(p.live) < p.pids*3/4:
			if c := p.fork(p.live[i]); c != nil && p.r.IntN(100) >= p.unseen {
				p.now += p.r.IntN(step)
				p.exec(c)
			}
		case n < 6 && i != 0 && len(p.live[i].images) > 0:
			p.exec(p.live[i])
		case i != 0:
			p.exit(i)
		}
	}
}

// TestPlayWithFullLog: where forks, execs and exits are in the log, the tree is
// the truth, however fast pids are used again.
func TestPlayWithFullLog(t *testing.T) {
	for seed := range uint64(12) {
		p := newPlay(seed, 20+int(seed)*3, ptree.Fork, ptree.Exec, ptree.Exit)
		p.unseen = 30
		p.run(4000, 3)
		tr := ptree.Build(p.events, ptree.Options{MaxImages: 1000})
		check(t, tr)
		require.Equal(t, len(p.all), tr.Len(), "seed %d", seed)
		lives := map[int]int{}
		node := map[*actor]*ptree.Process{}
		for _, a := range p.all {
			all := tr.Lives("", a.pid)
			require.Less(t, lives[a.pid], len(all))
			q := all[lives[a.pid]]
			lives[a.pid]++
			node[a] = q
			require.False(t, q.Placeholder)
			require.Equal(t, at(a.made), q.Start)
			if a.parent != nil {
				require.Same(t, node[a.parent], q.Parent(), "seed %d: %s", seed, q.Path())
				require.Equal(t, ptree.Observed, q.Edge)
			}
			var images []string
			for _, im := range q.Images() {
				if im.Source == ptree.FromExec {
					images = append(images, im.Exe)
				}
			}
			require.Equal(t, a.images, images)
			require.Equal(t, !a.alive, q.EndReason == ptree.EndExit)
			require.Same(t, q, tr.Find("", a.pid, at(a.made)))
		}
	}
}

// TestPlayWithExecsOnly: what only execs show is never wrong while no pid is
// used twice; what they do not show is a placeholder.
func TestPlayWithExecsOnly(t *testing.T) {
	for seed := range uint64(8) {
		p := newPlay(seed, 100_000, ptree.Exec)
		p.unseen = 20
		p.run(3000, 3)
		tr := ptree.Build(p.events, ptree.Options{MaxImages: 1000})
		check(t, tr)
		for _, a := range p.all {
			all := tr.Lives("", a.pid)
			if len(a.images) == 0 {
				for _, q := range all {
					assert.True(t, q.Placeholder, "seed %d: %s", seed, q.Path())
				}
				continue
			}
			require.Len(t, all, 1, "seed %d: pid %d", seed, a.pid)
			up := all[0].Parent()
			if a.parent == nil {
				continue
			}
			require.NotNil(t, up)
			// It may have been adopted before its first exec.
			require.Contains(t, []int{a.parent.pid, 1}, up.PID, "seed %d: %s", seed, all[0].Path())
		}
	}
}

func FuzzBuild(f *testing.F) {
	f.Add([]byte("\x00\x0a\x05\x01\x01\x0b\x0a\x02\x02\x0c\x0b\x00\x03\x0a\x00\x07"), int64(0))
	f.Add([]byte("\x01\x0a\x0b\x00\x01\x0b\x0c\x00\x00\x0c\x0b\x01\x04\x00\x00\x00\x00\x0c\x0b\x01"), int64(5))
	f.Add([]byte("\x00\x0a\x0b\xff\x00\x0b\x0a\xff\x00\x0a\x0b\xff\x03\x0b\x00\x00"), int64(-1))
	f.Fuzz(func(t *testing.T, data []byte, extra int64) {
		kinds := [...]ptree.Kind{ptree.Exec, ptree.Fork, ptree.Seen, ptree.Exit, ptree.Boot, ptree.Create, ptree.Gap, "strange"}
		var ev []ptree.Event
		for i := 0; i+4 <= len(data) && i < 4000; i += 4 {
			k, a, b, c := data[i], data[i+1], data[i+2], data[i+3]
			e := ptree.Event{Kind: kinds[int(k)%len(kinds)], Time: at(i*1000 + int(c>>4)*int(extra%50_000)), PID: int(a % 24), PPID: int(b % 24), Child: int(b % 24)}
			if k&0x80 != 0 {
				e.Exe = "/bin/" + string(rune('a'+c%5)) + "\x1b\xff\n"
			}
			if k&0x40 != 0 {
				e.Session, e.Login, e.UID = string(rune('0'+c%4)), c&8 != 0, string(rune('0'+c%2))
			}
			if k&0x20 != 0 {
				e.MaybeThread = true
				e.GUID = string(rune('a' + c%8))
				e.ParentGUID = string(rune('a' + c/8%8))
			}
			ev = append(ev, e)
		}
		tr := ptree.Build(ev, ptree.Options{MaxProcesses: 200, MaxImages: 3})
		check(t, tr)
		require.LessOrEqual(t, tr.Len(), 200)
		require.Equal(t, len(ev), tr.Stats().Events)
		again := ptree.Build(ev, ptree.Options{MaxProcesses: 200, MaxImages: 3})
		text := draw(t, tr, ptree.TextOptions{})
		require.Equal(t, text, draw(t, again, ptree.TextOptions{}))
		printed(t, text)
		require.Equal(t, tr.Len(), strings.Count(draw(t, tr, ptree.TextOptions{NoFold: true, MaxDepth: 1000, MaxChildren: -1, MaxLines: -1}), "\n"))
		for p := range tr.All() {
			require.LessOrEqual(t, len(p.Images()), 3)
			printed(t, p.Path())
		}
		check(t, tr.Filter(ptree.Filter{Sessions: []string{"1"}, Below: true}))
		tr.Rare(ptree.RareOptions{MinStarts: 1})
	})
}

func FuzzSchema(f *testing.F) {
	f.Add("5", "4", "2026-11-23 08:26:38.973", "{a}", "1")
	f.Add("0x1a4", "-1", "11/23/2026, 8:27:00.500 AM", "0", "4688")
	f.Add("812.0", "nan", "1795422399.25", "", "")
	f.Fuzz(func(t *testing.T, pid, ppid, when, guid, id string) {
		row := ptree.Row{
			"EventID": id, "ProcessId": pid, "ParentProcessId": ppid, "UtcTime": when, "Timestamp": when, "ProcessGuid": guid, "NewProcessId": pid,
			"InitiatingProcessId": ppid, "InitiatingProcessParentId": pid, "pid": pid, "parent": ppid, "time": when, "syscall": id, "start_time": when,
		}
		for _, s := range []*ptree.Schema{ptree.SysmonLinux(), ptree.Defender(), ptree.Osquery(), ptree.Windows()} {
			ev, err := s.Events(row)
			require.Equal(t, err != nil, len(ev) == 0)
			if err != nil {
				printed(t, err.Error())
			}
			check(t, ptree.Build(ev, ptree.Options{}))
		}
	})
}
