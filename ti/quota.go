package ti

import (
	"encoding/json"
	"slices"
	"time"
)

// slots is into how many slots the span of a limit is cut. Requests are counted
// by slot, and a slot counts until its end is a whole span ago: so there are
// never more than N requests within any span, at the price of waiting up to one
// slot too long. A bucket that fills steadily would allow nearly twice as many.
const slots = 60

// usage is what was used of a provider's limits. It is kept between runs.
type usage struct {
	Windows []window  `json:"windows,omitempty"`
	Blocked time.Time `json:"blocked,omitzero"` // the provider said: not before
}

// window counts the requests within one limit's span.
type window struct {
	Per   time.Duration `json:"per"`
	Slots []slot        `json:"slots,omitempty"` // oldest first
}

type slot struct {
	At int64 `json:"at"` // number of the slot since 1970
	N  int   `json:"n"`
}

func (w *window) length() time.Duration { return max(w.Per/slots, time.Millisecond) }

// free returns when the requests of a slot do not count any more.
func (w *window) free(s slot) time.Time {
	return time.Unix(0, (s.At+1)*int64(w.length())).Add(w.Per)
}

// used drops what does not count any more and returns the sum of the rest.
// Slots that lie in the future are a clock's error and are dropped too.
func (w *window) used(now time.Time) int {
	limit := now.UnixNano()/int64(w.length()) + slots
	w.Slots = slices.DeleteFunc(w.Slots, func(s slot) bool { return !w.free(s).After(now) || s.At > limit })
	sum := 0
	for _, s := range w.Slots {
		sum += s.N
	}
	return sum
}

// add counts n requests now; n may be negative, to give back what was reserved
// and not used.
func (w *window) add(now time.Time, n int) {
	at := now.UnixNano() / int64(w.length())
	for i := len(w.Slots) - 1; n < 0 && i >= 0; i-- {
		back := min(-n, w.Slots[i].N)
		w.Slots[i].N -= back
		n += back
		if w.Slots[i].N == 0 {
			w.Slots = slices.Delete(w.Slots, i, i+1)
		}
	}
	if n <= 0 {
		return
	}
	i, found := slices.BinarySearchFunc(w.Slots, at, func(s slot, at int64) int { return int(min(max(s.At-at, -1), 1)) })
	if found {
		w.Slots[i].N += n
		return
	}
	w.Slots = slices.Insert(w.Slots, i, slot{at, n})
}

// window returns the counter of a limit.
func (u *usage) window(per time.Duration) *window {
	for i := range u.Windows {
		if u.Windows[i].Per == per {
			return &u.Windows[i]
		}
	}
	u.Windows = append(u.Windows, window{Per: per})
	return &u.Windows[len(u.Windows)-1]
}

// left returns how many requests the limits allow now, at most want, and when
// they allow the next one.
func (u *usage) left(limits []Limit, now time.Time, want int) (n int, next time.Time) {
	n, next = want, now
	if u.Blocked.After(now) {
		n, next = 0, u.Blocked
	}
	for _, l := range limits {
		w := u.window(l.Per)
		used := w.used(now)
		n = max(min(n, l.N-used), 0)
		if used < l.N {
			continue
		}
		at := now.Add(l.Per) // for limits of none at all
		for _, s := range w.Slots {
			if used -= s.N; used < l.N {
				at = w.free(s)
				break
			}
		}
		if at.After(next) {
			next = at
		}
	}
	return n, next
}

// take counts up to want requests, and returns how many, or when to ask again
// when there are none.
func (u *usage) take(limits []Limit, now time.Time, want int) (n int, next time.Time) {
	n, next = u.left(limits, now, want)
	if n > 0 {
		u.add(limits, now, n)
	}
	return n, next
}

func (u *usage) add(limits []Limit, now time.Time, n int) {
	for _, l := range limits {
		w := u.window(l.Per)
		w.used(now)
		w.add(now, n)
	}
}

// forecast returns how many of want requests the limits allow within a time, and
// how long they take at least.
func (u *usage) forecast(limits []Limit, now time.Time, want int, within time.Duration) (n int, takes time.Duration) {
	c := u.clone()
	end := now.Add(within)
	for at := now; n < want; {
		got, next := c.take(limits, at, want-n)
		if got > 0 {
			n += got
			takes = at.Sub(now)
			continue
		}
		if !next.After(at) || next.After(end) {
			break
		}
		at = next
	}
	return n, takes
}

func (u *usage) clone() *usage {
	c := &usage{Blocked: u.Blocked}
	for _, w := range u.Windows {
		c.Windows = append(c.Windows, window{w.Per, slices.Clone(w.Slots)})
	}
	return c
}

// parseUsage reads what was stored; what cannot be read was never used.
func parseUsage(data []byte) *usage {
	u := &usage{}
	if json.Unmarshal(data, u) != nil {
		return &usage{}
	}
	u.Windows = slices.DeleteFunc(u.Windows, func(w window) bool { return w.Per <= 0 })
	return u
}

// Quota is what is left of a limit.
type Quota struct {
	Limit
	Left int `json:"left"`
}

func (u *usage) quotas(limits []Limit, now time.Time) []Quota {
	var out []Quota
	for _, l := range limits {
		out = append(out, Quota{l, max(l.N-u.window(l.Per).used(now), 0)})
	}
	return out
}
