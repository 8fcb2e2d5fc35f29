package feeds

import (
	"crypto/sha256"
)

// stixID stands for the identifier of an object.
type stixID [16]byte

// version is which version of an object is in the set.
type version struct {
	modified int64
	items    []uint32
}

// supersede settles whether e counts beside the other versions of its object.
func (s *Set) supersede(e *Entry) (id stixID, keep bool) {
	if e.ID == "" || e.Modified.IsZero() {
		return id, !e.Revoked
	}
	sum := sha256.Sum256([]byte(e.ID))
	id = stixID(sum[:16])
	at := e.Modified.UnixNano()
	v, known := s.byID[id]
	if known && at < v.modified {
		return id, false
	}
	if known && at > v.modified || e.Revoked {
		for _, n := range v.items {
			s.item(n).flags |= fDead
		}
		v.items = nil
	}
	v.modified = at
	if e.Revoked {
		v.modified++ // the revocation ends the version of the same time, too
	}
	s.byID[id] = v
	return id, !e.Revoked
}

// remember notes which item is of which object.
func (s *Set) remember(id stixID, e *Entry, item uint32) {
	if e.ID == "" || e.Modified.IsZero() {
		return
	}
	v := s.byID[id]
	v.items = append(v.items, item)
	s.byID[id] = v
}
