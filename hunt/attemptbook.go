package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// settleAfter is how long attempts and sessions wait until all that began
// before them is surely known: an attempt is told when it is over.
const (
	settleAfter = 15 * time.Minute
	settleEvery = 5 * time.Minute
	maxWaiting  = 1 << 17 // then they wait no longer
)

// attemptBook counts the attempts to log on as they come, in order of time, and
// says what was failed before each session. It keeps what is distinct: accounts,
// programs, sources, and the attempts of the last day.
type attemptBook struct {
	waiting   []syslog.Attempt
	accounts  map[string]*LogonCount
	programs  map[string]*LogonCount
	sources   map[string]*SourceCount
	known     map[string]bool
	failed    map[string]*failed
	failRefs  int                 // kept in failed
	from      map[string][]string // sources of each account
	minutes   minutes
	guesses   syslog.Guesses
	listed    keeper[syslog.Attempt] // become Tries
	alike     nths[attemptLike]
	entries   int // that all attempts would become
	windows   sourceWindows
	addrs     map[netip.Addr]string
	su        []suTry // the last ones, in order of time
	suPairs   nths[[2]string]
	suRefused keeper[syslog.Attempt]
}

// suTry is an attempt to become somebody else that failed.
type suTry struct {
	user, by    string
	first, last time.Time
	failures    int
}

// The bounds of what is kept of attempts.
const (
	maxFailRefs  = 1 << 17 // lines of failures, of all sources
	maxSuRefused = 10_000  // told one by one
	maxNamed     = 1 << 17 // accounts, and sources, that are counted each
)

// failed is what one source failed.
type failed struct {
	tries    int
	accounts []string
	end      time.Time
	refs     []evidence.Ref
}

// minutes counts what happened in each minute.
type minutes struct {
	base   int64
	counts [][2]uint32 // succeeded, failed
}

func (m *minutes) add(t time.Time, which int, n int) {
	if t.IsZero() || n == 0 {
		return
	}
	at := floorDiv(t.Unix(), 60)
	if m.counts == nil {
		m.base = at
	}
	if at < m.base && m.base-at+int64(len(m.counts)) < maxMinutes { // a little out of order
		m.counts = append(make([][2]uint32, m.base-at), m.counts...)
		m.base = at
	}
	i := at - m.base
	if i < 0 || i >= maxMinutes {
		return
	}
	if grow := int(i) + 1 - len(m.counts); grow > 0 {
		m.counts = append(m.counts, make([][2]uint32, grow)...)
	}
	m.counts[i][which] += uint32(n)
}

// nameOf returns the source of an attempt as [syslog.Attempt.From] does.
func (b *attemptBook) nameOf(a *syslog.Attempt) string {
	if !a.Source.IsValid() {
		return a.SourceHost
	}
	if s, ok := b.addrs[a.Source]; ok {
		return s
	}
	if b.addrs == nil || len(b.addrs) >= maxNames {
		b.addrs = map[netip.Addr]string{}
	}
	s := a.Source.String()
	b.addrs[a.Source] = s
	return s
}

// takeAttempts takes the attempts that are done and that are asked about again:
// what sudo and cron let in is told by their commands.
func (h *hunter) takeAttempts(done []syslog.Attempt) {
	for i := range done {
		a := &done[i]
		if !isLogon(a.Kind) && a.Failures() == 0 {
			continue
		}
		a.Host, a.Kind, a.User, a.By, a.Method = "", h.names.of(a.Kind), h.names.of(a.User), h.names.of(a.By), h.names.of(a.Method)
		h.book.waiting = append(h.book.waiting, *a)
	}
	if len(h.book.waiting) > maxWaiting {
		h.settle(time.Time{})
	}
}

// question is a session whose beginning is reached: what was failed before it?
type question struct {
	at time.Time
	s  *syslog.Session
}

