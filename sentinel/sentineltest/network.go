package sentineltest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// lastPart returns the name at the end of "group/name".
func lastPart(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

// machine reports whether a virtual machine is the host asked for.
func (e *eval) machine(vm string) bool {
	name := lastPart(vm)
	return name != "" && e.p.Host != "" && (strings.EqualFold(name, e.p.Host) || sameHost(e.p.Host, name))
}

func (e *eval) interfaces(out emit) error {
	keep := func(r record) bool {
		return r.text("ResourceType") == "NetworkInterface" && (e.p.Host == "" || e.machine(r.text("VirtualMachine_s")))
	}
	all := e.latest(e.p.Window, keep, "VirtualMachine_s", "Name_s")
	slices.Reverse(all)
	for _, r := range all {
		if err := out([]json.RawMessage{r.raw("TimeGenerated"), r.raw("VirtualMachine_s"), r.raw("PrivateIPAddresses_s"), r.raw("PublicIPAddresses_s")}); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) interfacesVNet(out emit) error {
	g := groups{}
	for r := range e.rows(e.p.Window) {
		if r.text("SubType") != "FlowLog" {
			continue
		}
		for _, side := range [][2]string{{"SrcVm", "SrcIp"}, {"DestVm", "DestIp"}} {
			vm, ip := r.text(side[0]), r.text(side[1])
			if vm != "" && ip != "" && (e.p.Host == "" || e.machine(vm)) {
				g.add(r.row.Time, ip, vm)
			}
		}
	}
	all := g.sorted()
	slices.SortFunc(all, func(a, b *group) int { return slices.Compare(a.key, b.key) })
	for _, x := range all {
		if err := out([]json.RawMessage{quote(x.key[0]), quote(x.key[1]), timeCell(x.last)}); err != nil {
			return err
		}
	}
	return nil
}

// flow is a flow in the columns that both queries of flows give out.
type flow struct {
	start, end                 time.Time
	srcVM, dstVM               string
	srcIP, dstIP               string
	srcPublic, dstPublic       string
	kind, protocol, app, where string
	cells                      []json.RawMessage // port, then the counts
}

func (e *eval) flowWanted(f *flow) bool {
	if f.start.IsZero() || !e.p.Window.Contains(f.start) {
		return false
	}
	if e.p.Host == "" && len(e.p.Addresses) == 0 || e.machine(f.srcVM) || e.machine(f.dstVM) {
		return true
	}
	for _, a := range e.p.Addresses {
		ip := a.String()
		if f.srcIP == ip || f.dstIP == ip || hasTerm(f.srcPublic, ip) || hasTerm(f.dstPublic, ip) {
			return true
		}
	}
	return false
}

func (e *eval) giveFlows(flows []*flow, out emit) error {
	slices.SortStableFunc(flows, func(a, b *flow) int {
		return cmp.Or(a.start.Compare(b.start), a.end.Compare(b.end), cmp.Compare(a.srcIP, b.srcIP), cmp.Compare(a.dstIP, b.dstIP))
	})
	for _, f := range flows {
		cells := []json.RawMessage{
			timeCell(f.start), timeCell(f.end), quote(f.kind), quote(f.srcVM), quote(f.dstVM), quote(f.srcIP), quote(f.dstIP),
			quote(f.srcPublic), quote(f.dstPublic), f.cells[0], quote(f.protocol), quote(f.app), quote(f.where),
		}
		if err := out(append(cells, f.cells[1:]...)); err != nil {
			return err
		}
	}
	return nil
}

func toWhole(v json.RawMessage) json.RawMessage {
	if x, err := strconv.ParseFloat(text(v), 64); err == nil {
		return number(int64(x))
	}
	return nil
}

func (e *eval) flowsNSG(out emit) error {
	var flows []*flow
	for r := range e.rows(querytime.Window{}) {
		if r.text("SubType_s") != "FlowLog" {
			continue
		}
		where, vm, ip, public := r.text("FlowDirection_s"), r.text("VM_s"), r.text("VMIP_s"), r.text("PublicIPs_s")
		f := &flow{
			start: r.time("FlowStartTime_t"), end: r.time("FlowEndTime_t"), kind: r.text("FlowType_s"), protocol: r.text("L4Protocol_s"),
			app: r.text("L7Protocol_s"), where: where, srcVM: r.text("VM1_s"), dstVM: r.text("VM2_s"), srcIP: r.text("SrcIP_s"), dstIP: r.text("DestIP_s"),
			srcPublic: r.text("SrcPublicIPs_s"), dstPublic: r.text("DestPublicIPs_s"),
		}
		switch where {
		case "O":
			f.srcVM, f.srcIP, f.dstPublic = cmp.Or(f.srcVM, vm), cmp.Or(f.srcIP, ip), cmp.Or(f.dstPublic, public)
		case "I":
			f.dstVM, f.dstIP, f.srcPublic = cmp.Or(f.dstVM, vm), cmp.Or(f.dstIP, ip), cmp.Or(f.srcPublic, public)
		}
		f.cells = []json.RawMessage{toWhole(r.raw("DestPort_d"))}
		for _, c := range []string{"AllowedInFlows_d", "AllowedOutFlows_d", "DeniedInFlows_d", "DeniedOutFlows_d"} {
			f.cells = append(f.cells, toWhole(r.raw(c)))
		}
		to, back := "Outbound", "Inbound"
		if where == "I" {
			to, back = back, to
		}
		for _, c := range []string{to + "Packets_d", to + "Bytes_d", back + "Packets_d", back + "Bytes_d"} {
			f.cells = append(f.cells, toWhole(r.raw(c)))
		}
		if e.flowWanted(f) {
			flows = append(flows, f)
		}
	}
	return e.giveFlows(flows, out)
}

// firstTime returns the first of the times that the row has, else when it came.
func firstTime(r record, columns ...string) time.Time {
	for _, c := range columns {
		if t := r.time(c); !t.IsZero() {
			return t
		}
	}
	return r.row.Time
}

func (e *eval) flowsVNet(out emit) error {
	var flows []*flow
	for r := range e.rows(querytime.Window{}) {
		if r.text("SubType") != "FlowLog" {
			continue
		}
		f := &flow{
			start: firstTime(r, "FlowStartTime", "FlowIntervalStartTime"), end: firstTime(r, "FlowEndTime", "FlowIntervalEndTime"), kind: r.text("FlowType"), protocol: r.text("L4Protocol"),
			app: r.text("L7Protocol"), where: r.text("FlowDirection"), srcVM: r.text("SrcVm"), dstVM: r.text("DestVm"), srcIP: r.text("SrcIp"),
			dstIP: r.text("DestIp"), srcPublic: r.text("SrcPublicIps"), dstPublic: r.text("DestPublicIps"),
		}
		for _, c := range []string{
			"DestPort", "AllowedInFlows", "AllowedOutFlows", "DeniedInFlows", "DeniedOutFlows",
			"PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc",
		} {
			f.cells = append(f.cells, r.raw(c))
		}
		if e.flowWanted(f) {
			flows = append(flows, f)
		}
	}
	return e.giveFlows(flows, out)
}
