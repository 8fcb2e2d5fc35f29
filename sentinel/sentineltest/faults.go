package sentineltest

import (
	"math/rand/v2"
	"time"
)

// Limits are what the service allows. Zero fields stand for the documented
// values.
type Limits struct {
	Rows        int           // of an answer: 500,000; more is a partial error
	Bytes       int           // of an answer: 100 MiB; more is a partial error
	Concurrency int           // queries at a time: 5; more is 429
	Pace        int           // queries in 30 seconds: 200; more is 429
	Scan        int64         // rows that a query can look at before its time is over; more is 504. 0: no limit
	RetryAfter  time.Duration // that a 429 asks for; 0 means a second
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Rows, 500_000)
	set(&l.Bytes, 100<<20)
	set(&l.Concurrency, 5)
	set(&l.Pace, 200)
	if l.RetryAfter <= 0 {
		l.RetryAfter = time.Second
	}
	return l
}

// Faults are what goes wrong. Each but the last two is the share of queries,
// 0 to 1, that it happens to.
type Faults struct {
	Seed     uint64
	Throttle float64       // 429 with Retry-After
	Timeout  float64       // 504
	Internal float64       // 500
	Partial  float64       // part of the rows, and an error beside them
	Cut      float64       // the connection breaks amid the rows
	Slow     float64       // the answer takes Delay longer
	Delay    time.Duration //
	// Duplicate is the share of rows that are in their table twice.
	Duplicate float64
	// Late is the share of rows that come into their table only after
	// LateAfter queries were answered.
	Late      float64
	LateAfter int64
}

type fault uint8

const (
	faultNone fault = iota
	faultThrottle
	faultTimeout
	faultInternal
	faultPartial
	faultCut
	faultSlow
)

// draw decides what happens to a query.
func (s *Server) draw() (fault, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.random == nil {
		s.random = rand.New(rand.NewPCG(s.faults.Seed, 0x7475787472)) //nolint:gosec // the same faults for the same seed
	}
	x := s.random.Float64()
	after := s.random.IntN(2000) // rows before a fault amid them
	for _, f := range []struct {
		kind  fault
		share float64
	}{
		{faultThrottle, s.faults.Throttle},
		{faultTimeout, s.faults.Timeout},
		{faultInternal, s.faults.Internal},
		{faultPartial, s.faults.Partial},
		{faultCut, s.faults.Cut},
		{faultSlow, s.faults.Slow},
	} {
		if x < f.share {
			s.drawn[f.kind]++
			return f.kind, after
		}
		x -= f.share
	}
	return faultNone, after
}

// chosen reports whether a row is among a share of all rows: always the same
// rows, by their times.
func chosen(at time.Time, salt uint64, share float64) bool {
	if share <= 0 {
		return false
	}
	x := uint64(at.UnixNano()) ^ salt
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>11)/(1<<53) < share
}
