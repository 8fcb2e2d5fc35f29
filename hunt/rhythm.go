package hunt

import (
	"cmp"
	"hash/maphash"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// rhythm is when one log spoke: how often in each minute, and its longest
// silences. It keeps four bytes for each minute and nothing of the lines.
type rhythm struct {
	log         string
	n           int64
	auth        int64 // records about logons, sessions and sudo
	first, last time.Time
	firstRef    evidence.Ref
	lastRef     evidence.Ref
	base        int64 // minute of counts[0]
	counts      []uint32
	gaps        []gap // the longest, in no order
	least       time.Duration
	steps       []clockStep
	stray       []stray
	away        int       // records since the clock went back
	awayFrom    time.Time // the time that it had first
	awayLast    time.Time // and last
	awayRef     evidence.Ref
	recent      []uint64 // hashes of lines, each in its place: the last ones
	again       bool     // the current line stood there before
	twice       int      // such lines since the clock went back
}

// gap is a stretch between two records of one log.
type gap struct {
	from, to       time.Time
	before, behind evidence.Ref
}

func (g gap) length() time.Duration { return g.to.Sub(g.from) }

// clockStep is where the times of a log go back for good.
type clockStep struct {
	from, to       time.Time
	before, behind evidence.Ref
	n, twice       int // records until it was clear, and those that stood before
}

// stray is where a few records stand later in the log than their time says.
type stray struct {
	at, after time.Time
	n, twice  int
	ref       evidence.Ref
}

const (
	maxGaps    = 64
	maxMinutes = 20 * 366 * 24 * 60
	backLess   = time.Minute // less is how daemons and their log daemon race
	backLeast  = 10          // records that show that a clock went on from where it was set back to
	backRecord = 200         // records after which a time that went back stays there
)

// maxRecent is how many lines are remembered to find them again, at most.
const maxRecent = 1 << 13

// line takes the next line of the log, whole and with its time.
func (r *rhythm) line(at time.Time, ref evidence.Ref, hash uint64) {
	if r.recent == nil {
		r.recent = make([]uint64, maxRecent)
	}
	place := &r.recent[hash%maxRecent]
	r.again = *place == hash
	*place = hash
	r.see(at, ref)
	r.again = false
}

// see takes the next record of the log.
func (r *rhythm) see(at time.Time, ref evidence.Ref) {
	if at.IsZero() {
		return
	}
	r.n++
	minute := at.Unix() / 60
	if r.n == 1 {
		r.base, r.first, r.firstRef = minute, at, ref
	}
	if i := minute - r.base; i >= 0 && i < maxMinutes {
		for int64(len(r.counts)) <= i {
			r.counts = append(r.counts, 0)
		}
		r.counts[i]++
	}
	switch {
	case r.n == 1:
	case at.Before(r.last):
		r.back(at, ref)
		return
	default:
		r.settle()
		if d := at.Sub(r.last); d > r.least {
			r.addGap(gap{r.last, at, r.lastRef, ref})
		}
	}
	r.last, r.lastRef = at, ref
}

// back takes a record that is earlier than the one before.
func (r *rhythm) back(at time.Time, ref evidence.Ref) {
	if r.last.Sub(at) < backLess {
		return
	}
	if r.away++; r.away == 1 {
		r.awayFrom, r.awayRef, r.twice = at, ref, 0
	}
	if r.again {
		r.twice++
	}
	r.awayLast = at
	if r.away >= backRecord {
		if len(r.steps) < maxGaps {
			r.steps = append(r.steps, clockStep{r.last, r.awayFrom, r.lastRef, r.awayRef, r.away, r.twice})
		}
		r.away = 0
		r.last, r.lastRef = at, ref
	}
}

// settle ends a stretch of records that were out of order. One that goes on
// until it has caught up is of a clock that was set back.
func (r *rhythm) settle() {
	if r.away > 0 {
		if r.away >= backLeast && r.last.Sub(r.awayLast) < r.last.Sub(r.awayFrom)/4 {
			if len(r.steps) < maxGaps {
				r.steps = append(r.steps, clockStep{r.last, r.awayFrom, r.lastRef, r.awayRef, r.away, r.twice})
			}
		} else if len(r.stray) < maxGaps {
			r.stray = append(r.stray, stray{r.awayFrom, r.last, r.away, r.twice, r.awayRef})
		}
		r.away = 0
	}
}

func (r *rhythm) addGap(g gap) {
	if len(r.gaps) < maxGaps {
		r.gaps = append(r.gaps, g)
		return
	}
	short := 0
	for i := range r.gaps {
		if r.gaps[i].length() < r.gaps[short].length() {
			short = i
		}
	}
	r.gaps[short] = g
	r.least = r.gaps[0].length()
	for i := range r.gaps {
		r.least = min(r.least, r.gaps[i].length())
	}
}

// within counts the records of the whole minutes inside a stretch.
func (r *rhythm) within(from, to time.Time) int {
	n := 0
	for m := max(from.Unix()/60+1, r.base); m < to.Unix()/60 && m-r.base < int64(len(r.counts)); m++ {
		n += int(r.counts[m-r.base])
	}
	return n
}

// expected returns in how many of the minutes of a stretch the log would have
// spoken by its own habit at those hours of the day, judged by all the rest of
// it.
func (r *rhythm) expected(from, to time.Time) float64 {
	var spoke, all [24]float64
	lo, hi := from.Unix()/60, to.Unix()/60
	for i, n := range r.counts {
		m := r.base + int64(i)
		if m > lo && m < hi {
			continue
		}
		hour := m / 60 % 24
		all[hour]++
		if n > 0 {
			spoke[hour]++
		}
	}
	var total, active float64
	for k := range all {
		total += all[k]
		active += spoke[k]
	}
	if total == 0 {
		return 0
	}
	var sum float64
	for m := lo + 1; m < hi && m-lo < maxMinutes; m++ {
		if hour := m / 60 % 24; all[hour] >= 30 {
			sum += spoke[hour] / all[hour]
		} else {
			sum += active / total // the log does not reach that hour elsewhere
		}
	}
	return sum
}

// usual returns the gap that the log leaves now and then without any reason.
func (r *rhythm) usual() time.Duration {
	if len(r.gaps) == 0 {
		return 0
	}
	list := slices.Clone(r.gaps)
	slices.SortFunc(list, func(a, b gap) int { return cmp.Compare(b.length(), a.length()) })
	return list[min(len(list)-1, 4+len(list)/10)].length()
}

// What makes a silence of a log one that its own rhythm does not explain.
const (
	gapLeast    = 5 * time.Minute
	gapTimes    = 6  // times the usual gap
	gapExpected = 10 // minutes in which the log would have spoken
	shortLog    = 6 * time.Hour
	shortGap    = 90 * time.Second
	shortCount  = 25 // records that a short log would have had
)

// odd reports whether a stretch without records speaks against the rhythm.
func (r *rhythm) odd(from, to time.Time) bool {
	d := to.Sub(from)
	if r.n < 20 || d < shortGap || d < gapTimes*r.usual() {
		return false
	}
	if span := r.last.Sub(r.first); span < shortLog {
		if !from.Before(r.first) && from.Before(r.last) {
			span -= d // the rhythm is that of the time in which it spoke
		}
		return span >= d/2 && float64(r.n)*float64(d)/float64(span) >= shortCount
	}
	return d >= gapLeast && r.expected(from, to) >= gapExpected
}

// logOf returns the log that a file is a part of: its name without what
// rotation and compression add.
func logOf(file string) string {
	dir, name := path.Split(file)
	for _, ext := range [...]string{".gz", ".bz2", ".xz", ".zst"} {
		name = strings.TrimSuffix(name, ext)
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 && digits(name[i+1:]) {
		name = name[:i]
	}
	if i := strings.LastIndexByte(name, '-'); i > 0 && len(name)-i >= 9 && digits(strings.ReplaceAll(name[i+1:], "-", "")) {
		name = name[:i]
	}
	return dir + name
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// rhythms are those of all logs, by name.
type rhythms struct {
	byFile map[string]*rhythm
	byLog  map[string]*rhythm
	seed   maphash.Seed
}

const maxRhythms = 128

func (r *rhythms) of(file string) *rhythm {
	if o := r.byFile[file]; o != nil {
		return o
	}
	if r.byFile == nil {
		r.byFile, r.byLog, r.seed = map[string]*rhythm{}, map[string]*rhythm{}, maphash.MakeSeed()
	}
	name := strings.Clone(logOf(file))
	o := r.byLog[name]
	if o == nil {
		if len(r.byLog) >= maxRhythms {
			name = "other logs"
			o = r.byLog[name]
		}
		if o == nil {
			o = &rhythm{log: name}
			r.byLog[name] = o
		}
	}
	r.byFile[strings.Clone(file)] = o
	return o
}

// sorted returns the rhythms by name.
func (r *rhythms) sorted() []*rhythm {
	out := make([]*rhythm, 0, len(r.byLog))
	for _, name := range sortedKeys(r.byLog) {
		out = append(out, r.byLog[name])
	}
	return out
}
