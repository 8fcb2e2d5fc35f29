package hunt

import (
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
)

// serials follows the numbers that the kernel gives to audit events: they count
// up by one, so a number that never comes is an event that was lost or removed.
type serials struct {
	open  []serial // what was read and may still be overtaken, by number
	head  int      // of what is left in open
	top   uint32   // the greatest number since the last start
	last  serial
	some  bool
	n     int64
	lost  int64
	jumps int64
	gaps  []serialGap // the largest
}

type serial struct {
	n   uint32
	at  time.Time
	ref evidence.Ref
}

// serialGap is a stretch of numbers that are missing.
type serialGap struct {
	missing  int64
	from, to serial
}

// serialWindow is by how many events one may stand late in the log: processors
// number at once and write one after the other.
const serialWindow = 512

func (s *serials) see(ev *auditd.Event) {
	if len(ev.Records) == 0 || ev.Late || strings.HasPrefix(string(ev.Records[0].Type), "DAEMON_") {
		return // the daemon counts for itself
	}
	v := serial{ev.ID.Serial, ev.Time, ev.Ref()}
	if uint64(v.n)+4*serialWindow < uint64(s.top) { // the kernel counts anew after a start
		s.close()
		s.some, s.top = false, 0
	}
	s.n++
	s.top = max(s.top, v.n)
	s.open = append(s.open, v)
	for i := len(s.open) - 1; i > s.head && s.open[i].n < s.open[i-1].n; i-- {
		s.open[i], s.open[i-1] = s.open[i-1], s.open[i]
	}
	if len(s.open)-s.head <= serialWindow {
		return
	}
	s.take(s.open[s.head])
	if s.head++; s.head >= 8*serialWindow {
		s.open = s.open[:copy(s.open, s.open[s.head:])]
		s.head = 0
	}
}

func (s *serials) close() {
	for _, v := range s.open[s.head:] {
		s.take(v)
	}
	s.open, s.head = s.open[:0], 0
}

func (s *serials) take(v serial) {
	if s.some && v.n <= s.last.n {
		return // the same event again
	}
	from, some := s.last, s.some
	s.last, s.some = v, true
	if !some || v.n == from.n+1 {
		return
	}
	g := serialGap{missing: int64(v.n) - int64(from.n) - 1, from: from, to: v}
	s.lost += g.missing
	s.jumps++
	if len(s.gaps) < maxGaps {
		s.gaps = append(s.gaps, g)
		return
	}
	least := 0
	for i := range s.gaps {
		if s.gaps[i].missing < s.gaps[least].missing {
			least = i
		}
	}
	if s.gaps[least].missing < g.missing {
		s.gaps[least] = g
	}
}

// serialsUsual is the share of events that a host may lose all the time before
// a gap in the numbers stops to mean anything.
const serialsUsual = 0.01

// odd returns the gaps that mean something, in order of time.
func (s *serials) odd() []serialGap {
	if s.n == 0 || float64(s.jumps) > serialsUsual*float64(s.n) && s.jumps > 3 {
		return nil
	}
	out := slices.Clone(s.gaps)
	slices.SortFunc(out, func(a, b serialGap) int { return a.from.at.Compare(b.from.at) })
	return out
}
