package entities

import (
	"cmp"
	"time"
)

// HuntingBookmark is a row of Sentinel's table HuntingBookmark: a result that
// an analyst kept. The table has a row for each update: the last TimeGenerated
// of a BookmarkID counts, and none where SoftDeleted is true.
type HuntingBookmark struct {
	TimeGenerated   time.Time      `json:"time_generated,omitzero" v3:"TimeGenerated"`
	BookmarkID      string         `json:"bookmark_id,omitzero" v3:"BookmarkId"`
	BookmarkName    string         `json:"bookmark_name,omitzero" v3:"BookmarkName"`
	BookmarkType    string         `json:"bookmark_type,omitzero" v3:"BookmarkType"`
	CreatedBy       *User          `json:"created_by,omitempty" v3:"CreatedBy"`
	UpdatedBy       *User          `json:"updated_by,omitempty" v3:"UpdatedBy"`
	CreatedTime     time.Time      `json:"created_time,omitzero" v3:"CreatedTime"`
	LastUpdatedTime time.Time      `json:"last_updated_time,omitzero" v3:"LastUpdatedTime"`
	EventTime       time.Time      `json:"event_time,omitzero" v3:"EventTime"` // of what was bookmarked
	QueryText       string         `json:"query_text,omitzero" v3:"QueryText"`
	QueryResultRow  map[string]any `json:"query_result_row,omitempty" v3:"QueryResultRow"` // the row by column
	QueryStartTime  time.Time      `json:"query_start_time,omitzero" v3:"QueryStartTime"`
	QueryEndTime    time.Time      `json:"query_end_time,omitzero" v3:"QueryEndTime"`
	Notes           string         `json:"notes,omitzero" v3:"Notes"`
	Entities        []Entity       `json:"entities,omitempty" v3:"Entities"`
	Tags            []string       `json:"tags,omitempty" v3:"Tags"`
	SoftDeleted     *bool          `json:"soft_deleted,omitempty" v3:"SoftDeleted"`
	TenantID        string         `json:"tenant_id,omitzero" v3:"TenantId"` // of the workspace
	SourceSystem    string         `json:"source_system,omitzero" v3:"SourceSystem"`
	Extra           map[string]any `json:"extra,omitempty"` // columns without a field, see [Parse]
}

// Type returns [TypeHuntingBookmark].
func (*HuntingBookmark) Type() Type { return TypeHuntingBookmark }

// Key is the bookmark's id.
func (b *HuntingBookmark) Key() string { return firstStrong(b) }

func (b *HuntingBookmark) identify(ids *identifiers) { ids.add("id", lower(b.BookmarkID)) }

// String returns the name of the bookmark, or "unknown bookmark".
func (b *HuntingBookmark) String() string {
	if b == nil {
		return "unknown bookmark"
	}
	return printable(cmp.Or(b.BookmarkName, b.BookmarkID, "unknown bookmark"))
}
