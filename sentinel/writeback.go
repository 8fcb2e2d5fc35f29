package sentinel

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// The functions of this file make bodies for the API of Microsoft Sentinel, as
// its version [APIVersion] describes them
// (https://learn.microsoft.com/rest/api/securityinsights). Nothing is sent.

// APIVersion is the version of the API that the bodies are for.
const APIVersion = "2024-09-01"

// Bookmark is a row worth keeping, as the API takes it.
type Bookmark struct {
	// Key tells the bookmark apart from others: one of the same Key takes the
	// place of an earlier one. Without it the body does, and only the same
	// bookmark made twice is one.
	Key    string
	Name   string   // what the analysts see
	Notes  string   //
	Labels []string // those that are empty are left out
	Query  string   // the KQL that gave the row; the API wants one
	// Result is the row, a JSON object; nil for none.
	Result json.RawMessage
	// EventTime is when it happened; without it TimeGenerated of Result.
	EventTime time.Time
	// Window is the time that was asked about; an open side is left out.
	Window querytime.Window
}

// The most that is written, in characters: the API's own limits, and for notes
// and rows what the portal still shows.
const (
	maxBookmarkName = 250
	maxComment      = 30_000
	maxNotes        = 10_000
	maxResult       = 60_000
)

// ErrTooLong is wrapped by errors for a text that the API does not take.
var ErrTooLong = errors.New("longer than the API takes")

// Body returns the id and the body of
//
//	PUT …/providers/Microsoft.SecurityInsights/bookmarks/{id}?api-version=2024-09-01
//
// The error says what is missing, too long ([ErrTooLong]) or no JSON object.
func (b Bookmark) Body() (id string, body []byte, err error) {
	for _, s := range []struct {
		what, text string
		most       int
	}{{"name", b.Name, maxBookmarkName}, {"notes", b.Notes, maxNotes}, {"row", string(b.Result), maxResult}} {
		if n := utf8.RuneCountInString(s.text); n > s.most {
			return "", nil, fmt.Errorf("%s of a bookmark: %d characters: %w: %d", s.what, n, ErrTooLong, s.most)
		}
	}
	switch {
	case strings.TrimSpace(b.Name) == "":
		return "", nil, errors.New("a bookmark needs a name")
	case strings.TrimSpace(b.Query) == "":
		return "", nil, errors.New("a bookmark needs a query")
	}
	type properties struct {
		DisplayName    string    `json:"displayName"`
		Notes          string    `json:"notes,omitempty"`
		Labels         []string  `json:"labels,omitempty"`
		Query          string    `json:"query"`
		QueryResult    string    `json:"queryResult,omitempty"` // JSON in a string
		EventTime      time.Time `json:"eventTime,omitzero"`
		QueryStartTime time.Time `json:"queryStartTime,omitzero"`
		QueryEndTime   time.Time `json:"queryEndTime,omitzero"`
	}
	p := properties{
		DisplayName: b.Name, Notes: b.Notes, Query: b.Query, EventTime: utc(b.EventTime),
		QueryStartTime: utc(b.Window.Start), QueryEndTime: utc(b.Window.End),
	}
	for _, l := range b.Labels {
		if strings.TrimSpace(l) != "" {
			p.Labels = append(p.Labels, l)
		}
	}
	if b.Result != nil {
		var row struct{ TimeGenerated time.Time }
		var object map[string]json.RawMessage
		if err := json.Unmarshal(b.Result, &object); err != nil {
			return "", nil, fmt.Errorf("row of a bookmark: no JSON object: %w", err)
		}
		p.QueryResult = string(b.Result)
		if p.EventTime.IsZero() && json.Unmarshal(b.Result, &row) == nil {
			p.EventTime = utc(row.TimeGenerated)
		}
	}
	return bodyOf(b.Key, map[string]any{"properties": p})
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

// CommentBody returns the id and the body of
//
//	PUT …/providers/Microsoft.SecurityInsights/incidents/{incident}/comments/{id}?api-version=2024-09-01
//
// The service shows comments as HTML, so that the text is escaped and its line
// ends become <br>. A comment of the same key takes the place of an earlier
// one; without a key the text is it.
func CommentBody(key, text string) (id string, body []byte, err error) {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\ufffd"))
	if text == "" {
		return "", nil, errors.New("a comment needs a text")
	}
	message := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "\r\n", "<br>", "\n", "<br>").Replace(text)
	if n := utf8.RuneCountInString(message); n > maxComment {
		return "", nil, fmt.Errorf("comment: %d characters with its markup: %w: %d", n, ErrTooLong, maxComment)
	}
	return bodyOf(key, map[string]any{"properties": map[string]string{"message": message}})
}

// bodyOf writes a body and makes a GUID of its key, else of itself.
func bodyOf(key string, v any) (string, []byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "", nil, err
	}
	of := b
	if key != "" {
		of = []byte("tuxtrail\x00" + key)
	}
	h := sha256.Sum256(of)
	h[6] = h[6]&0x0f | 0x80 // version 8: of our own making
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16]), append(b, '\n'), nil
}
