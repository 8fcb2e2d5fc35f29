package feeds

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ti"
)

// maxPending is how many attributes of an event wait for what the event says
// of itself, which may stand behind them.
const maxPending = 50_000

// mispAttribute is what is read of an attribute (MISP core format,
// draft-dulaunoy-misp-core-format).
type mispAttribute struct {
	UUID      string      `json:"uuid"`
	Type      string      `json:"type"`
	Category  string      `json:"category"`
	Value     string      `json:"value"`
	Comment   string      `json:"comment"`
	ToIDs     *mispBool   `json:"to_ids"`
	Deleted   mispBool    `json:"deleted"`
	Timestamp json.Number `json:"timestamp"`
	FirstSeen string      `json:"first_seen"`
	LastSeen  string      `json:"last_seen"`
	Tag       []mispTag   `json:"Tag"`
	Event     *struct {
		Info   string      `json:"info"`
		UUID   string      `json:"uuid"`
		Threat json.Number `json:"threat_level_id"`
	} `json:"Event"`
}

type mispTag struct {
	Name string `json:"name"`
}

// mispBool is true, false, or "1", "0" in quotes.
type mispBool bool

// UnmarshalJSON reads all forms that MISP has written.
func (b *mispBool) UnmarshalJSON(text []byte) error {
	switch strings.Trim(string(text), `"`) {
	case "true", "1":
		*b = true
	}
	return nil
}

// mispTypes are the types of attributes that can be looked up, by our words;
// for types of two parts the words of both, "" for a part that is no indicator.
var mispTypes = map[string][]string{
	"ip-src": {"ip"}, "ip-dst": {"ip"}, "ip-src|port": {"ip", "port"}, "ip-dst|port": {"ip", "port"},
	"domain": {"domain"}, "hostname": {"domain"}, "hostname|port": {"domain", "port"}, "domain|ip": {"domain", "ip"},
	"url": {"url"}, "email": {"email"}, "email-src": {"email"}, "email-dst": {"email"}, "email-reply-to": {"email"},
	"whois-registrant-email": {"email"}, "dns-soa-email": {"email"},
	"md5": {"md5"}, "sha1": {"sha1"}, "sha256": {"sha256"}, "sha512": {"sha512"},
	"filename|md5": {"", "md5"}, "filename|sha1": {"", "sha1"}, "filename|sha256": {"", "sha256"}, "filename|sha512": {"", "sha512"},
	"malware-sample": {"", "md5"}, "imphash": {"imphash"}, "filename|imphash": {"", "imphash"},
	"ssdeep": {"ssdeep"}, "filename|ssdeep": {"", "ssdeep"}, "authentihash": {"authentihash"}, "filename|authentihash": {"", "authentihash"},
	"x509-fingerprint-md5": {"md5"}, "x509-fingerprint-sha1": {"sha1"}, "x509-fingerprint-sha256": {"sha256"},
	"vulnerability": {"cve"}, "AS": {"asn"}, "mac-address": {"mac"}, "btc": {"btc"}, "xmr": {"xmr"},
	"regkey": {"regkey"}, "regkey|value": {"regkey", ""}, "onion-address": {"domain"},
}

// mispContext is the event around attributes.
type mispContext struct {
	p       *parser
	info    string
	uuid    string
	level   string
	tags    []string
	pending []Entry
}

// mispEvent reads an event: its attributes, and those of its objects.
func (p *parser) mispEvent(j *jsonReader) error {
	c := mispContext{p: p}
	err := j.object(func(name string) error { return c.member(j, name) })
	if err != nil {
		return err
	}
	return c.flush()
}

func (c *mispContext) member(j *jsonReader, name string) error {
	kind := j.next()
	switch {
	case name == "Attribute" && kind == '[':
		return c.attributes(j, "")
	case name == "Object" && kind == '[':
		return j.array(func() error {
			var objectName string
			return j.object(func(name string) error {
				if name == "Attribute" && j.next() == '[' {
					return c.attributes(j, objectName)
				}
				raw, err := j.value()
				if err == nil && name == "name" {
					objectName = jsonText(raw)
				}
				return sized(err)
			})
		})
	}
	raw, err := j.value()
	if err != nil {
		return sized(err)
	}
	switch name {
	case "info":
		c.info = jsonText(raw)
	case "uuid":
		c.uuid = jsonText(raw)
	case "threat_level_id":
		c.level = jsonText(raw)
	case "Tag":
		var tags []mispTag
		if json.Unmarshal(raw, &tags) == nil {
			c.tags = tagNames(nil, tags)
		}
	case "Orgc":
		var org mispTag
		if json.Unmarshal(raw, &org) == nil && org.Name != "" {
			c.p.source = cut("MISP "+org.Name, maxText)
			c.p.st.Source = c.p.source
		}
	}
	return nil
}

// sized forgives that a value is too large to be of use.
func sized(err error) error {
	if errors.Is(err, ErrRecordSize) {
		return nil
	}
	return err
}

