package ti

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Action is what a plan intends with one indicator and one provider.
type Action string

// The actions.
const (
	ActionSend  Action = "send"   // the provider is asked: it learns the indicator
	ActionLocal Action = "local"  // asked on this machine
	ActionCache Action = "cached" // the answer is there
	ActionHold  Action = "hold"   // not asked
)

// String returns the action.
func (a Action) String() string { return string(a) }

// Step is one indicator and one provider of a Plan.
type Step struct {
	Indicator Indicator `json:"indicator"`
	Provider  string    `json:"provider"`
	Action    Action    `json:"action"`
	Held      Held      `json:"held,omitzero"` // why, for ActionHold
}

// ProviderPlan sums up what a Plan has for one provider.
type ProviderPlan struct {
	Provider    string           `json:"provider"`
	Destination string           `json:"destination,omitzero"`
	Local       bool             `json:"local,omitzero"`
	Send        int              `json:"send"`   // indicators to send
	Cached      int              `json:"cached"` // answers there already
	Held        map[HoldKind]int `json:"held,omitempty"`
	Quotas      []Quota          `json:"quotas,omitempty"` // what the limits leave before the run
	Takes       Seconds          `json:"takes_seconds,omitzero"`
	Blocked     time.Time        `json:"blocked_until,omitzero"` // the provider said so
}

// Plan says what a look-up will do: what goes to whom, what is held back and
// why, what is known already. [Client.Do] does it and nothing else. A Plan does
// not change.
type Plan struct {
	Time       time.Time
	Indicators []Indicator // each once

	client *Client
	infos  []Info
	// By indicator, then provider.
	actions []Action
	held    []Held
	known   map[int]*Result // cached answers
	queues  [][]int         // by provider: steps to do, in their order
	summary []ProviderPlan
}

// Plan returns what Lookup would do now. Nothing is sent; the cache is read.
func (c *Client) Plan(indicators []Indicator) *Plan {
	p := &Plan{Time: c.options.Clock.Now(), Indicators: dedupe(indicators), client: c, infos: c.infos, known: map[int]*Result{}}
	n, width := len(p.Indicators), len(c.infos)
	p.actions, p.held = make([]Action, n*width), make([]Held, n*width)
	p.queues = make([][]int, width)
	p.gates()
	usages := p.cache()
	p.allot(usages)
	p.sum(usages)
	return p
}

// gates decides by type and policy; what passes stays open.
func (p *Plan) gates() {
	for i, ind := range p.Indicators {
		common := p.client.gate.hold(ind)
		for n, info := range p.infos {
			at := i*len(p.infos) + n
			switch {
			case !info.Supports(ind.Type):
				p.hold(at, Held{HoldUnsupported, "the provider does not answer for this type"})
			case common.Kind == HoldFormat:
				p.hold(at, common)
			case info.Local:
				p.actions[at] = ActionLocal
				p.queues[n] = append(p.queues[n], at)
			case !common.IsZero():
				p.hold(at, common)
			}
		}
	}
}

func (p *Plan) hold(at int, why Held) { p.actions[at], p.held[at] = ActionHold, why }

// cache finds the answers that are good still, and returns what was used of the
// quotas.
func (p *Plan) cache() map[string]*usage {
	var open []int
	var pairs []pair
	var names []string
	for _, info := range p.infos {
		if !info.Local {
			names = append(names, info.Name)
		}
	}
	for at, action := range p.actions {
		if action == "" {
			open = append(open, at)
			pairs = append(pairs, pair{p.info(at).Name, p.indicator(at).key()})
		}
	}
	if len(names) == 0 {
		return nil
	}
	if p.client.options.Refresh {
		pairs = nil
	}
	answers, usages := p.client.load(pairs, names)
	for n, r := range answers {
		if r == nil || !r.Status.Answered() {
			continue
		}
		info := p.info(open[n])
		life := info.Lifetime
		if r.Status == NoData {
			life = info.NoDataLifetime
		}
		if age := p.Time.Sub(r.Asked); age < life && age > -time.Hour {
			p.actions[open[n]] = ActionCache
			p.known[open[n]] = r
		}
	}
	return usages
}

