package sentinel

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// Options says what to ask and how hard. Its zero value works but for
// Workspaces.
type Options struct {
	// Workspaces are the ids (GUIDs) of the workspaces that are read together;
	// at most 100, the limit of the service.
	Workspaces []string
	// Window is the time that Hosts looks at; the zero window is all of it,
	// which can be much.
	Window querytime.Window
	// Wait is how long the service may work on one query. 0 means ten minutes,
	// the most it takes.
	Wait time.Duration
	// MaxRows is the most rows that the service gives to one query: an answer
	// with so many counts as cut off. 0 means 500,000.
	MaxRows int64
	// WindowRows and WindowBytes are how much one window should hold; a window
	// that turns out to hold more bytes, or twice the rows, is cut. Up to
	// Concurrency+1 windows are held in memory. 0 means 50,000 rows and 16 MiB.
	WindowRows, WindowBytes int64
	// Concurrency is how many queries run at a time. 0 means 5, which is what
	// the service allows one user.
	Concurrency int
	// Pace is how many queries are started in any 30 seconds. 0 means 200,
	// which is what the service allows one user.
	Pace int
	// Retries is how often a window is asked for again after a fault that may
	// pass. 0 means 5; less than 0 means never.
	Retries int
	// AuditTables are tables with records of auditd, beside those that are
	// found by their names.
	AuditTables []string
	// AuditLag is by how much the time at which a record of auditd was
	// received may lie behind the time of its event. 0 means an hour.
	AuditLag time.Duration
	// Progress is called after every window, from the goroutine that takes the
	// rows; nil for none.
	Progress func(Progress)
	// Sleep waits for d or until ctx ends; nil means that the clock is used.
	Sleep func(ctx context.Context, d time.Duration) error
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Progress is how far a query is.
type Progress struct {
	Query string
	// Done is the window whose rows were handed on last. All before its end is
	// done, so a query that was interrupted is resumed from there.
	Done querytime.Window
	Rows int64 // handed on so far
	Of   int64 // rows that were counted beforehand; 0 where they were not
	Cost Cost  // of everything that was asked so far
}

// The service's limits and what is kept below them.
const (
	defaultMaxRows     = 500_000
	defaultWindowRows  = 50_000
	defaultWindowBytes = 16 << 20
	defaultConcurrency = 5
	defaultPace        = 200
	defaultRetries     = 5
	defaultLag         = time.Hour
	maxWorkspaces      = 100
)

func (o Options) withDefaults() Options {
	set := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&o.MaxRows, defaultMaxRows)
	set(&o.WindowRows, defaultWindowRows)
	set(&o.WindowBytes, defaultWindowBytes)
	o.WindowRows = min(o.WindowRows, o.MaxRows)
	if o.Concurrency <= 0 {
		o.Concurrency = defaultConcurrency
	}
	if o.Pace <= 0 {
		o.Pace = defaultPace
	}
	switch {
	case o.Retries == 0:
		o.Retries = defaultRetries
	case o.Retries < 0:
		o.Retries = 0
	}
	if o.AuditLag <= 0 {
		o.AuditLag = defaultLag
	}
	if o.Wait <= 0 || o.Wait > maxWait {
		o.Wait = maxWait
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Workspace is the evidence in one or more workspaces of Log Analytics. It
// satisfies hunt.Source and the further interfaces of package hunt. It is safe
// for concurrent use; all its queries together keep to Concurrency and Pace.
type Workspace struct {
	q    Querier
	o    Options
	gate *gate

	mu     sync.Mutex
	cost   Cost
	stats  map[string]*evidence.Stats
	order  []string
	tables map[string]*tableInfo
	audit  map[querytime.Window][]auditTable
	kept
}

// New returns the evidence in the workspaces that o names. Nothing is asked
// yet.
func New(q Querier, o Options) (*Workspace, error) {
	o = o.withDefaults()
	if len(o.Workspaces) == 0 {
		return nil, ErrNoWorkspace
	}
	if len(o.Workspaces) > maxWorkspaces {
		return nil, fmt.Errorf("%d workspaces: the service reads at most %d together", len(o.Workspaces), maxWorkspaces)
	}
	for i, id := range o.Workspaces {
		if err := checkWorkspace(id); err != nil {
			return nil, err
		}
		if slices.Contains(o.Workspaces[:i], id) {
			return nil, fmt.Errorf("workspace %s is named twice: its rows would come twice", id)
		}
	}
	for _, t := range o.AuditTables {
		if !identifier(t) {
			return nil, fmt.Errorf("%w: %q is no name of a table", ErrParams, t)
		}
	}
	return &Workspace{
		q: q, o: o, gate: newGate(o),
		stats: map[string]*evidence.Stats{}, tables: map[string]*tableInfo{}, audit: map[querytime.Window][]auditTable{},
	}, nil
}

// checkWorkspace takes ids only: names of workspaces are not unique.
func checkWorkspace(id string) error {
	ok := len(id) == 36
	for i := range len(id) {
		c := id[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
		ok = ok && (dash && c == '-' || !dash && hex)
	}
	if !ok {
		return fmt.Errorf("workspace %q: a Workspace ID looks like 01234567-89ab-cdef-0123-456789abcdef and stands on the workspace's page in the portal", id)
	}
	return nil
}

// Cost returns what all queries so far have cost.
func (w *Workspace) Cost() Cost {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cost
}

func (w *Workspace) addCost(c Cost) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cost.Add(c)
}

// fatal reports whether no other query can succeed after the error.
func fatal(err error) bool {
	var login *LoginError
	var s *ServiceError
	switch {
	case errors.As(err, &login), errors.Is(err, ErrNoWorkspace), errors.Is(err, ErrParams), errors.Is(err, ErrNoTable):
		return true
	case errors.As(err, &s):
		return s.Status >= 400 && s.Status < 500 && !s.transient()
	}
	return false
}

// quoteHost writes a name of a host so that it can be a part of a name: "*" is
// every host, and what would part the name is written as in a URL.
func quoteHost(host string) string {
	if host == "" {
		return "*"
	}
	var b strings.Builder
	for i := range len(host) {
		switch c := host[i]; {
		case c <= ' ' || c == '/' || c == '%' || c == '*' || c == 0x7f:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unquoteHost reads what quoteHost wrote; ok is false for anything else.
func unquoteHost(s string) (host string, ok bool) {
	if s == "*" {
		return "", true
	}
	host, err := url.PathUnescape(s)
	return host, err == nil && quoteHost(host) == s
}
