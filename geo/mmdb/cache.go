package mmdb

import (
	"sync"

	"github.com/tuxtrail/tuxtrail/geo"
)

// cache holds decoded records by their place in the file, in two generations:
// when the younger is full it becomes the elder and what nobody asked for since
// is forgotten.
type cache struct {
	mu    sync.RWMutex
	size  int // of a generation
	young map[uintptr]geo.Info
	old   map[uintptr]geo.Info
}

func newCache(size int) *cache {
	switch {
	case size < 0:
		return nil
	case size == 0:
		size = 1 << 16
	}
	return &cache{size: max(1, size/2), young: map[uintptr]geo.Info{}}
}

func (c *cache) get(offset uintptr) (geo.Info, bool) {
	if c == nil {
		return geo.Info{}, false
	}
	c.mu.RLock()
	info, ok := c.young[offset]
	if ok {
		c.mu.RUnlock()
		return info, true
	}
	info, ok = c.old[offset]
	c.mu.RUnlock()
	if ok {
		c.put(offset, info)
	}
	return info, ok
}

func (c *cache) put(offset uintptr, info geo.Info) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.size {
		c.old, c.young = c.young, make(map[uintptr]geo.Info, c.size)
	}
	c.young[offset] = info
}
