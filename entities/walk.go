package entities

import (
	"iter"
	"reflect"
)

// All returns the entities of a list and those that they refer to, however
// far, each pointer once: the list first, then by distance. It ends on cycles.
// Entities of other packages that cannot be compared by == are left out.
func All(list []Entity) iter.Seq[Entity] {
	return func(yield func(Entity) bool) {
		seen := map[Entity]bool{}
		var queue []Entity
		add := func(e Entity) {
			if isNil(e) || !reflect.ValueOf(e).Comparable() || seen[e] {
				return
			}
			seen[e] = true
			queue = append(queue, e)
		}
		for _, e := range list {
			add(e)
		}
		for len(queue) > 0 {
			e := queue[0]
			queue = queue[1:]
			if !yield(e) {
				return
			}
			for _, r := range Related(e) {
				add(r)
			}
		}
	}
}
