package export

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha1" // which UUID version 5 is made of
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/entities/graph"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// STIX writes inv as a STIX 2.1 bundle (OASIS Standard, 10 June 2021), one line
// for each object: the host and the author as identities; its accounts, the
// addresses that it spoke with, the processes that a rule knows and what
// findings name, as observables; sessions, up to 2,000 and those of findings
// first, as observed data; for every indicator of a finding an indicator with
// its pattern, the observed data it is based on and a sighting at the host;
// every technique as an attack-pattern that refers to MITRE ATT&CK; for every
// finding a grouping of all that it is about, with the cited lines as external
// references; and one report of them all.
//
// Identifiers are derived from what they identify, so that the same
// investigation gives the same bytes. Objects are created at the last moment
// that the logs know. The error is that of w.
func STIX(w io.Writer, inv *hunt.Investigation) error {
	s := &bundle{inv: inv, at: lastMoment(inv), known: map[string]string{}, seen: map[string]bool{}, indicators: map[hunt.IndicatorID]string{}, patterns: map[string]string{}}
	if err := s.observables(); err != nil {
		return fmt.Errorf("write STIX: %w", err)
	}
	s.author = s.keep("identity", map[string]any{"name": "tuxtrail", "identity_class": "system", "description": "hunts for an intruder on one Linux host"}, "tuxtrail")
	s.attackPatterns()
	s.indicate()
	s.group()
	if err := s.write(w); err != nil {
		return fmt.Errorf("write STIX: %w", err)
	}
	return nil
}

type bundle struct {
	inv        *hunt.Investigation
	at         time.Time
	ids        []string
	texts      [][]byte // of the objects, as maps take many times as much
	err        error    // the first of them that could not be written
	buffer     bytes.Buffer
	known      map[string]string // ids by type and value
	seen       map[string]bool   // ids
	host       string            // ids of identities
	author     string
	indicators map[hunt.IndicatorID]string
	patterns   map[string]string // attack-patterns by technique
}

func lastMoment(inv *hunt.Investigation) time.Time {
	t := time.Unix(0, 0)
	for _, x := range []time.Time{inv.Host.First, inv.Host.Last, inv.Window.Start} {
		if x.After(t) {
			t = x
		}
	}
	for i := range inv.Findings {
		if x := inv.Findings[i].End; x.After(t) {
			t = x
		}
	}
	return t
}

// maxProcesses and maxSessions bound the processes and sessions of a bundle.
const (
	maxProcesses = 2000
	maxSessions  = 2000
)

// sessions returns which sessions the bundle has: those of findings before
// others.
func (s *bundle) sessions() []bool {
	all := s.inv.Sessions
	cited := map[string]bool{}
	for i := range s.inv.Findings {
		for _, id := range s.inv.Findings[i].Sessions {
			cited[id] = true
		}
	}
	in := make([]bool, len(all))
	n := 0
	for _, want := range []bool{true, false} {
		for i := range all {
			if n < maxSessions && cited[all[i].ID] == want {
				in[i] = true
				n++
			}
		}
	}
	return in
}

