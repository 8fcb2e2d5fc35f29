package online_test

import (
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

const (
	md5    = "44d88612fea8a8f36de82e1278abb02f"
	sha1   = "3395856ce81f2b7382dee72602f798b642f14140"
	sha256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
)

// exchange is a question, the answer in the provider's form, and what is made of
// it. The whole result is in testdata/results.golden.
type exchange struct {
	provider string
	name     string
	typ      ioc.Type
	value    string
	code     int // 0 for 200
	body     string
	severity ti.Severity
	status   ti.Status
}

var exchanges = []exchange{
	{"AbuseIPDB", "hit", ioc.IPv4, "118.25.6.39", 0, `{"data":{"ipAddress":"118.25.6.39","isPublic":true,"ipVersion":4,"isWhitelisted":false,"abuseConfidenceScore":100,"countryCode":"CN","usageType":"Data Center/Web Hosting/Transit","isp":"Tencent Cloud","domain":"tencent.com","hostnames":["a.tencent.com"],"isTor":false,"totalReports":12,"numDistinctUsers":4,"lastReportedAt":"2026-11-20T20:55:14+00:00"}}`, ti.High, ti.OK},
	{"AbuseIPDB", "some", ioc.IPv6, "2606:4700::6810", 0, `{"data":{"abuseConfidenceScore":7}}`, ti.Warning, ti.OK},
	{"AbuseIPDB", "clean", ioc.IPv4, "8.8.8.8", 0, `{"data":{"ipAddress":"8.8.8.8","abuseConfidenceScore":0,"isWhitelisted":true,"totalReports":0,"lastReportedAt":null}}`, ti.Information, ti.OK},
	{"AbuseIPDB", "nonsense", ioc.IPv4, "8.8.8.8", 0, `{"data":{}}`, ti.Unknown, ti.QueryFailed},
	{"AbuseIPDB", "refused value", ioc.IPv4, "8.8.8.8", 422, `{"errors":[{"detail":"The ip address must be a valid IPv4 or IPv6 address.","status":422}]}`, ti.Unknown, ti.BadFormat},

	{"GreyNoise", "hit", ioc.IPv4, "45.83.66.10", 0, `{"ip":"45.83.66.10","noise":true,"riot":false,"classification":"malicious","name":"unknown","link":"https://viz.greynoise.io/ip/45.83.66.10","last_seen":"2026-11-22","message":"Success"}`, ti.High, ti.OK},
	{"GreyNoise", "clean", ioc.IPv4, "8.8.8.8", 0, `{"ip":"8.8.8.8","noise":false,"riot":true,"classification":"benign","name":"Google Public DNS","last_seen":"2026-11-22","message":"Success"}`, ti.Information, ti.OK},
	{"GreyNoise", "unknown", ioc.IPv4, "9.1.2.3", 404, `{"ip":"9.1.2.3","noise":false,"riot":false,"message":"IP not observed scanning the internet or contained in RIOT data set."}`, ti.Unknown, ti.NoData},

	{"GreyNoiseV3", "hit", ioc.IPv4, "45.83.66.10", 0, `{"ip":"45.83.66.10","business_service_intelligence":{"found":false,"trust_level":""},"internet_scanner_intelligence":{"found":true,"classification":"malicious","first_seen":"2025-01-02","last_seen":"2026-11-22","actor":"unknown","bot":true,"tor":false,"vpn":false,"cves":["CVE-2021-44228"],"tags":[{"id":"x","name":"Mirai","intention":"malicious"},{"name":"SSH Bruteforcer"}],"metadata":{"asn":"AS208843","organization":"Alpha Strike Labs","source_country_code":"DE","rdns":"x.example.de"}}}`, ti.High, ti.OK},
	{"GreyNoiseV3", "business", ioc.IPv4, "8.8.8.8", 0, `{"ip":"8.8.8.8","business_service_intelligence":{"found":true,"category":"public_dns","name":"Google Public DNS","trust_level":"1"},"internet_scanner_intelligence":{"found":false,"classification":""}}`, ti.Information, ti.OK},
	{"GreyNoiseV3", "unknown", ioc.IPv4, "9.1.2.3", 0, `{"ip":"9.1.2.3","business_service_intelligence":{"found":false},"internet_scanner_intelligence":{"found":false}}`, ti.Unknown, ti.NoData},

	{"IPQualityScore", "hit", ioc.IPv4, "5.2.64.20", 0, `{"success":true,"message":"Success","fraud_score":90,"country_code":"NL","region":"Noord-Holland","city":"Amsterdam","ISP":"Liteserver","ASN":60404,"organization":"Liteserver","host":"x.example.nl","proxy":true,"vpn":true,"tor":true,"active_tor":true,"recent_abuse":true,"bot_status":true}`, ti.High, ti.OK},
	{"IPQualityScore", "some", ioc.IPv4, "5.2.64.21", 0, `{"success":true,"fraud_score":75}`, ti.Warning, ti.OK},
	{"IPQualityScore", "clean", ioc.IPv4, "8.8.8.8", 0, `{"success":true,"fraud_score":0,"proxy":false}`, ti.Information, ti.OK},
	{"IPQualityScore", "quota", ioc.IPv4, "8.8.8.8", 0, `{"success":false,"message":"You have exceeded your request quota of 1000 per month."}`, ti.Unknown, ti.RateLimited},
	{"IPQualityScore", "key", ioc.IPv4, "8.8.8.8", 0, `{"success":false,"message":"Invalid or unauthorized key MARKED+key/0123456789=abcdef."}`, ti.Unknown, ti.QueryFailed},

	{"CrowdSec", "hit", ioc.IPv4, "1.15.1.2", 0, `{"ip":"1.15.1.2","reputation":"malicious","confidence":"high","ip_range":"1.15.0.0/16","as_name":"Tencent","as_num":45090,"background_noise_score":9,"location":{"country":"CN"},"reverse_dns":null,"behaviors":[{"name":"ssh:bruteforce","label":"SSH Bruteforce"}],"history":{"first_seen":"2026-01-02T03:04:05+00:00","last_seen":"2026-11-22T00:00:00+00:00"},"classifications":{"false_positives":[],"classifications":[{"name":"profile:insecure_services","label":"Dangerous Services Exposed"}]},"attack_details":[{"name":"crowdsecurity/ssh-bf","label":"SSH Bruteforce"}],"mitre_techniques":[{"name":"T1110"}],"cves":["CVE-2021-41773"],"scores":{"overall":{"total":4}}}`, ti.High, ti.OK},
	{"CrowdSec", "clean", ioc.IPv4, "8.8.8.8", 0, `{"ip":"8.8.8.8","reputation":"safe","scores":{"overall":{"total":5}},"classifications":{"false_positives":[{"label":"Google DNS"}]}}`, ti.Information, ti.OK},
	{"CrowdSec", "some", ioc.IPv4, "8.8.8.9", 0, `{"ip":"8.8.8.9","scores":{"overall":{"total":3}}}`, ti.Warning, ti.OK},
	{"CrowdSec", "unknown", ioc.IPv4, "9.1.2.3", 404, `{"message":"IP address information not found"}`, ti.Unknown, ti.NoData},

	{"InternetDB", "hit", ioc.IPv4, "5.6.7.8", 0, `{"cpes":["cpe:/a:openbsd:openssh:8.2"],"hostnames":["x.example.nl"],"ip":"5.6.7.8","ports":[22,80,70000,-1,"443"],"tags":["c2"],"vulns":["CVE-2021-41773"]}`, ti.Warning, ti.OK},
	{"InternetDB", "clean", ioc.IPv4, "8.8.8.8", 0, `{"cpes":[],"hostnames":["dns.google"],"ip":"8.8.8.8","ports":[53,443],"tags":[],"vulns":[]}`, ti.Information, ti.OK},
	{"InternetDB", "unknown", ioc.IPv4, "9.1.2.3", 404, `{"detail":"No information available"}`, ti.Unknown, ti.NoData},

	{"VirusTotal", "address", ioc.IPv4, "45.83.66.10", 0, `{"data":{"id":"45.83.66.10","type":"ip_address","attributes":{"country":"DE","asn":208843,"as_owner":"Alpha Strike","network":"45.83.64.0/22","reputation":-5,"tags":["scanner"],"last_analysis_date":1763800000,"last_analysis_stats":{"malicious":7,"suspicious":1,"undetected":20,"harmless":60,"timeout":0}}}}`, ti.High, ti.OK},
	{"VirusTotal", "domain", ioc.DNS, "evil.ru", 0, `{"data":{"id":"evil.ru","attributes":{"creation_date":1500000000,"categories":{"A":"malware","B":"c2"},"last_analysis_stats":{"malicious":1,"suspicious":0,"undetected":20,"harmless":60}}}}`, ti.Warning, ti.OK},
	{"VirusTotal", "url", ioc.URL, "http://evil.ru/a?b=c", 0, `{"data":{"id":"9d116b1b0c1200ca75016e4c010bc94836366881b021a658ea7f8548b6543c1e","attributes":{"title":"x","last_analysis_stats":{"malicious":0,"suspicious":2,"undetected":20,"harmless":60}}}}`, ti.Warning, ti.OK},
	{"VirusTotal", "file", ioc.SHA256, sha256, 0, `{"data":{"id":"` + sha256 + `","attributes":{"type_description":"ELF","meaningful_name":"xmrig","first_submission_date":1600000000,"popular_threat_classification":{"suggested_threat_label":"trojan.linux/coinminer","popular_threat_name":[{"value":"coinminer","count":9}]},"last_analysis_stats":{"malicious":40,"suspicious":0,"undetected":20,"harmless":0}}}}`, ti.High, ti.OK},
	{"VirusTotal", "clean", ioc.IPv6, "2001:4860:4860::8888", 0, `{"data":{"attributes":{"last_analysis_stats":{"malicious":0,"suspicious":0,"undetected":20,"harmless":60}}}}`, ti.Information, ti.OK},
	{"VirusTotal", "unknown", ioc.MD5, md5, 404, `{"error":{"code":"NotFoundError","message":"File not found"}}`, ti.Unknown, ti.NoData},
	{"VirusTotal", "nonsense", ioc.IPv4, "8.8.8.8", 0, `{"data":"x"}`, ti.Unknown, ti.QueryFailed},

	{"OTX", "hit", ioc.IPv4, "45.83.66.10", 0, `{"indicator":"45.83.66.10","asn":"AS208843 Alpha Strike","country_code":"DE","validation":[],"pulse_info":{"count":2,"pulses":[{"id":"1","name":"SSH scanners","tags":["ssh","scan"],"created":"2026-01-02T03:04:05.123000","modified":"2026-11-02T03:04:05","references":["https://a.example.net/x"],"malware_families":[{"display_name":"Mirai"}],"attack_ids":[{"id":"T1110"}]},{"name":"Other","tags":["ssh"],"created":"2025-01-02T03:04:05"}]}}`, ti.High, ti.OK},
	{"OTX", "some", ioc.DNS, "a.evil.ru", 0, `{"pulse_info":{"count":1,"pulses":[{"name":"One"}]}}`, ti.Warning, ti.OK},
	{"OTX", "domain", ioc.DNS, "evil.ru", 0, `{"pulse_info":{"count":1,"pulses":[{"name":"One"}]}}`, ti.Warning, ti.OK},
	{"OTX", "clean", ioc.IPv6, "2001:4860:4860::8888", 0, `{"pulse_info":{"count":0,"pulses":[]},"validation":[{"name":"Whitelisted"}]}`, ti.Information, ti.OK},
	{"OTX", "file", ioc.SHA1, sha1, 0, `{"pulse_info":{"count":3,"pulses":[{},{},{}]}}`, ti.High, ti.OK},
	{"OTX", "url", ioc.URL, "http://evil.ru/a?b=c&d=%20", 0, `{"pulse_info":{"count":0,"pulses":[]}}`, ti.Information, ti.OK},
	{"OTX", "unknown", ioc.IPv4, "9.1.2.3", 404, `{"error":"not found"}`, ti.Unknown, ti.NoData},

	{"XForce", "hit", ioc.IPv4, "45.83.66.10", 0, `{"ip":"45.83.66.10","history":[],"cats":{"Scanning IPs":100},"geo":{"country":"Germany","countrycode":"DE"},"score":7.1,"reason":"Security analyst review","reasonDescription":"x","tags":[{"tag":"ssh"}]}`, ti.High, ti.OK},
	{"XForce", "some", ioc.DNS, "evil.ru", 0, `{"result":{"url":"evil.ru","cats":{"Malware":true},"score":3}}`, ti.Warning, ti.OK},
	{"XForce", "clean", ioc.URL, "http://good.org/a", 0, `{"result":{"url":"good.org","cats":{},"score":1}}`, ti.Information, ti.OK},
	{"XForce", "file", ioc.MD5, md5, 0, `{"malware":{"type":"md5","md5":"x","family":["mirai"],"risk":"high","created":"2025-01-02T03:04:05Z","origins":{"external":{"family":["linux"],"lastSeen":"2026-01-01T00:00:00Z"}}}}`, ti.High, ti.OK},
	{"XForce", "unknown", ioc.SHA256, sha256, 404, `{"error":"Not found."}`, ti.Unknown, ti.NoData},
	{"XForce", "quota", ioc.IPv4, "9.1.2.3", 402, `{"error":"Monthly quota exceeded"}`, ti.Unknown, ti.RateLimited},

	{"Pulsedive", "hit", ioc.DNS, "evil.ru", 0, `{"iid":1,"type":"domain","indicator":"evil.ru","risk":"critical","manualrisk":0,"stamp_added":"2025-01-02 03:04:05","stamp_seen":"2026-11-02 03:04:05","riskfactors":[{"rfid":1,"description":"found in threat feeds","risk":"medium"}],"threats":[{"tid":1,"name":"Zeus","category":"malware","risk":"high"}],"feeds":[{"fid":1,"name":"Feed A"}],"attributes":{"port":["80","443"]},"properties":{"geo":{"countrycode":"RU","asn":"AS64500"}}}`, ti.High, ti.OK},
	{"Pulsedive", "some", ioc.IPv4, "9.1.2.3", 0, `{"risk":"medium"}`, ti.Warning, ti.OK},
	{"Pulsedive", "clean", ioc.URL, "http://good.org/a", 0, `{"risk":"none"}`, ti.Information, ti.OK},
	{"Pulsedive", "unknown", ioc.DNS, "new.ru", 404, `{"error":"Indicator not found."}`, ti.Unknown, ti.NoData},

	{"OPR", "known", ioc.DNS, "good.org", 0, `{"status_code":200,"response":[{"status_code":200,"error":"","page_rank_integer":5,"page_rank_decimal":5.2,"rank":"1234","domain":"good.org"}],"last_updated":"1st Nov 2026"}`, ti.Information, ti.OK},
	{"OPR", "unknown", ioc.DNS, "new.ru", 0, `{"status_code":200,"response":[{"status_code":404,"error":"Domain not found","page_rank_integer":0,"page_rank_decimal":0,"rank":null,"domain":"new.ru"}]}`, ti.Warning, ti.OK},
	{"OPR", "other", ioc.DNS, "new.ru", 0, `{"status_code":200,"response":[{"status_code":200,"page_rank_decimal":1,"domain":"old.ru"}]}`, ti.Unknown, ti.NoData},

	{"IntSights", "hit", ioc.IPv4, "45.83.66.10", 0, `{"value":"45.83.66.10","severity":"High","score":80,"whitelist":false,"firstSeen":"2025-01-02T03:04:05.000Z","lastSeen":"2026-01-02T03:04:05.000Z","tags":["a"],"systemTags":["b"],"relatedMalware":["Mirai"],"relatedCampaigns":["C"],"relatedThreatActors":["Actor"],"sources":["S"],"geolocation":"DE"}`, ti.High, ti.OK},
	{"IntSights", "older form", ioc.DNS, "evil.ru", 0, `{"Whitelist":"False","Severity":"Medium","Tags":[],"SystemTags":[]}`, ti.Warning, ti.OK},
	{"IntSights", "white", ioc.DNS, "good.org", 0, `{"whitelist":true,"severity":"High"}`, ti.Information, ti.OK},
	{"IntSights", "unknown", ioc.Email, "a@evil.ru", 204, ``, ti.Unknown, ti.NoData},

	{"Cyberint", "hit", ioc.SHA256, sha256, 0, `{"data":{"entity":{"type":"file/sha256","value":"x"},"risk":{"malicious_score":80,"detected_activities":[{"type":"malware_payload"}],"occurrences_count":3}}}`, ti.High, ti.OK},
	{"Cyberint", "some", ioc.IPv4, "45.83.66.10", 0, `{"data":{"risk":{"malicious_score":10},"enrichment":{"geo":{"country":"DE"},"asn":{"number":"AS64500","organization":"X"}}}}`, ti.Warning, ti.OK},
	{"Cyberint", "clean", ioc.DNS, "good.org", 0, `{"data":{"risk":{"malicious_score":0}}}`, ti.Information, ti.OK},
	{"Cyberint", "unknown", ioc.URL, "http://new.ru/", 0, `{"data":{"risk":{}}}`, ti.Unknown, ti.NoData},

	{"URLhaus", "url", ioc.URL, "http://evil.ru/x.sh", 0, `{"query_status":"ok","id":"1","urlhaus_reference":"https://urlhaus.abuse.ch/url/1/","url":"http://evil.ru/x.sh","url_status":"online","host":"evil.ru","date_added":"2026-11-01 10:00:00 UTC","last_online":"2026-11-22 10:00:00 UTC","threat":"malware_download","blacklists":{"spamhaus_dbl":"abused_legit_malware","surbl":"not listed"},"tags":["elf","mirai"],"payloads":[{"signature":"Mirai"}]}`, ti.High, ti.OK},
	{"URLhaus", "offline", ioc.URL, "http://evil.ru/y.sh", 0, `{"query_status":"ok","url_status":"offline","urlhaus_reference":"javascript:alert(1)"}`, ti.Warning, ti.OK},
	{"URLhaus", "host", ioc.DNS, "evil.ru", 0, `{"query_status":"ok","urlhaus_reference":"https://urlhaus.abuse.ch/host/evil.ru/","host":"evil.ru","firstseen":"2026-11-01 10:00:00 UTC","url_count":"2","urls":[{"url_status":"offline","threat":"malware_download","tags":["elf"]},{"url_status":"online","threat":"malware_download","tags":null}]}`, ti.High, ti.OK},
	{"URLhaus", "payload", ioc.SHA256, sha256, 0, `{"query_status":"ok","file_type":"elf","signature":"Mirai","firstseen":"2026-11-01 10:00:00","lastseen":"2026-11-02 10:00:00","url_count":"3"}`, ti.High, ti.OK},
	{"URLhaus", "unknown", ioc.IPv4, "9.1.2.3", 0, `{"query_status":"no_results"}`, ti.Unknown, ti.NoData},
	{"URLhaus", "refused value", ioc.MD5, md5, 0, `{"query_status":"invalid_md5_hash"}`, ti.Unknown, ti.BadFormat},

	{"ThreatFox", "hit", ioc.IPv4, "45.83.66.10", 0, `{"query_status":"ok","data":[{"id":"41","ioc":"45.83.66.10:4444","threat_type":"botnet_cc","ioc_type":"ip:port","malware":"elf.mirai","malware_printable":"Mirai","confidence_level":100,"first_seen":"2026-11-01 10:00:00 UTC","last_seen":null,"tags":["mirai"]},{"id":"42","ioc":"45.83.66.10:80","malware_printable":"Mirai","confidence_level":50,"first_seen":"2026-10-01 10:00:00 UTC","last_seen":"2026-11-02 10:00:00 UTC","tags":null}]}`, ti.High, ti.OK},
	{"ThreatFox", "hash", ioc.SHA256, sha256, 0, `{"query_status":"ok","data":[{"ioc":"evil.ru","confidence_level":50}]}`, ti.Warning, ti.OK},
	{"ThreatFox", "unknown", ioc.DNS, "new.ru", 0, `{"query_status":"no_result","data":"Your search did not yield any results"}`, ti.Unknown, ti.NoData},
	{"ThreatFox", "key", ioc.URL, "http://new.ru/", 0, `{"query_status":"unknown_auth_key"}`, ti.Unknown, ti.QueryFailed},

	{"MalwareBazaar", "hit", ioc.SHA256, sha256, 0, `{"query_status":"ok","data":[{"sha256_hash":"` + sha256 + `","file_name":"x.elf","file_size":1234,"file_type":"elf","signature":"Mirai","tags":["elf","Mirai"],"first_seen":"2026-11-01 10:00:00","last_seen":null,"reporter":"r"}]}`, ti.High, ti.OK},
	{"MalwareBazaar", "unknown", ioc.MD5, md5, 0, `{"query_status":"hash_not_found"}`, ti.Unknown, ti.NoData},
	{"MalwareBazaar", "failed", ioc.SHA1, sha1, 0, `{"query_status":"http_post_expected"}`, ti.Unknown, ti.QueryFailed},

	{"MISP", "hit", ioc.DNS, "evil.ru", 0, `{"response":{"Attribute":[{"id":"1","event_id":"7","type":"domain","category":"Network activity","to_ids":true,"value":"evil.ru","comment":"c2","timestamp":"1763800000","first_seen":null,"last_seen":null,"Event":{"id":"7","info":"Campaign X","threat_level_id":"1"},"Tag":[{"name":"tlp:amber"}]}]}}`, ti.High, ti.OK},
	{"MISP", "some", ioc.IPv4, "45.83.66.10", 0, `{"response":{"Attribute":[{"event_id":"8","to_ids":true,"Event":{"threat_level_id":"3"}}]}}`, ti.Warning, ti.OK},
	{"MISP", "context", ioc.URL, "http://good.org/", 0, `{"response":{"Attribute":[{"event_id":"8","to_ids":false,"Event":{"threat_level_id":"1"}}]}}`, ti.Information, ti.OK},
	{"MISP", "unknown", ioc.SHA512, sha256 + sha256, 0, `{"response":{"Attribute":[]}}`, ti.Unknown, ti.NoData},

	{"OpenCTI", "hit", ioc.IPv4, "45.83.66.10", 0, `{"data":{"stixCyberObservables":{"edges":[{"node":{"id":"abc","entity_type":"IPv4-Addr","observable_value":"45.83.66.10","x_opencti_score":50,"x_opencti_description":"d","created_at":"2026-01-02T03:04:05.000Z","updated_at":"2026-11-02T03:04:05.000Z","objectLabel":[{"value":"scanner"}],"indicators":{"edges":[{"node":{"name":"I1","confidence":80,"revoked":false,"valid_until":"2027-01-01T00:00:00.000Z","x_opencti_score":90,"indicator_types":["malicious-activity"]}},{"node":{"name":"old","revoked":false,"valid_until":"2026-01-01T00:00:00.000Z","x_opencti_score":100}},{"node":{"name":"gone","revoked":true,"x_opencti_score":100}}]}}}]}}}`, ti.High, ti.OK},
	{"OpenCTI", "some", ioc.SHA256, sha256, 0, `{"data":{"stixCyberObservables":{"edges":[{"node":{"id":"abc","x_opencti_score":50}}]}}}`, ti.Warning, ti.OK},
	{"OpenCTI", "clean", ioc.DNS, "good.org", 0, `{"data":{"stixCyberObservables":{"edges":[{"node":{"id":"abc","x_opencti_score":0}}]}}}`, ti.Information, ti.OK},
	{"OpenCTI", "unknown", ioc.Email, "a@evil.ru", 0, `{"data":{"stixCyberObservables":{"edges":[]}}}`, ti.Unknown, ti.NoData},
	{"OpenCTI", "key", ioc.IPv4, "9.1.2.3", 0, `{"errors":[{"message":"You must be logged in to do this.","extensions":{"code":"AUTH_REQUIRED"}}],"data":null}`, ti.Unknown, ti.QueryFailed},
	{"OpenCTI", "failed", ioc.IPv4, "9.1.2.3", 0, `{"errors":[{"message":"Cannot query field \"x\""}]}`, ti.Unknown, ti.QueryFailed},

	{"TAXII", "hit", ioc.IPv4, "45.83.66.10", 0, taxiiPage, ti.High, ti.OK},
	{"TAXII", "unknown", ioc.IPv4, "9.1.2.3", 0, taxiiPage, ti.Unknown, ti.NoData},
	{"TAXII", "wrong", ioc.IPv4, "9.1.2.3", 404, `{"title":"no such collection"}`, ti.Unknown, ti.QueryFailed},
}

const taxiiPage = `{"more":false,"objects":[{"type":"indicator","spec_version":"2.1","id":"indicator--a932fcc6-e032-476c-826f-cb970a5a1ade","created":"2026-01-02T03:04:05.000Z","modified":"2026-01-02T03:04:05.000Z","name":"C2","indicator_types":["malicious-activity"],"pattern":"[ipv4-addr:value = '45.83.66.10']","pattern_type":"stix","valid_from":"2026-01-02T03:04:05Z"}]}`
