package graph

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/evidence"
)

// Source says who said something.
type Source struct {
	// Name is an alert, a bookmark, an incident or a hunt. Weak identifiers
	// hold among what one of them says.
	Name string `json:"name,omitzero"`
	// Ref is the record that it rests on; the zero Ref where there is none.
	Ref evidence.Ref `json:"ref,omitzero"`
}

// Compare orders by name, then by reference.
func (s Source) Compare(o Source) int {
	return cmp.Or(cmp.Compare(s.Name, o.Name), s.Ref.Compare(o.Ref))
}

// String returns the name and the reference, as far as there are any.
func (s Source) String() string {
	if s.Name == "" || s.Ref.IsZero() {
		return s.Name + s.Ref.String()
	}
	return s.Name + " " + s.Ref.String()
}

// Options sets how entities are joined. The zero value is Microsoft's rules.
type Options struct {
	// Weak joins by weak identifiers whoever gave them: right for the alerts
	// and the logs of one host, wrong where names are used twice.
	Weak bool
}

// Builder collects entities. The zero value is ready. It is not safe for
// concurrent use.
type Builder struct {
	Options Options

	index map[entities.Entity]int
	all   []occurrence
	links []link
}

// occurrence is an entity as it was added; one pointer is one occurrence.
type occurrence struct {
	entity  entities.Entity
	sources []Source
}

type link struct {
	from, to int
	role     string
	source   Source
}

// Add adds entities and all that they refer to, however far. What an entity
// refers to becomes an edge from it, by the name of the property. Nil entities
// are left out. Entities must not be changed until Build has returned.
func (b *Builder) Add(s Source, list ...entities.Entity) {
	for e := range entities.All(list) {
		b.add(s, e)
	}
}

func (b *Builder) add(s Source, e entities.Entity) int {
	i, known := b.index[e]
	if !known {
		if b.index == nil {
			b.index = map[entities.Entity]int{}
		}
		i = len(b.all)
		b.index[e] = i
		b.all = append(b.all, occurrence{entity: e})
	}
	o := &b.all[i]
	if n := len(o.sources); n == 0 || o.sources[n-1] != s {
		o.sources = append(o.sources, s)
	}
	return i
}

// AddAlert adds an alert and its entities, with the alert as the source.
func (b *Builder) AddAlert(a *entities.SecurityAlert) {
	if a != nil {
		b.Add(Source{Name: nameOf("alert", a)}, a)
	}
}

// AddBookmark adds a bookmark and its entities, with the bookmark as the
// source.
func (b *Builder) AddBookmark(m *entities.HuntingBookmark) {
	if m != nil {
		b.Add(Source{Name: nameOf("bookmark", m)}, m)
	}
}

// AddIncident adds an incident, and edges to those of its alerts and bookmarks
// that are added before or later.
func (b *Builder) AddIncident(i *entities.SecurityIncident) {
	if i == nil {
		return
	}
	s := Source{Name: nameOf("incident", i)}
	for _, id := range i.AlertIDs {
		b.Link(s, i, &entities.SecurityAlert{SystemAlertID: id}, "AlertIds")
	}
	for _, id := range i.BookmarkIDs {
		b.Link(s, i, &entities.HuntingBookmark{BookmarkID: id}, "BookmarkIds")
	}
	b.Add(s, i)
}

func nameOf(kind string, e entities.Entity) string { return kind + " " + cmp.Or(e.Key(), e.String()) }

// Link adds an edge that no property states, such as a session that a finding
// cites. Both ends are added as by Add. Nothing happens when one is nil.
func (b *Builder) Link(s Source, from, to entities.Entity, role string) {
	f, ok := b.end(s, from)
	t, ok2 := b.end(s, to)
	if ok && ok2 {
		b.links = append(b.links, link{f, t, role, s})
	}
}

// end adds one end of a link; what it refers to only when it is new.
func (b *Builder) end(s Source, e entities.Entity) (int, bool) {
	if e == nil || !reflect.ValueOf(e).Comparable() {
		return 0, false
	}
	if _, known := b.index[e]; known {
		return b.add(s, e), true
	}
	b.Add(s, e)
	i, known := b.index[e]
	return i, known
}

