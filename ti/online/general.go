package online

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// virusTotal: what scanners and blocklists say.
//
// Source: https://docs.virustotal.com/reference/overview (v3; msticpy asks v2,
// with the key in the URL). Free: 4 a minute, 500 a day, 15,500 a month. 404 is
// "not known". Severity as in msticpy: more than one engine that says malicious
// is high, one a warning; so is one that says suspicious.
var virusTotal = spec{
	name: "VirusTotal", aliases: []string{"vt", "virustotalv3", "vtlookupv3"}, base: "https://www.virustotal.com",
	types:  types(addresses, []ioc.Type{ioc.DNS, ioc.URL}, hashes),
	limits: []ti.Limit{{N: 4, Per: time.Minute}, {N: 500, Per: ti.Day}, {N: 15500, Per: ti.Month}},
	request: func(c Config, i ti.Indicator) request {
		kind, id := vtID(i)
		return request{path: "/api/v3/" + kind + "/" + id, header: header("x-apikey", c.Key.Reveal())}
	},
	read: func(a answer) (ti.Result, error) {
		at := a.get("data", "attributes")
		stats := at.get("last_analysis_stats")
		if !stats.exists() {
			return ti.Result{}, errors.New("the answer has no last_analysis_stats")
		}
		bad, doubtful := stats.get("malicious").whole(), stats.get("suspicious").whole()
		total := bad + doubtful + stats.get("harmless").whole() + stats.get("undetected").whole()
		severity := above(float64(bad), 0, 1)
		if severity == ti.Information && doubtful > 0 {
			severity = ti.Warning
		}
		m := more{"malicious": bad, "suspicious": doubtful}
		m.take(at, "reputation", "registrar", "type_description", "meaningful_name", "title", "last_http_response_code")
		threat := at.get("popular_threat_classification")
		var categories []string
		for _, k := range at.get("categories").keys() {
			categories = add(categories, at.get("categories", k).str())
		}
		r := found(severity, ti.Details{
			Score: new(float64(bad)), ScoreMax: float64(total), Classification: threat.get("suggested_threat_label").str(),
			Tags: at.get("tags").strs(), Categories: categories, Malware: threat.get("popular_threat_name").each("value"),
			Country: at.get("country").str(), ASN: at.get("asn").asn(), Owner: at.get("as_owner").str(), Prefix: at.get("network").str(), More: m,
		})
		for _, name := range []string{"first_submission_date", "creation_date"} {
			if t := at.get(name).time(); r.FirstSeen.IsZero() {
				r.FirstSeen = t
			}
		}
		r.LastSeen = at.get("last_analysis_date").time()
		kind, id := vtID(a.indicator)
		page := map[string]string{"ip_addresses": "ip-address", "domains": "domain", "files": "file", "urls": "url"}[kind]
		if v := a.get("data", "id").str(); kind == "urls" && v != "" {
			id = segment(v)
		}
		r.Reference = "https://www.virustotal.com/gui/" + page + "/" + id
		return r, nil
	},
}

func vtID(i ti.Indicator) (kind, id string) {
	switch {
	case isAddress(i.Type):
		return "ip_addresses", segment(i.Value)
	case i.Type == ioc.URL:
		return "urls", base64url(i.Value)
	case isHash(i.Type):
		return "files", segment(i.Value)
	}
	return "domains", segment(i.Value)
}

