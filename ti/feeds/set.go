package feeds

import (
	"iter"
	"math"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// Set is a set of indicators that can be asked. Once built it does not change
// and is safe for concurrent use.
//
// It costs 24 bytes for each entry, 7 to 14 for the table, and the canonical
// form of the indicator (a hash in binary, an address in 4 or 16 bytes) with
// one byte; what the source says beside it is kept once where it is the same
// for many. No more than 4 GiB of such texts are kept.
type Set struct {
	index
	files    []File
	now      func() time.Time
	lengths  []int // of the URL prefixes, ascending
	subs     bool  // some names stand for those below
	digests  bool
	byID     map[stixID]version // during the load
	maxItems int64
	keyBuf   []byte
}

// maxLengths is how many different lengths URL prefixes may have.
const maxLengths = 64

// put adds an entry and counts in st what became of it. It reports false when
// the set is full.
func (s *Set) put(e *Entry, file uint16, st *Stats) bool {
	key, k, flags, ok := entryKey(s.keyBuf[:0], e)
	s.keyBuf = key[:0]
	switch {
	case !ok:
		st.Unsupported++
		return true
	case tooWide(k, key):
		st.TooWide++
		return true
	}
	if k == kURLPrefix {
		i, found := slices.BinarySearch(s.lengths, len(key))
		if !found && len(s.lengths) >= maxLengths {
			st.Unsupported++
			return true
		}
		if !found {
			s.lengths = slices.Insert(s.lengths, i, len(key))
		}
	}
	id, keep := s.supersede(e)
	if !keep {
		st.Revoked++
		return true
	}
	if int64(s.count) >= s.maxItems {
		st.Full++
		return false
	}
	offset := min(max(e.Ref.Offset, 0), maxOffset)
	it := item{
		line: uint32(min(max(e.Ref.Line, 0), math.MaxUint32)), offset: uint32(offset & math.MaxUint32),
		file: file, kind: k, flags: flags | uint8(offset>>32)<<offsetShift,
	}
	s.buf = appendInfo(s.buf[:0], e)
	n, what := s.add(it, key, s.buf)
	switch what {
	case addedNew:
		st.Entries++
		s.subs = s.subs || k == kName && flags&fSubdomains != 0
		s.digests = s.digests || k == kDigest
		s.remember(id, e, n)
	case addedTwice:
		st.Duplicate++
		s.remember(id, e, n)
	case addedTooMany:
		st.TooMany++
	case addedFull:
		st.Full++
		return false
	}
	return true
}

// entryKey returns the key of an entry.
func entryKey(dst []byte, e *Entry) (key []byte, k kind, flags uint8, ok bool) {
	if e.Digest {
		key, ok = appendHex(dst, e.Value, 16)
		return key, kDigest, fExact, ok
	}
	key, k, flags, ok = appendKey(dst, e.Type, e.Value)
	switch {
	case !ok:
	case k == kName && e.Subdomains:
		if !publicSuffix(key[len(dst):]) {
			flags |= fSubdomains
		}
		if e.NotSelf {
			flags &^= fExact
		}
		ok = flags != 0
	case k == kURL && e.Prefix:
		k = kURLPrefix
	}
	return key, k, flags, ok
}

// entry makes an Entry of an item.
func (s *Set) entry(e *Entry, id uint32) {
	it := s.item(id)
	e.Type, e.Value = keyValue(it.kind, it.flags, s.text(it.key))
	f := &s.files[it.file]
	readInfo(s.text(it.info), e, f.Stats.Source)
	e.Format = f.Stats.Kind
	e.Ref = evidence.Ref{File: f.Name, Line: int64(it.line), Offset: int64(it.flags>>offsetShift)<<32 | int64(it.offset)}
	e.Subdomains = it.flags&fSubdomains != 0
	e.NotSelf = it.flags&fExact == 0
	e.Prefix = it.kind == kURLPrefix
	e.Digest = it.kind == kDigest
}

// Len returns how many entries the set has.
func (s *Set) Len() int {
	n := 0
	for range s.ids() {
		n++
	}
	return n
}

// All returns the entries in the order in which they were read.
func (s *Set) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for id := range s.ids() {
			var e Entry
			s.entry(&e, id)
			if !yield(e) {
				return
			}
		}
	}
}

func (s *Set) ids() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for id := range s.count {
			if s.item(id).flags&fDead == 0 && !yield(id) {
				return
			}
		}
	}
}

// Files returns what was read, in its order, with what was not understood.
func (s *Set) Files() []File { return slices.Clone(s.files) }

// Types returns the types of indicators that can be asked about.
func Types() []ioc.Type {
	return []ioc.Type{
		ioc.IPv4, ioc.IPv6, ioc.CIDR, ioc.DNS, ioc.Onion, ioc.URL, ioc.Email,
		ioc.MD5, ioc.SHA1, ioc.SHA256, ioc.SHA512, ioc.SSDeep, ioc.ImpHash, ioc.AuthentiHash,
		ioc.LinuxPath, ioc.WindowsPath, ioc.RegistryKey, ioc.CVE, ioc.MAC, ioc.ASN,
		ioc.Bitcoin, ioc.Ethereum, ioc.Monero, ioc.AttackTechnique,
	}
}

// hit makes a Hit of an item, at the time now.
func (s *Set) hit(h *Hit, id uint32, how How, now time.Time) {
	s.entry(&h.Entry, id)
	h.How, h.file = how, s.item(id).file
	h.Expired = !h.ValidUntil.IsZero() && !now.Before(h.ValidUntil)
	h.Early = !h.ValidFrom.IsZero() && now.Before(h.ValidFrom)
	if h.Expired || h.Early {
		h.Severity = min(h.Severity, ti.Information)
	}
}
