package hunt

import (
	"net/netip"

	"github.com/tuxtrail/tuxtrail/entities"
)

// Entities returns the things that a finding is about, each once: the host, its
// accounts, addresses and sessions, in that order. The id "" stands for all
// that the investigation knows. An unknown id gives the host alone.
func (inv *Investigation) Entities(findingID string) []entities.Entity {
	host := &entities.Host{HostName: inv.Host.Name, OSFamily: "Linux", Addresses: inv.Host.Addresses}
	out := []entities.Entity{host}
	ids := map[string]*uint32{}
	for i := range inv.Users {
		if u := &inv.Users[i]; u.UID != nil && *u.UID >= 0 && *u.UID < 1<<32 {
			id := uint32(*u.UID)
			ids[u.Name] = &id
		}
	}
	account := func(name string) *entities.Account {
		return &entities.Account{Name: name, UID: ids[name], Host: host}
	}
	var names []string
	sessions := map[string]bool{}
	var addresses []netip.Addr
	for _, f := range inv.Findings {
		if f.ID == findingID {
			names, addresses = f.Accounts, f.Addresses
			for _, id := range f.Sessions {
				sessions[id] = true
			}
		}
	}
	if findingID == "" {
		for _, u := range inv.Users {
			names = append(names, u.Name)
		}
		for _, s := range inv.Logons.BySource {
			if a, err := netip.ParseAddr(s.Source); err == nil {
				addresses = append(addresses, a)
			}
		}
	}
	for _, n := range names {
		out = append(out, account(n))
	}
	for _, a := range addresses {
		out = append(out, &entities.IPAddress{Address: a})
	}
	for _, s := range inv.Sessions {
		if findingID != "" && !sessions[s.ID] {
			continue
		}
		e := &entities.HostLogonSession{SessionID: firstOf(s.AuditSession, s.ID), StartTime: s.Start, EndTime: s.End, Account: account(s.User), Host: host, Terminal: s.TTY}
		if a, err := netip.ParseAddr(s.Source); err == nil {
			e.Source = &entities.IPAddress{Address: a}
		}
		out = append(out, e)
	}
	return out
}
