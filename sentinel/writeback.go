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

// The functions of this file make bodies for the API of Microsoft Sentinel.
// Nothing is sent.

// Bookmark is a row worth keeping, as the API takes it.
type Bookmark struct {
	Name   string   // what the analysts see
	Notes  string   //
	Labels []string //
	Query  string   // the KQL that gave the row
	Row    Row      // what it gave; none where its columns are nil
	// EventTime is when it happened; without it TimeGenerated of the row.
	EventTime time.Time
	// Window is the time that was asked about; an open side is left out.
	Window querytime.Window
}

// The most that the API takes, in characters.
const (
	maxBookmarkName = 250
	maxComment      = 30_000
)

// ErrTooLong is wrapped by errors for a text that the API does not take.
var ErrTooLong = errors.New("longer than the API takes")

// Body returns the id and the body of
//
//	PUT …/providers/Microsoft.SecurityInsights/bookmarks/{id}?api-version=2024-09-01
//
// The id follows from the body: making the same bookmark twice makes one.
func (b Bookmark) Body() (id string, body []byte, err error) {
	if strings.TrimSpace(b.Name) == "" {
		return "", nil, errors.New("a bookmark needs a name")
	}
	if n := utf8.RuneCountInString(b.Name); n > maxBookmarkName {
		return "", nil, fmt.Errorf("name of a bookmark: %d characters: %w: %d", n, ErrTooLong, maxBookmarkName)
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
		DisplayName: b.Name, Notes: b.Notes, Labels: b.Labels, Query: b.Query, EventTime: utc(b.EventTime),
		QueryStartTime: utc(b.Window.Start), QueryEndTime: utc(b.Window.End),
	}
	if b.Row.columns != nil {
		row, err := b.Row.AppendObject(nil)
		if err != nil {
			return "", nil, err
		}
		p.QueryResult = string(row)
		if p.EventTime.IsZero() {
			p.EventTime = b.Row.Time("TimeGenerated")
		}
	}
	return bodyOf(map[string]any{"properties": p})
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
// The service shows comments as HTML, so the text is escaped. The id follows
// from the body.
func CommentBody(text string) (id string, body []byte, err error) {
	message := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(strings.ToValidUTF8(text, "\ufffd"))
	if strings.TrimSpace(message) == "" {
		return "", nil, errors.New("a comment needs a text")
	}
	if n := utf8.RuneCountInString(message); n > maxComment {
		return "", nil, fmt.Errorf("comment: %d characters: %w: %d", n, ErrTooLong, maxComment)
	}
	return bodyOf(map[string]any{"properties": map[string]string{"message": message}})
}

// bodyOf writes a body and makes a GUID of its hash.
func bodyOf(v any) (string, []byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "", nil, err
	}
	h := sha256.Sum256(b)
	h[6] = h[6]&0x0f | 0x80 // version 8: of our own making
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16]), append(b, '\n'), nil
}
