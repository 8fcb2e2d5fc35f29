package hunt

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// Intel is threat intelligence: who could be asked about the indicators, what
// each would be told, what is held back and why, and, where the hunt was told
// to ask, what they said.
type Intel struct {
	Asked     bool              `json:"asked"`               // the look-up was made; else this is the plan alone
	Error     string            `json:"error,omitempty"`     // why the look-up ended early
	Providers []ti.ProviderPlan `json:"providers,omitempty"` // those that are configured, and what each would get
	Plan      []IntelStep       `json:"plan,omitempty"`      // for each indicator, in the order of Investigation.Indicators
	Results   []ti.Result       `json:"results,omitempty"`   // answers, in the order of the plan and then the providers; what was not asked has none
	Hits      []IntelHit        `json:"hits,omitempty"`      // indicators that somebody knows, worst first
}

// IntelStep is what would become of one indicator.
type IntelStep struct {
	IndicatorID

	Send   []string    `json:"send,omitempty"`   // providers that would learn it
	Local  []string    `json:"local,omitempty"`  // providers on this machine that would be asked
	Cached []string    `json:"cached,omitempty"` // providers whose answer is there already
	Held   ti.HoldKind `json:"held,omitempty"`   // the rule that keeps it from all others
	Why    string      `json:"why,omitempty"`    // the same for people
}

// IntelHit is an indicator that threat intelligence knows, with a severity
// above "information" from one provider at least.
type IntelHit struct {
	IndicatorID

	Severity  ti.Severity `json:"severity"`  // the worst
	Providers []string    `json:"providers"` // who says so, worst first
	Sessions  []string    `json:"sessions,omitempty"`
	Findings  []string    `json:"findings,omitempty"`
	Programs  []string    `json:"programs,omitempty"` // whose messages or commands name it
}

// nobody stands for all that could be asked, where nobody is configured: the
// plan then says what may leave at all.
type nobody struct{}

func (nobody) Info() ti.Info {
	return ti.Info{Name: "nobody", Destination: "nowhere", Types: []ioc.Type{
		ioc.IPv4, ioc.IPv6, ioc.DNS, ioc.URL, ioc.Email, ioc.MD5, ioc.SHA1, ioc.SHA256, ioc.SHA512, ioc.CVE, ioc.CIDR, ioc.MAC,
	}}
}

var errNobody = errors.New("nobody is configured")

func (nobody) Lookup(context.Context, ti.Indicator) (ti.Result, error) {
	return ti.Result{}, errNobody
}

// buildIntel plans what would be asked about the indicators, and asks where
// the options say so. What package ti or this one holds to be private never
// reaches a provider that is not on this machine.
func (h *hunter) buildIntel() {
	open, private := make([]ti.Indicator, 0, len(h.inv.Indicators)), []ti.Indicator(nil)
	at := map[ti.Indicator]int{} // of the plan
	for i := range h.inv.Indicators {
		ind := &h.inv.Indicators[i]
		step := IntelStep{IndicatorID: IndicatorID{ind.Type, ind.Value}}
		one := ti.Indicator{Type: ioc.Type(ind.Type), Value: ind.Value}
		at[one] = i
		if len(ind.Findings) > 0 {
			one.Importance = 1 + h.worstOf(ind.Findings).rank()
		}
		switch {
		case h.aboutOwn(one):
			step.Held, step.Why = ti.HoldOwn, "it is an address of the host itself"
			ind.Private = true
		case ind.Private:
			step.Why = "it is an internal address or name" // unless the policy says it better
			private = append(private, one)
		default:
			open = append(open, one)
		}
		h.inv.Intel.Plan = append(h.inv.Intel.Plan, step)
	}
	client, configured := h.o.Intel, h.o.Intel != nil
	if !configured {
		client = ti.New(nobody{})
	}
	plan, inside := client.Plan(open), client.Plan(private)
	h.planned(plan, at, configured, false)
	h.planned(inside, at, configured, true)
	if !configured {
		return
	}
	h.inv.Intel.Providers = plan.Providers()
	if !h.o.Ask || h.inv.Partial != nil || h.o.Consent != nil && !h.o.Consent(plan) {
		return
	}
	h.inv.Intel.Asked = true
	h.asked(client, plan, at)
	if inside.Sends() == 0 { // none but what is on this machine
		h.asked(client, inside, at)
	}
	slices.SortStableFunc(h.inv.Intel.Results, func(a, b ti.Result) int {
		return cmp.Compare(at[ti.Indicator{Type: a.Type, Value: a.Value}], at[ti.Indicator{Type: b.Type, Value: b.Value}])
	})
	h.intelHits()
}

