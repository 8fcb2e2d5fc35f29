package feeds

import (
	"io"
	"net/netip"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ioc"
)

// maxHosts is how many names one line of a hosts file may have.
const maxHosts = 64

// found is an indicator in a line of a list, with what stands behind it.
type found struct {
	indicator

	note string
}

// readList reads one indicator a line, in the forms that lists have: bare; with
// a comment behind "#" or ";"; lines of hosts files, of dnsmasq, of ad blockers
// ("||evil.com^"), of ipset ("add set 192.0.2.1"), of Tor's exit-addresses;
// ranges of addresses.
func readList(p *parser, r io.Reader) error {
	lines := evidence.NewLines(r, evidence.LinesOptions{Name: p.name, MaxLine: p.o.MaxRecord, Offset: p.start})
	var tor torNode
	first := true
	for lines.Next() {
		p.st.Lines++
		if lines.Cut() > 0 {
			p.st.Truncated++
			if !p.bad(lines.Ref(), ErrRecordSize) {
				return errStop
			}
			continue
		}
		text := strings.TrimSpace(string(lines.Text()))
		if text == "" || comment(text) {
			p.st.Dropped++
			continue
		}
		if p.format == TorExits {
			if used, e := tor.line(text); used {
				if e != nil {
					e.Ref = lines.Ref()
					e.Severity = usual(p.format)
					if !p.entry(e) {
						return errStop
					}
				}
				continue
			}
		}
		header := first && roles[squash(text)] != rNone
		first = false
		if header {
			continue
		}
		if !p.listLine(text, lines.Ref()) {
			return errStop
		}
	}
	return lines.Err()
}

func (p *parser) listLine(text string, ref evidence.Ref) bool {
	if skipLine(text) {
		p.st.Dropped++
		return true
	}
	all := lineIndicators(text)
	if len(all) == 0 {
		return p.unknown(text, ref)
	}
	p.st.Understood++
	for i := range all {
		f := &all[i]
		e := Entry{
			Type: f.typ, Value: f.value, Ref: ref, Severity: usual(p.format), Port: f.port,
			Subdomains: f.subdomains || p.o.Subdomains && p.free(), NotSelf: f.notSelf,
		}
		if f.note != "" {
			if p.format == DROP && strings.HasPrefix(f.note, "SBL") {
				e.Reference = reference(p.format, f.note)
			} else {
				e.Description = f.note
			}
		}
		if !p.entry(&e) {
			return false
		}
	}
	return true
}

// skipLine reports whether a line is none that lists anything: exceptions of ad
// blockers, the frame of an ipset, the names of one's own machine in a hosts
// file.
func skipLine(l string) bool {
	if strings.HasPrefix(l, "@@") || strings.HasPrefix(l, "[Adblock") ||
		strings.HasPrefix(l, "create ") && strings.Contains(l, " hash:") {
		return true
	}
	f := strings.Fields(l)
	if len(f) < 2 || strings.Count(f[0], ".") != 3 && strings.IndexByte(f[0], ':') < 0 {
		return false
	}
	a, err := netip.ParseAddr(f[0])
	return err == nil && !a.IsGlobalUnicast() && dotless(f[1:])
}

// lineIndicators returns the indicators of a line.
func lineIndicators(l string) []found {
	if in, ok := classify(l); ok && strings.IndexByte(l, ' ') < 0 {
		return []found{{indicator: in}}
	}
	if l2, ok := strings.CutPrefix(l, "||"); ok { // ad blockers: the name and all below
		name, _, _ := strings.Cut(l2, "^")
		name, _, _ = strings.Cut(name, "$")
		in, ok := classify(name)
		if !ok || in.typ != ioc.DNS {
			return nil
		}
		in.subdomains = true
		return []found{{indicator: in}}
	}
	for _, word := range []string{"address=/", "server=/", "local=/"} { // dnsmasq: the name and all below
		if l2, ok := strings.CutPrefix(l, word); ok {
			name, _, _ := strings.Cut(l2, "/")
			in, ok := classify(name)
			if !ok || in.typ != ioc.DNS {
				return nil
			}
			in.subdomains = true
			return []found{{indicator: in}}
		}
	}
	if l2, ok := strings.CutPrefix(l, "add "); ok { // ipset
		f := strings.Fields(l2)
		if len(f) < 2 {
			return nil
		}
		l = f[1]
	}
	body, note := l, ""
	for _, mark := range []string{" #", "\t#", " ;", "\t;", " //"} {
		if i := strings.Index(body, mark); i > 0 {
			body, note = strings.TrimSpace(body[:i]), strings.TrimSpace(l[i+len(mark):])
		}
	}
	if all := addressRange(body); all != nil {
		for i := range all {
			all[i].note = note
		}
		return all
	}
	f := strings.Fields(body)
	if len(f) == 0 {
		return nil
	}
	if a, err := netip.ParseAddr(f[0]); err == nil && len(f) > 1 && (a.IsUnspecified() || a.IsLoopback()) {
		return hostsLine(f[1:])
	}
	in, ok := classify(f[0])
	if !ok {
		return nil
	}
	if note == "" {
		note = strings.TrimSpace(strings.TrimPrefix(body, f[0]))
	}
	return []found{{in, note}}
}

