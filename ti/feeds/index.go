package feeds

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"net/netip"

	"github.com/gaissmai/bart"
)

// item is an indicator in the index: 24 bytes, and its texts in the arena.
type item struct {
	key, info uint32 // in the arena
	next      uint32 // the next item of the same key, +1
	line      uint32
	offset    uint32
	file      uint16
	kind      kind
	flags     uint8
}

const (
	itemShift  = 15
	itemChunk  = 1 << itemShift
	arenaShift = 20
	arenaChunk = 1 << arenaShift
	maxArena   = 1 << 12 // chunks: 4 GiB
	// maxSame is how many entries one indicator may have; further ones are
	// counted and left out.
	maxSame = 64
	// maxInterned bounds the table of infos seen during the load.
	maxInterned = 1 << 15
)

// index holds indicators. A hash table of item numbers, with a byte of the hash
// beside each, finds an item by its key; the key is then compared in full, so
// that there are no false finds. Nothing moves once it is stored, so that
// loading needs no more memory than the result, but for the table when it grows.
type index struct {
	seed  maphash.Seed
	items [][]item
	count uint32
	arena [][]byte
	tags  []uint8 // 0 is free
	slots []uint32
	used  int // slots
	nets  bart.Table[uint32]

	infos map[string]uint32 // during the load
	buf   []byte
}

func newIndex() *index {
	return &index{seed: maphash.MakeSeed(), infos: map[string]uint32{}, tags: make([]uint8, 1024), slots: make([]uint32, 1024)}
}

func (x *index) item(id uint32) *item { return &x.items[id>>itemShift][id&(itemChunk-1)] }

// text returns what store put at at.
func (x *index) text(at uint32) []byte {
	b := x.arena[at>>arenaShift][at&(arenaChunk-1):]
	if n := int(b[0]); n < 0x80 {
		return b[1 : 1+n]
	}
	n, w := binary.Uvarint(b)
	return b[w : w+int(n)]
}

// store copies b into the arena; it reports false when that is full.
func (x *index) store(b []byte) (uint32, bool) {
	need := len(b) + binary.MaxVarintLen32
	last := len(x.arena) - 1
	if last < 0 || len(x.arena[last])+need > arenaChunk {
		if len(x.arena) == maxArena || need > arenaChunk {
			return 0, false
		}
		x.arena = append(x.arena, make([]byte, 0, arenaChunk))
		last++
	}
	at := uint32(last)<<arenaShift | uint32(len(x.arena[last]))
	x.arena[last] = append(binary.AppendUvarint(x.arena[last], uint64(len(b))), b...)
	return at, true
}

// intern is store for what is often the same.
func (x *index) intern(b []byte) (uint32, bool) {
	if at, ok := x.infos[string(b)]; ok {
		return at, true
	}
	at, ok := x.store(b)
	if ok {
		if len(x.infos) >= maxInterned {
			clear(x.infos)
		}
		x.infos[string(b)] = at
	}
	return at, ok
}

func (x *index) hash(k kind, key []byte) uint64 {
	return maphash.Bytes(x.seed, key) ^ uint64(k)*0x9e3779b97f4a7c15
}

// find returns the first item of a key, and the slot where it is or would be.
func (x *index) find(k kind, key []byte) (id uint32, slot int, ok bool) {
	h := x.hash(k, key)
	mask := uint64(len(x.tags) - 1)
	tag := uint8(h>>56) | 1
	for at := h & mask; ; at = (at + 1) & mask {
		switch x.tags[at] {
		case 0:
			return 0, int(at), false
		case tag:
			id := x.slots[at]
			if it := x.item(id); it.kind == k && bytes.Equal(x.text(it.key), key) {
				return id, int(at), true
			}
		}
	}
}

// added says what became of an item.
type added uint8

const (
	addedNew added = iota
	addedTwice
	addedTooMany // of one indicator
	addedFull
)

// add puts an item in. Its key and info are given apart.
func (x *index) add(it item, key, info []byte) (uint32, added) {
	at, ok := x.intern(info)
	if !ok {
		return 0, addedFull
	}
	it.info = at
	first, slot, known := x.find(it.kind, key)
	last := first
	if known {
		n := 0
		for id := first; ; n++ {
			o := x.item(id)
			if o.file == it.file && o.info == it.info && o.flags<<(8-offsetShift) == it.flags<<(8-offsetShift) {
				return id, addedTwice
			}
			last = id
			if o.next == 0 {
				break
			}
			id = o.next - 1
		}
		if n+1 >= maxSame {
			return 0, addedTooMany
		}
		it.key = x.item(first).key
	} else if it.key, ok = x.store(key); !ok {
		return 0, addedFull
	}
	id := x.count
	if id&(itemChunk-1) == 0 {
		x.items = append(x.items, make([]item, itemChunk))
	}
	*x.item(id) = it
	x.count++
	if known {
		x.item(last).next = id + 1
		return id, addedNew
	}
	h := x.hash(it.kind, key)
	x.tags[slot], x.slots[slot] = uint8(h>>56)|1, id
	x.used++
	if it.kind == kNet {
		x.nets.Insert(prefixOf(key), id)
	}
	if x.used >= len(x.tags)/4*3 {
		x.grow()
	}
	return id, addedNew
}

// grow doubles the table.
func (x *index) grow() {
	old := x.slots
	oldTags := x.tags
	x.tags = make([]uint8, 2*len(old))
	x.slots = make([]uint32, 2*len(old))
	mask := uint64(len(x.tags) - 1)
	for i, tag := range oldTags {
		if tag == 0 {
			continue
		}
		it := x.item(old[i])
		at := x.hash(it.kind, x.text(it.key)) & mask
		for x.tags[at] != 0 {
			at = (at + 1) & mask
		}
		x.tags[at], x.slots[at] = tag, old[i]
	}
}

// done frees what only the load needs.
func (x *index) done() { x.infos, x.buf = nil, nil }

// covering returns the first items of the networks that hold p, the smallest
// network first.
func (x *index) covering(p netip.Prefix) []uint32 {
	var ids []uint32
	for _, id := range x.nets.Supernets(p) {
		ids = append(ids, id)
	}
	return ids
}
