package sigma

// selection is a search identifier: maps of which one must hold, or keywords.
type selection struct {
	maps []itemMap
	keys []keywords
}

// itemMap is a map of items that must all hold.
type itemMap []item

// item is a field with its tests.
type item struct {
	field  string
	tests  []test
	all    bool
	exists *bool // the field must (not) exist
	null   bool  // the field may be absent
	neq    bool
}

// keywords are texts looked for in the whole event.
type keywords struct {
	tests []test
	all   bool
}

func (s *selection) match(e *Event) bool {
	for _, m := range s.maps {
		if m.match(e) {
			return true
		}
	}
	if len(s.keys) > 0 {
		text := e.text()
		for _, k := range s.keys {
			if holds(k.tests, k.all, e, text) {
				return true
			}
		}
	}
	return false
}

func (m itemMap) match(e *Event) bool {
	for i := range m {
		if !m[i].match(e) {
			return false
		}
	}
	return true
}

func (it *item) match(e *Event) bool {
	v, ok := e.Fields[it.field]
	switch {
	case it.exists != nil:
		return ok == *it.exists
	case !ok:
		return it.null && !it.neq
	case it.null && len(it.tests) == 0:
		return it.neq
	}
	return holds(it.tests, it.all || it.neq, e, v) // different from all the values
}

func holds(tests []test, all bool, e *Event, v string) bool {
	for _, t := range tests {
		if t(e, v) != all {
			return !all
		}
	}
	return all
}

// fields adds the names of the fields that are looked at.
func (s *selection) fields(seen map[string]bool) {
	for _, m := range s.maps {
		for _, it := range m {
			seen[it.field] = true
		}
	}
}

// can reports whether the selection can hold for events with only the fields
// that have says; without is a field that it lacks.
func (s *selection) can(have func(field string) bool) (ok bool, without string) {
	for _, m := range s.maps {
		lacks := ""
		for _, it := range m {
			absent := it.null && !it.neq || it.exists != nil && !*it.exists
			if !absent && !have(it.field) {
				lacks = it.field
				break
			}
		}
		if lacks == "" {
			return true, ""
		}
		without = lacks
	}
	return len(s.keys) > 0, without
}
