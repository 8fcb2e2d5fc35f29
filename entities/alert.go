package entities

import (
	"cmp"
	"time"
)

// SecurityAlert is a row of Sentinel's table SecurityAlert. The table has a
// row for each update of an alert: the last TimeGenerated of a SystemAlertID
// counts.
type SecurityAlert struct {
	TimeGenerated           time.Time      `json:"time_generated,omitzero" v3:"TimeGenerated"`
	SystemAlertID           string         `json:"system_alert_id,omitzero" v3:"SystemAlertId"`
	VendorOriginalID        string         `json:"vendor_original_id,omitzero" v3:"VendorOriginalId"`
	AlertName               string         `json:"alert_name,omitzero" v3:"AlertName"`
	DisplayName             string         `json:"display_name,omitzero" v3:"DisplayName,AlertDisplayName"`
	AlertType               string         `json:"alert_type,omitzero" v3:"AlertType"`
	AlertSeverity           string         `json:"alert_severity,omitzero" v3:"AlertSeverity,Severity"` // "High", "Medium", "Low", "Informational"
	Description             string         `json:"description,omitzero" v3:"Description"`
	StartTime               time.Time      `json:"start_time,omitzero" v3:"StartTime,StartTimeUtc"`
	EndTime                 time.Time      `json:"end_time,omitzero" v3:"EndTime,EndTimeUtc"`
	ProcessingEndTime       time.Time      `json:"processing_end_time,omitzero" v3:"ProcessingEndTime"`
	Status                  string         `json:"status,omitzero" v3:"Status"` // "New", "InProgress", "Resolved", "Dismissed"
	ConfidenceLevel         string         `json:"confidence_level,omitzero" v3:"ConfidenceLevel"`
	ConfidenceScore         *float64       `json:"confidence_score,omitempty" v3:"ConfidenceScore"`
	IsIncident              *bool          `json:"is_incident,omitempty" v3:"IsIncident"`
	CompromisedEntity       string         `json:"compromised_entity,omitzero" v3:"CompromisedEntity"`
	Tactics                 []string       `json:"tactics,omitempty" v3:"Tactics,Intent"` // "Persistence"
	Techniques              []string       `json:"techniques,omitempty" v3:"Techniques"`  // "T1098"
	SubTechniques           []string       `json:"sub_techniques,omitempty" v3:"SubTechniques"`
	RemediationSteps        []string       `json:"remediation_steps,omitempty" v3:"RemediationSteps"`
	ProviderName            string         `json:"provider_name,omitzero" v3:"ProviderName"`
	ProductName             string         `json:"product_name,omitzero" v3:"ProductName"`
	ProductComponentName    string         `json:"product_component_name,omitzero" v3:"ProductComponentName"`
	VendorName              string         `json:"vendor_name,omitzero" v3:"VendorName"`
	ResourceID              string         `json:"resource_id,omitzero" v3:"ResourceId"`
	SourceComputerID        string         `json:"source_computer_id,omitzero" v3:"SourceComputerId"`
	TenantID                string         `json:"tenant_id,omitzero" v3:"TenantId"`
	WorkspaceSubscriptionID string         `json:"workspace_subscription_id,omitzero" v3:"WorkspaceSubscriptionId"`
	WorkspaceResourceGroup  string         `json:"workspace_resource_group,omitzero" v3:"WorkspaceResourceGroup"`
	AlertLink               string         `json:"alert_link,omitzero" v3:"AlertLink"`
	ExtendedLinks           []any          `json:"extended_links,omitempty" v3:"ExtendedLinks"`
	ExtendedProperties      map[string]any `json:"extended_properties,omitempty" v3:"ExtendedProperties"`
	Entities                []Entity       `json:"entities,omitempty" v3:"Entities"`
	Extra                   map[string]any `json:"extra,omitempty"` // columns without a field, see [Parse]
}

// Type returns [TypeSecurityAlert].
func (*SecurityAlert) Type() Type { return TypeSecurityAlert }

// Key is the alert's id in Sentinel, else provider and id there.
func (a *SecurityAlert) Key() string { return firstStrong(a) }

func (a *SecurityAlert) identify(ids *identifiers) {
	ids.add("id", lower(a.SystemAlertID))
	ids.add("vendor", lower(a.ProviderName), a.VendorOriginalID)
}

// String returns the name of the alert, or "unknown alert".
func (a *SecurityAlert) String() string {
	if a == nil {
		return "unknown alert"
	}
	return printable(cmp.Or(a.DisplayName, a.AlertName, a.SystemAlertID, "unknown alert"))
}