// settle counts the attempts that began before a moment and answers what was
// failed before the sessions that did; the zero time means all.
func (h *hunter) settle(until time.Time) {
	due := func(t time.Time) bool { return until.IsZero() || t.Before(until) }
	b := &h.book
	slices.SortStableFunc(b.waiting, attemptOrder)
	n := 0
	for n < len(b.waiting) && due(b.waiting[n].First) {
		n++
	}
	var asked []question
	for s := range h.join.Open(h.askedFor) {
		if !due(s.Start) {
			break
		}
		h.askedFor = s.ID + 1
		asked = append(asked, question{s.Start, s})
	}
	for i := range h.ended {
		s := &h.ended[i].Session
		if _, known := h.befores[s.ID]; !known && !s.Start.IsZero() && due(s.Start) {
			asked = append(asked, question{s.Start, s})
		}
	}
	slices.SortStableFunc(asked, func(a, b question) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.s.ID, b.s.ID)) })
	k := 0
	for _, q := range asked {
		for ; k < n && !b.waiting[k].First.After(q.at); k++ {
			h.countAttempt(&b.waiting[k])
		}
		h.befores[q.s.ID] = h.beforeSession(q.s)
	}
	for ; k < n; k++ {
		h.countAttempt(&b.waiting[k])
	}
	now := until
	if now.IsZero() && n > 0 {
		now = b.waiting[n-1].First
	}
	b.waiting = slices.Delete(b.waiting, 0, n)
	left := h.ended[:0]
	for i := range h.ended {
		if s := &h.ended[i]; s.Start.IsZero() || due(s.Start) {
			h.holdSession(s)
		} else {
			left = append(left, *s)
		}
	}
	clear(h.ended[len(left):])
	h.ended = left
	if !now.IsZero() {
		b.windows.trim(now)
		b.trimSu(now)
	}
}

func attemptOrder(a, b syslog.Attempt) int {
	return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.PID, b.PID), cmp.Compare(a.User, b.User))
}

func (h *hunter) beforeSession(s *syslog.Session) failuresBefore {
	if isSu(s.Kind) {
		return failuresBefore{su: h.book.suFailures(s)}
	}
	source, _ := sourceOf(s.Source, s.SourceHost)
	return h.book.windows.before(source, s.User, s.Start)
}

// countAttempt counts the next attempt in order of time.
func (h *hunter) countAttempt(a *syslog.Attempt) {
	n := a.Failures()
	if n > 0 {
		h.logins.compare(a, h.book.nameOf(a))
	}
	if isSu(a.Kind) && n > 0 {
		h.book.addSu(a, n)
	}
	if isLogon(a.Kind) {
		h.book.add(h, a, n)
	}
}

func (b *attemptBook) add(h *hunter, a *syslog.Attempt, failures int) {
	if b.accounts == nil {
		b.accounts, b.programs, b.sources = map[string]*LogonCount{}, map[string]*LogonCount{}, map[string]*SourceCount{}
		b.known, b.failed, b.from = map[string]bool{}, map[string]*failed{}, map[string][]string{}
		b.guesses.Rules, b.guesses.MaxPairs = guessRules, -1
	}
	l := &h.inv.Logons
	l.Attempts += a.Tries
	l.Failed += failures
	b.minutes.add(a.First, 1, failures)
	succeeded := 0
	if a.Success {
		succeeded = 1
		b.minutes.add(a.Last, 0, 1)
	}
	l.Succeeded += succeeded
	user := a.User
	if b.accounts[user] == nil && len(b.accounts) >= maxNamed && !a.Success {
		user = otherAccounts
	}
	if a.UserKnown || a.Success {
		b.known[user] = true
	}
	count(b.accounts, user, a, failures, succeeded)
	count(b.programs, a.Kind, a, failures, succeeded).Known = true
	from := b.nameOf(a)
	counted := from
	if b.sources[from] == nil && len(b.sources) >= maxNamed && !a.Success && from != "" {
		counted = otherSources
	}
	if counted != "" {
		s := source(b.sources, counted, a)
		s.Failed += failures
		s.Succeeded += succeeded
		s.First, s.Last = widen(s.First, s.Last, a.First, a.Last)
		if len(s.Accounts) < maxAccounts {
			s.Accounts = appendNew(s.Accounts, user)
		}
		if list := b.from[user]; len(list) < maxAccounts {
			b.from[user] = appendNew(list, counted)
		}
	}
	b.guesses.Add(a)
	b.list(h, a, a.Success)
	if failures > 0 {
		b.fail(a, counted, failures)
	}
	if from != "" {
		b.windows.add(a, from)
	}
}

