package hunt

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// keyUse is how one key was used so far.
type keyUse struct {
	sources []string
	count   int
	last    *Session
}

// foreignKeys says of each session, by index, whether its key was used from
// elsewhere before and its account never from its address: then in words.
func (h *hunter) foreignKeys() map[int]string {
	out := map[int]string{}
	keys := map[string]*keyUse{}
	homes := map[string][]string{} // networks that each account came from
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		if s.Start.IsZero() || s.Source == "" {
			continue
		}
		home, net := homes[s.User], networkOf(s.Source)
		if k := fingerprint(s.Key); k != "" {
			u := keys[k]
			if u == nil {
				u = &keyUse{}
				keys[k] = u
			}
			if u.count > 0 && !slices.Contains(home, net) && !slices.ContainsFunc(u.sources, func(o string) bool { return networkOf(o) == net }) {
				out[i] = u.tell(s)
			}
			u.count++
			u.last = s
			if len(u.sources) < maxAccounts {
				u.sources = appendNew(u.sources, s.Source)
			}
		}
		if len(home) < maxAccounts {
			homes[s.User] = appendNew(home, net)
		}
	}
	return out
}

func (u *keyUse) tell(s *Session) string {
	text := fmt.Sprintf("by a key that before was used %s, from %s only", times(u.count), list(cleanNames(u.sources)))
	if p := u.last; p.Source != s.Source && p.End.After(s.Start) {
		text += fmt.Sprintf(", and was in use there at that moment (%s)", p.ID)
	}
	return text
}

// fingerprint returns what tells a key from others in the words of the log.
func fingerprint(key string) string {
	for word := range strings.FieldsSeq(key) {
		if strings.HasPrefix(word, "SHA256:") || strings.HasPrefix(word, "MD5:") {
			return word
		}
	}
	return ""
}

// networkOf returns the network that an address changes within when its
// provider gives it a new one; a name stands for itself.
func networkOf(source string) string {
	a, err := netip.ParseAddr(source)
	if err != nil {
		return source
	}
	a = a.Unmap()
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return source
	}
	return p.String()
}

// habit is how an account logged on up to some moment.
type habit struct {
	n    int
	from []string // only ever appended to, so that an older habit stays what it was
	last time.Time
}

func (b *habit) add(s *Session) {
	b.n++
	b.last = s.Start
	if s.Source != "" && len(b.from) < maxAccounts {
		b.from = appendNew(b.from, s.Source)
	}
}

// tell says how the account of a session logged on before it.
func (b habit) tell(s *Session) string {
	user := quoteName(s.User)
	switch {
	case b.n == 0:
		return fmt.Sprintf("%s did not log on before in these logs.", user)
	case len(b.from) == 0:
		return fmt.Sprintf("%s logged on %s before, the last time %s earlier.", user, times(b.n), roughly(s.Start.Sub(b.last)))
	case slices.Contains(b.from, s.Source):
		return fmt.Sprintf("%s logged on %s before, from %s: this address too.", user, times(b.n), list(cleanNames(b.from)))
	}
	return fmt.Sprintf("%s logged on %s before, from %s; never from this address.", user, times(b.n), list(cleanNames(b.from)))
}

func tellHabit(b habit, s *Session) func() string { return func() string { return b.tell(s) } }
