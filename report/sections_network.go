package report

import (
	"fmt"
	"html/template"
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
	risky := newTable("app-risky", "Risky commands in the messages and processes of applications", "mono:Program", "t:Time", "mono wide:Command", "wide:Risk", "Evidence")
	rare := newTable("app-rare", "Messages of a form that a program writes seldom", "mono:Program", "n:Count", "mono wide:Form", "mono wide:Example", "Evidence")
	rare.Fold = true
	for i := range p.Inv.Applications {
		a := &p.Inv.Applications[i]
		var facilities []string
		for _, f := range a.Facilities {
			facilities = append(facilities, fmt.Sprintf("%s %d", f.Name, f.Count))
		}
		t.row(str(a.Program), yes(a.System, "the system", "an application"), num(a.Lines), count(a.High), count(len(a.Risky)+a.RiskyMore), count(len(a.Rare)), count(len(a.Indicators)),
			list(facilities...), p.ids(a.Findings...), when(a.First), when(a.Last))
		for k := range a.Risky {
			r := &a.Risky[k]
			risky.row(str(a.Program), when(r.Time), str(r.Text), hits(r.Hits), p.refs(r.Refs))
		}
		for k := range a.Rare {
			r := &a.Rare[k]
			where := cell{}
			if !r.Ref.IsZero() {
				where.Links = []link{p.refLink(r.Ref)}
			}
			rare.row(str(a.Program), num(r.Count), str(r.Pattern), str(r.Example), where)
		}
	}
	for _, t := range []*table{t, risky, rare} {
		p.addTo(&out, t)
	}
	return out
}

// chart is a picture with its caption.
type chart struct {
	Caption string
	SVG     template.HTML
}

// maxVolumes is how many applications have a chart of their own.
const maxVolumes = 8

// volumes draws how much the applications log over time: those that are not
// part of the system, then those that findings cite, as long as there is more
// than one slice to see.
func (p *page) volumes() []chart {
	var out []chart
	for _, system := range []bool{false, true} {
		for i := range p.Inv.Applications {
			a := &p.Inv.Applications[i]
			if a.System != system || system && len(a.Findings) == 0 || len(a.Volume) < 2 || len(out) == maxVolumes {
				continue
			}
			list := make([]slice, 0, len(a.Volume))
			for _, v := range a.Volume {
				list = append(list, slice{v.Start, v.Lines, v.High})
			}
			o := over{"Lines of " + a.Program + " over time; warnings or worse below the line", "lines", "warnings or worse", "low", "high"}
			out = append(out, chart{"Lines of " + Visible(a.Program) + " over time", columns(o, time.Duration(a.Bucket)*time.Second, list)})
		}
	}
	return out
}

// flows draws the traffic over time.
func (p *page) flows() template.HTML {
	n := &p.Inv.Network
	list := make([]slice, 0, len(n.Flows))
	for _, f := range n.Flows {
		list = append(list, slice{f.Start, f.Out, f.In})
	}
	return columns(over{"Allowed flows over time: outbound above the line, inbound below", "outbound", "inbound", "high", "low"}, time.Duration(n.Bucket)*time.Second, list)
}

