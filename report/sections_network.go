package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/ti"
)

func (p *page) applicationTables() []*table {
	var out []*table
	t := newTable("applications", "Programs that write to the logs, those to look at first", "mono:Program", "t:Part of", "n:Lines", "n:Warnings or worse", "n:Risky", "n:Rare forms", "n:Indicators", "wide:Facilities", "Findings", "t:First", "t:Last")
	risky := newTable("app-risky", "Risky commands in the messages and processes of applications", "mono:Program", "t:Time", "mono wide:Command", "wide:Risk", "refs:Evidence")
	rare := newTable("app-rare", "Messages of a form that a program writes seldom", "mono:Program", "n:Count", "mono wide:Form", "mono wide:Example", "refs:Evidence")
	risky.Fold, rare.Fold = true, true
	for i := range p.Inv.Applications {
		a := &p.Inv.Applications[i]
		t.row(p.program(a.Program), yes(a.System, "the system", "an application"), num(a.Lines), count(a.High), count(len(a.Risky)+a.RiskyMore), count(len(a.Rare)), count(len(a.Indicators)),
			list(tallyWords(a.Facilities)...), p.ids(a.Findings...), when(a.First), when(a.Last))
		for k := range a.Risky {
			r := &a.Risky[k]
			risky.row(p.program(a.Program), when(r.Time), str(r.Text), hits(r.Hits), p.refs(r.Refs))
		}
		for k := range a.Rare {
			r := &a.Rare[k]
			rare.row(p.program(a.Program), num(r.Count), str(r.Pattern), str(r.Example), p.ref(r.Ref))
		}
	}
	for _, t := range []*table{t, risky, rare} {
		p.addTo(&out, t)
	}
	return out
}

// flows draws the traffic over time: what the network let through, and what it
// denied.
func (p *page) flows() []chart {
	n := &p.Inv.Network
	let, denied := make([]slice, 0, len(n.Flows)), make([]slice, 0, len(n.Flows))
	for _, f := range n.Flows {
		if f.Out+f.In > 0 {
			let = append(let, slice{f.Start, f.Out, f.In})
		}
		if f.Denied > 0 {
			denied = append(denied, slice{f.Start, f.Denied, 0})
		}
	}
	var out []chart
	add := func(o over, list []slice) {
		if svg := columns(o, time.Duration(n.Bucket)*time.Second, list); svg != "" {
			out = append(out, chart{o.title, svg})
		}
	}
	add(over{"Allowed flows over time: outbound above the line, inbound below", "outbound", "inbound", "out", "in"}, let)
	add(over{title: "Flows that the network denied", up: "denied", upClass: "denied"}, denied)
	return out
}