// observables takes over what the graph of the entities makes.
func (s *bundle) observables() error {
	var b graph.Builder
	b.Options.Weak = true
	from := graph.Source{Name: "tuxtrail"}
	list := s.inv.Entities("")
	host, _ := list[0].(*entities.Host)
	others := len(list) - len(s.inv.Sessions) // the sessions come last
	of := list[others:]
	list = slices.Clone(list[:others])
	for i, in := range s.sessions() {
		if in {
			list = append(list, of[i])
		}
	}
	for i := range s.inv.Indicators {
		if x := &s.inv.Indicators[i]; len(x.Findings) > 0 {
			list = append(list, entityOf(x))
		}
	}
	for i := range s.inv.Findings {
		for _, a := range s.inv.Findings[i].Addresses {
			list = append(list, &entities.IPAddress{Address: a})
		}
		for _, name := range s.inv.Findings[i].Accounts {
			if !slices.ContainsFunc(s.inv.Users, func(u hunt.User) bool { return u.Name == name }) {
				list = append(list, &entities.Account{Name: name, Host: host})
			}
		}
	}
	n := 0
	for i := range s.inv.Processes {
		if p := &s.inv.Processes[i]; len(p.Hits) > 0 && p.PID > 0 && int64(p.PID) < 1<<32 && n < maxProcesses {
			n++
			list = append(list, &entities.Process{ProcessID: uint32(p.PID), CreationTime: p.Start, CommandLine: p.Cmdline, Host: host})
		}
	}
	list = slices.DeleteFunc(list, func(e entities.Entity) bool { return e == nil })
	b.Add(from, list...)
	var out bytes.Buffer
	if _, err := b.Build().STIX(&out, graph.STIXOptions{Time: s.at}); err != nil {
		return err
	}
	var made struct {
		Objects []json.RawMessage `json:"objects"`
	}
	if err := json.NewDecoder(&out).Decode(&made); err != nil {
		return err
	}
	for i, text := range made.Objects {
		var o map[string]any
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&o); err != nil {
			return err
		}
		made.Objects[i] = nil
		id, _ := o["id"].(string)
		s.seen[id] = true
		s.add(id, o)
		typ, _ := o["type"].(string)
		for _, key := range []string{"value", "account_login", "command_line", "name"} {
			if v, ok := o[key].(string); ok {
				if _, there := s.known[typ+"\x00"+v]; !there {
					s.known[typ+"\x00"+v] = id
				}
			}
		}
		if hashes, ok := o["hashes"].(map[string]any); ok {
			for _, v := range hashes {
				if v, ok := v.(string); ok {
					s.known["file\x00"+v] = id
				}
			}
		}
		if o["identity_class"] == "system" && s.host == "" {
			s.host = id
		}
	}
	return nil
}

// entityOf returns an indicator as an entity; nil where there is none for it.
func entityOf(x *hunt.Indicator) entities.Entity {
	algorithm := map[string]string{"md5_hash": "MD5", "sha1_hash": "SHA1", "sha256_hash": "SHA256"}[x.Type]
	switch {
	case x.Type == "ipv4" || x.Type == "ipv6":
		if a, err := netip.ParseAddr(x.Value); err == nil {
			return &entities.IPAddress{Address: a}
		}
	case x.Type == "url":
		return &entities.URL{URL: x.Value}
	case x.Type == "dns":
		return &entities.DNS{DomainName: x.Value}
	case algorithm != "":
		return &entities.FileHash{Algorithm: algorithm, Value: x.Value}
	}
	return nil
}

// observableTypes are the types of STIX that indicators are of.
var observableTypes = map[string]string{
	"ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "url": "url", "dns": "domain-name", "email": "email-addr",
	"md5_hash": "file", "sha1_hash": "file", "sha256_hash": "file", "sha512_hash": "file",
}

// pattern returns the STIX pattern of an indicator; "" where there is none.
func pattern(x *hunt.Indicator) string {
	typ := observableTypes[x.Type]
	path := "value"
	if typ == "file" {
		path = "hashes.'" + map[string]string{"md5_hash": "MD5", "sha1_hash": "SHA-1", "sha256_hash": "SHA-256", "sha512_hash": "SHA-512"}[x.Type] + "'"
	}
	if typ == "" {
		return ""
	}
	return "[" + typ + ":" + path + " = '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(utf8Text(x.Value)) + "']"
}

// attackPatterns adds one object for each technique.
func (s *bundle) attackPatterns() {
	phases := map[string][]string{}
	var order []string
	see := func(technique string, stage hunt.Stage) {
		if !isTechnique(technique) {
			return
		}
		if _, ok := phases[technique]; !ok {
			order = append(order, technique)
			phases[technique] = nil
		}
		phases[technique] = addNew(phases[technique], strings.ReplaceAll(string(stage), "_", "-"))
	}
	for i := range s.inv.Findings {
		f := &s.inv.Findings[i]
		for k := range f.Steps {
			for _, t := range f.Steps[k].Techniques {
				see(t, f.Steps[k].Stage)
			}
		}
		for _, t := range f.Techniques {
			see(t, "")
		}
	}
	slices.Sort(order)
	for _, t := range order {
		p := map[string]any{"name": t, "external_references": []any{map[string]any{
			"source_name": "mitre-attack", "external_id": t, "url": "https://attack.mitre.org/techniques/" + strings.ReplaceAll(t, ".", "/"),
		}}}
		var chain []any
		for _, stage := range phases[t] {
			chain = append(chain, map[string]any{"kill_chain_name": "mitre-attack", "phase_name": stage})
		}
		if chain != nil {
			p["kill_chain_phases"] = chain
		}
		s.patterns[t] = s.keep("attack-pattern", p, t)
		if s.host != "" {
			s.relate("targets", s.patterns[t], s.host)
		}
	}
}

