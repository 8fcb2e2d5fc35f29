package ti

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// Result is what one provider says about one indicator. Its JSON form is a
// stable contract: keys do not change their meaning, and what is unknown is
// absent.
type Result struct {
	Type     ioc.Type `json:"type"`
	Value    string   `json:"value"`
	Provider string   `json:"provider"`
	Severity Severity `json:"severity"`
	Status   Status   `json:"status"`
	// Reason says why Status is not OK, in one line. It never holds a key.
	Reason  string  `json:"reason,omitzero"`
	Details Details `json:"details,omitzero"`
	// Reference is a page where a person can read on.
	Reference string    `json:"reference,omitzero"`
	FirstSeen time.Time `json:"first_seen,omitzero"` // as the provider says
	LastSeen  time.Time `json:"last_seen,omitzero"`
	// Asked is when the provider answered; for files and feeds, of when the
	// data is. Zero when unknown.
	Asked time.Time `json:"asked,omitzero"`
	// Age is how old the answer was when it was given, in whole seconds in
	// JSON.
	Age Seconds `json:"age_seconds,omitzero"`
	// Cached says that nobody was asked: the answer is from the cache.
	Cached bool `json:"cached"`
	// Raw is the provider's own answer; a provider may leave it out when it is
	// very large.
	Raw json.RawMessage `json:"raw,omitempty"`
}

// Seconds is a duration that JSON writes as a whole number of seconds.
type Seconds time.Duration

// MarshalJSON writes whole seconds.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(int64(time.Duration(s) / time.Second))
}

// UnmarshalJSON reads whole seconds.
func (s *Seconds) UnmarshalJSON(text []byte) error {
	var n int64
	err := json.Unmarshal(text, &n)
	*s = Seconds(time.Duration(n) * time.Second)
	return err
}

// String returns the duration as time.Duration writes it.
func (s Seconds) String() string { return time.Duration(s).String() }

// Details are what providers say, in the terms that they share. Everything that
// has no field here but is worth showing is in More, by the provider's own name
// for it; everything else is in [Result.Raw].
type Details struct {
	// Score is the provider's own, on its own scale up to ScoreMax.
	Score    *float64 `json:"score,omitempty"`
	ScoreMax float64  `json:"score_max,omitzero"`
	// Confidence is how sure the provider is, 0 to 100.
	Confidence *int `json:"confidence,omitempty"`
	// Classification is the provider's one word: "malicious", "benign",
	// "c2", "botnet_cc" …
	Classification string   `json:"classification,omitzero"`
	Description    string   `json:"description,omitzero"`
	Feed           string   `json:"feed,omitzero"`  // list or collection it stands in
	Tags           []string `json:"tags,omitempty"` //
	Categories     []string `json:"categories,omitempty"`
	Malware        []string `json:"malware,omitempty"` // families
	Threats        []string `json:"threats,omitempty"` // campaigns, actors, pulses, by name
	Techniques     []string `json:"techniques,omitempty"`
	Reports        int      `json:"reports,omitzero"`      // who or how many reported it
	Country        string   `json:"country_code,omitzero"` // ISO 3166-1 alpha-2
	ASN            uint32   `json:"asn,omitzero"`
	Owner          string   `json:"owner,omitzero"`  // of the network
	Prefix         string   `json:"prefix,omitzero"` // the network that was listed, where it is not the value itself
	Hostnames      []string `json:"hostnames,omitempty"`
	Ports          []uint16 `json:"ports,omitempty"`
	CVEs           []string `json:"cves,omitempty"`
	// More holds texts, numbers, booleans and lists of texts.
	More map[string]any `json:"more,omitempty"`
}

// IsZero reports whether there are no details.
func (d Details) IsZero() bool {
	return d.Score == nil && d.Confidence == nil && d.Classification == "" && d.Description == "" && d.Feed == "" &&
		d.Tags == nil && d.Categories == nil && d.Malware == nil && d.Threats == nil && d.Techniques == nil &&
		d.Reports == 0 && d.Country == "" && d.ASN == 0 && d.Owner == "" && d.Prefix == "" &&
		d.Hostnames == nil && d.Ports == nil && d.CVEs == nil && len(d.More) == 0
}

// printable returns s with everything escaped that a terminal would obey.
func printable(s string) string {
	bad := func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }
	if strings.IndexFunc(s, bad) < 0 {
		return s
	}
	return strings.Trim(quote(s), `"`)
}