func (p *page) networkTables() []*table {
	inv := p.Inv
	var out []*table
	t := newTable("connections", "Connections that audit saw", "t:Time", "mono:To", "Kind", "mono:Program", "mono:Account", "Result", "Session", "Evidence")
	for i := range inv.Connections {
		c := &inv.Connections[i]
		t.row(when(c.Time), cell{Text: c.Address.String()}, str(c.Kind), str(c.Exe), str(c.User), str(c.Result), p.ids(c.Session), p.refs(c.Refs))
	}
	p.addTo(&out, t)
	t = newTable("addresses", "Addresses that the evidence names", "mono:Address", "Kind", "wide:Place and owner", "Named in", "n:Mentions", "n:Logons", "n:Failed", "n:Out", "n:In", "n:Denied", "Ports", "TI", "Sessions", "Findings", "t:First", "t:Last", "Evidence")
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
		t.row(cell{Text: a.Address.String()}, kind, placed(a.Place, a.Network), list(a.Where...), num(a.Count), count(a.Logons), count(a.Failed), count(a.Out), count(a.In), count(a.Denied),
			list(ports...), intelCell(a.Intel), p.ids(a.Sessions...), p.ids(a.Findings...), when(a.First), when(a.Last), p.refs(a.Refs))
	}
	p.addTo(&out, t)
	t = newTable("asns", "Whose addresses they are", "n:AS", "wide:Holder", "Countries", "n:Addresses", "mono wide:Which", "n:Logons", "n:Failed", "n:Out", "n:In", "TI", "Findings", "t:First", "t:Last")
	for i := range inv.Network.ASNs {
		a := &inv.Network.ASNs[i]
		t.row(count(int64(a.Number)), str(a.Name), list(a.Countries...), num(len(a.Addresses)), list(stringsOf(a.Addresses)...), count(a.Logons), count(a.Failed), count(a.Out), count(a.In),
			intelCell(a.Intel), p.ids(a.Findings...), when(a.First), when(a.Last))
	}
	p.addTo(&out, t)
	t = newTable("flows", "Flows by protocol", "Protocol", "Direction", "n:Allowed", "n:Denied", "n:Bytes")
	for i := range inv.Network.Protocols {
		f := &inv.Network.Protocols[i]
		t.row(str(f.Protocol), str(f.Direction), num(f.Allowed), count(f.Denied), count(f.Bytes))
	}
	p.addTo(&out, t)
	return out
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
	case "high":
		return cell{Sev: string(hunt.SeverityHigh)}
	case "warning":
		return cell{Sev: string(hunt.SeverityMedium), Text: "warning"}
	}
	return str(s)
}

func (p *page) indicatorTables() []*table {
	inv := p.Inv
	var out []*table
	said := map[hunt.IndicatorID]hunt.IntelHit{}
	for _, h := range inv.Intel.Hits {
		said[h.IndicatorID] = h
	}
	held := map[hunt.IndicatorID]hunt.IntelStep{}
	for _, s := range inv.Intel.Plan {
		held[s.IndicatorID] = s
	}
	t := newTable("iocs", "Indicators, defanged", "Type", "mono wide:Value", "Kind", "n:Count", "Where", "wide:TI", "Sessions", "Findings", "t:First", "t:Last", "Evidence")
	for i := range inv.Indicators {
		x := &inv.Indicators[i]
		id := hunt.IndicatorID{Type: x.Type, Value: x.Value}
		say := cell{}
		if h, ok := said[id]; ok {
			say = intelCell(h.Severity.String()).note(join(h.Providers))
		} else if s, ok := held[id]; ok && s.Why != "" {
			say = str("not asked").note(s.Why)
		} else if x.Private {
			say = str("never sent")
		}
		t.row(str(x.Type), cell{Text: cut(defangIndicator(*x), maxText)}, str(x.Kind), num(x.Count), list(x.Where...), say, p.ids(x.Sessions...), p.ids(x.Findings...), when(x.First), when(x.Last), p.refs(x.Refs))
	}
	p.addTo(&out, t)
	t = newTable("intel", "What threat intelligence says", "Type", "mono wide:Value", "Provider", "Severity", "Status", "wide:Details", "mono:Read on", "t:Asked")
	for i := range inv.Intel.Results {
		r := &inv.Intel.Results[i]
		t.row(str(string(r.Type)), cell{Text: cut(defang(string(r.Type), r.Value), maxText)}, str(r.Provider), intelCell(r.Severity.String()), str(r.Status.String()).note(r.Reason), intelDetail(&r.Details),
			str(defang("url", r.Reference)), when(r.Asked))
	}
	p.addTo(&out, t)
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
