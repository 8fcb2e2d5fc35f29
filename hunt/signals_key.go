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
	last    keyStay
}

// keyStay is the session that a key was used for last.
type keyStay struct {
	source string
	end    time.Time
	id     string // "" where it is not listed
}

// foreignKeys says of each session, by index, whether its key was used from
// elsewhere before and its account never from its address: then in words.
func (h *hunter) foreignKeys() map[int]string {
	out := map[int]string{}
	keys := map[string]*keyUse{}
	homes := map[string][]string{} // networks that each account came from
	use := func(k, user, net string, s keyStay) {
		if k != "" {
			u := keys[k]
			if u == nil {
				u = &keyUse{}
				keys[k] = u
			}
			u.count++
			u.last = s
			if len(u.sources) < maxAccounts {
				u.sources = appendNew(u.sources, s.source)
			}
		}
		if home := homes[user]; len(home) < maxAccounts {
			homes[user] = appendNew(home, net)
		}
	}
	nets := map[uint32]string{} // of the sources of sessions that are not listed
	unlisted := h.ghosts.before(func(g *ghost) {
		if !g.is(ghostSu) && g.from() != 0 {
			from := h.tags.text(g.from())
			net, ok := nets[g.from()]
			if !ok {
				net = networkOf(from)
				nets[g.from()] = net
			}
			use(h.tags.text(g.key()), h.tags.text(g.user()), net, keyStay{source: from, end: g.ended()})
		}
	})
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		unlisted(startOf(s))
		if s.Start.IsZero() || s.Source == "" {
			continue
		}
		k, net := fingerprint(s.Key), networkOf(s.Source)
		if u := keys[k]; u != nil && !slices.Contains(homes[s.User], net) && !slices.ContainsFunc(u.sources, func(o string) bool { return networkOf(o) == net }) {
			out[i] = u.tell(s)
		}
		use(k, s.User, net, keyStay{s.Source, s.End, s.ID})
	}
	return out
}

func (u *keyUse) tell(s *Session) string {
	text := fmt.Sprintf("by a key that before was used %s, from %s only", times(u.count), list(cleanNames(u.sources)))
	if p := u.last; p.source != s.Source && p.end.After(s.Start) {
		text += ", and was in use there at that moment"
		if p.id != "" {
			text += " (" + p.id + ")"
		}
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

// keyLists joins the writing of an account's list of keys to the logons that it
// let in: those after it by a key that the account did not use before, from a
// network that it did not come from.
func (h *hunter) keyLists() {
	written := map[string][]*signal{}
	logons := map[string]*signal{}
	for _, s := range h.signals {
		if s.rule == ruleLogon && s.role == roleContext {
			logons[s.session] = s
		}
		by := ""
		if o := h.session(s.session); o != nil {
			by = o.User
		}
		user := keyListOf(s.object, by)
		if user == "" || s.role != rolePersist && s.role != roleOther {
			continue
		}
		written[user] = append(written[user], s)
	}
	if len(written) == 0 {
		return
	}
	for _, list := range written {
		slices.SortStableFunc(list, bySignalTime)
	}
	homes, keys := map[string][]string{}, map[string][]string{}
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		writes := written[s.User]
		if len(writes) == 0 || s.Start.IsZero() || s.Source == "" {
			continue
		}
		n, _ := slices.BinarySearchFunc(writes, s.Start, func(w *signal, t time.Time) int { return w.time.Compare(t) })
		net, key := networkOf(s.Source), fingerprint(s.Key)
		sig := logons[s.ID]
		known := slices.Contains(homes[s.User], net) || key != "" && slices.Contains(keys[s.User], key)
		if sig != nil && !known && n > 0 && (s.Method == "publickey" || s.Method == "") {
			write := writes[n-1]
			by := "by a key that it did not use before"
			if key == "" {
				by = "in a way that no log tells"
			}
			sig.rule, sig.role, sig.severity, sig.techniques = ruleKeyElse, roleKeyEntry, SeverityLow, []string{"T1078", "T1098.004"}
			sig.text = fmt.Sprintf("%s logged on from %s %s, %s after the list of its keys was written.", quoteName(s.User), quoteName(s.Source), by, roughly(s.Start.Sub(write.time)))
			sig.short = fmt.Sprintf("%s came in as %s, %s after its list of keys was written", quoteName(s.Source), quoteName(s.User), roughly(s.Start.Sub(write.time)))
			k := "let in:" + s.ID
			sig.keys, sig.owns = append(slices.Clip(sig.keys), k), append(slices.Clip(sig.owns), k)
			for _, w := range writes[:n] {
				if write.time.Sub(w.time) <= sameMoment { // all witnesses of the same writing
					w.owns = append(slices.Clip(w.owns), k)
				}
			}
			if sig.addr.IsValid() {
				sig.owns = append(slices.Clip(sig.owns), addrKey(sig.addr))
			}
		}
		if !known && len(homes[s.User]) < maxAccounts && n == 0 { // what came in by the list is no home of the account
			homes[s.User] = appendNew(homes[s.User], net)
			if key != "" {
				keys[s.User] = appendNew(keys[s.User], key)
			}
		}
	}
}

// keyListOf returns the account whose keys a file lists, "" for other files. A
// path from the home folder is that of who named it.
func keyListOf(file, by string) string {
	if rest := strings.TrimPrefix(file, "~/"); strings.HasPrefix(rest, ".ssh/") {
		file = "/home/" + by + "/" + rest
		if by == "root" {
			file = "/root/" + rest
		}
	}
	home, name, ok := strings.Cut(file, "/.ssh/")
	if !ok || name != "authorized_keys" && name != "authorized_keys2" {
		return ""
	}
	if home == "/root" {
		return "root"
	}
	user, ok := strings.CutPrefix(home, "/home/")
	if !ok || strings.Contains(user, "/") {
		return ""
	}
	return user
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

func (b *habit) add(start time.Time, source string) {
	b.n++
	b.last = start
	if source != "" && len(b.from) < maxAccounts {
		b.from = appendNew(b.from, source)
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
