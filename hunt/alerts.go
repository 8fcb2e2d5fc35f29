package hunt

import "time"

// Alerts is what others said of the host before the hunt: alerts of security
// products, bookmarks of analysts, incidents. A source that has none of them
// is blind for them, which Coverage says.
type Alerts struct {
	Alerts    []Alert    `json:"alerts,omitempty"` // in order of time
	Bookmarks []Bookmark `json:"bookmarks,omitempty"`
	Incidents []Incident `json:"incidents,omitempty"`
	ByName    []Tally    `json:"by_name,omitempty"` // alerts by name, most first
}

// Alert is one alert, in its last state.
type Alert struct {
	ID          string        `json:"id"` // "A1", … in order of time
	Name        string        `json:"name"`
	Severity    Severity      `json:"severity"`
	Said        string        `json:"said,omitempty"` // the severity in the product's words
	Time        time.Time     `json:"time"`           // when it was raised
	Start       time.Time     `json:"start,omitzero"` // of what it is about
	End         time.Time     `json:"end,omitzero"`
	Status      string        `json:"status,omitempty"`
	Product     string        `json:"product,omitempty"`
	Description string        `json:"description,omitempty"`
	Remediation []string      `json:"remediation,omitempty"`
	Tactics     []string      `json:"tactics,omitempty"`
	Techniques  []string      `json:"techniques,omitempty"`
	Link        string        `json:"link,omitempty"`
	SystemID    string        `json:"system_id,omitempty"` // the product's own id
	Entities    []AlertEntity `json:"entities,omitempty"`  // what it is about
	Sessions    []string      `json:"sessions,omitempty"`  // ids of sessions open within 5 seconds of it
	Findings    []string      `json:"findings,omitempty"`  // ids of findings that it falls into
}

// AlertEntity is a thing that an alert, bookmark or incident is about.
type AlertEntity struct {
	Type string `json:"type"`          // as Sentinel names it: "host", "account", "ip" …
	Text string `json:"text"`          // for people
	Key  string `json:"key,omitempty"` // identifies it among all entities, where its fields do
}

// Bookmark is what an analyst marked in an earlier hunt.
type Bookmark struct {
	ID       string        `json:"id"` // "B1", … in order of time
	Name     string        `json:"name"`
	Time     time.Time     `json:"time"`             // of what was bookmarked, else when it was
	Created  time.Time     `json:"created,omitzero"` //
	By       string        `json:"by,omitempty"`
	Notes    string        `json:"notes,omitempty"`
	Query    string        `json:"query,omitempty"`
	Tags     []string      `json:"tags,omitempty"`
	SystemID string        `json:"system_id,omitempty"`
	Entities []AlertEntity `json:"entities,omitempty"`
	Sessions []string      `json:"sessions,omitempty"` // ids of sessions open within 5 seconds of it
}

// Incident is a case that alerts were gathered into, in its last state.
type Incident struct {
	ID             string    `json:"id"` // "I1", … in order of time
	Number         int64     `json:"number,omitempty"`
	Title          string    `json:"title"`
	Severity       Severity  `json:"severity"`
	Said           string    `json:"said,omitempty"`
	Status         string    `json:"status,omitempty"`
	Classification string    `json:"classification,omitempty"`
	Owner          string    `json:"owner,omitempty"`
	Time           time.Time `json:"time"`           // when it was made
	Start          time.Time `json:"start,omitzero"` // first and last activity in it
	End            time.Time `json:"end,omitzero"`
	Description    string    `json:"description,omitempty"`
	Link           string    `json:"link,omitempty"`
	Alerts         []string  `json:"alerts,omitempty"` // ids, of those alerts that are known here
	Labels         []string  `json:"labels,omitempty"`
	SystemID       string    `json:"system_id,omitempty"`
}