// otx: pulses, which are reports of the community, that name the indicator.
//
// Source: https://otx.alienvault.com/api ("general" of an indicator). No quota is
// published: 10,000 an hour with a key; without a key nothing is answered any
// more. Severity as in msticpy: no pulse information, one warning, more high.
var otx = spec{
	name: "OTX", aliases: []string{"alienvault", "alienvaultotx"}, base: "https://otx.alienvault.com",
	types:  types(addresses, []ioc.Type{ioc.DNS, ioc.URL}, hashes),
	limits: []ti.Limit{{N: 10000, Per: time.Hour}},
	request: func(c Config, i ti.Indicator) request {
		return request{path: "/api/v1/indicators/" + otxKind(i) + "/" + segment(i.Value) + "/general", header: header("X-OTX-API-KEY", c.Key.Reveal())}
	},
	read: func(a answer) (ti.Result, error) {
		info := a.get("pulse_info")
		if !info.exists() {
			return ti.Result{}, errors.New("the answer has no pulse_info")
		}
		pulses := info.get("pulses").items()
		d := ti.Details{Reports: max(len(pulses), info.get("count").whole()), ASN: a.get("asn").asn(), Country: a.get("country_code").str(), More: more{}}
		var refs []string
		for _, p := range pulses {
			d.Threats = add(d.Threats, p.get("name").str())
			d.Tags = add(d.Tags, p.get("tags").strs()...)
			d.Malware = add(d.Malware, p.get("malware_families").each("display_name")...)
			d.Techniques = add(d.Techniques, p.get("attack_ids").each("id")...)
			refs = add(refs, p.get("references").strs()...)
		}
		more(d.More).put("references", node{texts(refs)})
		more(d.More).put("validation", node{texts(a.get("validation").each("name"))})
		r := found(above(float64(d.Reports), 0, 1), d)
		for _, p := range pulses {
			if t := p.get("created").time(); !t.IsZero() && (r.FirstSeen.IsZero() || t.Before(r.FirstSeen)) {
				r.FirstSeen = t
			}
			if t := p.get("modified").time(); t.After(r.LastSeen) {
				r.LastSeen = t
			}
		}
		page := map[string]string{"IPv4": "ip", "IPv6": "ip"}[otxKind(a.indicator)]
		if page == "" {
			page = otxKind(a.indicator)
		}
		r.Reference = "https://otx.alienvault.com/indicator/" + page + "/" + segment(a.indicator.Value)
		return r, nil
	},
}

func otxKind(i ti.Indicator) string {
	switch {
	case i.Type == ioc.IPv4:
		return "IPv4"
	case i.Type == ioc.IPv6:
		return "IPv6"
	case i.Type == ioc.URL:
		return "url"
	case isHash(i.Type):
		return "file"
	case strings.Count(i.Value, ".") > 1:
		return "hostname"
	}
	return "domain"
}

// xForce: IBM X-Force Exchange.
//
// Source: https://api.xforce.ibmcloud.com/doc. Free, not for commercial use:
// 5,000 a month; 402 when they are used up. Whether it still answers was not
// seen in 2026. Severity as in msticpy: a score of 5 and more high, of 2 and more
// warning; known malware is high.
var xForce = spec{
	name: "XForce", aliases: []string{"ibmxforce"}, base: "https://api.xforce.ibmcloud.com", needs: needID,
	types:  types(addresses, []ioc.Type{ioc.DNS, ioc.URL}, hashes),
	limits: []ti.Limit{{N: 5000, Per: ti.Month}},
	request: func(_ Config, i ti.Indicator) request {
		kind := "url"
		switch {
		case isAddress(i.Type):
			kind = "ipr"
		case isHash(i.Type):
			kind = "malware"
		}
		return request{path: "/" + kind + "/" + segment(i.Value), basic: true}
	},
	read: func(a answer) (ti.Result, error) {
		if isHash(a.indicator.Type) {
			mal := a.get("malware")
			if !mal.exists() {
				return noData()
			}
			m := more{}
			m.take(mal, "risk", "type", "mimetype")
			r := found(ti.High, ti.Details{Malware: add(mal.get("family").strs(), mal.get("origins", "external", "family").strs()...), Classification: mal.get("risk").str(), More: m})
			r.FirstSeen, r.LastSeen = mal.get("created").time(), mal.get("origins", "external", "lastSeen").time()
			r.Reference = "https://exchange.xforce.ibmcloud.com/malware/" + segment(a.indicator.Value)
			return r, nil
		}
		report := a.get("result")
		page := "url"
		if isAddress(a.indicator.Type) {
			report, page = a.node, "ip"
		}
		if !report.exists() || len(report.keys()) == 0 {
			return noData()
		}
		n, _ := report.get("score").num()
		severity := ti.Information
		switch {
		case n >= 5:
			severity = ti.High
		case n >= 2:
			severity = ti.Warning
		}
		m := more{}
		m.take(report, "reason", "reasonDescription")
		r := found(severity, ti.Details{
			Score: new(n), ScoreMax: 10, Categories: report.get("cats").keys(), Tags: report.get("tags").each("tag"),
			Country: report.get("geo", "countrycode").str(), More: m,
		})
		r.Reference = "https://exchange.xforce.ibmcloud.com/" + page + "/" + segment(a.indicator.Value)
		return r, nil
	},
}

