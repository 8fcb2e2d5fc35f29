package hunt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ptree"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// hunter is one investigation under way.
type hunter struct {
	ctx        context.Context //nolint:containedctx // lives as long as one call of Investigate
	src        Source
	stage      string    // of the progress
	at         time.Time // the log\'s time that it has come to
	begin      time.Time
	doneBefore int64 // bytes that were read before the hunt began
	sigma      *sigma.Run
	o          Options
	rules      *cmdline.Rules
	judged     map[[2]string][]Hit // by sudo command and folder
	sudoFetch  map[[2]string]Fetch // the same
	scan       *ioc.Scanner
	inv        *Investigation
	seen       seen

	auth         span // of the lines about logons
	join         syslog.Sessionizer
	book         attemptBook
	ended        []heldSession          // that wait for what began before them
	askedFor     int                    // sessions with a smaller id were asked about
	befores      map[int]failuresBefore // by the id of a session of the log
	held         keeper[heldSession]
	likes        nths[like]
	ghosts       ghosts
	tags         tags
	sudo         sudoBook
	risky        map[string]riskyAt // by account
	changes      changeBook
	cronEdits    keeper[CronEdit]
	cronLikes    nths[[2]string]
	lateSessions int // about which what was failed before them is forgotten
	campaigns    []syslog.Campaign
	probes       map[string]*sourceProbes
	probing      map[int]probe // by pid
	jobs         map[jobKey]*Job
	programs     map[string]int64
	units        map[string]*unit
	startsAt     map[int64][]string // stems of the units that systemd started, by second
	shapes       evidence.Shapes
	marks        map[string]*indicator
	apps         apps
	besides      besides
	runs         []cronRun
	failed       []string // inputs that could not be read to their end

	audit     auditFacts
	crowd     crowd
	folded    folded
	uses      uses
	appNames  map[string]bool    // of applications
	texts     map[string][]found // indicators of command lines
	commands  map[string]*judged
	logins    logins
	rhythms   rhythms             // of the logs
	serials   serials             // of audit events
	uids      map[string]int64    // of accounts
	writers   writers             // of the lines about sessions
	blindFor  []Blind             // what is blind for a time
	auditLogs map[string]bool     // the logs that hold audit records
	drops     []dropped           // what log daemons say that they lost
	names     names               // of accounts, programs, commands, each once
	oneFile   map[string][]string // lists of one file, each once
	logStarts []time.Time         // when log daemons say that they began or ended
	tree      *ptree.Tree

	connectedBy []*ptree.Process // by connection
	changedBy   []*ptree.Process // by file change

	before      []failuresBefore           // by session
	sudoBefores map[evidence.Ref]sudoHabit // by the line of the command
	servers     map[int]bool               // processes that a server should not have started
	byAudit     map[string][]int           // indexes of inv.Sessions by audit session
	users       stays                      // the same by account
	jobTexts    map[string]bool            // what cron ran
	services    map[string]bool            // whether an account is a service's
	firstSudo   map[string]time.Time       // when each account first ran something with sudo
	signals     []*signal
	cited       map[evidence.Ref]citation
}

// span is from the first to the last of something.
type span struct{ first, last time.Time }

