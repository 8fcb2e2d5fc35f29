package graph

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
)

// reserve gives a node its id, so that objects can refer to each other in any
// order. Alerts and bookmarks, which must refer to something, come later.
func (s *stix) reserve(n *Node) {
	id := ""
	switch e := n.Entity.(type) {
	case *entities.Host, *entities.IoTDevice, *entities.SecurityGroup:
		id = ownID("identity", s.names[n.Index])
	case *entities.AzureResource, *entities.CloudApplication, *entities.OAuthApplication:
		id = ownID("infrastructure", s.names[n.Index])
	case *entities.Malware:
		id = ownID("malware", s.names[n.Index])
	case *entities.SecurityIncident:
		id = ownID("incident", s.names[n.Index])
	case *entities.Process:
		if e.ProcessID != 0 || !e.CreationTime.IsZero() || e.CommandLine != "" {
			id = ownID("process", s.names[n.Index])
		}
	case *entities.GeoLocation:
		if validCountry(e.CountryCode) || hasPoint(e) {
			id = ownID("location", e.String(), e.CountryCode)
		}
	default:
		if o := s.observable(n); o != nil {
			id, _ = o["id"].(string)
		}
	}
	s.ids[n.Index] = id
}

// add adds the object of a node.
func (s *stix) add(n *Node) {
	id := s.ids[n.Index]
	switch e := n.Entity.(type) {
	case *entities.Host:
		p := object{"name": clean(e.String()), "identity_class": "system"}
		set(p, "description", strings.TrimSpace(cmp.Or(e.OSName, e.OSFamily)+" "+e.OSVersion))
		s.keep(s.domain("identity", id, p))
	case *entities.IoTDevice:
		s.keep(s.domain("identity", id, object{"name": clean(e.String()), "identity_class": "system"}))
	case *entities.SecurityGroup:
		s.keep(s.domain("identity", id, object{"name": clean(e.String()), "identity_class": "group"}))
	case *entities.AzureResource, *entities.CloudApplication, *entities.OAuthApplication:
		s.keep(s.domain("infrastructure", id, object{"name": clean(e.String())}))
	case *entities.Malware:
		p := object{"name": clean(e.String()), "is_family": false}
		if e.Category != "" {
			p["malware_types"] = []string{clean(strings.ToLower(e.Category))}
		}
		if refs := s.refs(n, "Files", "file"); len(refs) > 0 {
			p["sample_refs"] = refs
		}
		s.keep(s.domain("malware", id, p))
	case *entities.SecurityIncident:
		p := object{"name": clean(e.String())}
		set(p, "description", e.Description)
		s.keep(s.domain("incident", id, p))
	case *entities.GeoLocation:
		if id != "" {
			s.keep(s.domain("location", id, place(e)))
		}
	case *entities.HostLogonSession:
		s.session(n, e)
	case *entities.Process:
		if id != "" {
			s.keep(s.process(n, e))
		}
	default:
		if o := s.observable(n); o != nil {
			s.keep(o)
		}
	}
}