// pulsedive: risk by what was found about an indicator. The key stands in the
// URL: the service takes it nowhere else.
//
// Source: https://docs.pulsedive.com/api/. Free: 30 a minute. 404 is "not known".
// Severity: risk high and critical are high, medium is a warning, low, none and
// retired are information.
var pulsedive = spec{
	name: "Pulsedive", base: "https://pulsedive.com", types: types(addresses, []ioc.Type{ioc.DNS, ioc.URL}),
	limits: []ti.Limit{{N: 30, Per: time.Minute}},
	request: func(c Config, i ti.Indicator) request {
		return request{path: "/api/info.php", query: values("indicator", i.Value, "key", c.Key.Reveal())}
	},
	read: func(a answer) (ti.Result, error) {
		if text := a.get("error").str(); text != "" {
			if strings.Contains(strings.ToLower(text), "not found") {
				return noData()
			}
			return ti.Result{}, errors.New(text)
		}
		risk := strings.ToLower(a.get("risk").str())
		if risk == "" {
			return ti.Result{}, errors.New("the answer has no risk")
		}
		severity := map[string]ti.Severity{
			"critical": ti.High, "high": ti.High, "medium": ti.Warning,
			"low": ti.Information, "none": ti.Information, "retired": ti.Information,
		}[risk]
		m := more{}
		m.take(a.node, "riskfactors", "retired", "manualrisk")
		var ports []uint16
		for _, p := range a.get("attributes", "port").items() {
			if n := p.whole(); n > 0 && n < 1<<16 && len(ports) < maxList {
				ports = append(ports, uint16(n))
			}
		}
		r := found(severity, ti.Details{
			Classification: risk, Threats: a.get("threats").each("name"), Categories: a.get("threats").each("category"),
			Feed: strings.Join(a.get("feeds").each("name"), ", "), Tags: a.get("riskfactors").each("description"),
			Country: a.get("properties", "geo", "countrycode").str(), ASN: a.get("properties", "geo", "asn").asn(), Ports: ports, More: m,
		})
		r.FirstSeen, r.LastSeen = a.get("stamp_added").time(), a.get("stamp_seen").time()
		r.Reference = "https://pulsedive.com/indicator/?indicator=" + url.QueryEscape(a.indicator.Value)
		return r, nil
	},
}

// openPageRank: how many pages link to a domain; 100 domains in one request.
//
// Source: https://www.domcop.com/openpagerank/documentation. Free: 10,000
// requests an hour. Severity as in msticpy: a domain that nobody links to is a
// warning, which says little by itself; a known one is information.
var openPageRank = spec{
	name: "OPR", aliases: []string{"openpagerank"}, base: "https://openpagerank.com", types: []ioc.Type{ioc.DNS},
	limits: []ti.Limit{{N: 10000, Per: time.Hour}}, batch: 100, life: ti.Week,
	requestMany: func(c Config, list []ti.Indicator) request {
		q := values()
		for n, i := range list {
			q.Set("domains["+strconv.Itoa(n)+"]", i.Value)
		}
		return request{path: "/api/v1.0/getPageRank", query: q, header: header("API-OPR", c.Key.Reveal())}
	},
	readMany: func(a answer, list []ti.Indicator) ([]ti.Result, error) {
		by := map[string]node{}
		for _, item := range a.get("response").items() {
			by[strings.ToLower(item.get("domain").str())] = item
		}
		if len(by) == 0 {
			return nil, errors.New("the answer names no domain")
		}
		out := make([]ti.Result, len(list))
		for n, i := range list {
			item, ok := by[strings.ToLower(i.Value)]
			rank, ranked := item.get("page_rank_decimal").num()
			m := more{}
			m.take(item, "rank", "page_rank_integer")
			switch code := item.get("status_code").whole(); {
			case !ok:
				out[n] = ti.Result{Status: ti.NoData}
			case code == 404:
				out[n] = found(ti.Warning, ti.Details{Description: "no page links to it", More: m})
			case code != 200 || !ranked:
				out[n] = ti.Result{Status: ti.QueryFailed, Reason: "no rank: " + printable(item.get("error").str())}
			default:
				out[n] = found(ti.Information, ti.Details{Score: new(rank), ScoreMax: 10, More: m})
			}
		}
		return out, nil
	},
}