// Investigate reads the evidence of one host and says what a hunter should
// look at. What cannot be read is counted and told under Coverage; the rest is
// still read. When ctx ends it early, what is known so far is returned with
// Partial set, together with the context's error; before anything was read the
// investigation is nil. Else the error is a [*HostError], a [*WindowError], wraps
// [ErrNoEvidence], or is that of the context or of a source that gives
// nothing at all.
//
// The result depends on the evidence and the options only: it is the same on
// every run and at every GOMAXPROCS.
func Investigate(ctx context.Context, src Source, o Options) (*Investigation, error) {
	h, host, err := begin(ctx, src, o)
	if err != nil {
		return nil, err
	}
	h.readAudit(host)
	h.attemptsOfAudit()
	h.readOthers(host)
	release := h.endedEarly()
	defer release()
	sums, stop := digests(ctx, src)
	defer stop()
	if h.seen.records == 0 && h.seen.audit == 0 && h.logins.first.IsZero() && len(h.logins.failed) == 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, h.nothing()
	}
	h.buildProcesses()
	h.sigmaProcesses()
	h.listSudo()
	h.listChanges()
	h.buildSessions()
	h.writers = writers{}
	h.attribute()
	h.buildLogons()
	h.compareLogins()
	h.judge()
	h.findSilences()
	h.collectSignals()
	h.users = nil
	if len(h.ghosts.byAudit) == 0 { // nobody asks for one by its number
		h.ghosts.column = column[ghost]{}
	}
	h.keyLists()
	h.book.failed, h.book.suRefused = nil, keeper[syslog.Attempt]{}
	h.buildSigma()
	h.buildFindings()
	h.linkSilences()
	h.linkSigma()
	h.flagSessions()
	h.buildGraphs()
	h.buildUsers()
	h.buildIndicators()
	h.buildSections()
	h.ghosts, h.book.from = ghosts{}, nil
	h.buildTimeline()
	h.cited = nil
	h.wait(stageDigests, func() { h.inv.Coverage.Sources = sums() })
	h.buildCoverage()
	h.inv.Hypotheses = verdicts(h.inv.Findings, h.inv.Coverage.Blind, span{h.inv.Host.First, h.inv.Host.Last})
	h.blindFindings()
	h.readEvidence()
	h.report(int64(len(h.inv.Evidence)))
	makeValid(h.inv)
	return h.inv, ctx.Err()
}

// newHunter returns a hunter that knows nothing yet.
func newHunter(ctx context.Context, src Source, o Options) *hunter {
	h := &hunter{
		ctx: ctx, src: src, o: o.withDefaults(), rules: o.Rules, scan: ioc.Default(), begin: time.Now(),
		inv:    &Investigation{Schema: Schema, Window: o.Window},
		probes: map[string]*sourceProbes{}, probing: map[int]probe{}, jobs: map[jobKey]*Job{}, programs: map[string]int64{},
		units: map[string]*unit{}, auditLogs: map[string]bool{}, uids: map[string]int64{},
		befores: map[int]failuresBefore{}, risky: map[string]riskyAt{},
		marks: map[string]*indicator{}, judged: map[[2]string][]Hit{}, sudoFetch: map[[2]string]Fetch{}, byAudit: map[string][]int{},
	}
	if h.rules == nil {
		h.rules = cmdline.DefaultRules()
	}
	if o.Sigma != nil {
		h.sigma = o.Sigma.NewRun()
	}
	if s, ok := src.(SizedSource); ok {
		h.doneBefore, _ = s.Position()
	}
	return h
}

func chooseHost(asked string, hosts []string) (string, error) {
	switch {
	case asked == "" && len(hosts) > 0:
		return hosts[0], nil
	case asked == "" || slices.Contains(hosts, asked):
		return asked, nil
	case len(hosts) == 0:
		return "", fmt.Errorf("host %s: %w", quoteName(asked), ErrNoEvidence)
	}
	return "", &HostError{Host: asked, Hosts: hosts}
}

// nothing says why there is nothing to investigate.
func (h *hunter) nothing() error {
	var all evidence.Stats
	var problems []string
	for _, s := range h.src.Stats() {
		all.See(s.First)
		all.See(s.Last)
		problems = append(problems, s.Errors...)
	}
	if !h.o.Window.IsZero() && !all.First.IsZero() {
		return &WindowError{Window: h.o.Window, First: all.First.UTC(), Last: all.Last.UTC()}
	}
	if len(problems) == 0 {
		return ErrNoEvidence
	}
	return fmt.Errorf("%w (%s)", ErrNoEvidence, strings.Join(problems[:min(len(problems), 5)], "; "))
}

// unread notes an error of a source that belongs to no single line.
func (h *hunter) unread(what string, err error) {
	var line *evidence.LineError
	if errors.As(err, &line) || h.ctx.Err() != nil {
		return
	}
	if msg := what + ": " + err.Error(); !slices.Contains(h.failed, msg) && len(h.failed) < evidence.MaxErrors {
		h.failed = append(h.failed, msg)
	}
}
