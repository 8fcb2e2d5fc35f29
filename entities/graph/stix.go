package graph

import (
	"bufio"
	"cmp"
	"crypto/sha1" // which UUID version 5 is made of
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
)

// STIXOptions sets what a bundle says. The zero value works.
type STIXOptions struct {
	// Time is when the objects were created and modified; zero means the
	// latest time that the graph knows, or 1970.
	Time time.Time
}

// STIX writes the graph as a STIX 2.1 bundle (OASIS Standard, 10 June 2021):
// one line for each object. The same graph gives the same bytes.
//
// Observables (addresses, names, files, processes, accounts, URLs, registry
// keys, mail, traffic, cards) are cyber-observable objects, with the
// identifiers that the specification derives from their content; processes
// and all other objects have such of a namespace of ours, derived from what
// identifies them in the graph. A host and an IoT device are an identity of
// class "system", a security group one of class "group", a resource or a
// cloud application is infrastructure, a malware is malware, a place a
// location, an alert or a bookmark a grouping, an incident an incident, a
// session observed data of its account and address.
//
// Edges that STIX has a property for (parent, image and user of a process,
// addresses of a name, ends of traffic, objects of a grouping) are that
// property; all others are relationships "related-to", described by their
// role, with the sources as external references.
//
// STIX returns the nodes that the bundle lacks: STIX has nothing for their
// type, or demands something that is not known, such as the name of a file.
// The error is that of w.
func (g *Graph) STIX(w io.Writer, o STIXOptions) (left []*Node, err error) {
	s := &stix{graph: g, ids: make([]string, len(g.nodes)), byID: map[string]object{}, covered: map[*Edge]bool{}}
	s.time = o.Time
	if s.time.IsZero() {
		s.time = latest(g)
	}
	s.name()
	for _, n := range g.nodes {
		s.reserve(n)
	}
	for _, n := range g.nodes {
		s.add(n)
	}
	s.groupings()
	for _, e := range g.edges {
		s.relate(e)
	}
	for _, n := range g.nodes {
		if s.ids[n.Index] == "" {
			left = append(left, n)
		}
	}
	return left, s.write(w)
}

// object is a STIX object by property.
type object map[string]any

type stix struct {
	graph   *Graph
	time    time.Time
	names   []string // of nodes
	ids     []string // of nodes; "" for one that STIX has nothing for
	objects []object
	byID    map[string]object
	covered map[*Edge]bool // edges that are properties
}

// Namespaces of UUIDs. The first is that of the specification, section 2.9;
// the second is ours, as it demands for all other rules.
var (
	namespaceSTIX = [16]byte{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}
	namespaceOurs = [16]byte{0x5c, 0x1f, 0x0e, 0x52, 0x0d, 0x63, 0x4f, 0x5e, 0x8f, 0x2b, 0x6a, 0x51, 0x9d, 0x3c, 0x77, 0x10}
)

