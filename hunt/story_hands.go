package hunt

import (
	"net/netip"
	"strings"
	"time"
)

// hands says which things that signals have to do with are in one hand, so that
// sharing one joins acts, and which are used by many, so that it does not.
type hands struct {
	common map[string]bool            // keys of URLs, files and fetched hosts that many accounts share
	homes  map[netip.Addr][]time.Time // when an account that has no other address before it first came, of the first few
	usual  map[usualKey]time.Time     // when each account first logged on from each address
}

type usualKey struct {
	account string
	addr    netip.Addr
}

// What many share says nothing about who did it.
const (
	commonHands = 4 // accounts that use a URL, a file or a host: nobody's in particular
	crowdHomes  = 2 // accounts that come from an address and from nowhere before it: a gateway
)

func handsOf(all []*signal) hands {
	h := hands{common: map[string]bool{}, homes: map[netip.Addr][]time.Time{}, usual: map[usualKey]time.Time{}}
	accounts := map[string]string{} // of sessions
	came := map[string]bool{}       // accounts that logged on from somewhere
	for _, s := range all {         // in order of time
		logon := s.stage == StageAccess || s.rule == ruleLogon
		if logon && s.session != "" && s.account != "" {
			accounts[s.session] = s.account
		}
		if !logon || !s.addr.IsValid() {
			continue
		}
		k := usualKey{s.account, s.addr}
		if _, ok := h.usual[k]; !ok && s.rule == ruleLogon {
			h.usual[k] = s.time
			if !came[s.account] && s.role == roleContext && s.severity == SeverityInfo && len(h.homes[s.addr]) < crowdHomes {
				h.homes[s.addr] = append(h.homes[s.addr], s.time)
			}
		}
		came[s.account] = true
	}
	by := map[string][]string{}
	for _, s := range all {
		if s.stage == StageAccess || s.rule == ruleGuessing {
			continue
		}
		who := firstOf(accounts[s.session], s.account, s.session)
		if who == "" {
			continue
		}
		for _, k := range allKeys(s) {
			if !sharable(k) || h.common[k] {
				continue
			}
			if by[k] = appendNew(by[k], who); len(by[k]) >= commonHands {
				h.common[k] = true
				delete(by, k)
			}
		}
	}
	return h
}

func sharable(key string) bool {
	return isAddrKey(key) || isFileKey(key) || strings.HasPrefix(key, "url:")
}

// crowded reports whether a key is an address that is no one's at a moment:
// several accounts were at home there before.
func (h *hands) crowded(key string, at time.Time) bool {
	text, ok := strings.CutPrefix(key, "addr:")
	if !ok {
		return false
	}
	a, err := netip.ParseAddr(text)
	return err == nil && len(h.homes[a]) >= crowdHomes && h.homes[a][crowdHomes-1].Before(at)
}

// comes reports whether an act is an ordinary logon of an account that came from
// its address long before the moment that an intruder did: sharing an address
// with one says nothing against it.
func (h *hands) comes(s *signal, at time.Time) bool {
	first, ok := h.usual[usualKey{s.account, s.addr}]
	return ok && s.rule == ruleLogon && s.role == roleContext && first.Before(at.Add(-guessWindow))
}

// lastKey is a key as those that use a thing have it, or those that put it
// there.
type lastKey struct {
	key  string
	uses bool
}

// usesFile reports whether an act runs or uses the file that it names rather than
// writes it.
func usesFile(s *signal) bool {
	return s.role == roleFetchRun || s.role == roleJob || s.role == roleServer
}

func isAddrKey(key string) bool { return strings.HasPrefix(key, "addr:") }

func isFileKey(key string) bool { return strings.HasPrefix(key, "file:") }

// within reports whether an act happened around a moment: so long an address is
// taken to be in the same hand.
func within(s *signal, at time.Time) bool {
	return !s.time.After(at.Add(guessWindow)) && !firstTime(s.end, s.time).Before(at.Add(-guessWindow))
}