// levels orders types so that what identifies an entity comes before it.
var levels = map[entities.Type]int{
	entities.TypeIoTDevice: 1, entities.TypeDNS: 1, entities.TypeRegistryValue: 1, entities.TypeNetworkConnection: 1,
	entities.TypeHost: 2, entities.TypeAccount: 3, entities.TypeFile: 3, entities.TypeHostLogonSession: 4,
	entities.TypeProcess: 5,
}

// Build joins what was added. Nodes are in the order in which the first of
// their entities was added, edges in the order of their nodes: the same calls
// give the same graph. Time is linear in what was added, but for sorting.
func (b *Builder) Build() *Graph {
	j := joiner{b: b, parent: make([]int, len(b.all)), strong: map[string]int{}, ids: make([][]string, len(b.all))}
	for i := range j.parent {
		j.parent[i] = i
	}
	byLevel := make([][]int, 6)
	for i, o := range b.all {
		l := levels[o.entity.Type()]
		byLevel[l] = append(byLevel[l], i)
	}
	for _, level := range byLevel {
		j.join(level)
	}
	return j.graph()
}

// joiner joins occurrences, as a forest whose trees are the nodes.
type joiner struct {
	b      *Builder
	parent []int
	strong map[string]int
	ids    [][]string // strong identifiers
}

func (j *joiner) root(i int) int {
	for j.parent[i] != i {
		j.parent[i] = j.parent[j.parent[i]]
		i = j.parent[i]
	}
	return i
}

// union keeps the earlier of the two as the root.
func (j *joiner) union(a, b int) {
	a, b = j.root(a), j.root(b)
	if a > b {
		a, b = b, a
	}
	j.parent[b] = a
}

// nested names an entity that is part of an identifier by what it was joined
// to.
func (j *joiner) nested(e entities.Entity) string {
	i, ok := j.b.index[e]
	if !ok {
		return e.Key()
	}
	return "#" + strconv.Itoa(j.root(i))
}

// weakGroup is the occurrences that share a weak identifier.
type weakGroup struct{ members []int }

func (j *joiner) join(level []int) {
	groups := map[string]*weakGroup{}
	var order []*weakGroup
	for _, i := range level {
		o := j.b.all[i]
		strong, weak := entities.Identify(o.entity, j.nested)
		j.ids[i] = strong
		for _, id := range strong {
			if first, ok := j.strong[id]; ok {
				j.union(first, i)
			} else {
				j.strong[id] = i
			}
		}
		for _, id := range weak {
			for _, scope := range j.scopes(o) {
				k := scope + "\x00" + id
				g := groups[k]
				if g == nil {
					g = &weakGroup{}
					groups[k] = g
					order = append(order, g)
				}
				g.members = append(g.members, i)
			}
		}
	}
	known := map[int]bool{} // roots of which one has a strong identifier
	for _, i := range level {
		if len(j.ids[i]) > 0 {
			known[j.root(i)] = true
		}
	}
	for _, g := range order {
		j.joinWeak(g, known)
	}
}

func (j *joiner) scopes(o occurrence) []string {
	if j.b.Options.Weak {
		return []string{""}
	}
	var names []string
	for _, s := range o.sources {
		if n := len(names); n == 0 || names[n-1] != s.Name {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// joinWeak joins a group unless it holds things known to be different; then
// only those of which nothing else is known are joined.
func (j *joiner) joinWeak(g *weakGroup, known map[int]bool) {
	one, several := -1, false
	for _, i := range g.members {
		if r := j.root(i); known[r] {
			several = several || one >= 0 && one != r
			one = r
		}
	}
	if several {
		one = -1
	}
	for _, i := range g.members {
		r := j.root(i)
		switch {
		case several && known[r], r == one:
			continue
		case one < 0:
			one = r
			continue
		}
		isKnown := known[r] || known[one]
		j.union(one, i)
		one = j.root(one)
		if isKnown {
			known[one] = true
		}
	}
}