// uuid5 returns the UUID version 5 of a name (RFC 9562, section 5.5).
func uuid5(namespace [16]byte, name string) string {
	h := sha1.New()
	_, _ = h.Write(namespace[:])
	_, _ = io.WriteString(h, name)
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	x := hex.EncodeToString(u)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// observableID derives the identifier of an observable from the properties
// that contribute to it, as the specification says in section 2.9.
func observableID(typ string, contributing object) string {
	return typ + "--" + uuid5(namespaceSTIX, canonical(map[string]any(contributing)))
}

// ownID derives the identifier of any other object.
func ownID(typ string, parts ...string) string {
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return typ + "--" + uuid5(namespaceOurs, canonical(append([]any{typ}, list...)))
}

// canonical writes a value as RFC 8785 does, for the values that contribute to
// identifiers: text, whole numbers, lists and objects with ASCII names.
func canonical(v any) string {
	var b strings.Builder
	canonicalTo(&b, v)
	return b.String()
}

func canonicalTo(b *strings.Builder, v any) {
	switch x := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, k := range slices.Sorted(maps.Keys(x)) {
			if i > 0 {
				b.WriteByte(',')
			}
			canonicalText(b, k)
			b.WriteByte(':')
			canonicalTo(b, x[k])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range x {
			if i > 0 {
				b.WriteByte(',')
			}
			canonicalTo(b, e)
		}
		b.WriteByte(']')
	case string:
		canonicalText(b, x)
	default:
		_, _ = fmt.Fprint(b, x)
	}
}

func canonicalText(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s { // bytes that are no UTF-8 become U+FFFD, as in the bundle
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\f':
			b.WriteString(`\f`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ':
			_, _ = fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// latest returns the latest time in a graph.
func latest(g *Graph) time.Time {
	t := time.Unix(0, 0)
	see := func(times ...time.Time) {
		for _, x := range times {
			if x.After(t) {
				t = x
			}
		}
	}
	for _, n := range g.nodes {
		switch e := n.Entity.(type) {
		case *entities.Process:
			see(e.CreationTime)
		case *entities.HostLogonSession:
			see(e.StartTime, e.EndTime)
		case *entities.NetworkConnection:
			see(e.StartTime, e.EndTime)
		case *entities.SecurityAlert:
			see(e.TimeGenerated, e.StartTime, e.EndTime, e.ProcessingEndTime)
		case *entities.HuntingBookmark:
			see(e.TimeGenerated, e.EventTime, e.CreatedTime, e.LastUpdatedTime)
		case *entities.SecurityIncident:
			see(e.TimeGenerated, e.CreatedTime, e.LastModifiedTime, e.ClosedTime)
		case *entities.MailMessage:
			see(e.ReceivedDate)
		case *entities.SubmissionMail:
			see(e.SubmissionDate, e.Timestamp)
		}
	}
	return t
}

// domain returns an object of the domain: everything but observables.
func (s *stix) domain(typ, id string, properties object) object {
	out := object{"type": typ, "spec_version": "2.1", "id": id, "created": stamp(s.time), "modified": stamp(s.time)}
	maps.Copy(out, properties)
	return out
}

// keep adds an object unless there is one of its id; that one is returned.
func (s *stix) keep(o object) object {
	id, _ := o["id"].(string)
	if known := s.byID[id]; known != nil {
		return known
	}
	s.byID[id] = o
	s.objects = append(s.objects, o)
	return o
}

// ref returns the id of the node that an edge of this role leads to, when it
// is of one of the types, and notes that the edge is said.
func (s *stix) ref(n *Node, role string, types ...string) string {
	for _, e := range n.out {
		id := s.ids[e.To.Index]
		typ, _, _ := strings.Cut(id, "--")
		if e.Role == role && slices.Contains(types, typ) && e.To != n {
			s.covered[e] = true
			return id
		}
	}
	return ""
}

// refs returns all of them, sorted.
func (s *stix) refs(n *Node, role string, types ...string) []string {
	var ids []string
	for _, e := range n.out {
		id := s.ids[e.To.Index]
		typ, _, _ := strings.Cut(id, "--")
		if (role == "" || e.Role == role) && id != "" && (len(types) == 0 || slices.Contains(types, typ)) && e.To != n {
			s.covered[e] = true
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// groupings adds what refers to any other object, when those are known.
func (s *stix) groupings() {
	for _, n := range s.graph.nodes {
		var p object
		switch e := n.Entity.(type) {
		case *entities.SecurityAlert:
			p = object{"context": "suspicious-activity", "name": clean(e.String())}
			set(p, "description", e.Description)
		case *entities.HuntingBookmark:
			p = object{"context": "suspicious-activity", "name": clean(e.String())}
			set(p, "description", e.Notes)
		default:
			continue
		}
		refs := s.refs(n, "Entities")
		if len(refs) == 0 {
			continue
		}
		p["object_refs"] = refs
		id := ownID("grouping", s.names[n.Index])
		s.ids[n.Index] = id
		s.keep(s.domain("grouping", id, p))
	}
}

// relate adds a relationship unless a property says it.
func (s *stix) relate(e *Edge) {
	from, to := s.ids[e.From.Index], s.ids[e.To.Index]
	if s.covered[e] || from == "" || to == "" || from == to {
		return
	}
	p := object{"relationship_type": "related-to", "description": clean(cmp.Or(e.Role, "related")), "source_ref": from, "target_ref": to}
	if refs := references(e.Sources); len(refs) > 0 {
		p["external_references"] = refs
	}
	s.keep(s.domain("relationship", ownID("relationship", from, to, e.Role), p))
}

// maxReferences bounds the sources that a relationship lists.
const maxReferences = 100

func references(sources []Source) []object {
	var out []object
	for _, src := range sources {
		if len(out) == maxReferences {
			break
		}
		r := object{"source_name": clean(cmp.Or(src.Name, src.Ref.File, "tuxtrail"))}
		if !src.Ref.IsZero() {
			r["description"] = clean(src.Ref.String() + ", byte " + strconv.FormatInt(src.Ref.Offset, 10))
		} else if src.Name == "" {
			continue
		}
		out = append(out, r)
	}
	return out
}

// name names the nodes: across graphs when their keys can, else within this
// one. Nodes that were not joined have different names.
func (s *stix) name() {
	used := map[string]bool{}
	for _, n := range s.graph.nodes {
		name := ""
		for _, e := range n.Entities {
			if name = e.Key(); name != "" {
				break
			}
		}
		if name == "" || used[name] {
			name = nodeName(n.Index) + " " + name
		}
		used[name] = true
		s.names = append(s.names, name)
	}
}

func clean(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// set sets a text that is not empty.
func set(o object, name, value string) {
	if value != "" {
		o[name] = clean(value)
	}
}

func (s *stix) write(w io.Writer) error {
	b := bufio.NewWriter(w)
	ids := make([]string, 0, len(s.objects))
	for _, o := range s.objects {
		id, _ := o["id"].(string)
		ids = append(ids, id)
	}
	_, _ = fmt.Fprintf(b, `{"type":"bundle","id":%q`, ownID("bundle", append(ids, stamp(s.time))...))
	if len(s.objects) > 0 {
		_, _ = b.WriteString(`,"objects":[`)
		for i, o := range s.objects {
			if i > 0 {
				_ = b.WriteByte(',')
			}
			_ = b.WriteByte('\n')
			j, err := json.Marshal(o)
			if err != nil {
				return fmt.Errorf("graph: %v: %w", o["id"], err)
			}
			_, _ = b.Write(j)
		}
		_, _ = b.WriteString("\n]")
	}
	_, _ = b.WriteString("}\n")
	return b.Flush()
}
