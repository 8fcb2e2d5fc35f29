package export

import (
	"container/heap"
	"iter"
	"slices"
	"time"
)

// inOrder yields the events of lists in order of time, those of one time in the
// order of the lists and then of their items. Only of lists that are not in
// order themselves it keeps one, of four bytes an item.
func inOrder(lists []list) iter.Seq[*event] {
	return func(yield func(*event) bool) {
		var q queue
		for i, l := range lists {
			c := &cursor{list: l, number: i, order: orderOf(l)}
			if c.next() {
				q = append(q, c)
			}
		}
		heap.Init(&q)
		for len(q) > 0 {
			c := q[0]
			e := c.list.make(c.item)
			e.at = c.at
			if !yield(e) {
				return
			}
			if c.next() {
				heap.Fix(&q, 0)
			} else {
				heap.Pop(&q)
			}
		}
	}
}

// orderOf returns the items of a list in order of time; nil where they are.
func orderOf(l list) []int32 {
	var last time.Time
	sorted := true
	for i := range l.n {
		if at := l.at(i); !at.IsZero() {
			if at.Before(last) {
				sorted = false
				break
			}
			last = at
		}
	}
	if sorted {
		return nil
	}
	order := make([]int32, l.n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return l.at(int(a)).Compare(l.at(int(b))) })
	return order
}

// cursor stands on one item of a list.
type cursor struct {
	list   list
	number int
	order  []int32
	n      int // items passed
	item   int
	at     time.Time
}

// next moves to the next item that has a time.
func (c *cursor) next() bool {
	for c.n < c.list.n {
		c.item = c.n
		if c.order != nil {
			c.item = int(c.order[c.n])
		}
		c.n++
		if c.at = c.list.at(c.item); !c.at.IsZero() {
			return true
		}
	}
	return false
}

// queue is a heap of cursors, the earliest first.
type queue []*cursor

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if order := q[i].at.Compare(q[j].at); order != 0 {
		return order < 0
	}
	return q[i].number < q[j].number
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is not needed but by the interface.
func (q *queue) Push(x any) {
	if c, ok := x.(*cursor); ok {
		*q = append(*q, c)
	}
}

// Pop removes the last cursor.
func (q *queue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return c
}
