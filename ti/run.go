package ti

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Bounds of one provider's work in one run.
const (
	chunk       = 32             // requests reserved at once
	maxAttempts = 3              // at one indicator
	maxFailures = 5              // in a row, before a provider is left alone
	firstPause  = time.Second    // after a failure, doubled with each further one
	ratePause   = time.Minute    // after a 429 that names no time
	maxBlocked  = 24 * time.Hour // that a provider can ask for
)

// Do carries out a plan of the same Client and returns the results, as described
// at Lookup. The quotas are asked again for every request: other processes may
// have used them since.
func (c *Client) Do(ctx context.Context, p *Plan) ([]Result, error) {
	results := make([]Result, len(p.actions))
	now := c.options.Clock.Now()
	for at, action := range p.actions {
		ind := p.indicator(at)
		r := &results[at]
		switch action {
		case ActionCache:
			*r = *p.known[at]
			r.Cached, r.Age = true, Seconds(max(now.Sub(r.Asked), 0))
		case ActionHold:
			r.Status, r.Reason = NotSent, p.held[at].Reason
			switch p.held[at].Kind {
			case HoldUnsupported:
				r.Status = NotSupported
			case HoldFormat:
				r.Status = BadFormat
			case HoldQuota:
				r.Status = RateLimited
			}
		}
		r.Type, r.Value, r.Provider = ind.Type, ind.Value, p.info(at).Name
	}
	var wg sync.WaitGroup
	for n, queue := range p.queues {
		if len(queue) == 0 {
			continue
		}
		wg.Go(func() {
			r := runner{client: c, plan: p, provider: c.providers[n], info: c.infos[n], results: results, deadline: now.Add(c.maxWait())}
			if r.info.Local {
				r.local(ctx, queue)
			} else {
				r.remote(ctx, queue)
			}
		})
	}
	wg.Wait()
	return results, ctx.Err()
}

// runner does the work for one provider.
type runner struct {
	client   *Client
	plan     *Plan
	provider Provider
	info     Info
	results  []Result
	deadline time.Time // of waiting

	mu       sync.Mutex
	answers  []Result      // to keep
	attempts map[int]int   // by first step of a request
	again    [][]int       // requests to repeat
	reasons  map[int]error // why
	failures int           // attempts in a row
	failed   map[int]bool  // requests among them
	pause    time.Duration // before the next requests
	blocked  time.Time     // the provider said
	stop     error         // no sense in going on
	unused   int           // requests that were reserved
}

func (r *runner) local(ctx context.Context, queue []int) {
	for n, at := range queue {
		if n%1024 == 0 && ctx.Err() != nil {
			r.rest(queue[n:], NotSent, ctx.Err().Error())
			return
		}
		res, err := r.provider.Lookup(ctx, r.plan.indicator(at))
		if err != nil {
			res = Result{Status: QueryFailed, Reason: printable(err.Error())}
		}
		r.put(at, res)
	}
}

// put stores a result, with what the provider has no say in.
func (r *runner) put(at int, res Result) *Result {
	ind := r.plan.indicator(at)
	res.Type, res.Value, res.Provider, res.Cached, res.Age = ind.Type, ind.Value, r.info.Name, false, 0
	if res.Status == "" {
		res.Status = OK
	}
	if len(res.Raw) > 0 && !json.Valid(res.Raw) {
		res.Raw = nil
	}
	if res.Asked.IsZero() && !r.info.Local {
		res.Asked = r.client.options.Clock.Now().UTC().Truncate(time.Second)
	}
	r.results[at] = res
	return &r.results[at]
}

// rest gives the steps that are not done any more one status and reason.
func (r *runner) rest(steps []int, status Status, reason string) {
	for _, at := range steps {
		r.put(at, Result{Status: status, Reason: reason})
		r.results[at].Asked = time.Time{}
	}
}

func (r *runner) remote(ctx context.Context, queue []int) {
	r.attempts, r.reasons, r.failed = map[int]int{}, map[int]error{}, map[int]bool{}
	var todo [][]int // requests
	for n := 0; n < len(queue); n += r.info.Batch {
		todo = append(todo, queue[n:min(n+r.info.Batch, len(queue))])
	}
	granted := 0
	for len(todo) > 0 {
		if ctx.Err() != nil {
			r.restOf(todo, NotSent, ctx.Err().Error())
			break
		}
		now := r.client.options.Clock.Now()
		var next time.Time
		granted, next = r.settle(min(len(todo), chunk))
		if granted == 0 {
			if next.After(r.deadline) {
				r.restOf(todo, RateLimited, "the quota comes free at "+next.UTC().Format(time.RFC3339))
				break
			}
			_ = r.client.options.Clock.Sleep(ctx, max(next.Sub(now), time.Millisecond))
			continue
		}
		r.pass(ctx, todo[:granted])
		todo = append(r.again, todo[granted:]...)
		r.again = nil
		if r.stop != nil {
			r.restOf(todo, NotSent, "not asked any more: "+printable(r.stop.Error()))
			r.client.notef("%s: not asked any more: %s", r.info.Name, printable(r.stop.Error()))
			break
		}
		if r.pause > 0 && len(todo) > 0 {
			_ = r.client.options.Clock.Sleep(ctx, r.pause)
			r.pause = 0
		}
	}
	r.settle(0)
}

