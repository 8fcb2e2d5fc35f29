package hunt

import (
	"math/bits"
	"slices"
	"strings"
)

// keeper holds at most max of the things that come: those that are worth most,
// of equal ones the earliest. What it lets go is handed to drop first.
type keeper[T any] struct {
	max  int
	list []kept[T]
	came int
	drop func(*T)
	free []*T // places of what was let go
}

type kept[T any] struct {
	worth int
	v     *T // its own place, so that who takes the list over can let go of one after the other
}

// add takes one more. The list is cut when it has grown a quarter too long, so
// that cutting costs little for each.
func (k *keeper[T]) add(v T, worth int) {
	k.came++
	var at *T
	if n := len(k.free); n > 0 {
		at, k.free = k.free[n-1], k.free[:n-1]
	} else {
		at = new(T)
	}
	*at = v
	k.list = append(k.list, kept[T]{worth, at})
	if len(k.list) > k.max+k.max/4 {
		k.cut()
	}
}

// cut lets go of what is too much. What stays is in the order that it came in.
func (k *keeper[T]) cut() {
	if len(k.list) <= k.max {
		return
	}
	worths := make([]int, len(k.list))
	for i := range k.list {
		worths[i] = k.list[i].worth
	}
	slices.Sort(worths)
	least := worths[len(worths)-k.max]
	most := 0 // of those worth the least that stay
	for _, w := range worths[len(worths)-k.max:] {
		if w > least {
			break
		}
		most++
	}
	out := k.list[:0]
	for i := range k.list {
		switch o := &k.list[i]; {
		case o.worth > least:
		case o.worth == least && most > 0:
			most--
		default:
			if k.drop != nil {
				k.drop(o.v)
			}
			var none T
			*o.v = none
			k.free = append(k.free, o.v)
			continue
		}
		out = append(out, k.list[i])
	}
	clear(k.list[len(out):])
	k.list = out
}

// omitted returns how many were let go.
func (k *keeper[T]) omitted() int { return k.came - len(k.list) }

// worthOf ranks a thing by what it is and by the how manieth of its like it is,
// from 1: the thousandth of a kind tells less than the first of a lesser one.
func worthOf(class int, nth int) int { return 4*class - bits.Len(uint(nth)) }

// nths counts how many of each kind came, to rank what must be let go. Kinds
// beyond maxLikes are not told apart: each of them counts as a first.
type nths[K comparable] struct{ n map[K]int }

// maxLikes is how many kinds are told apart.
const maxLikes = 1 << 18

// next returns the how manieth of its kind comes, from 1.
func (c *nths[K]) next(k K) int {
	n := c.n[k] + 1
	if n > 1 || len(c.n) < maxLikes {
		if c.n == nil {
			c.n = map[K]int{}
		}
		c.n[k] = n
	}
	return n
}

// tags numbers texts, so that what is kept of many things holds four bytes for
// each text. 0 is the empty one.
type tags struct {
	at   map[string]uint32
	list []string
}

// maxTags is how many texts are told apart; what is more is one.
const (
	maxTags = 1 << 18
	tooMany = "\x00"
)

func (t *tags) of(s string) uint32 {
	if s == "" {
		return 0
	}
	if n, ok := t.at[s]; ok {
		return n
	}
	if len(t.list) >= maxTags {
		s = tooMany
		if n, ok := t.at[s]; ok {
			return n
		}
	}
	if t.at == nil {
		t.at, t.list = map[string]uint32{}, []string{""}
	}
	s = strings.Clone(s)
	n := uint32(len(t.list))
	t.at[s] = n
	t.list = append(t.list, s)
	return n
}

func (t *tags) text(n uint32) string {
	if n == 0 {
		return ""
	}
	return t.list[n]
}

// column is a long list in pieces: it grows without being copied.
type column[T any] struct {
	pieces [][]T
	n      int
}

const (
	pieceBits = 14
	pieceSize = 1 << pieceBits
)

func (c *column[T]) add(v T) {
	if c.n%pieceSize == 0 {
		c.pieces = append(c.pieces, make([]T, 0, pieceSize))
	}
	last := &c.pieces[len(c.pieces)-1]
	*last = append(*last, v)
	c.n++
}

func (c *column[T]) at(i int) *T { return &c.pieces[i>>pieceBits][i&(pieceSize-1)] }

// columnBy sorts a column, by what less says of two places.
type columnBy[T any] struct {
	*column[T]
	less func(a, b *T) bool
}

func (c columnBy[T]) Len() int           { return c.n }
func (c columnBy[T]) Less(i, j int) bool { return c.less(c.at(i), c.at(j)) }
func (c columnBy[T]) Swap(i, j int) {
	a, b := c.at(i), c.at(j)
	*a, *b = *b, *a
}
