package entities

import (
	"cmp"
	"strconv"
	"time"
)

// SecurityIncident is a row of Sentinel's table SecurityIncident. The table
// has a row for each update of an incident: the last TimeGenerated of an
// IncidentNumber counts. The incident names its alerts and bookmarks by their
// ids: [SecurityAlert.SystemAlertID] and [HuntingBookmark.BookmarkID].
type SecurityIncident struct {
	TimeGenerated          time.Time      `json:"time_generated,omitzero" v3:"TimeGenerated"`
	IncidentName           string         `json:"incident_name,omitzero" v3:"IncidentName"` // a GUID
	IncidentNumber         *int64         `json:"incident_number,omitempty" v3:"IncidentNumber"`
	Title                  string         `json:"title,omitzero" v3:"Title"`
	Description            string         `json:"description,omitzero" v3:"Description"`
	Severity               string         `json:"severity,omitzero" v3:"Severity"`
	Status                 string         `json:"status,omitzero" v3:"Status"` // "New", "Active", "Closed"
	Classification         string         `json:"classification,omitzero" v3:"Classification"`
	ClassificationComment  string         `json:"classification_comment,omitzero" v3:"ClassificationComment"`
	ClassificationReason   string         `json:"classification_reason,omitzero" v3:"ClassificationReason"`
	Owner                  *User          `json:"owner,omitempty" v3:"Owner"`
	ProviderName           string         `json:"provider_name,omitzero" v3:"ProviderName"`
	ProviderIncidentID     string         `json:"provider_incident_id,omitzero" v3:"ProviderIncidentId"`
	FirstActivityTime      time.Time      `json:"first_activity_time,omitzero" v3:"FirstActivityTime"`
	LastActivityTime       time.Time      `json:"last_activity_time,omitzero" v3:"LastActivityTime"`
	FirstModifiedTime      time.Time      `json:"first_modified_time,omitzero" v3:"FirstModifiedTime"`
	LastModifiedTime       time.Time      `json:"last_modified_time,omitzero" v3:"LastModifiedTime"`
	CreatedTime            time.Time      `json:"created_time,omitzero" v3:"CreatedTime"`
	ClosedTime             time.Time      `json:"closed_time,omitzero" v3:"ClosedTime"`
	RelatedAnalyticRuleIDs []string       `json:"related_analytic_rule_ids,omitempty" v3:"RelatedAnalyticRuleIds"`
	AlertIDs               []string       `json:"alert_ids,omitempty" v3:"AlertIds"`
	BookmarkIDs            []string       `json:"bookmark_ids,omitempty" v3:"BookmarkIds"`
	Labels                 []*Label       `json:"labels,omitempty" v3:"Labels"`
	Comments               []*Comment     `json:"comments,omitempty" v3:"Comments"`
	Tasks                  []any          `json:"tasks,omitempty" v3:"Tasks"`
	IncidentURL            string         `json:"incident_url,omitzero" v3:"IncidentUrl"`
	AdditionalData         map[string]any `json:"additional_data,omitempty" v3:"AdditionalData"`
	ModifiedBy             string         `json:"modified_by,omitzero" v3:"ModifiedBy"`
	TenantID               string         `json:"tenant_id,omitzero" v3:"TenantId"` // of the workspace
	SourceSystem           string         `json:"source_system,omitzero" v3:"SourceSystem"`
	Extra                  map[string]any `json:"extra,omitempty"` // columns without a field, see [Parse]
}

// Type returns [TypeSecurityIncident].
func (*SecurityIncident) Type() Type { return TypeSecurityIncident }

// Key is the incident's name, else its number in its workspace.
func (i *SecurityIncident) Key() string { return firstStrong(i) }

func (i *SecurityIncident) identify(ids *identifiers) {
	ids.add("name", lower(i.IncidentName))
	if i.IncidentNumber != nil {
		n := strconv.FormatInt(*i.IncidentNumber, 10)
		ids.add("number", lower(i.TenantID), n)
		ids.addWeak("number", n)
	}
}

// String returns "incident 12: title", each part where it is known.
func (i *SecurityIncident) String() string {
	if i == nil {
		return "unknown incident"
	}
	s := "incident"
	if i.IncidentNumber != nil {
		s += " " + strconv.FormatInt(*i.IncidentNumber, 10)
	}
	return printable(s + ": " + cmp.Or(i.Title, i.IncidentName, "unknown"))
}

// User is who made, changed or owns something in Sentinel.
type User struct {
	ObjectID          string         `json:"object_id,omitzero" v3:"objectId"`
	Email             string         `json:"email,omitzero" v3:"email"`
	Name              string         `json:"name,omitzero" v3:"assignedTo,name"`
	UserPrincipalName string         `json:"user_principal_name,omitzero" v3:"userPrincipalName"`
	Extra             map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Label is a word that an analyst put on an incident.
type Label struct {
	Name  string         `json:"name,omitzero" v3:"labelName"`
	Type  string         `json:"type,omitzero" v3:"labelType"` // "User", "AutoAssigned"
	Extra map[string]any `json:"extra,omitempty"`              // properties without a field, see [Parse]
}

// Comment is what somebody wrote on an incident.
type Comment struct {
	ID               string         `json:"id,omitzero" v3:"id"`
	Message          string         `json:"message,omitzero" v3:"message"`
	Author           *User          `json:"author,omitempty" v3:"author"`
	CreatedTime      time.Time      `json:"created_time,omitzero" v3:"createdTimeUtc"`
	LastModifiedTime time.Time      `json:"last_modified_time,omitzero" v3:"lastModifiedTimeUtc"`
	Extra            map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}
