package logdir

import "hash/maphash"

// A cursor stands on one item of a stream.
type cursor interface {
	// advance moves to the next item and reports whether there is one.
	advance() bool
	// at is the place of the item in the order of time, in nanoseconds.
	at() int64
	// number returns the cursor's number, which breaks ties.
	number() int
	// close ends the pass and frees what the cursor holds.
	close()
}

// merge walks streams that are sorted, more or less, in the order of time. The
// current item is that of heap[0].
type merge[C cursor] struct {
	heap    []C
	all     []C
	started bool
}

func (m *merge[C]) add(c C) { m.heap, m.all = append(m.heap, c), append(m.all, c) }

// next moves to the next item of all streams.
func (m *merge[C]) next() bool {
	if !m.started {
		m.started = true
		live := m.heap[:0]
		for _, c := range m.heap {
			if c.advance() {
				live = append(live, c)
			}
		}
		m.heap = live
		for i := len(m.heap)/2 - 1; i >= 0; i-- {
			m.down(i)
		}
		return len(m.heap) > 0
	}
	if len(m.heap) == 0 {
		return false
	}
	if !m.heap[0].advance() {
		last := len(m.heap) - 1
		m.heap[0] = m.heap[last]
		m.heap = m.heap[:last]
	}
	m.down(0)
	return len(m.heap) > 0
}

func (m *merge[C]) before(i, j int) bool {
	a, b := m.heap[i], m.heap[j]
	if x, y := a.at(), b.at(); x != y {
		return x < y
	}
	return a.number() < b.number()
}

func (m *merge[C]) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(m.heap); c++ {
			if m.before(c, least) {
				least = c
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

func (m *merge[C]) close() {
	for _, c := range m.all {
		c.close()
	}
}

// eventKey is what the copies of one event share.
type eventKey struct {
	second int64
	hash   uint64
}

var hashSeed = maphash.MakeSeed()

// copies finds items that came already from another stream. An item with a key
// comes as often as the stream that has it most often holds it. It remembers
// the last maxKeys keys.
type copies struct {
	streams int
	limit   int
	slot    slots
	keys    []eventKey // by slot
	given   []uint32   // by slot: how often it came
	counts  []uint32   // by slot and stream: how often the stream had it
	oldest  int
	near    bool // copies may be stamped a second apart
	differ  *differ
	slotOf  int32 // of the item that came last
}

// maxKeys bounds the memory; with very many streams there are fewer keys.
const maxKeys = 1 << 17

// newCopies returns nil for fewer than two streams: nothing is a copy then.
func newCopies(streams int) *copies {
	if streams < 2 {
		return nil
	}
	return &copies{streams: streams, limit: max(1024, min(maxKeys, maxKeys*64/streams))}
}

// first counts an item of a stream and reports whether it is to come.
func (c *copies) first(stream int, k eventKey) bool {
	i, ok := c.slot.find(c.keys, k)
	if ok && c.count(i, stream) {
		return false
	}
	if c.near {
		for _, d := range []int64{-1, 1} {
			if n, ok := c.slot.find(c.keys, eventKey{k.second + d, k.hash}); ok && c.counts[int(n)*c.streams+stream] < c.given[n] {
				c.count(n, stream)
				if ok {
					c.counts[int(i)*c.streams+stream]-- // it was no item of this second
				}
				return false
			}
		}
	}
	if !ok {
		i = c.take(k)
		c.count(i, stream)
	}
	c.given[i]++
	c.slotOf = i
	return true
}

// count counts an item of a stream under a key and reports whether as many
// came already.
func (c *copies) count(i int32, stream int) bool {
	n := &c.counts[int(i)*c.streams+stream]
	*n++
	return *n <= c.given[i]
}

// take makes a slot for k, that of the oldest key when all are in use.
func (c *copies) take(k eventKey) int32 {
	if len(c.keys) < c.limit {
		i := int32(len(c.keys))
		c.keys, c.given = append(c.keys, k), append(c.given, 0)
		for range c.streams {
			c.counts = append(c.counts, 0)
		}
		c.slot.put(c.keys, i)
		return i
	}
	i := c.oldest
	c.oldest = (c.oldest + 1) % c.limit
	c.done(int32(i))
	c.slot.remove(c.keys, int32(i))
	c.keys[i], c.given[i] = k, 0
	clear(c.counts[i*c.streams : (i+1)*c.streams])
	c.slot.put(c.keys, int32(i))
	return int32(i)
}

// done hands what was counted in a slot on.
func (c *copies) done(i int32) {
	if c.differ != nil {
		c.differ.done(i, c.keys[i], c.counts[int(i)*c.streams:(int(i)+1)*c.streams])
	}
}

// close hands on what is left, the oldest first.
func (c *copies) close() {
	for k := range c.keys {
		c.done(int32((c.oldest + k) % len(c.keys)))
	}
}
