package feeds

import (
	"slices"
	"time"
)

// Feed is a file that somebody publishes.
type Feed struct {
	Name string
	File string // its name in the folder of intelligence
	URL  string // https only
	// Format is what it must be; an answer of another format is not taken.
	Format Format
	// Terms says on what terms it is published, in one line. Read the terms
	// themselves at the publisher's.
	Terms string
	// Every is how often the publisher wants to be asked at most; 0 means
	// DefaultEvery.
	Every time.Duration
	// MayBeEmpty says that there are days on which it lists nothing.
	MayBeEmpty bool
}

// DefaultEvery is the Feed.Every of those that state none.
const DefaultEvery = time.Hour

// keyless are the feeds that are served without a key. Addresses, formats and
// terms are those that the publishers state on their own pages:
//
//   - www.spamhaus.org/blocklists/do-not-route-or-peer: JSON lines, one hour
//     between downloads at least; EDROP is part of DROP since April 2024.
//   - check.torproject.org/exit-addresses, written by TorDNSEL.
//   - feodotracker.abuse.ch/blocklist, sslbl.abuse.ch/blacklist: files without
//     key. Feodo Tracker lists nothing on many days.
//   - urlhaus.abuse.ch/api, threatfox.abuse.ch/export, bazaar.abuse.ch/export:
//     the dumps of recent days. The query APIs of all three need a key since
//     June 2025; where a dump asks for one, too, the update says 401 or 403 and
//     keeps what there is.
//   - www.cisa.gov/known-exploited-vulnerabilities-catalog.
//   - www.blocklist.de/en/export.html, cinsscore.com, rules.emergingthreats.net.
var keyless = []Feed{
	{Name: "Spamhaus DROP", File: "spamhaus-drop-v4.json", URL: "https://www.spamhaus.org/drop/drop_v4.json", Format: DROP, Terms: "free of charge, with the notice of copyright kept", Every: 12 * time.Hour},
	{Name: "Spamhaus DROPv6", File: "spamhaus-drop-v6.json", URL: "https://www.spamhaus.org/drop/drop_v6.json", Format: DROP, Terms: "free of charge, with the notice of copyright kept", Every: 12 * time.Hour},
	{Name: "Spamhaus ASN-DROP", File: "spamhaus-asndrop.json", URL: "https://www.spamhaus.org/drop/asndrop.json", Format: DROP, Terms: "free of charge, with the notice of copyright kept", Every: 12 * time.Hour},
	{Name: "Tor exits", File: "tor-exit-addresses.txt", URL: "https://check.torproject.org/exit-addresses", Format: TorExits, Terms: "public data of the Tor project"},
	{Name: "Feodo Tracker", File: "feodo-ipblocklist.json", URL: "https://feodotracker.abuse.ch/downloads/ipblocklist.json", Format: Feodo, Terms: "CC0", MayBeEmpty: true},
	{Name: "SSLBL", File: "sslbl.csv", URL: "https://sslbl.abuse.ch/blacklist/sslblacklist.csv", Format: SSLBL, Terms: "CC0"},
	{Name: "URLhaus", File: "urlhaus-recent.csv", URL: "https://urlhaus.abuse.ch/downloads/csv_recent/", Format: URLhaus, Terms: "CC0"},
	{Name: "ThreatFox", File: "threatfox-recent.csv", URL: "https://threatfox.abuse.ch/export/csv/recent/", Format: ThreatFox, Terms: "CC0"},
	{Name: "MalwareBazaar", File: "malwarebazaar-recent.csv", URL: "https://bazaar.abuse.ch/export/csv/recent/", Format: Bazaar, Terms: "CC0"},
	{Name: "CISA KEV", File: "known_exploited_vulnerabilities.json", URL: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json", Format: KEV, Terms: "CC0", Every: 6 * time.Hour},
	{Name: "blocklist.de", File: "blocklist-de.txt", URL: "https://lists.blocklist.de/lists/all.txt", Format: List, Terms: "free of charge"},
	{Name: "CINS Army", File: "cins-army.txt", URL: "https://cinsscore.com/list/ci-badguys.txt", Format: List, Terms: "free of charge"},
	{Name: "Emerging Threats compromised", File: "et-compromised.txt", URL: "https://rules.emergingthreats.net/blockrules/compromised-ips.txt", Format: List, Terms: "BSD", Every: 6 * time.Hour},
}

// Keyless returns the feeds that [Update] fetches when it is given none: those
// that need no key. Nothing is known of whether they are reachable.
func Keyless() []Feed { return slices.Clone(keyless) }