func (p *page) networkTables() []*table {
	inv := p.Inv
	var out []*table
	t := newTable("connections", "Connections that audit saw", "t:Time", "mono:To", "Kind", "mono:Program", "mono:Account", "Result", "Session", "refs:Evidence")
	t.Counted = inv.Omitted.Connections
	for i := range inv.Connections {
		c := &inv.Connections[i]
		t.row(when(c.Time), cell{Text: c.Address.String()}, str(c.Kind), str(c.Exe), str(c.User), str(c.Result), p.ids(c.Session), p.refs(c.Refs))
	}
	p.addTo(&out, t)
	t = newTable("addresses", "Addresses that the evidence names", "mono:Address", "Kind", "Place and owner", "TI", "Findings", "n:Logons", "n:Failed", "n:Out", "n:In", "n:Denied", "n:Sent", "n:Received", "Ports", "Named in", "n:Mentions", "Sessions", "t:First", "t:Last", "refs:Evidence")
	for i := range inv.Network.Addresses {
		a := &inv.Network.Addresses[i]
		kind := str(a.Kind)
		if a.Own {
			kind = kind.note("the host's own")
		}
		if hidden := anonymity(a); hidden != "" {
			kind = kind.note(hidden)
		}
		var ports []string
		for _, n := range a.Ports {
			ports = append(ports, strconv.Itoa(int(n)))
		}
		t.row(cell{Text: a.Address.String()}, kind, placed(a.Place, a.Network), intelCell(a.Intel), p.ids(a.Findings...), count(a.Logons), count(a.Failed), count(a.Out), count(a.In), count(a.Denied),
			sizeOf(a.BytesOut), sizeOf(a.BytesIn), list(ports...), list(a.Where...), num(a.Count), p.ids(a.Sessions...), when(a.First), when(a.Last), p.refs(a.Refs))
	}
	p.addTo(&out, t)
	t = newTable("asns", "Whose addresses they are", "n:AS", "wide:Holder", "Countries", "n:Addresses", "mono wide:Which", "n:Logons", "n:Failed", "n:Out", "n:In", "TI", "Findings", "t:First", "t:Last")
	for i := range inv.Network.ASNs {
		a := &inv.Network.ASNs[i]
		t.row(count(int64(a.Number)), str(a.Name), list(a.Countries...), num(len(a.Addresses)), list(stringsOf(a.Addresses)...), count(a.Logons), count(a.Failed), count(a.Out), count(a.In),
			intelCell(a.Intel), p.ids(a.Findings...), when(a.First), when(a.Last))
	}
	p.addTo(&out, t)
	t = newTable("flows", "Flows by protocol", "Protocol", "Direction", "n:Allowed", "n:Denied", "n:Both ways")
	for i := range inv.Network.Protocols {
		f := &inv.Network.Protocols[i]
		t.row(str(f.Protocol), str(f.Direction), count(f.Allowed), count(f.Denied), sizeOf(f.Bytes))
	}
	p.addTo(&out, t)
	return out
}

// sizeOf is a number of bytes, and nothing for none.
func sizeOf(n int64) cell {
	if n == 0 {
		return cell{}
	}
	return cell{Text: size(n)}
}

func anonymity(a *hunt.Address) string {
	var out []string
	for _, x := range []struct {
		is   bool
		name string
	}{{a.Anonymity.Tor, "Tor"}, {a.Anonymity.VPN, "VPN"}, {a.Anonymity.PublicProxy, "public proxy"}, {a.Anonymity.ResidentialProxy, "residential proxy"}, {a.Anonymity.Hosting, "hosting"}} {
		if x.is {
			out = append(out, x.name)
		}
	}
	return strings.Join(out, ", ")
}

// intelCell shows what threat intelligence says as a severity.
func intelCell(s string) cell {
	switch s {
	case "":
		return cell{}
	case "unknown":
		return cell{}
	case "high":
		return cell{Sev: string(hunt.SeverityHigh)}
	case "warning":
		return cell{Sev: string(hunt.SeverityMedium), Text: "warning"}
	}
	return str(s)
}

// readIntel notes what is known of each indicator, and why others were not
// asked about.
func (p *page) readIntel() {
	p.hits = map[hunt.IndicatorID]*hunt.IntelHit{}
	for i := range p.Inv.Intel.Hits {
		p.hits[p.Inv.Intel.Hits[i].IndicatorID] = &p.Inv.Intel.Hits[i]
	}
	p.plan = map[hunt.IndicatorID]*hunt.IntelStep{}
	for i := range p.Inv.Intel.Plan {
		p.plan[p.Inv.Intel.Plan[i].IndicatorID] = &p.Inv.Intel.Plan[i]
	}
}

// said is what threat intelligence says of an indicator.
func (p *page) said(x *hunt.Indicator) cell {
	id := hunt.IndicatorID{Type: x.Type, Value: x.Value}
	if h := p.hits[id]; h != nil {
		return intelCell(h.Severity.String()).note(join(h.Providers))
	}
	if s := p.plan[id]; s != nil && s.Why != "" {
		return str("not asked").note(s.Why)
	}
	if x.Private {
		return str("never sent")
	}
	if s := p.plan[id]; s != nil && p.Inv.Intel.Asked && len(s.Send)+len(s.Local)+len(s.Cached) > 0 {
		return str("not known")
	}
	return cell{}
}

