package online

import (
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// intSights: Rapid7 Threat Command, for its customers.
//
// Source: https://docs.rapid7.com/threat-command/ (iocs/ioc-by-value, v3). No
// quota is published. Severity as in msticpy: the provider's own Low, Medium,
// High; what is on its white list is information.
var intSights = spec{
	name: "IntSights", aliases: []string{"threatcommand"}, base: "https://api.ti.insight.rapid7.com", needs: needID,
	types: types(addresses, []ioc.Type{ioc.DNS, ioc.URL, ioc.Email}, hashes),
	request: func(_ Config, i ti.Indicator) request {
		return request{path: "/public/v3/iocs/ioc-by-value", query: values("iocValue", i.Value), basic: true}
	},
	read: func(a answer) (ti.Result, error) {
		n := a.node
		if !n.get("severity").exists() && n.get("data").exists() {
			n = n.get("data")
		}
		if !n.get("severity").exists() {
			return noData()
		}
		severity := map[string]ti.Severity{"low": ti.Information, "medium": ti.Warning, "high": ti.High}[strings.ToLower(n.get("severity").str())]
		listed := n.get("whitelist").yes() || n.get("whitelisted").yes()
		if listed {
			severity = ti.Information
		}
		m := more{}
		m.take(n, "geolocation", "sources", "relatedCampaigns")
		if listed {
			m["whitelisted"] = true
		}
		d := ti.Details{
			Classification: n.get("severity").str(), Tags: add(n.get("tags").strs(), n.get("systemTags").strs()...),
			Malware: n.get("relatedMalware").strs(), Threats: add(n.get("relatedThreatActors").strs(), n.get("relatedCampaigns").strs()...), More: m,
		}
		if f, ok := n.get("score").num(); ok {
			d.Score, d.ScoreMax = new(f), 100
		}
		r := found(severity, d)
		r.FirstSeen, r.LastSeen = n.get("firstSeen").time(), n.get("lastSeen").time()
		return r, nil
	},
}

// cyberint: for customers of Check Point's Cyberint, each with a host of its own.
//
// Source: msticpy's provider (ioc/api/v1). No quota is published. Severity as
// there: malicious score over 50 high, over 0 warning.
var cyberint = spec{
	name: "Cyberint", base: ".cyberint.io", needs: needInstance,
	types: []ioc.Type{ioc.IPv4, ioc.DNS, ioc.URL, ioc.SHA256},
	request: func(c Config, i ti.Indicator) request {
		kind := map[ioc.Type]string{ioc.IPv4: "ipv4", ioc.DNS: "domain", ioc.URL: "url", ioc.SHA256: "file/sha256"}[i.Type]
		return request{path: "/ioc/api/v1/" + kind, query: values("value", i.Value), header: header("Cookie", "access_token="+c.Key.Reveal())}
	},
	read: func(a answer) (ti.Result, error) {
		d := a.get("data")
		n, ok := d.get("risk", "malicious_score").num()
		if !ok {
			return noData()
		}
		m := more{}
		m.put("occurrences_count", d.get("risk", "occurrences_count"))
		r := found(above(n, 0, 50), ti.Details{
			Score: new(n), ScoreMax: 100, Categories: d.get("risk", "detected_activities").each("type"),
			Country: d.get("enrichment", "geo", "country").str(), ASN: d.get("enrichment", "asn", "number").asn(),
			Owner: d.get("enrichment", "asn", "organization").str(), More: m,
		})
		r.FirstSeen, r.LastSeen = d.get("risk", "first_seen").time(), d.get("risk", "last_seen").time()
		return r, nil
	},
}