func tagNames(names []string, tags []mispTag) []string {
	for _, t := range tags {
		if t.Name != "" && len(names) < maxTags {
			names = append(names, t.Name)
		}
	}
	return names
}

// attributes reads a list of attributes; object is the name of the object that
// they belong to.
func (c *mispContext) attributes(j *jsonReader, object string) error {
	return j.array(func() error {
		ref := j.ref(c.p.name)
		raw, err := j.value()
		if errors.Is(err, ErrRecordSize) {
			return c.p.went(c.p.bad(ref, err))
		}
		if err != nil {
			return err
		}
		var a mispAttribute
		if err := json.Unmarshal(raw, &a); err != nil {
			return c.p.went(c.p.bad(ref, fmt.Errorf("broken attribute: %w", err)))
		}
		return c.attribute(&a, ref, object)
	})
}

func (c *mispContext) attribute(a *mispAttribute, ref evidence.Ref, object string) error {
	p := c.p
	words, known := mispTypes[a.Type]
	if !known {
		p.unsupported("attribute of type "+a.Type, a.Value, ref)
		return nil
	}
	e := Entry{
		Ref: ref, ID: a.UUID, Revoked: bool(a.Deleted), Description: a.Comment,
		Modified: when(a.Timestamp.String()), FirstSeen: when(a.FirstSeen), LastSeen: when(a.LastSeen),
		Tags: tagNames(nil, a.Tag), Severity: ti.Unknown,
	}
	if object != "" && len(e.Tags) < maxTags {
		e.Tags = append(e.Tags, "object:"+object)
	}
	if a.ToIDs != nil && !*a.ToIDs {
		e.Severity = ti.Information // context, not for detection
	}
	if a.Event != nil { // an answer of restSearch
		e.Threat = a.Event.Info
		if e.Severity == ti.Unknown {
			e.Severity = mispSeverity(a.Event.Threat.String())
		}
	}
	more := p.mispParts(&e, words, a.Value, func(one *Entry) bool {
		c.pending = append(c.pending, *one)
		return true
	})
	if !more {
		return errStop
	}
	if len(c.pending) >= maxPending || a.Event != nil {
		return c.flush()
	}
	return nil
}

// mispParts makes entries like e of the parts of a value.
func (p *parser) mispParts(e *Entry, words []string, value string, yield func(*Entry) bool) bool {
	parts := []string{value}
	if len(words) > 1 {
		parts = strings.SplitN(value, "|", len(words))
		if len(parts) == 1 && words[1] == "port" {
			parts = []string{value, ""}
		}
	}
	if len(parts) != len(words) {
		return p.unknown(value, e.Ref)
	}
	for i, word := range words {
		if word == "" || word == "port" {
			continue
		}
		in, ok := typed(word, parts[i])
		if !ok {
			if !p.unknown(parts[i], e.Ref) {
				return false
			}
			continue
		}
		one := *e
		one.Type, one.Value, one.Port, one.Subdomains, one.NotSelf = in.typ, in.value, in.port, in.subdomains, in.notSelf
		if len(words) > 1 && words[1] == "port" {
			one.Port = port(parts[1])
		}
		if !yield(&one) {
			return false
		}
	}
	return true
}

// mispRecord makes entries of a row of MISP's export as CSV, which has the
// attribute's type, value and to_ids.
func (p *parser) mispRecord(e *Entry, typ string, fields []field) (found int, more bool) {
	words, known := mispTypes[typ]
	for _, f := range fields {
		if f.name != "value" || f.value == "" {
			continue
		}
		if !known {
			p.unsupported("attribute of type "+typ, f.value, e.Ref)
			return 1, true
		}
		more = p.mispParts(e, words, f.value, func(one *Entry) bool {
			found++
			return p.entry(one)
		})
		return found, more
	}
	return 0, true
}

func port(s string) uint16 {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > 65535 {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	if n > 65535 {
		return 0
	}
	return uint16(n)
}

// mispSeverity: threat levels 1 (high) and 2 (medium) are high, 3 (low) and 4
// (undefined) a warning.
func mispSeverity(level string) ti.Severity {
	if level == "1" || level == "2" {
		return ti.High
	}
	return ti.Warning
}

// flush hands on what waits.
func (c *mispContext) flush() error {
	for i := range c.pending {
		e := &c.pending[i]
		if e.Threat == "" {
			e.Threat = c.info
		}
		if e.Severity == ti.Unknown {
			e.Severity = mispSeverity(c.level)
		}
		if c.uuid != "" && e.Reference == "" {
			e.Reference = "urn:uuid:" + c.uuid
		}
		if room := maxTags - len(e.Tags); room > 0 {
			e.Tags = append(e.Tags, c.tags[:min(room, len(c.tags))]...)
		}
		if !c.p.entry(e) {
			return errStop
		}
	}
	c.pending = c.pending[:0]
	return nil
}