func (p *page) indicatorTables() []*table {
	inv := p.Inv
	var out []*table
	t := newTable("iocs", "Indicators, defanged", "Type", "mono wide:Value", "Kind", "n:Count", "Where", "wide:TI", "Sessions", "Findings", "t:First", "t:Last", "refs:Evidence")
	for i := range inv.Indicators {
		x := &inv.Indicators[i]
		t.row(str(x.Type), cell{Text: cut(defangIndicator(*x), maxText)}, str(x.Kind), num(x.Count), list(x.Where...), p.said(x), p.ids(x.Sessions...), p.ids(x.Findings...), when(x.First), when(x.Last), p.refs(x.Refs))
	}
	p.addTo(&out, t)
	t = newTable("intel", "What threat intelligence says", "Type", "mono wide:Value", "Severity", "Provider", "wide:Details", "mono:Read on", "t:Asked")
	silent := newTable("intel-silent", "Questions that brought no answer", "Type", "mono wide:Value", "Provider", "Why", "t:Asked")
	silent.Fold = true
	for i := range inv.Intel.Results {
		r := &inv.Intel.Results[i]
		value := cell{Text: cut(defang(string(r.Type), r.Value), maxText)}
		if r.Status == ti.OK {
			t.row(str(string(r.Type)), value, intelCell(r.Severity.String()), str(r.Provider), intelDetail(&r.Details).note(r.Reason), str(defang("url", r.Reference)), when(r.Asked))
		} else {
			silent.row(str(string(r.Type)), value, str(r.Provider), str(strings.ReplaceAll(r.Status.String(), "_", " ")).note(r.Reason), when(r.Asked))
		}
	}
	p.addTo(&out, t)
	p.addTo(&out, silent)
	t = newTable("providers", "Who could be asked", "Provider", "wide:Where", "n:To send", "n:Cached", "wide:Held back")
	for i := range inv.Intel.Providers {
		x := &inv.Intel.Providers[i]
		where := x.Destination
		if x.Local {
			where = "on this machine"
		}
		t.row(str(x.Provider), str(where), num(x.Send), num(x.Cached), list(heldBack(x.Held)...))
	}
	p.addTo(&out, t)
	switch in := &inv.Intel; {
	case in.Error != "":
		p.Intel = append(p.Intel, "The look-up ended early: "+Visible(in.Error))
	case in.Asked:
		p.Intel = append(p.Intel, fmt.Sprintf("Threat intelligence was asked: it knows %s.", amount(len(in.Hits), "indicator")))
	case len(in.Providers) > 0:
		p.Intel = append(p.Intel, "Nobody was asked: the plan says who would learn what.")
	default:
		p.Intel = append(p.Intel, "Nobody was asked what is known of these: no provider of threat intelligence is set up.")
	}
	return out
}

// intelDetail says in words what a provider knows.
func intelDetail(d *ti.Details) cell {
	words := []string{d.Classification, d.Description, d.Feed}
	words = slices.Concat(words, d.Malware, d.Threats, d.Categories, d.Tags)
	if d.Score != nil {
		words = append(words, fmt.Sprintf("score %g of %g", *d.Score, d.ScoreMax))
	}
	if d.Reports > 0 {
		words = append(words, amount(d.Reports, "report"))
	}
	words = append(words, d.Owner, d.Country)
	return list(slices.DeleteFunc(unique(words), func(s string) bool { return s == "" })...)
}

func heldBack(held map[ti.HoldKind]int) []string {
	out := make([]string, 0, len(held))
	for _, k := range sorted(held) {
		out = append(out, fmt.Sprintf("%d: %s", held[k], k))
	}
	return out
}
