package logdir

// slots finds the slot of a key: a hash table with linear probing, which a map
// cannot match where every line is looked up, put in and thrown out again. The
// keys lie with the slots; their hash is spread already.
type slots struct {
	table []int32 // a slot and one, 0 where there is none
	used  int
}

func (s *slots) home(k eventKey) int {
	return int((k.hash ^ uint64(k.second)*0x9e3779b97f4a7c15) & uint64(len(s.table)-1))
}

// find returns the slot of k.
func (s *slots) find(keys []eventKey, k eventKey) (slot int32, ok bool) {
	if len(s.table) == 0 {
		return 0, false
	}
	mask := len(s.table) - 1
	for at := s.home(k); s.table[at] != 0; at = (at + 1) & mask {
		if slot := s.table[at] - 1; keys[slot] == k {
			return slot, true
		}
	}
	return 0, false
}

// put notes the slot of a key that has none. keys holds it already.
func (s *slots) put(keys []eventKey, slot int32) {
	if 2*(s.used+1) > len(s.table) {
		old := s.table
		s.table = make([]int32, max(1024, 2*len(old)))
		for _, there := range old {
			if there != 0 {
				s.insert(keys, there-1)
			}
		}
	}
	s.used++
	s.insert(keys, slot)
}

func (s *slots) insert(keys []eventKey, slot int32) {
	mask := len(s.table) - 1
	at := s.home(keys[slot])
	for s.table[at] != 0 {
		at = (at + 1) & mask
	}
	s.table[at] = slot + 1
}

// remove forgets a slot, while keys still holds its key. What was moved on
// because of it moves back.
func (s *slots) remove(keys []eventKey, slot int32) {
	mask := len(s.table) - 1
	at := s.home(keys[slot])
	for s.table[at] != slot+1 {
		if s.table[at] == 0 {
			return
		}
		at = (at + 1) & mask
	}
	s.used--
	for next := (at + 1) & mask; s.table[next] != 0; next = (next + 1) & mask {
		home := s.home(keys[s.table[next]-1])
		if (next-home)&mask >= (next-at)&mask { // it does not lie before its home there
			s.table[at] = s.table[next]
			at = next
		}
	}
	s.table[at] = 0
}