// hostsLine returns the names of a line of a hosts file. Those of one's own
// machine have one label, but for one.
func hostsLine(names []string) []found {
	var all []found
	for _, n := range names[:min(len(names), maxHosts)] {
		if in, ok := classify(n); ok && in.typ == ioc.DNS && n != "localhost.localdomain" {
			all = append(all, found{indicator: in})
		}
	}
	return all
}

func dotless(names []string) bool {
	for _, n := range names {
		if strings.IndexByte(n, '.') >= 0 {
			return false
		}
	}
	return true
}

// addressRange reads "192.0.2.1-192.0.2.9" as networks.
func addressRange(s string) []found {
	from, to, ok := strings.Cut(s, "-")
	if !ok {
		return nil
	}
	a, err := netip.ParseAddr(strings.TrimSpace(from))
	if err != nil {
		return nil
	}
	b, err := netip.ParseAddr(strings.TrimSpace(to))
	if err != nil || a.Is4() != b.Is4() || a.Zone() != "" || b.Zone() != "" || b.Less(a) {
		return nil
	}
	var all []found
	for len(all) < 256 {
		bits := a.BitLen()
		for bits > 0 {
			p := netip.PrefixFrom(a, bits-1).Masked()
			if p.Addr() != a || b.Less(last(p)) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(a, bits)
		in := indicator{typ: ioc.CIDR, value: p.String()}
		if p.IsSingleIP() {
			in = indicator{typ: addrType(a), value: a.String()}
		}
		all = append(all, found{indicator: in})
		end := last(p)
		if !end.Less(b) {
			return all
		}
		a = end.Next()
	}
	return all
}

// last returns the last address of a network.
func last(p netip.Prefix) netip.Addr {
	if p.Addr().Is4() {
		b := p.Addr().As4()
		fillBits(b[:], p.Bits())
		return netip.AddrFrom4(b)
	}
	b := p.Addr().As16()
	fillBits(b[:], p.Bits())
	return netip.AddrFrom16(b)
}

// fillBits sets all bits behind the first n.
func fillBits(b []byte, n int) {
	for i := n / 8; i < len(b); i++ {
		b[i] |= 0xff >> max(0, n-8*i)
	}
}

// torNode gathers the lines of exit-addresses, a list of the Tor project:
//
//	ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E
//	Published 2026-11-20 12:00:00
//	LastStatus 2026-11-20 13:00:00
//	ExitAddress 192.0.2.1 2026-11-20 13:05:12
type torNode struct{ id string }

func (t *torNode) line(l string) (used bool, e *Entry) {
	word, rest, _ := strings.Cut(l, " ")
	switch word {
	case "ExitNode":
		t.id = rest
		return true, nil
	case "Published", "LastStatus":
		return true, nil
	case "ExitAddress":
		v, at, _ := strings.Cut(rest, " ")
		a, err := netip.ParseAddr(v)
		if err != nil {
			return false, nil
		}
		e := &Entry{Type: addrType(a.Unmap()), Value: v, LastSeen: when(at), Threat: "Tor exit", Tags: []string{"tor"}}
		if t.id != "" {
			e.Description = "exit node " + t.id
		}
		return true, e
	}
	return false, nil
}

// readHashes reads hashes.csv of a MISP feed: the MD5 of the text of each
// attribute, and the event that has it.
func readHashes(p *parser, r io.Reader) error {
	lines := evidence.NewLines(r, evidence.LinesOptions{Name: p.name, MaxLine: p.o.MaxRecord, Offset: p.start})
	for lines.Next() {
		p.st.Lines++
		l := strings.TrimSpace(string(lines.Text()))
		if l == "" || comment(l) {
			p.st.Dropped++
			continue
		}
		var more bool
		if isDigest(l) {
			p.st.Understood++
			more = p.entry(&Entry{
				Type: ioc.MD5, Value: strings.ToLower(l[:32]), Digest: true, Ref: lines.Ref(),
				Severity: usual(p.format), Description: "in MISP event " + l[33:],
			})
		} else {
			more = p.unknown(l, lines.Ref())
		}
		if !more {
			return errStop
		}
	}
	return lines.Err()
}