func (h *hunter) worstOf(findings []string) Severity {
	worst := SeverityInfo
	for i := range h.inv.Findings {
		if slices.Contains(findings, h.inv.Findings[i].ID) {
			worst = worse(worst, h.inv.Findings[i].Severity)
		}
	}
	return worst
}

// aboutOwn reports whether an indicator is an address of the host, or a URL on
// one.
func (h *hunter) aboutOwn(i ti.Indicator) bool {
	switch i.Type {
	case ioc.IPv4, ioc.IPv6:
		a, err := netip.ParseAddr(i.Value)
		return err == nil && h.isOwn(a)
	case ioc.URL:
		a, ok := addressIn(i.Value)
		return ok && h.isOwn(a)
	}
	return false
}

// planned takes what a plan says into the result.
func (h *hunter) planned(plan *ti.Plan, at map[ti.Indicator]int, configured, private bool) {
	for s := range plan.Steps() {
		i, ok := at[ti.Indicator{Type: s.Indicator.Type, Value: s.Indicator.Value}]
		if !ok {
			continue
		}
		out := &h.inv.Intel.Plan[i]
		switch {
		case s.Action == ti.ActionHold:
			if s.Held.Kind != ti.HoldUnsupported && out.Held == "" {
				out.Held, out.Why = s.Held.Kind, s.Held.Reason
			}
		case private && s.Action == ti.ActionSend:
			out.Held = ti.HoldInternal
		case !configured:
		case s.Action == ti.ActionSend:
			out.Send = append(out.Send, s.Provider)
		case s.Action == ti.ActionLocal:
			out.Local = append(out.Local, s.Provider)
		case s.Action == ti.ActionCache:
			out.Cached = append(out.Cached, s.Provider)
		}
	}
}

// asked carries out a plan.
func (h *hunter) asked(client Intelligence, plan *ti.Plan, at map[ti.Indicator]int) {
	results, err := client.Do(h.ctx, plan)
	if err != nil {
		h.inv.Intel.Error = err.Error()
	}
	for _, r := range results {
		if _, ok := at[ti.Indicator{Type: r.Type, Value: r.Value}]; !ok {
			continue
		}
		switch r.Status {
		case ti.NotSupported, ti.NotSent, ti.BadFormat:
			continue
		default:
		}
		h.inv.Intel.Results = append(h.inv.Intel.Results, r)
	}
}

// intelHits gathers what is known, and marks the addresses and holders that it
// is known of.
func (h *hunter) intelHits() {
	worst := map[IndicatorID]ti.Severity{}
	by := map[IndicatorID][]ti.Result{}
	for _, r := range h.inv.Intel.Results {
		if r.Status != ti.OK {
			continue
		}
		id := IndicatorID{string(r.Type), r.Value}
		worst[id] = max(worst[id], r.Severity)
		if r.Severity >= ti.Warning {
			by[id] = append(by[id], r)
		}
	}
	for i := range h.inv.Indicators {
		ind := &h.inv.Indicators[i]
		id := IndicatorID{ind.Type, ind.Value}
		list := by[id]
		if len(list) == 0 {
			continue
		}
		slices.SortStableFunc(list, func(a, b ti.Result) int { return cmp.Compare(b.Severity, a.Severity) })
		hit := IntelHit{IndicatorID: id, Severity: list[0].Severity, Sessions: ind.Sessions, Findings: ind.Findings, Programs: ind.Programs}
		for _, r := range list {
			hit.Providers = appendNew(hit.Providers, r.Provider)
		}
		h.inv.Intel.Hits = append(h.inv.Intel.Hits, hit)
	}
	slices.SortStableFunc(h.inv.Intel.Hits, func(a, b IntelHit) int { return cmp.Compare(b.Severity, a.Severity) })
	known := map[netip.Addr]ti.Severity{}
	for i := range h.inv.Network.Addresses {
		a := &h.inv.Network.Addresses[i]
		if s := worst[IndicatorID{string(addressType(a.Address)), a.Address.String()}]; s > ti.Unknown {
			a.Intel = s.String()
			known[a.Address] = s
		}
	}
	for i := range h.inv.Network.ASNs {
		n := &h.inv.Network.ASNs[i]
		s := ti.Unknown
		for _, a := range n.Addresses {
			s = max(s, known[a])
		}
		if s > ti.Unknown {
			n.Intel = s.String()
		}
	}
}