// allot gives what the quotas and the budget allow to the most important
// indicators.
func (p *Plan) allot(usages map[string]*usage) {
	width := len(p.infos)
	order := make([]int, len(p.Indicators))
	want := make([]int, width)
	for i := range order {
		order[i] = i
		for n := range width {
			if p.actions[i*width+n] == "" {
				want[n]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(p.Indicators[b].Importance, p.Indicators[a].Importance)
	})
	p.summary = make([]ProviderPlan, width)
	allowed := make([]int, width)
	for n, info := range p.infos {
		if !info.Local {
			requests, _ := usages[info.Name].forecast(info.Limits, p.Time, ceil(want[n], info.Batch), p.client.maxWait())
			allowed[n] = requests * info.Batch
		}
	}
	budget, limited := p.client.options.Budget, p.client.options.Budget > 0
	for _, i := range order {
		for n := range width {
			at := i*width + n
			switch {
			case p.actions[at] != "":
			case p.client.options.Policy.Offline:
				p.hold(at, Held{HoldOffline, "offline"})
			case limited && budget == 0:
				p.hold(at, Held{HoldBudget, fmt.Sprintf("the budget of %d look-ups is used up", p.client.options.Budget)})
			case allowed[n] == 0:
				p.hold(at, Held{HoldQuota, quotaReason(usages[p.infos[n].Name], p.infos[n].Limits, p.Time)})
			default:
				p.actions[at] = ActionSend
				p.queues[n] = append(p.queues[n], at)
				allowed[n]--
				budget--
			}
		}
	}
}

func ceil(n, by int) int { return (n + by - 1) / by }

func (c *Client) maxWait() time.Duration { return max(c.options.MaxWait, 0) }

// quotaReason says which limit stands in the way.
func quotaReason(u *usage, limits []Limit, now time.Time) string {
	if u.Blocked.After(now) {
		return "the provider wants no requests before " + u.Blocked.UTC().Format(time.RFC3339)
	}
	var texts []string
	for _, q := range u.quotas(limits, now) {
		texts = append(texts, q.Limit.String()+", "+fmt.Sprint(q.Left)+" left")
	}
	return "beyond the quota (" + strings.Join(texts, "; ") + ")"
}

func (p *Plan) info(at int) Info           { return p.infos[at%len(p.infos)] }
func (p *Plan) indicator(at int) Indicator { return p.Indicators[at/len(p.infos)] }

func (p *Plan) sum(usages map[string]*usage) {
	for n, info := range p.infos {
		s := ProviderPlan{Provider: info.Name, Destination: info.Destination, Local: info.Local, Held: map[HoldKind]int{}}
		for i := range p.Indicators {
			at := i*len(p.infos) + n
			switch p.actions[at] {
			case ActionSend:
				s.Send++
			case ActionCache:
				s.Cached++
			case ActionHold:
				s.Held[p.held[at].Kind]++
			}
		}
		if u := usages[info.Name]; u != nil && !info.Local {
			s.Quotas = u.quotas(info.Limits, p.Time)
			_, takes := u.forecast(info.Limits, p.Time, ceil(s.Send, info.Batch), p.client.maxWait())
			s.Takes = Seconds(takes)
			if u.Blocked.After(p.Time) {
				s.Blocked = u.Blocked
			}
		}
		p.summary[n] = s
	}
}

// Steps returns every indicator with every provider, in the order of the
// results.
func (p *Plan) Steps() iter.Seq[Step] {
	return func(yield func(Step) bool) {
		for at, action := range p.actions {
			if !yield(Step{p.indicator(at), p.info(at).Name, action, p.held[at]}) {
				return
			}
		}
	}
}

// Providers sums up the plan by provider.
func (p *Plan) Providers() []ProviderPlan { return slices.Clone(p.summary) }

// Sends reports how many look-ups would leave the machine.
func (p *Plan) Sends() int {
	n := 0
	for _, s := range p.summary {
		n += s.Send
	}
	return n
}

// WriteText writes the plan for people: a row for each provider, then what is
// held back from all of them and why.
func (p *Plan) WriteText(w io.Writer) error {
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "PROVIDER\tGOES TO\tSEND\tCACHED\tHELD BACK\tQUOTA LEFT\tTAKES")
	for _, s := range p.summary {
		to, takes := printable(s.Destination), ""
		if s.Local {
			to = "(this machine)"
		}
		if s.Takes > 0 {
			takes = s.Takes.String()
		}
		var held, quotas []string
		for _, k := range slices.Sorted(keys(s.Held)) {
			if k != HoldUnsupported {
				held = append(held, fmt.Sprintf("%d %s", s.Held[k], k))
			}
		}
		for _, q := range s.Quotas {
			quotas = append(quotas, fmt.Sprintf("%d of %s", q.Left, q.Limit))
		}
		if !s.Blocked.IsZero() {
			quotas = append(quotas, "none before "+s.Blocked.UTC().Format(time.RFC3339))
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", printable(s.Provider), to, s.Send, s.Cached,
			strings.Join(held, ", "), strings.Join(quotas, ", "), takes)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func keys[K comparable, V any](m map[K]V) iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// String returns the limit for people: "500 a day".
func (l Limit) String() string {
	unit := l.Per.String()
	switch l.Per {
	case time.Second:
		unit = "second"
	case time.Minute:
		unit = "minute"
	case time.Hour:
		unit = "hour"
	case Day:
		unit = "day"
	case Week:
		unit = "week"
	case Month:
		unit = "month"
	default:
		return fmt.Sprintf("%d in %s", l.N, unit)
	}
	return fmt.Sprintf("%d a %s", l.N, unit)
}
