package ptree

import (
	"slices"
	"sort"
	"time"
)

// cut says that what was not seen since that time is not alive.
func (h *hostState) cut(at time.Time) {
	at = later(at, h.booted)
	if n := len(h.cuts); n == 0 || at.After(h.cuts[n-1]) {
		h.cuts = append(h.cuts, at)
		h.given.clear() // they were dropped long after they were last seen
	}
}

// lives reports whether p can be alive for all that boots and gaps say.
func (h *hostState) lives(p *Process) bool {
	n := len(h.cuts)
	return p.gen == h.gen && (n == 0 || !p.Last.Before(h.cuts[n-1]))
}

// end sets the end of p, which has none, where a boot or gap came after it.
func (h *hostState) end(p *Process) {
	if i := sort.Search(len(h.cuts), func(i int) bool { return p.Last.Before(h.cuts[i]) }); i < len(h.cuts) {
		p.End, p.EndReason = h.cuts[i], EndUnseen
	}
	if p.gen == h.gen {
		return
	}
	if boot := h.boots[p.gen-h.bootsFrom]; p.EndReason == NoEnd || !boot.After(p.End) {
		p.End, p.EndReason = boot, EndBoot
	}
}

// silence keeps track of the silences of the log, and does what follows from a
// Gap. It reports whether ev is a Boot that is done with too, because some of
// what came before it belongs to the new boot.
func (h *hostState) silence(ev *Event) bool {
	if !h.last.IsZero() && ev.Time.Sub(h.last) >= pause {
		h.quiet = [2]time.Time{h.last, ev.Time}
	}
	if ev.Kind != Gap && ev.Kind != Boot {
		return false
	}
	from, to := h.quiet[0], h.quiet[1]
	silence, settling := around(ev.Kind)
	if to.IsZero() || ev.Time.Sub(to) > settling || to.Sub(from) < silence {
		return false
	}
	if ev.Kind == Boot && !ev.Time.After(to) {
		return false
	}
	h.cut(from.Add(1))
	return ev.Kind == Boot
}

// pause is how long a log is silent before the first record of a boot, at
// least.
const pause = 5 * time.Second

// maxSettle bounds how many events may come between the first record of a boot
// and the one that tells of it.
const maxSettle = 10_000

// around returns how long the log is silent, at least, before the first record
// of what follows a Boot or a Gap, and how long after that record the one may
// come that tells of it. Of a boot a service tells that starts with others; of
// a gap the audit daemon, whose clock is milliseconds off the kernel's.
func around(k Kind) (silence, settling time.Duration) {
	if k == Boot {
		return pause, 2 * time.Minute
	}
	return brief, 100 * time.Millisecond
}

// settle puts each Boot and Gap where the log was silent longest before it:
// records of the time since then can come before the one that tells of it. It
// changes the order in a copy.
func settle(events []Event) []Event {
	copied := false
	for i := range events {
		k := events[i].Kind
		if k != Boot && k != Gap {
			continue
		}
		silence, settling := around(k)
		at, longest := i, silence-1
		for j, next := i-1, i; j >= 0 && i-j < maxSettle; j-- {
			if events[j].Host != events[i].Host {
				continue
			}
			if events[i].Time.Sub(events[next].Time) > settling {
				break
			}
			if d := events[next].Time.Sub(events[j].Time); d > longest {
				at, longest = next, d
			}
			next = j
		}
		if at == i {
			continue
		}
		if !copied {
			events, copied = slices.Clone(events), true
		}
		e := events[i]
		copy(events[at+1:i+1], events[at:i])
		e.Time = events[at+1].Time
		events[at] = e
	}
	return events
}
