package feeds

import (
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ti"
)

// role is what a column of a table, or a field of a JSON record, holds.
type role uint8

const (
	rNone role = iota
	rValue
	rType
	rTyped // an indicator whose type is the column's name
	rPort
	rThreat
	rDescription
	rTags
	rReference
	rConfidence
	rSeverity
	rFirst
	rLast
	rFrom
	rUntil
	rID
	rSource
	rRansomware
	rToIDs
)

// roles gives the columns that feeds have, by their squashed name.
var roles = func() map[string]role {
	m := map[string]role{}
	for r, names := range map[role]string{
		rValue:       "ioc iocvalue indicator indicatorvalue value observable observablevalue artifact",
		rType:        "ioctype indicatortype type itype datatype observabletype artifacttype",
		rPort:        "port dstport destport destinationport",
		rThreat:      "threat threattype malware malwareprintable malwarefamily signature family campaign threatname vulnerabilityname listingreason actor threatactor attacktype",
		rDescription: "description comment comments notes note title shortdescription info summary details message",
		rTags:        "tags tag labels label categories category classification",
		rReference:   "reference references link urlhauslink urlhausreference sourceurl referenceurl externallink sblid",
		rConfidence:  "confidence confidencelevel",
		rSeverity:    "severity risk risklevel threatlevel priority",
		rFirst:       "firstseen firstseenutc dateadded firstseendate listingdate created createdat discovered",
		rLast:        "lastseen lastseenutc lastonline lastseendate lastreportedat",
		rFrom:        "validfrom activefrom",
		rUntil:       "validuntil validto expires expiration expirationdate expiry expiresat expirydate expirationdatetime",
		rID:          "id iocid uuid",
		rSource:      "source feed provider sourcename",
		rRansomware:  "knownransomwarecampaignuse",
		rToIDs:       "toids",
		rTyped: "ip ipv4 ipv6 ipaddress ipaddr srcip dstip sourceip destip destinationip srcipaddress remoteip " +
			"cidr network netblock prefix subnet iprange domain domainname fqdn hostname host dns url uri urls " +
			"email emailaddress md5 md5hash filehashmd5 sha1 sha1hash filehashsha1 sha256 sha256hash filehashsha256 " +
			"sha512 sha512hash hash filehash cve cveid asn btc bitcoin imphash",
	} {
		for n := range strings.FieldsSeq(names) {
			m[n] = r
		}
	}
	return m
}()

// columnTypes are the columns of role rTyped whose name is no type's.
var columnTypes = map[string]string{
	"srcip": "ip", "dstip": "ip", "sourceip": "ip", "destip": "ip", "destinationip": "ip", "srcipaddress": "ip", "remoteip": "ip",
	"urls": "url",
}

// only names the columns that hold the indicators of a format; what else looks
// like one is context there: the host of a URL that somebody else owns, the
// reverse name of an address, the import hash that packers share.
var only = map[Format]string{
	URLhaus:   " url ioc iocvalue ",
	Feodo:     " dstip ip ipaddress ",
	ThreatFox: " ioc iocvalue ",
	Bazaar:    " sha256 sha256hash sha1 sha1hash md5 md5hash ",
	SSLBL:     " sha1 sha1hash dstip ip ipaddress ",
	KEV:       " cve cveid ",
	DROP:      " cidr asn ",
}

// field is a column of one record.
type field struct {
	name  string // squashed
	role  role
	value string
}

// record makes entries of the fields of one record. It reports how many there
// were, and whether to go on.
func (p *parser) record(fields []field, ref evidence.Ref) (found int, more bool) {
	base := Entry{Ref: ref}
	var typ string
	var severity ti.Severity
	misp := false
	for i := range fields {
		f := &fields[i]
		if f.value == "" {
			continue
		}
		switch f.role {
		case rType:
			typ = f.value
		case rThreat:
			setText(&base.Threat, f.value)
		case rDescription:
			setText(&base.Description, f.value)
		case rTags:
			base.Tags = append(base.Tags, splitTags(f.value)...)
		case rReference:
			if base.Reference == "" && !absent(f.value) {
				base.Reference = reference(p.format, f.value)
			}
		case rConfidence:
			base.Confidence = confidence(f.value)
		case rSeverity:
			severity = severityWord(f.value)
		case rFirst:
			base.FirstSeen = when(f.value)
		case rLast:
			base.LastSeen = when(f.value)
		case rFrom:
			base.ValidFrom = when(f.value)
		case rUntil:
			base.ValidUntil = when(f.value)
		case rID:
			base.ID = f.value
		case rPort:
			if n, err := strconv.ParseUint(f.value, 10, 16); err == nil {
				base.Port = uint16(n)
			}
		case rSource:
			base.Source = f.value
		case rToIDs:
			misp = true
			if f.value == "0" || strings.EqualFold(f.value, "false") {
				severity = ti.Information
			}
		case rRansomware:
			if strings.EqualFold(f.value, "known") {
				severity = ti.High
				base.Tags = append(base.Tags, "ransomware")
			}
		}
	}
	base.ID = recordID(p.format, base.ID)
	base.Severity = p.severity(severity, base.Confidence)
	if misp && typ != "" {
		return p.mispRecord(&base, typ, fields)
	}
	columns := only[p.format]
	for i := range fields {
		f := &fields[i]
		if f.value == "" || f.role != rValue && f.role != rTyped || columns != "" && !strings.Contains(columns, " "+f.name+" ") {
			continue
		}
		if absent(f.value) {
			continue
		}
		var in indicator
		var ok bool
		word := f.name
		if w, known := columnTypes[word]; known {
			word = w
		}
		switch {
		case f.role == rTyped:
			in, ok = typed(word, f.value)
		case typ != "":
			if word = squash(typ); typeWords[word] == "" {
				p.unsupported("type "+typ, typ, ref)
				found++
				continue
			}
			in, ok = typed(typ, f.value)
		default:
			in, ok = classify(f.value)
		}
		if !ok {
			if !p.unknown(f.value, ref) {
				return found, false
			}
			continue
		}
		e := base
		e.Type, e.Value = in.typ, in.value
		if in.port != 0 {
			e.Port = in.port
		}
		e.Subdomains, e.NotSelf = in.subdomains || p.o.Subdomains && p.free(), in.notSelf
		found++
		if !p.entry(&e) {
			return found, false
		}
	}
	return found, true
}

