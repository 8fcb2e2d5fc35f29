package online

import (
	"errors"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// The three of abuse.ch take one key, free from https://auth.abuse.ch, in the
// header Auth-Key, and answer nothing without since 2025-06-30. Fair use is asked
// for; no quota is published.

// abuseStatus deals with every query_status but "ok" and the ones given as
// "nothing known".
func abuseStatus(a answer, nothing ...string) (ti.Result, bool, error) {
	status := strings.ToLower(a.get("query_status").str())
	if slices.Contains(nothing, status) {
		r, err := noData()
		return r, true, err
	}
	switch {
	case status == "ok":
		return ti.Result{}, false, nil
	case strings.Contains(status, "auth_key") || strings.Contains(status, "unauthorized"):
		return ti.Result{}, true, &ti.AuthError{Err: errors.New(status)}
	case strings.HasPrefix(status, "illegal") || strings.HasPrefix(status, "invalid"):
		return ti.Result{Status: ti.BadFormat, Reason: "the provider does not take it: " + printable(status)}, true, nil
	case status == "":
		return ti.Result{}, true, errors.New("the answer has no query_status")
	}
	return ti.Result{}, true, errors.New("query_status " + printable(status))
}

// urlHaus: URLs that malware was fetched from, their hosts and what they served.
//
// Source: https://urlhaus-api.abuse.ch. Severity: a URL or host that serves
// malware now is high, one that did is a warning; a file that was served is high.
var urlHaus = spec{
	name: "URLhaus", base: "https://urlhaus-api.abuse.ch",
	types: []ioc.Type{ioc.URL, ioc.IPv4, ioc.DNS, ioc.MD5, ioc.SHA256},
	request: func(c Config, i ti.Indicator) request {
		r := request{header: header("Auth-Key", c.Key.Reveal())}
		switch i.Type {
		case ioc.URL:
			r.path, r.form = "/v1/url/", values("url", i.Value)
		case ioc.MD5, ioc.SHA256:
			r.path, r.form = "/v1/payload/", values(string(i.Type), i.Value)
		default:
			r.path, r.form = "/v1/host/", values("host", i.Value)
		}
		return r
	},
	read: func(a answer) (ti.Result, error) {
		if r, done, err := abuseStatus(a, "no_results", "no_result"); done {
			return r, err
		}
		m := more{}
		d := ti.Details{More: m}
		severity := ti.High
		m.put("spamhaus_dbl", a.get("blacklists", "spamhaus_dbl"))
		m.put("surbl", a.get("blacklists", "surbl"))
		switch {
		case a.indicator.Type == ioc.URL:
			if severity = ti.Warning; strings.EqualFold(a.get("url_status").str(), "online") {
				severity = ti.High
			}
			m.take(a.node, "url_status")
			d.Classification, d.Tags = a.get("threat").str(), a.get("tags").strs()
			d.Malware = a.get("payloads").each("signature")
		case isHash(a.indicator.Type):
			m.take(a.node, "file_type", "url_count")
			d.Malware, d.Reports = a.get("signature").strs(), a.get("url_count").whole()
		default:
			severity = ti.Warning
			for _, u := range a.get("urls").items() {
				if strings.EqualFold(u.get("url_status").str(), "online") {
					severity = ti.High
				}
				d.Tags = add(d.Tags, u.get("tags").strs()...)
				d.Categories = add(d.Categories, u.get("threat").str())
			}
			d.Reports = max(a.get("url_count").whole(), len(a.get("urls").items()))
		}
		r := found(severity, d)
		r.FirstSeen = a.get("firstseen").time()
		if t := a.get("date_added").time(); r.FirstSeen.IsZero() {
			r.FirstSeen = t
		}
		r.LastSeen = a.get("lastseen").time()
		if t := a.get("last_online").time(); r.LastSeen.IsZero() {
			r.LastSeen = t
		}
		r.Reference = link(a.get("urlhaus_reference").str())
		return r, nil
	},
}

// link returns a page that an answer names, if it can be one.
func link(s string) string {
	if strings.HasPrefix(s, "https://") && !strings.ContainsAny(s, " \"'<>\\") && printable(s) == s {
		return s
	}
	return ""
}

// threatFox: indicators of malware, among them the hosts that command it.
//
// Source: https://threatfox.abuse.ch/api/. Entries go out of date after six
// months. Severity: a confidence of 75 and more is high, else a warning.
var threatFox = spec{
	name: "ThreatFox", base: "https://threatfox-api.abuse.ch",
	types: types(addresses, []ioc.Type{ioc.DNS, ioc.URL}, hashes),
	request: func(c Config, i ti.Indicator) request {
		body := map[string]any{"query": "search_ioc", "search_term": i.Value}
		if i.Type == ioc.MD5 || i.Type == ioc.SHA256 {
			body = map[string]any{"query": "search_hash", "hash": i.Value}
		}
		return request{path: "/api/v1/", header: header("Auth-Key", c.Key.Reveal()), json: body}
	},
	read: func(a answer) (ti.Result, error) {
		if r, done, err := abuseStatus(a, "no_result", "no_results"); done {
			return r, err
		}
		items := a.get("data").items()
		if len(items) == 0 {
			return noData()
		}
		var d ti.Details
		best, listed := 0, []string(nil)
		r := ti.Result{}
		for _, item := range items {
			best = max(best, item.get("confidence_level").whole())
			d.Categories = add(d.Categories, item.get("threat_type").str())
			d.Malware = add(d.Malware, item.get("malware_printable").str())
			d.Tags = add(d.Tags, item.get("tags").strs()...)
			listed = add(listed, item.get("ioc").str())
			if t := item.get("first_seen").time(); !t.IsZero() && (r.FirstSeen.IsZero() || t.Before(r.FirstSeen)) {
				r.FirstSeen = t
			}
			if t := item.get("last_seen").time(); t.After(r.LastSeen) {
				r.LastSeen = t
			}
		}
		d.Confidence, d.Reports = &best, len(items)
		d.More = more{"listed": listed}
		severity := ti.Warning
		if best >= 75 {
			severity = ti.High
		}
		out := found(severity, d)
		out.FirstSeen, out.LastSeen = r.FirstSeen, r.LastSeen
		if id := items[0].get("id").str(); id != "" {
			out.Reference = "https://threatfox.abuse.ch/ioc/" + segment(id) + "/"
		}
		return out, nil
	},
}

// malwareBazaar: files that are malware.
//
// Source: https://bazaar.abuse.ch/api/. Severity: what is there is high. (msticpy
// sends no key, and is refused.)
var malwareBazaar = spec{
	name: "MalwareBazaar", aliases: []string{"mblookup", "mb"}, base: "https://mb-api.abuse.ch", types: hashes,
	request: func(c Config, i ti.Indicator) request {
		return request{path: "/api/v1/", header: header("Auth-Key", c.Key.Reveal()), form: values("query", "get_info", "hash", i.Value)}
	},
	read: func(a answer) (ti.Result, error) {
		if r, done, err := abuseStatus(a, "hash_not_found", "no_results"); done {
			return r, err
		}
		items := a.get("data").items()
		if len(items) == 0 {
			return noData()
		}
		f := items[0]
		m := more{}
		m.take(f, "file_name", "file_type", "file_size", "file_type_mime", "reporter", "origin_country", "delivery_method", "sha256_hash")
		r := found(ti.High, ti.Details{Malware: f.get("signature").strs(), Tags: f.get("tags").strs(), Classification: "malware", More: m})
		r.FirstSeen, r.LastSeen = f.get("first_seen").time(), f.get("last_seen").time()
		if sha := f.get("sha256_hash").str(); sha != "" {
			r.Reference = "https://bazaar.abuse.ch/sample/" + segment(sha) + "/"
		}
		return r, nil
	},
}