func validCountry(c string) bool {
	return len(c) == 2 && strings.Trim(strings.ToUpper(c), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func hasPoint(g *entities.GeoLocation) bool {
	return g.Latitude != nil && g.Longitude != nil && *g.Latitude >= -90 && *g.Latitude <= 90 && *g.Longitude >= -180 && *g.Longitude <= 180
}

func place(g *entities.GeoLocation) object {
	p := object{"name": clean(g.String())}
	if validCountry(g.CountryCode) {
		p["country"] = strings.ToUpper(g.CountryCode)
	}
	set(p, "administrative_area", g.State)
	set(p, "city", g.City)
	if hasPoint(g) {
		p["latitude"], p["longitude"] = *g.Latitude, *g.Longitude
	}
	return p
}

func (s *stix) session(n *Node, e *entities.HostLogonSession) {
	refs := append(s.refs(n, "Account", "user-account"), s.refs(n, "Source", "ipv4-addr", "ipv6-addr")...)
	if len(refs) == 0 || e.StartTime.IsZero() {
		for _, o := range n.out {
			delete(s.covered, o)
		}
		return
	}
	slices.Sort(refs)
	last := e.StartTime
	if e.EndTime.After(last) {
		last = e.EndTime
	}
	id := ownID("observed-data", s.names[n.Index])
	s.ids[n.Index] = id
	s.keep(s.domain("observed-data", id, object{
		"first_observed": instant(e.StartTime), "last_observed": instant(last), "number_observed": 1, "object_refs": refs,
	}))
}

// instant writes a time of an observation with the fraction it has.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999999Z") }

func (s *stix) process(n *Node, e *entities.Process) object {
	o := observed("process", s.ids[n.Index], nil)
	if e.ProcessID != 0 {
		o["pid"] = e.ProcessID
	}
	if !e.CreationTime.IsZero() {
		o["created_time"] = instant(e.CreationTime)
	}
	set(o, "command_line", e.CommandLine)
	set(o, "image_ref", s.ref(n, "ImageFile", "file"))
	set(o, "creator_user_ref", s.ref(n, "Account", "user-account"))
	set(o, "parent_ref", s.ref(n, "ParentProcess", "process"))
	return o
}

// observed returns an observable with an id, or with the one that the
// contributing properties give.
func observed(typ, id string, contributing object) object {
	o := object{"type": typ, "spec_version": "2.1", "id": id}
	maps.Copy(o, contributing)
	if id == "" {
		o["id"] = observableID(typ, contributing)
	}
	return o
}

// observable returns the object of a node whose id follows from its content;
// nil when STIX has none, or demands what is not known.
func (s *stix) observable(n *Node) object {
	switch e := n.Entity.(type) {
	case *entities.IPAddress:
		return address(e.Address)
	case *entities.URL:
		return valued("url", e.URL)
	case *entities.DNS:
		o := valued("domain-name", e.DomainName)
		if o != nil {
			if refs := s.refs(n, "IpAddresses", "ipv4-addr", "ipv6-addr"); len(refs) > 0 {
				o["resolves_to_refs"] = refs
			}
		}
		return o
	case *entities.NIC:
		return valued("mac-addr", strings.ReplaceAll(strings.ToLower(e.MACAddress), "-", ":"))
	case *entities.Mailbox:
		return valued("email-addr", e.MailboxPrimaryAddress)
	case *entities.Account:
		return account(e)
	case *entities.ServicePrincipal:
		return userAccount("", cmp.Or(e.ServicePrincipalObjectID, e.AppID), "", e.ServicePrincipalName)
	case *entities.File:
		return s.file(e)
	case *entities.FileHash:
		if h := hashes([]*entities.FileHash{e}); len(h) > 0 {
			return withHashes(h, object{})
		}
	case *entities.RegistryKey:
		if e.Path != "" {
			return observed("windows-registry-key", "", object{"key": clean(e.String())})
		}
	case *entities.RegistryValue:
		return registryValue(e)
	case *entities.MailMessage:
		return s.mail(e.Subject, e.Sender, e.Recipient, e.InternetMessageID, e.ReceivedDate)
	case *entities.SubmissionMail:
		return s.mail(e.Subject, e.Sender, e.Recipient, "", e.Timestamp)
	case *entities.NetworkConnection:
		return s.traffic(n, e)
	}
	return nil
}

func valued(typ, value string) object {
	if value == "" {
		return nil
	}
	return observed(typ, "", object{"value": clean(value)})
}

func address(a netip.Addr) object {
	a = a.Unmap()
	switch {
	case !a.IsValid():
		return nil
	case a.Is4():
		return valued("ipv4-addr", a.String())
	}
	return valued("ipv6-addr", a.WithZone("").String())
}

func account(a *entities.Account) object {
	kind := ""
	id := cmp.Or(a.SID, a.AADUserID, a.ObjectGUID, a.PUID)
	switch {
	case a.UID != nil:
		kind, id = "unix", strconv.FormatUint(uint64(*a.UID), 10)
	case a.SID != "" && a.Domain() != "":
		kind = "windows-domain"
	case a.SID != "":
		kind = "windows-local"
	case a.Host != nil && a.Domain() == "" && strings.EqualFold(a.Host.OSFamily, "linux"):
		kind = "unix"
	}
	return userAccount(kind, id, a.FullName(), a.DisplayName)
}

func userAccount(kind, id, login, display string) object {
	p := object{}
	set(p, "account_type", kind)
	set(p, "user_id", id)
	set(p, "account_login", login)
	if len(p) == 0 {
		return nil
	}
	o := observed("user-account", "", p)
	set(o, "display_name", display)
	return o
}

// algorithms are the names of hashes in STIX, by the order in which one of
// them is chosen for the identifier, and their length in hex.
var algorithms = []struct {
	name   string
	length int
}{{"MD5", 32}, {"SHA-1", 40}, {"SHA-256", 64}, {"SHA-512", 128}}

func hashes(list []*entities.FileHash) map[string]any {
	out := map[string]any{}
	for _, h := range list {
		if h == nil {
			continue
		}
		for _, a := range algorithms {
			value := strings.ToLower(h.Value)
			if strings.EqualFold(strings.ReplaceAll(a.name, "-", ""), strings.ReplaceAll(h.Algorithm, "-", "")) &&
				len(value) == a.length && strings.Trim(value, "0123456789abcdef") == "" && out[a.name] == nil {
				out[a.name] = value
			}
		}
	}
	return out
}

// withHashes returns a file; of the hashes one contributes to its identifier.
func withHashes(h map[string]any, p object) object {
	contributing := maps.Clone(p)
	for _, a := range algorithms {
		if v := h[a.name]; v != nil {
			contributing["hashes"] = map[string]any{a.name: v}
			break
		}
	}
	o := observed("file", "", contributing)
	if len(h) > 0 {
		o["hashes"] = h
	}
	return o
}

func (s *stix) file(f *entities.File) object {
	h := hashes(f.Hashes())
	if f.Name == "" && len(h) == 0 {
		return nil
	}
	p := object{}
	set(p, "name", f.Name)
	if f.Directory != "" {
		d := s.keep(observed("directory", "", object{"path": clean(f.Directory)}))
		p["parent_directory_ref"] = d["id"]
	}
	o := withHashes(h, p)
	if f.SizeInBytes != nil && *f.SizeInBytes >= 0 {
		o["size"] = *f.SizeInBytes
	}
	return o
}

// registryTypes are the kinds of .NET's RegistryValueKind in STIX.
var registryTypes = map[string]string{
	"string": "REG_SZ", "expandstring": "REG_EXPAND_SZ", "binary": "REG_BINARY", "dword": "REG_DWORD",
	"qword": "REG_QWORD", "multistring": "REG_MULTI_SZ", "none": "REG_NONE",
}

func registryValue(v *entities.RegistryValue) object {
	value := map[string]any{"name": clean(v.Name)}
	if v.Value != "" {
		value["data"] = clean(v.Value)
	}
	if t := registryTypes[strings.ToLower(v.ValueType)]; t != "" {
		value["data_type"] = t
	}
	p := object{"values": []any{value}}
	if v.RegistryKey != nil && v.RegistryKey.Path != "" {
		p["key"] = clean(v.RegistryKey.String())
	}
	return observed("windows-registry-key", "", p)
}

func (s *stix) mail(subject, from, to, messageID string, at time.Time) object {
	p := object{}
	set(p, "subject", subject)
	if a := valued("email-addr", from); a != nil {
		p["from_ref"] = s.keep(a)["id"]
	}
	id := ""
	if len(p) == 0 {
		if to == "" && messageID == "" {
			return nil
		}
		id = ownID("email-message", to, messageID)
	}
	o := observed("email-message", id, p)
	o["is_multipart"] = false
	if a := valued("email-addr", to); a != nil {
		o["to_refs"] = []any{s.keep(a)["id"]}
	}
	set(o, "message_id", messageID)
	if !at.IsZero() {
		o["date"] = instant(at)
	}
	return o
}

func (s *stix) traffic(n *Node, c *entities.NetworkConnection) object {
	p := object{}
	for _, end := range []struct {
		role, ref, port string
		address         *entities.IPAddress
		number          *uint32
	}{
		{"SourceAddress", "src_ref", "src_port", c.SourceAddress, c.SourcePort},
		{"DestinationAddress", "dst_ref", "dst_port", c.DestinationAddress, c.DestinationPort},
	} {
		if end.address != nil {
			if a := address(end.address.Address); a != nil {
				p[end.ref] = s.keep(a)["id"]
				for _, e := range n.out {
					if e.Role == end.role {
						s.covered[e] = true
					}
				}
			}
		}
		if end.number != nil && *end.number <= 1<<16-1 {
			p[end.port] = *end.number
		}
	}
	if p["src_ref"] == nil && p["dst_ref"] == nil {
		return nil
	}
	if !c.StartTime.IsZero() {
		p["start"] = instant(c.StartTime)
	}
	if !c.EndTime.IsZero() && !c.EndTime.Before(c.StartTime) {
		p["end"] = instant(c.EndTime)
	}
	protocol := strings.ToLower(c.Protocol)
	if protocol == "" {
		protocol = "ip"
	}
	p["protocols"] = []any{clean(protocol)}
	return observed("network-traffic", "", p)
}
