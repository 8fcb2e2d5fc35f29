package sentinel

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// Flows yields the network flows of host that began in win, from NSG flow logs
// and VNet flow logs, those of each in the order of their starts. A row that
// names several public addresses gives a flow for each. Denied flows come as
// well.
//
// Where the workspace has neither table the only error wraps [ErrNoTable]. A
// [*GapError] names a window whose rows are missing.
func (w *Workspace) Flows(ctx context.Context, host string, win querytime.Window) iter.Seq2[entities.Flow, error] {
	return func(yield func(entities.Flow, error) bool) {
		tables, err := w.missingTables(ctx, "network flows", "NTANetAnalytics", "AzureNetworkAnalytics_CL")
		if err != nil {
			yield(entities.Flow{}, err)
			return
		}
		for _, t := range tables {
			query := "flows_vnet"
			if t == "AzureNetworkAnalytics_CL" {
				query = "flows"
			}
			if !w.flowsOf(ctx, query, t, Params{Host: host, Window: win}, yield) {
				return
			}
		}
	}
}

func (w *Workspace) flowsOf(ctx context.Context, query, table string, p Params, yield func(entities.Flow, error) bool) bool {
	st := statsOf(query, table, p)
	for row, err := range w.Rows(ctx, query, p) {
		if err != nil {
			st.Note(err)
			w.keep(st)
			if !yield(entities.Flow{}, err) {
				return false
			}
			continue
		}
		st.Lines++
		st.Bytes += int64(len(row.text))
		flows := flowsOf(row, p.Host)
		if len(flows) == 0 {
			st.Partly++
		} else {
			st.Understood++
		}
		for _, f := range flows {
			st.Records++
			st.See(f.Start)
			f.Origin = fmt.Sprintf("%s row %d", st.File, st.Lines)
			if !yield(f, nil) {
				return false
			}
		}
	}
	w.keep(st)
	return true
}

// flowsOf returns the flows of a row. Of a flow over the internet the row names
// the other ends in a list of its own, each with its counts.
func flowsOf(row Row, host string) []entities.Flow {
	base := entities.Flow{
		Start: row.Time("Start"), End: row.Time("End"), Kind: row.Text("Kind"), Protocol: protocol(row.Text("Protocol")),
		Application: strings.ToLower(row.Text("Application")), Direction: direction(row, host),
	}
	if port, ok := row.Int("DestinationPort"); ok && port > 0 && port <= 0xffff {
		base.Port = uint16(port)
	}
	allowed, denied := sum(row, "AllowedIn", "AllowedOut"), sum(row, "DeniedIn", "DeniedOut")
	base.Flows, base.Action = allowed, entities.FlowAllowed
	if allowed == 0 && denied > 0 {
		base.Flows, base.Action = denied, entities.FlowDenied
	}
	base.PacketsToDestination, _ = row.Int("PacketsToDestination")
	base.BytesToDestination, _ = row.Int("BytesToDestination")
	base.PacketsToSource, _ = row.Int("PacketsToSource")
	base.BytesToSource, _ = row.Int("BytesToSource")
	from, to := ends(row, "Source"), ends(row, "Destination")
	var out []entities.Flow
	for _, a := range from {
		for _, b := range to {
			f := base
			f.Source.Address, f.Destination.Address = a.addr, b.addr
			if n := max(len(from), len(to)); n > 1 { // the row's sums are those of all
				f.Flows, f.PacketsToDestination, f.BytesToDestination, f.PacketsToSource, f.BytesToSource = 0, 0, 0, 0, 0
			}
			for _, e := range []flowEnd{a, b} {
				if e.counted {
					f.Flows = e.flows
					f.PacketsToDestination, f.PacketsToSource, f.BytesToDestination, f.BytesToSource = e.packetsOut, e.packetsIn, e.bytesOut, e.bytesIn
				}
			}
			out = append(out, f)
		}
	}
	return out
}

// flowEnd is one end of a flow; where the list of public addresses counts, with
// what it counts.
type flowEnd struct {
	addr                                     netip.Addr
	counted                                  bool
	flows                                    int64
	packetsOut, packetsIn, bytesOut, bytesIn int64
}

// ends reads the address of a side, or the list of public ones:
// "ip|started|ended|packets out|packets in|bytes out|bytes in", by blanks.
func ends(row Row, side string) []flowEnd {
	if a, err := netip.ParseAddr(row.Text(side + "IP")); err == nil {
		return []flowEnd{{addr: a.Unmap()}}
	}
	var out []flowEnd
	for s := range strings.FieldsSeq(row.Text(side + "PublicIPs")) {
		parts := strings.Split(s, "|")
		a, err := netip.ParseAddr(parts[0])
		if err != nil {
			continue
		}
		e := flowEnd{addr: a.Unmap()}
		if len(parts) >= 7 {
			n := make([]int64, 7)
			for i := 1; i < 7; i++ {
				n[i], _ = strconv.ParseInt(parts[i], 10, 64) // what is no number counts as none
			}
			e.counted = true
			e.flows, e.packetsOut, e.packetsIn, e.bytesOut, e.bytesIn = max(n[1], n[2]), n[3], n[4], n[5], n[6]
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return []flowEnd{{}}
	}
	return out
}

func sum(row Row, columns ...string) int64 {
	var n int64
	for _, c := range columns {
		v, _ := row.Int(c)
		n += max(v, 0)
	}
	return n
}

func protocol(s string) string {
	switch strings.ToUpper(s) {
	case "T", "TCP", "6":
		return "tcp"
	case "U", "UDP", "17":
		return "udp"
	case "I", "ICMP", "1":
		return "icmp"
	}
	return s
}

// direction is where a flow goes as the host sees it: by which end is the
// host, else as the row has it.
func direction(row Row, host string) entities.FlowDirection {
	src, dst := isMachine(row.Text("SourceVM"), host), isMachine(row.Text("DestinationVM"), host)
	switch {
	case src && !dst:
		return entities.FlowOutbound
	case dst && !src:
		return entities.FlowInbound
	}
	switch strings.ToLower(row.Text("Direction")) {
	case "i", "inbound":
		return entities.FlowInbound
	case "o", "outbound":
		return entities.FlowOutbound
	}
	return entities.FlowDirection(row.Text("Direction"))
}

// isMachine reports whether a virtual machine, "group/name", is the host.
func isMachine(vm, host string) bool {
	name := vm[strings.LastIndexByte(vm, '/')+1:]
	if name == "" || host == "" {
		return false
	}
	short, _, _ := strings.Cut(host, ".")
	return strings.EqualFold(name, host) || strings.EqualFold(name, short)
}
