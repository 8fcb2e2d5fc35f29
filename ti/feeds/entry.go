package feeds

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// Format is what a file of intelligence is.
type Format string

// The formats that are read.
const (
	STIX         Format = "stix"          // STIX 2.1 (and 2.0) bundle, TAXII 2.1 envelope
	MISPEvent    Format = "misp_event"    // MISP event, list of events, answer of restSearch
	MISPManifest Format = "misp_manifest" // manifest.json of a MISP feed: names the events, holds no indicators
	MISPHashes   Format = "misp_hashes"   // hashes.csv of a MISP feed: MD5 of each attribute's text
	DROP         Format = "spamhaus_drop" // DROP and ASN-DROP, text and JSON lines
	TorExits     Format = "tor_exits"     // exit-addresses of the Tor project
	KEV          Format = "cisa_kev"      // known exploited vulnerabilities, JSON or CSV
	Feodo        Format = "feodo"         // Feodo Tracker, JSON, CSV or text
	URLhaus      Format = "urlhaus"       // URLhaus, JSON, CSV or text
	ThreatFox    Format = "threatfox"     // ThreatFox, JSON or CSV
	Bazaar       Format = "malwarebazaar" // MalwareBazaar, JSON or CSV
	SSLBL        Format = "sslbl"         // SSL Blacklist, CSV
	JSON         Format = "json"          // any other JSON: records with fields of known names
	CSV          Format = "csv"           // any other table
	List         Format = "list"          // any other list: one indicator a line
)

// Entry is one indicator as one source has it. Texts are as the source wrote
// them: data of strangers, to be escaped on output.
type Entry struct {
	Type ioc.Type `json:"type"`
	// Value is canonical: see the package's documentation.
	Value  string       `json:"value"`
	Source string       `json:"source"` // name of the feed: "URLhaus"; the file's name where nobody says
	Format Format       `json:"format"`
	Ref    evidence.Ref `json:"ref"`
	// Severity is the source's judgement in the terms of ti: see the package's
	// documentation.
	Severity ti.Severity `json:"severity"`
	// Confidence is how sure the source is, from 1 to 100; 0 when it does not
	// say.
	Confidence int `json:"confidence,omitzero"`
	// The indicator is valid from ValidFrom until just before ValidUntil; zero
	// where the source sets no bound.
	ValidFrom   time.Time `json:"valid_from,omitzero"`
	ValidUntil  time.Time `json:"valid_until,omitzero"`
	FirstSeen   time.Time `json:"first_seen,omitzero"`
	LastSeen    time.Time `json:"last_seen,omitzero"`
	Threat      string    `json:"threat,omitzero"` // malware family, campaign or kind of threat
	Description string    `json:"description,omitzero"`
	Tags        []string  `json:"tags,omitempty"`
	Reference   string    `json:"reference,omitzero"` // a page to read on
	Port        uint16    `json:"port,omitzero"`      // where the source lists an address with a port
	// Subdomains says that names below Value are meant, too; NotSelf that Value
	// itself is not ("*.example.com").
	Subdomains bool `json:"subdomains,omitzero"`
	NotSelf    bool `json:"not_self,omitzero"`
	// Prefix says that every URL is meant that begins with Value.
	Prefix bool `json:"prefix,omitzero"`
	// Digest says that Value is not the indicator but the MD5 of its text.
	Digest bool `json:"digest,omitzero"`
	// Partly says what else the source asks for, where the indicator alone is
	// not enough: "network-traffic:dst_port = 443".
	Partly string `json:"partly,omitzero"`
	// Revoked says that the source took it back.
	Revoked bool `json:"revoked,omitzero"`
	// ID is the source's own (STIX, MISP); of two entries with one ID the one
	// with the later Modified counts.
	ID       string    `json:"id,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
}

// How says in which way a Hit matches what was asked.
type How string

// The ways to match.
const (
	Exact     How = "exact"     // the same indicator
	Parent    How = "parent"    // the name lies below a name whose subdomains are meant
	Network   How = "network"   // the address or network lies within the network
	URLPrefix How = "prefix"    // the URL begins with the one listed
	Host      How = "host"      // the host of the URL, or the domain of the e-mail, is listed
	ByDigest  How = "by_digest" // the MD5 of the text is listed
)

// Hit is an Entry that was found.
type Hit struct {
	Entry
	How How `json:"how"`
	// Expired says that the entry's validity was over at the time of the
	// look-up, Early that it had not begun. Severity is Information then.
	Expired bool `json:"expired,omitzero"`
	Early   bool `json:"early,omitzero"`

	file uint16
}

// flags of an item
const (
	fExact      uint8 = 1 << iota // the key itself is meant
	fSubdomains                   // names below it are meant
	fHTTP                         // a URL of http
	fHTTPS                        // a URL of https
	fDead                         // superseded or revoked
	offsetShift = 5               // three high bits of the offset
	maxOffset   = 1<<35 - 1
)
