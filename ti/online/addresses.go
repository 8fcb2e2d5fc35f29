package online

import (
	"errors"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// abuseIPDB: who reported an address, in the last 90 days.
//
// Source: https://docs.abuseipdb.com/#check-endpoint. Free: 1,000 checks a day.
// Severity as in msticpy: confidence of abuse over 50 high, over 0 warning.
var abuseIPDB = spec{
	name: "AbuseIPDB", base: "https://api.abuseipdb.com", types: addresses,
	limits: []ti.Limit{{N: 1000, Per: ti.Day}},
	request: func(c Config, i ti.Indicator) request {
		return request{
			path: "/api/v2/check", query: values("ipAddress", i.Value, "maxAgeInDays", "90"),
			header: header("Key", c.Key.Reveal()),
		}
	},
	read: func(a answer) (ti.Result, error) {
		d := a.get("data")
		n, ok := d.get("abuseConfidenceScore").num()
		if !ok {
			return ti.Result{}, errors.New("the answer has no abuseConfidenceScore")
		}
		m := more{}
		m.take(d, "usageType", "isTor", "isWhitelisted", "numDistinctUsers")
		r := found(above(n, 0, 50), ti.Details{
			Score: new(n), ScoreMax: 100, Country: d.get("countryCode").str(), Owner: d.get("isp").str(),
			Hostnames: add(d.get("hostnames").strs(), d.get("domain").str()), Reports: d.get("totalReports").whole(), More: m,
		})
		r.LastSeen = d.get("lastReportedAt").time()
		r.Reference = "https://www.abuseipdb.com/check/" + segment(a.indicator.Value)
		return r, nil
	},
}

// above returns High for more than high, Warning for more than warning, else
// Information.
func above(n, warning, high float64) ti.Severity {
	switch {
	case n > high:
		return ti.High
	case n > warning:
		return ti.Warning
	}
	return ti.Information
}

// greyNoise: whether an address scans the whole internet, or belongs to a common
// service. The free API for everybody; without a key the quota is shared by all
// who come from one address.
//
// Source: https://docs.greynoise.io/reference/get_v3-community-ip. Free: about 50
// a week. 404 is "not observed". Severity as in msticpy: malicious is high, all
// else information.
var greyNoise = spec{
	name: "GreyNoise", aliases: []string{"greynoisecommunity"}, base: "https://api.greynoise.io",
	types: []ioc.Type{ioc.IPv4}, keyless: true,
	limits: []ti.Limit{{N: 50, Per: ti.Week}},
	request: func(c Config, i ti.Indicator) request {
		return request{path: "/v3/community/" + segment(i.Value), header: header("key", c.Key.Reveal())}
	},
	read: func(a answer) (ti.Result, error) {
		class := strings.ToLower(a.get("classification").str())
		if !a.get("noise").yes() && !a.get("riot").yes() && class == "" {
			return noData()
		}
		m := more{}
		m.take(a.node, "noise", "riot", "name")
		r := found(malicious(class), ti.Details{Classification: class, More: m})
		r.LastSeen = a.get("last_seen").time()
		r.Reference = "https://viz.greynoise.io/ip/" + segment(a.indicator.Value)
		return r, nil
	},
}

func malicious(class string) ti.Severity {
	switch class {
	case "malicious":
		return ti.High
	case "suspicious":
		return ti.Warning
	}
	return ti.Information
}

// greyNoiseV3: the same with everything that is known, for subscribers.
//
// Source: https://docs.greynoise.io/docs/using-the-greynoise-api (v3; v2, which
// msticpy asks, ended on 2026-01-01). No quota is known. Severity: a scanner
// that is malicious is high, suspicious a warning; a business service or a
// benign scanner is information.
var greyNoiseV3 = spec{
	name: "GreyNoiseV3", aliases: []string{"greynoisefull", "greynoiseenterprise"}, base: "https://api.greynoise.io",
	types: addresses,
	request: func(c Config, i ti.Indicator) request {
		return request{path: "/v3/ip/" + segment(i.Value), header: header("key", c.Key.Reveal())}
	},
	read: func(a answer) (ti.Result, error) {
		scan, business := a.get("internet_scanner_intelligence"), a.get("business_service_intelligence")
		if !scan.get("found").yes() && !business.get("found").yes() {
			return noData()
		}
		class := strings.ToLower(scan.get("classification").str())
		m := more{}
		m.take(scan, "actor", "bot", "vpn", "vpn_service", "tor", "spoofable")
		m.put("business_service", business.get("name"))
		m.put("business_category", business.get("category"))
		m.put("trust_level", business.get("trust_level"))
		meta := scan.get("metadata")
		r := found(malicious(class), ti.Details{
			Classification: class, Tags: add(scan.get("tags").each("name"), scan.get("tags").strs()...), CVEs: scan.get("cves").strs(),
			Country: meta.get("source_country_code").str(), ASN: meta.get("asn").asn(), Owner: meta.get("organization").str(),
			Hostnames: meta.get("rdns").strs(), More: m,
		})
		r.FirstSeen, r.LastSeen = scan.get("first_seen").time(), scan.get("last_seen").time()
		r.Reference = "https://viz.greynoise.io/ip/" + segment(a.indicator.Value)
		return r, nil
	},
}

// ipQualityScore: proxies, bots, abuse. msticpy puts the key into the path of the
// URL, where proxies log it; here it stands in a header and in the form.
//
// Source: https://www.ipqualityscore.com/documentation/proxy-detection-api/overview.
// Free: 1,000 a month. Severity as in msticpy: fraud score of 80 and more high,
// over 50 warning. Errors come with status 200 and success false.
var ipQualityScore = spec{
	name: "IPQualityScore", aliases: []string{"ipqs"}, base: "https://www.ipqualityscore.com", types: addresses,
	limits: []ti.Limit{{N: 1000, Per: ti.Month}},
	request: func(c Config, i ti.Indicator) request {
		return request{
			path: "/api/json/ip", header: header("IPQS-KEY", c.Key.Reveal()),
			form: values("key", c.Key.Reveal(), "ip", i.Value, "strictness", "0"),
		}
	},
	read: func(a answer) (ti.Result, error) {
		if !a.get("success").yes() {
			text := a.get("message").str()
			err := errors.New(text)
			lower := strings.ToLower(text)
			switch {
			case strings.Contains(lower, "exceed"), strings.Contains(lower, "quota"), strings.Contains(lower, "credits"):
				return ti.Result{}, &ti.RateError{RetryAfter: 24 * time.Hour, Err: err}
			case strings.Contains(lower, "key"), strings.Contains(lower, "unauthorized"):
				return ti.Result{}, &ti.AuthError{Err: err}
			case text == "":
				err = errors.New("the answer says neither success nor why not")
			}
			return ti.Result{}, err
		}
		n, ok := a.get("fraud_score").num()
		if !ok {
			return ti.Result{}, errors.New("the answer has no fraud_score")
		}
		severity := above(n, 50, 100)
		if n >= 80 {
			severity = ti.High
		}
		m := more{}
		m.take(a.node, "proxy", "vpn", "tor", "active_vpn", "active_tor", "bot_status", "recent_abuse", "is_crawler", "mobile",
			"connection_type", "abuse_velocity", "organization", "region", "city", "timezone")
		r := found(severity, ti.Details{
			Score: new(n), ScoreMax: 100, Country: a.get("country_code").str(), ASN: a.get("ASN").asn(), Owner: a.get("ISP").str(),
			Hostnames: a.get("host").strs(), More: m,
		})
		r.Reference = "https://www.ipqualityscore.com/free-ip-lookup-proxy-vpn-test/lookup/" + segment(a.indicator.Value)
		return r, nil
	},
}

// crowdSec: what many hosts saw an address do.
//
// Source: https://docs.crowdsec.net/u/cti_api/api_getting_started (smoke). Free:
// 50 a day. Severity as in msticpy: overall score up to 2 information, up to 3
// warning, else high; an address of safe reputation is information.
var crowdSec = spec{
	name: "CrowdSec", base: "https://cti.api.crowdsec.net", types: addresses,
	limits: []ti.Limit{{N: 50, Per: ti.Day}},
	request: func(c Config, i ti.Indicator) request {
		return request{path: "/v2/smoke/" + segment(i.Value), header: header("x-api-key", c.Key.Reveal())}
	},
	read: func(a answer) (ti.Result, error) {
		n, ok := a.get("scores", "overall", "total").num()
		reputation := strings.ToLower(a.get("reputation").str())
		if !ok && reputation == "" {
			return ti.Result{}, errors.New("the answer has no score")
		}
		severity := above(n, 2, 3)
		if reputation == "safe" {
			severity = ti.Information
		}
		m := more{}
		m.take(a.node, "background_noise_score", "ip_range_score", "confidence", "proxy_or_vpn")
		m.put("false_positives", node{texts(a.get("classifications", "false_positives").each("label"))})
		d := ti.Details{
			Score: new(n), ScoreMax: 5, Classification: reputation, Categories: a.get("behaviors").each("name"),
			Threats: a.get("attack_details").each("label"), CVEs: a.get("cves").strs(), Techniques: a.get("mitre_techniques").each("name"),
			Tags: a.get("classifications", "classifications").each("label"), Country: a.get("location", "country").str(),
			ASN: a.get("as_num").asn(), Owner: a.get("as_name").str(), Prefix: a.get("ip_range").str(), Hostnames: a.get("reverse_dns").strs(), More: m,
		}
		r := found(severity, d)
		r.FirstSeen, r.LastSeen = a.get("history", "first_seen").time(), a.get("history", "last_seen").time()
		r.Reference = "https://app.crowdsec.net/cti/" + segment(a.indicator.Value)
		return r, nil
	},
}

// texts makes a list of texts what a decoder would have made of it.
func texts(list []string) any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// internetDB: open ports and known weaknesses, from Shodan's weekly scans. It
// needs no key and passes no verdict.
//
// Source: https://internetdb.shodan.io/docs. Only abuse is throttled; we ask once
// a second. Not for commercial use without a licence. Severity: an address that
// Shodan tags as compromised or as an attacker's own is a warning, all else
// information.
var internetDB = spec{
	name: "InternetDB", aliases: []string{"shodan", "shodaninternetdb"}, base: "https://internetdb.shodan.io",
	types: addresses, keyless: true, limits: []ti.Limit{{N: 1, Per: time.Second}}, life: ti.Week,
	request: func(_ Config, i ti.Indicator) request { return request{path: "/" + segment(i.Value)} },
	read: func(a answer) (ti.Result, error) {
		if !a.get("ip").exists() {
			return noData()
		}
		severity := ti.Information
		tags := a.get("tags").strs()
		for _, t := range tags {
			switch strings.ToLower(t) {
			case "malware", "c2", "compromised", "doublepulsar", "botnet":
				severity = ti.Warning
			}
		}
		d := ti.Details{Tags: tags, CVEs: a.get("vulns").strs(), Hostnames: a.get("hostnames").strs(), More: more{}}
		for _, p := range a.get("ports").items() {
			if n := p.whole(); n > 0 && n < 1<<16 && len(d.Ports) < maxList {
				d.Ports = append(d.Ports, uint16(n))
			}
		}
		more(d.More).take(a.node, "cpes")
		r := found(severity, d)
		r.Reference = "https://www.shodan.io/host/" + segment(a.indicator.Value)
		return r, nil
	},
}
