package hunt

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/ti"
)

// Options sets what is investigated and how much of it is kept. The zero value
// takes the host with the most records and all of time.
type Options struct {
	// Host is the host to investigate, as the logs name it; "" is the one
	// with the most records.
	Host string
	// Window is the time to look at; the zero window is all of it.
	Window querytime.Window
	// Rules judge commands; nil means [cmdline.DefaultRules].
	Rules *cmdline.Rules
	// Sigma are rules to run over the log lines, audit records and processes
	// beside the rules of the house; nil for none. What became of each stands
	// in Sigma of the result, and those that matched among the findings, at
	// their author's level.
	Sigma *sigma.Set
	// Locator says where addresses are and whose; nil for nowhere. It must
	// ask nobody.
	Locator geo.Locator
	// Addresses are the host's own, beside those that its logs name. They are
	// never asked about.
	Addresses []netip.Addr
	// Intel knows who could be asked about indicators; nil for nobody. Its
	// plan is made always, and carried out only with Ask.
	Intel Intelligence
	// Ask carries out the plan: what [Intel] of the result says would be
	// sent, is sent.
	Ask bool
	// Consent, when not nil, is called with the plan before anything is sent;
	// nothing is when it returns false.
	Consent func(*ti.Plan) bool

	// MaxSessions is how many sessions are listed, those that stand out and the
	// first of each account from each source; the others are counted, and known
	// where it matters whether an account had one open. 0 means 50,000. Of those
	// that only audit knows 20,000 are listed at most.
	MaxSessions int
	// MaxSudo is how many sudo commands are listed, chosen in the same way. 0
	// means 50,000.
	MaxSudo int
	// MaxTries is how many logon attempts are listed one by one, those that
	// succeeded and the first of each account from each source before others;
	// more are only counted. 0 means 10,000.
	MaxTries int
	// MaxProcesses is how many processes are listed: those with risks, those that
	// connections, watched files and changes are of, what people ran, the first
	// of their like, and a sample of the rest, all with what led to them. The
	// others are counted. 0 means 20,000.
	MaxProcesses int
	// MaxConnections is how many connections are listed, those to the outside and
	// the first of a program to an address before others, which are counted. 0
	// means 10,000.
	MaxConnections int
	// MaxIndicators is how many distinct indicators are kept; 0 means 20,000.
	MaxIndicators int
	// MaxTimeline is how many moments the timeline holds; 0 means 20,000.
	MaxTimeline int
	// MaxSteps is how many steps one finding tells, the worst ones; 0 means
	// 1,000.
	MaxSteps int
	// MaxEvidence is how many cited lines are read again and kept with the
	// investigation; 0 means 10,000.
	MaxEvidence int

	// Progress, when not nil, is called now and then from the goroutine that
	// called [Investigate].
	Progress func(Progress)
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		v *int
		n int
	}{
		{&o.MaxSessions, 50_000},
		{&o.MaxSudo, 50_000},
		{&o.MaxTries, 10_000},
		{&o.MaxProcesses, 20_000},
		{&o.MaxConnections, 10_000},
		{&o.MaxIndicators, 20_000},
		{&o.MaxTimeline, 20_000},
		{&o.MaxSteps, 1_000},
		{&o.MaxEvidence, 10_000},
	} {
		if *d.v <= 0 {
			*d.v = d.n
		}
	}
	return o
}

// ErrNoEvidence is wrapped by the error for a source that holds nothing that
// this package can read.
var ErrNoEvidence = errors.New("no syslog, audit or login record was found")

// HostError says that the evidence has no record of the host asked for.
type HostError struct {
	Host  string   // asked for
	Hosts []string // found, the one with the most records first
}

// Error names the host asked for and those found.
func (e *HostError) Error() string {
	names := make([]string, 0, maxListed)
	for _, h := range e.Hosts {
		names = append(names, quoteName(h))
	}
	return fmt.Sprintf("host %s is not in the evidence; hosts found: %s", quoteName(e.Host), list(names))
}

// WindowError says that the evidence has no record in the window asked for.
type WindowError struct {
	Window      querytime.Window
	First, Last time.Time // what the evidence spans; zero where unknown
}

// Error names the window asked for and what the evidence spans.
func (e *WindowError) Error() string {
	var b strings.Builder
	b.WriteString("no record lies in the window")
	if !e.Window.Start.IsZero() {
		b.WriteString(" from " + e.Window.Start.UTC().Format(time.RFC3339))
	}
	if !e.Window.End.IsZero() {
		b.WriteString(" to " + e.Window.End.UTC().Format(time.RFC3339))
	}
	if !e.First.IsZero() {
		b.WriteString("; the evidence spans " + e.First.UTC().Format(time.RFC3339) + " to " + e.Last.UTC().Format(time.RFC3339))
	}
	return b.String()
}