// recordID drops the numbers that some feeds give their rows: they are no
// names of indicators.
func recordID(f Format, id string) string {
	switch f {
	case CSV, JSON:
		return ""
	}
	if id != "" {
		return string(f) + ":" + id
	}
	return ""
}

// absent reports whether a cell says that there is nothing.
func absent(v string) bool {
	return v == "-" || strings.EqualFold(v, "none") || strings.EqualFold(v, "n/a") || strings.EqualFold(v, "null")
}

// reference makes a page of what a feed gives as one.
func reference(f Format, v string) string {
	if f == DROP && strings.HasPrefix(v, "SBL") {
		return "https://check.spamhaus.org/sbl/query/" + v
	}
	return v
}

func setText(dst *string, v string) {
	v = strings.TrimSpace(v)
	switch {
	case absent(v):
	case *dst == "":
		*dst = v
	case v != "" && v != *dst && len(*dst) < maxText:
		*dst += "; " + v
	}
}

func splitTags(v string) []string {
	var tags []string
	for t := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ',' || r == ';' || r == '|' }) {
		if t = strings.TrimSpace(t); t != "" && !strings.EqualFold(t, "none") && len(tags) < maxTags {
			tags = append(tags, t)
		}
	}
	return tags
}

// confidence reads 0 to 100, 0.0 to 1.0, or the words of STIX's scale.
func confidence(v string) int {
	switch squash(v) {
	case "low":
		return 15
	case "medium", "med", "moderate":
		return 50
	case "high":
		return 85
	}
	x, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(v), "%"), 64)
	if err != nil || x < 0 || x > 100 {
		return 0
	}
	if x <= 1 && strings.Contains(v, ".") {
		x *= 100
	}
	return int(x + 0.5)
}

func severityWord(v string) ti.Severity {
	switch squash(v) {
	case "high", "critical", "veryhigh", "severe", "malicious":
		return ti.High
	case "medium", "moderate", "warning", "suspicious", "elevated":
		return ti.Warning
	case "low", "information", "informational", "info", "none", "benign", "guarded":
		return ti.Information
	}
	return ti.Unknown
}

// bySTIXScale is the severity of a confidence, by the scale of low, medium and
// high in appendix A of STIX 2.1.
func bySTIXScale(confidence int) ti.Severity {
	switch {
	case confidence >= 70:
		return ti.High
	case confidence >= 30:
		return ti.Warning
	}
	return ti.Information
}

// usual is the severity of a format that says nothing of its own.
func usual(f Format) ti.Severity {
	switch f {
	case DROP, Feodo, URLhaus, ThreatFox, Bazaar, SSLBL:
		return ti.High
	}
	return ti.Warning
}

func (p *parser) severity(said ti.Severity, confidence int) ti.Severity {
	switch {
	case said != ti.Unknown:
		return said
	case confidence > 0:
		return bySTIXScale(confidence)
	}
	return usual(p.format)
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04", "20060102",
}

// when reads a time in the forms that feeds use; zero when it is none. Without
// a zone it is UTC.
func when(v string) time.Time {
	v = strings.TrimSpace(v)
	if n := len(v); n >= 9 && n <= 13 && n != 8 && digitsOnly([]byte(v)) {
		x, _ := strconv.ParseInt(v, 10, 64)
		if n >= 12 {
			return time.UnixMilli(x).UTC()
		}
		return time.Unix(x, 0).UTC()
	}
	if len(v) < 8 || v[0] < '0' || v[0] > '9' {
		return time.Time{}
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, v); err == nil && t.Year() > 1 && t.Year() < 10000 {
			return t.UTC()
		}
	}
	return time.Time{}
}
