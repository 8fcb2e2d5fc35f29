package feeds

import (
	"bytes"
	"crypto/md5"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// Lookup returns what the set says about an indicator, the more exact first, in
// the order of reading where they are equal; nil when it is not known. v is
// canonical as in [ioc.Match], or written in any other usual way, but not
// defanged. ok is false when v is not an indicator of type t, or such are not
// kept.
//
// A look-up that finds nothing allocates nothing.
func (s *Set) Lookup(t ioc.Type, v string) (hits []Hit, ok bool) {
	return s.AppendHits(nil, t, v)
}

// AppendHits is Lookup that appends to a slice.
func (s *Set) AppendHits(hits []Hit, t ioc.Type, v string) ([]Hit, bool) {
	var array [512]byte
	key, k, flags, ok := appendKey(array[:0], t, v)
	if !ok {
		return hits, false
	}
	q := query{set: s, hits: hits}
	switch k {
	case kIP:
		q.address(key, Exact)
	case kNet:
		q.exact(k, key, fExact, Exact)
		q.within(prefixOf(key))
	case kName:
		q.name(key, Exact)
	case kURL:
		q.exact(kURL, key, flags, Exact)
		q.prefixes(key, flags)
		q.host(v)
	case kEmail:
		q.exact(k, key, fExact, Exact)
		q.name(key[bytes.LastIndexByte(key, '@')+1:], Host)
	default:
		q.exact(k, key, fExact, Exact)
	}
	if s.digests {
		q.digest(v)
	}
	return q.hits, true
}

// query gathers hits.
type query struct {
	set  *Set
	hits []Hit
	now  time.Time
}

// chain adds the items of one key that have any of the flags of each mask.
func (q *query) chain(id uint32, want, scheme uint8, how How) {
	for {
		it := q.set.item(id)
		if it.flags&fDead == 0 && it.flags&want != 0 && (scheme == 0 || it.flags&scheme != 0) {
			if q.now.IsZero() {
				q.now = q.set.now()
			}
			q.hits = append(q.hits, Hit{})
			q.set.hit(&q.hits[len(q.hits)-1], id, how, q.now)
		}
		if it.next == 0 {
			return
		}
		id = it.next - 1
	}
}

func (q *query) exact(k kind, key []byte, flags uint8, how How) {
	if id, _, ok := q.set.find(k, key); ok {
		q.chain(id, fExact, flags&(fHTTP|fHTTPS), how)
	}
}

// address looks for an address and the networks around it.
func (q *query) address(key []byte, how How) {
	q.exact(kIP, key, fExact, how)
	if a, ok := netip.AddrFromSlice(key); ok && q.set.nets.Contains(a) {
		from := len(q.hits)
		q.supernets(netip.PrefixFrom(a, a.BitLen()))
		if how == Host {
			for i := from; i < len(q.hits); i++ {
				q.hits[i].How = Host
			}
		}
	}
}

// within looks for the networks around a network.
func (q *query) within(p netip.Prefix) {
	if _, ok := q.set.nets.LookupPrefix(p); ok {
		q.supernets(p)
	}
}

// supernets adds the networks that hold p, the smallest first; p itself is
// found by its key.
func (q *query) supernets(p netip.Prefix) {
	self, _, known := q.set.find(kNet, append(appendAddr(nil, p.Addr()), byte(p.Bits())))
	for _, id := range q.set.covering(p) {
		if !known || id != self {
			q.chain(id, fExact, 0, Network)
		}
	}
}

// name looks for a name and those above it, but for the top-level domain.
func (q *query) name(key []byte, how How) {
	q.exact(kName, key, fExact, how)
	if !q.set.subs {
		return
	}
	if how == Exact {
		how = Parent
	}
	for {
		i := bytes.IndexByte(key, '.')
		if i < 0 {
			return
		}
		key = key[i+1:]
		if !dotted(key) {
			return
		}
		if id, _, ok := q.set.find(kName, key); ok {
			q.chain(id, fSubdomains, 0, how)
		}
	}
}

// prefixes looks for URLs that key begins with, the longest first.
func (q *query) prefixes(key []byte, flags uint8) {
	for _, n := range slices.Backward(q.set.lengths) {
		if n > len(key) {
			continue
		}
		if id, _, ok := q.set.find(kURLPrefix, key[:n]); ok {
			q.chain(id, fExact, flags&(fHTTP|fHTTPS), URLPrefix)
		}
	}
}

// host looks for the host of a URL.
func (q *query) host(url string) {
	var array [256]byte
	h := hostOf(url)
	if likeAddr(h) {
		if a, err := netip.ParseAddr(h); err == nil {
			q.address(appendAddr(array[:0], a), Host)
		}
		return
	}
	if key, ok := appendName(array[:0], h); ok && dotted(key) {
		q.name(key, Host)
	}
}

// likeAddr reports whether s can only be an address, if anything. The parser of
// addresses allocates its errors.
func likeAddr(s string) bool {
	if strings.IndexByte(s, ':') >= 0 {
		return true
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '.' {
			return false
		}
	}
	return s != ""
}

// hostOf returns the host of a URL as it is written.
func hostOf(url string) string {
	if i := schemeEnd(url); i > 0 {
		url = url[i+3:]
	}
	if i := strings.IndexAny(url, `/?#\`); i >= 0 {
		url = url[:i]
	}
	url = url[strings.LastIndexByte(url, '@')+1:]
	if strings.HasPrefix(url, "[") {
		h, _, _ := strings.Cut(url[1:], "]")
		return h
	}
	if i := strings.LastIndexByte(url, ':'); i >= 0 {
		return url[:i]
	}
	return url
}

// digest looks for the MD5 of the text. MISP hashes the values as it keeps
// them: hashes and names in lower case, the rest as written.
func (q *query) digest(v string) {
	var array [512]byte
	sum := md5.Sum(append(array[:0], v...))
	q.exact(kDigest, sum[:], fExact, ByDigest)
}