// Where accounts and sources are too many to be counted each, those that come
// later and only fail are counted together.
const (
	otherAccounts = "(other accounts)"
	otherSources  = "(other sources)"
)

// list keeps an attempt that is listed one by one: its success and its failures
// are an entry each.
func (b *attemptBook) list(h *hunter, a *syslog.Attempt, succeeded bool) {
	b.listed.max = h.o.MaxTries
	class := 0
	if succeeded {
		class = 2
	}
	one := *a
	one.Refs = slices.Clone(a.Refs) // without the room that was left to add more
	b.listed.add(one, worthOf(class, b.alike.next(attemptLike{a.User, b.nameOf(a), succeeded})))
	b.entries += entriesOf(a)
}

// attemptLike is what makes attempts alike when some must be let go.
type attemptLike struct {
	user, from string
	succeeded  bool
}

// entriesOf returns how many entries an attempt becomes.
func entriesOf(a *syslog.Attempt) int {
	if a.Success && a.Failures() > 0 {
		return 2
	}
	return 1
}

// tries returns the attempts that are kept, which become at most so many entries.
func (b *attemptBook) tries(most int) []syslog.Attempt {
	for {
		b.listed.cut()
		n := 0
		for i := range b.listed.list {
			n += entriesOf(b.listed.list[i].v)
		}
		if n <= most {
			break
		}
		b.listed.max = len(b.listed.list) - (n-most+1)/2
	}
	out := valuesOf(&b.listed)
	b.listed, b.alike = keeper[syslog.Attempt]{}, nths[attemptLike]{}
	return out
}

func (b *attemptBook) fail(a *syslog.Attempt, from string, failures int) {
	f := b.failed[from]
	if f == nil {
		f = &failed{}
		b.failed[from] = f
	}
	f.tries += failures
	if len(f.accounts) < maxAccounts {
		f.accounts = appendNew(f.accounts, a.User)
	}
	most := maxSignalRefs
	if b.failRefs > maxFailRefs {
		most = maxJobRefs
	}
	if len(f.refs) < most {
		f.refs = append(f.refs, a.Refs...)
		b.failRefs += len(a.Refs)
	}
	if a.Last.After(f.end) {
		f.end = a.Last.UTC()
	}
}

// suWindow is how far back failures of su count for one that succeeded.
const suWindow = 10 * time.Minute

func (b *attemptBook) addSu(a *syslog.Attempt, failures int) {
	b.su = append(b.su, suTry{a.User, a.By, a.First, a.Last, failures})
	b.suRefused.max = maxSuRefused
	one := *a
	one.Refs = slices.Clone(a.Refs)
	b.suRefused.add(one, worthOf(0, b.suPairs.next([2]string{a.By, a.User})))
}

// suFailures counts the tries to become the account that failed shortly before
// a session of su.
func (b *attemptBook) suFailures(s *syslog.Session) int {
	n := 0
	from, _ := slices.BinarySearchFunc(b.su, s.Start.Add(-suWindow), func(t suTry, at time.Time) int { return t.first.Compare(at) })
	for _, t := range b.su[from:] {
		if t.first.After(s.Start) {
			break
		}
		if t.user == s.User && (s.By == "" || t.by == "" || t.by == s.By) && !t.last.After(s.Start) {
			n += t.failures
		}
	}
	return n
}

func (b *attemptBook) trimSu(now time.Time) {
	n, _ := slices.BinarySearchFunc(b.su, now.Add(-suWindow-settleAfter), func(t suTry, at time.Time) int { return t.first.Compare(at) })
	if n > len(b.su)/2 {
		b.su = slices.Delete(b.su, 0, n)
	}
}