// isTechnique reports whether t has the form of an id of ATT&CK: T1059 or
// T1059.004.
func isTechnique(t string) bool {
	digits := func(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789") == "" }
	parent, sub, below := strings.Cut(t, ".")
	return strings.HasPrefix(parent, "T") && digits(parent[1:], 4) && (!below || digits(sub, 3))
}

// indicate adds the indicators, what they are based on and where they were
// seen.
func (s *bundle) indicate() {
	for i := range s.inv.Indicators {
		x := &s.inv.Indicators[i]
		p := pattern(x)
		a, err := netip.ParseAddr(x.Value)
		if len(x.Findings) == 0 || p == "" || err == nil && slices.Contains(s.inv.Host.Addresses, a) {
			continue
		}
		since := first(x.First, s.at)
		last := since
		if x.Last.After(last) {
			last = x.Last
		}
		count := min(max(x.Count, 1), 999_999_999)
		id := s.keep("indicator", map[string]any{
			"name": utf8Text(x.Value), "pattern": p, "pattern_type": "stix", "valid_from": instant(since), "indicator_types": []string{"malicious-activity"},
			"description": fmt.Sprintf("named %d times in the logs of host %s", x.Count, utf8Text(s.inv.Host.Name)),
		}, x.Type, x.Value)
		s.indicators[hunt.IndicatorID{Type: x.Type, Value: x.Value}] = id
		sighting := map[string]any{"sighting_of_ref": id, "first_seen": instant(since), "last_seen": instant(last), "count": count}
		if s.host != "" {
			sighting["where_sighted_refs"] = []string{s.host}
		}
		if seen := s.known[observableTypes[x.Type]+"\x00"+utf8Text(x.Value)]; seen != "" {
			data := s.keep("observed-data", map[string]any{
				"first_observed": instant(since), "last_observed": instant(last), "number_observed": count, "object_refs": []string{seen},
			}, x.Type, x.Value)
			sighting["observed_data_refs"] = []string{data}
			s.relate("based-on", id, data)
		}
		s.keep("sighting", sighting, x.Type, x.Value, s.inv.Host.Name)
		for k := range s.inv.Findings {
			for _, step := range s.inv.Findings[k].Steps {
				if slices.Contains(x.Findings, s.inv.Findings[k].ID) && x.Value != "" && (strings.Contains(step.Text, x.Value) || strings.Contains(step.Detail, x.Value)) {
					for _, t := range step.Techniques {
						if to := s.patterns[t]; to != "" {
							s.relate("indicates", id, to)
						}
					}
				}
			}
		}
	}
}

// group adds a grouping for each finding and the report.
func (s *bundle) group() {
	all := []string{s.author}
	if s.host != "" {
		all = append(all, s.host)
	}
	for i := range s.inv.Findings {
		f := &s.inv.Findings[i]
		refs := []string{s.author}
		add := func(id string) { refs = addNew(refs, id) }
		add(s.host)
		for _, a := range f.Accounts {
			add(s.known["user-account\x00"+utf8Text(a)])
		}
		for _, a := range f.Addresses {
			a = a.Unmap().WithZone("")
			add(cmp.Or(s.known["ipv4-addr\x00"+a.String()], s.known["ipv6-addr\x00"+a.String()]))
		}
		for _, t := range f.Techniques {
			add(s.patterns[t])
		}
		for k := range s.inv.Indicators {
			if x := &s.inv.Indicators[k]; slices.Contains(x.Findings, f.ID) {
				add(s.indicators[hunt.IndicatorID{Type: x.Type, Value: x.Value}])
			}
		}
		for k := range s.inv.Processes {
			if p := &s.inv.Processes[k]; len(p.Hits) > 0 && slices.Contains(f.Sessions, p.Session) {
				add(s.known["process\x00"+utf8Text(p.Cmdline)])
			}
		}
		p := map[string]any{
			"name": cmp.Or(utf8Text(f.Title), f.ID), "description": utf8Text(words(f.Summary, f.Why)), "context": "suspicious-activity",
			"object_refs": refs, "labels": []string{"severity:" + string(f.Severity)},
		}
		if cited := references(f.Refs); len(cited) > 0 {
			p["external_references"] = cited
		}
		all = addNew(all, s.keep("grouping", p, s.inv.Host.Name, f.ID, f.Title, instant(f.Start)))
	}
	var answers []string
	for _, v := range s.inv.Hypotheses {
		answers = append(answers, strings.ReplaceAll(string(v.Hypothesis), "_", " ")+": "+strings.ReplaceAll(string(v.Answer), "_", " ")+". "+utf8Text(v.Why))
	}
	p := map[string]any{
		"name": "Hunt on host " + cmp.Or(utf8Text(s.inv.Host.Name), "unknown"), "report_types": []string{"threat-report"}, "published": instant(s.at), "object_refs": all,
	}
	if len(answers) > 0 {
		p["description"] = strings.Join(answers, "\n")
	}
	s.keep("report", p, s.inv.Host.Name)
}

// references are the lines cited, as external references.
func references(refs []evidence.Ref) []any {
	var out []any
	for i, r := range refs {
		if i == maxCited {
			break
		}
		out = append(out, map[string]any{"source_name": cmp.Or(utf8Text(r.File), "log"), "description": fmt.Sprintf("%s, byte %d", utf8Text(r.String()), r.Offset)})
	}
	return out
}

func (s *bundle) relate(kind, from, to string) {
	s.keep("relationship", map[string]any{"relationship_type": kind, "source_ref": from, "target_ref": to}, kind, from, to)
}

// keep adds an object unless it is there, and returns its id.
func (s *bundle) keep(typ string, p map[string]any, parts ...string) string {
	id := stixID(typ, parts...)
	if s.seen[id] {
		return id
	}
	s.seen[id] = true
	p["type"], p["id"], p["spec_version"] = typ, id, "2.1"
	p["created"], p["modified"] = s.at.UTC().Format("2006-01-02T15:04:05.000Z"), s.at.UTC().Format("2006-01-02T15:04:05.000Z")
	if s.author != "" {
		p["created_by_ref"] = s.author
	}
	s.add(id, p)
	return id
}

func (s *bundle) add(id string, o map[string]any) {
	var text bytes.Buffer
	if err := line(&text, &s.buffer, o); err != nil {
		s.err = cmp.Or(s.err, err)
		return
	}
	s.ids, s.texts = append(s.ids, id), append(s.texts, text.Bytes())
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999999Z") }

func utf8Text(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// namespace is that of our UUIDs of version 5.
var namespace = [16]byte{0x8e, 0x0c, 0x5a, 0x31, 0x2b, 0x74, 0x4d, 0x0a, 0x9c, 0x55, 0x17, 0xe2, 0x60, 0x4b, 0x9f, 0x83}

// stixID derives an identifier from what it identifies (RFC 9562, section 5.5).
func stixID(typ string, parts ...string) string {
	h := sha1.New() // not for security
	_, _ = h.Write(namespace[:])
	for _, p := range append([]string{typ}, parts...) {
		_, _ = fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	x := hex.EncodeToString(u)
	return typ + "--" + x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

func (s *bundle) write(w io.Writer) error {
	if s.err != nil {
		return s.err
	}
	out := bufio.NewWriter(w)
	_, _ = fmt.Fprintf(out, `{"type":"bundle","id":%q,"objects":[`, stixID("bundle", append(s.ids, instant(s.at))...))
	for i, text := range s.texts {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_ = out.WriteByte('\n')
		_, _ = out.Write(text)
	}
	_, _ = out.WriteString("]}\n")
	return out.Flush()
}