func (r *runner) restOf(todo [][]int, status Status, reason string) {
	for _, steps := range todo {
		text := reason
		s := status
		if err := r.reasons[steps[0]]; err != nil { // it was asked, and failed
			text += " (" + printable(err.Error()) + ")"
			if s == NotSent {
				s = failedStatus(err)
			}
		}
		r.rest(steps, s, text)
	}
}

// settle hands over what there is and reserves requests.
func (r *runner) settle(want int) (int, time.Time) {
	s := settlement{
		provider: r.info.Name, limits: r.info.Limits, now: r.client.options.Clock.Now(),
		answers: r.answers, unused: r.unused, blocked: r.blocked, want: want,
	}
	r.answers, r.unused = nil, 0
	return r.client.settle(s)
}

// pass sends the requests, several at a time, until one says that the provider
// needs a rest.
func (r *runner) pass(ctx context.Context, requests [][]int) {
	var wg sync.WaitGroup
	work := make(chan []int)
	for range min(r.info.Concurrency, len(requests)) {
		wg.Go(func() {
			for steps := range work {
				r.mu.Lock()
				hold := r.stop != nil || r.pause > 0 || r.blocked.After(r.client.options.Clock.Now()) || ctx.Err() != nil
				if hold {
					r.again = append(r.again, steps)
					r.unused++
				}
				r.mu.Unlock()
				if !hold {
					r.ask(ctx, steps)
				}
			}
		})
	}
	for _, steps := range requests {
		work <- steps
	}
	close(work)
	wg.Wait()
}

// ask sends one request and files what comes of it.
func (r *runner) ask(ctx context.Context, steps []int) {
	one, cancel := context.WithTimeout(ctx, r.client.options.Timeout)
	defer cancel()
	list, err := r.request(one, steps)
	if err != nil && ctx.Err() == nil && errors.Is(one.Err(), context.DeadlineExceeded) {
		err = &TemporaryError{fmt.Errorf("no answer within %s", r.client.options.Timeout)}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.failures = 0
		clear(r.failed)
		for n, at := range steps {
			res := r.put(at, list[n])
			if res.Status.Answered() {
				r.answers = append(r.answers, *res)
			}
		}
		return
	}
	r.attempts[steps[0]]++
	r.reasons[steps[0]] = err
	tries := r.attempts[steps[0]]
	now := r.client.options.Clock.Now()
	var rate *RateError
	var temporary *TemporaryError
	var auth *AuthError
	switch {
	case ctx.Err() != nil:
		r.again = append(r.again, steps)
		return
	case errors.As(err, &auth):
		r.stop = cmp.Or(r.stop, err)
	case errors.As(err, &rate):
		wait := min(rate.RetryAfter, maxBlocked)
		if wait <= 0 {
			wait = r.jitter(ratePause << (tries - 1))
		}
		if until := now.Add(wait); until.After(r.blocked) {
			r.blocked = until
		}
		if tries < maxAttempts || r.blocked.After(r.deadline) {
			r.again = append(r.again, steps)
			return
		}
	case r.down(steps[0], err):
	case errors.As(err, &temporary):
		wait := r.jitter(firstPause << (tries - 1))
		if tries < maxAttempts && !now.Add(wait).After(r.deadline) {
			r.pause = max(r.pause, wait)
			r.again = append(r.again, steps)
			return
		}
	}
	r.rest(steps, failedStatus(err), printable(err.Error()))
}

// down counts a failure, and reports whether there is no sense in going on.
func (r *runner) down(request int, err error) bool {
	r.failures++
	r.failed[request] = true
	if r.failures < maxFailures || len(r.failed) < 3 {
		return false
	}
	if r.stop == nil {
		r.stop = fmt.Errorf("%d failures in a row, the last: %w", r.failures, err)
	}
	return true
}

func failedStatus(err error) Status {
	if _, ok := errors.AsType[*RateError](err); ok {
		return RateLimited
	}
	return QueryFailed
}

// request asks about one indicator, or many at once.
func (r *runner) request(ctx context.Context, steps []int) ([]Result, error) {
	if b, ok := r.provider.(BatchProvider); ok && r.info.Batch > 1 {
		list := make([]Indicator, len(steps))
		for n, at := range steps {
			list[n] = r.plan.indicator(at)
		}
		res, err := b.LookupBatch(ctx, list)
		if err == nil && len(res) != len(steps) {
			err = fmt.Errorf("%d answers to %d questions", len(res), len(steps))
		}
		return res, err
	}
	res, err := r.provider.Lookup(ctx, r.plan.indicator(steps[0]))
	return []Result{res}, err
}

// jitter returns a time between half of d and one and a half of it.
func (r *runner) jitter(d time.Duration) time.Duration {
	return d/2 + time.Duration(float64(d)*r.client.random())
}
