package entities

import (
	"cmp"
	"time"
)

// Mailbox is a mailbox.
type Mailbox struct {
	MailboxPrimaryAddress     string         `json:"mailbox_primary_address,omitzero" v3:"MailboxPrimaryAddress"`
	DisplayName               string         `json:"display_name,omitzero" v3:"DisplayName"`
	UPN                       string         `json:"upn,omitzero" v3:"Upn"`
	AADID                     string         `json:"aad_id,omitzero" v3:"AadId"`
	RiskLevel                 string         `json:"risk_level,omitzero" v3:"RiskLevel"`
	ExternalDirectoryObjectID string         `json:"external_directory_object_id,omitzero" v3:"ExternalDirectoryObjectId"`
	Extra                     map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeMailbox].
func (*Mailbox) Type() Type { return TypeMailbox }

// Key is the primary address, without case.
func (m *Mailbox) Key() string { return firstStrong(m) }

func (m *Mailbox) identify(ids *identifiers) {
	ids.add("address", lower(m.MailboxPrimaryAddress))
}

// String returns the primary address, or "unknown mailbox".
func (m *Mailbox) String() string {
	if m == nil {
		return "unknown mailbox"
	}
	return printable(cmp.Or(m.MailboxPrimaryAddress, m.UPN, m.DisplayName, "unknown mailbox"))
}

// MailboxConfiguration is a setting of a mailbox.
type MailboxConfiguration struct {
	MailboxPrimaryAddress     string         `json:"mailbox_primary_address,omitzero" v3:"MailboxPrimaryAddress"`
	DisplayName               string         `json:"display_name,omitzero" v3:"DisplayName"`
	UPN                       string         `json:"upn,omitzero" v3:"Upn"`
	ConfigID                  string         `json:"config_id,omitzero" v3:"ConfigId"`
	ConfigType                string         `json:"config_type,omitzero" v3:"ConfigType"` // "MailForwardingRule", "MailDelegation"
	ExternalDirectoryObjectID string         `json:"external_directory_object_id,omitzero" v3:"ExternalDirectoryObjectId"`
	Extra                     map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeMailboxConfiguration].
func (*MailboxConfiguration) Type() Type { return TypeMailboxConfiguration }

// Key is the configuration id (ours).
func (c *MailboxConfiguration) Key() string { return firstStrong(c) }

func (c *MailboxConfiguration) identify(ids *identifiers) {
	ids.add("id", c.ConfigID)
}

// String returns address and kind of setting, or "unknown configuration".
func (c *MailboxConfiguration) String() string {
	if c == nil {
		return "unknown mailboxconfiguration"
	}
	return printable(cmp.Or(joinWords(c.MailboxPrimaryAddress, c.ConfigType), c.ConfigID, "unknown configuration"))
}

// MailCluster is mail messages that are alike.
type MailCluster struct {
	NetworkMessageIDs       []string         `json:"network_message_ids,omitempty" v3:"NetworkMessageIds"`
	CountByDeliveryStatus   map[string]int64 `json:"count_by_delivery_status,omitempty" v3:"CountByDeliveryStatus"`
	CountByThreatType       map[string]int64 `json:"count_by_threat_type,omitempty" v3:"CountByThreatType"`
	CountByProtectionStatus map[string]int64 `json:"count_by_protection_status,omitempty" v3:"CountByProtectionStatus"`
	CountByDeliveryLocation map[string]int64 `json:"count_by_delivery_location,omitempty" v3:"CountByDeliveryLocation"`
	Threats                 []string         `json:"threats,omitempty" v3:"Threats"`
	Query                   string           `json:"query,omitzero" v3:"Query"`
	QueryTime               time.Time        `json:"query_time,omitzero" v3:"QueryTime"`
	MailCount               *int64           `json:"mail_count,omitempty" v3:"MailCount"`
	IsVolumeAnomaly         *bool            `json:"is_volume_anomaly,omitempty" v3:"IsVolumeAnomaly"`
	Source                  string           `json:"source,omitzero" v3:"Source"`
	Extra                   map[string]any   `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeMailCluster].
func (*MailCluster) Type() Type { return TypeMailCluster }

// Key is query and source.
func (c *MailCluster) Key() string { return firstStrong(c) }

func (c *MailCluster) identify(ids *identifiers) {
	ids.add("query", c.Query, c.Source)
}

// String returns the query, or "unknown mail cluster".
func (c *MailCluster) String() string {
	if c == nil {
		return "unknown mailcluster"
	}
	return printable(cmp.Or(c.Query, "unknown mail cluster"))
}

// MailMessage is a mail message to one recipient.
type MailMessage struct {
	Files                []*File        `json:"files,omitempty" v3:"Files"` // attachments
	Recipient            string         `json:"recipient,omitzero" v3:"Recipient"`
	URLs                 []string       `json:"urls,omitempty" v3:"Urls"`
	Threats              []string       `json:"threats,omitempty" v3:"Threats"`
	Sender               string         `json:"sender,omitzero" v3:"Sender"`
	SenderIP             string         `json:"sender_ip,omitzero" v3:"SenderIP"`
	ReceivedDate         time.Time      `json:"received_date,omitzero" v3:"ReceivedDate"`
	NetworkMessageID     string         `json:"network_message_id,omitzero" v3:"NetworkMessageId"`
	InternetMessageID    string         `json:"internet_message_id,omitzero" v3:"InternetMessageId"`
	Subject              string         `json:"subject,omitzero" v3:"Subject"`
	AntispamDirection    string         `json:"antispam_direction,omitzero" v3:"AntispamDirection"`
	DeliveryAction       string         `json:"delivery_action,omitzero" v3:"DeliveryAction"`
	DeliveryLocation     string         `json:"delivery_location,omitzero" v3:"DeliveryLocation"`
	CampaignID           string         `json:"campaign_id,omitzero" v3:"CampaignId"`
	SuspiciousRecipients []string       `json:"suspicious_recipients,omitempty" v3:"SuspiciousRecipients"`
	ForwardedRecipients  []string       `json:"forwarded_recipients,omitempty" v3:"ForwardedRecipients"`
	ForwardingType       []string       `json:"forwarding_type,omitempty" v3:"ForwardingType"`
	Extra                map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeMailMessage].
func (*MailMessage) Type() Type { return TypeMailMessage }

// Key is network message id and recipient.
func (m *MailMessage) Key() string { return firstStrong(m) }

func (m *MailMessage) identify(ids *identifiers) {
	ids.add("message", lower(m.NetworkMessageID), lower(m.Recipient))
	ids.addWeak("internet", m.InternetMessageID, lower(m.Recipient))
}

// String returns the subject, or "unknown message".
func (m *MailMessage) String() string {
	if m == nil {
		return "unknown mailmessage"
	}
	return printable(cmp.Or(m.Subject, m.NetworkMessageID, m.InternetMessageID, "unknown message"))
}

// SubmissionMail is a mail message that somebody reported.
type SubmissionMail struct {
	SubmissionID     string         `json:"submission_id,omitzero" v3:"SubmissionId"`
	SubmissionDate   time.Time      `json:"submission_date,omitzero" v3:"SubmissionDate"`
	Submitter        string         `json:"submitter,omitzero" v3:"Submitter"`
	NetworkMessageID string         `json:"network_message_id,omitzero" v3:"NetworkMessageId"`
	Timestamp        time.Time      `json:"timestamp,omitzero" v3:"Timestamp"` // when the message came
	Recipient        string         `json:"recipient,omitzero" v3:"Recipient"`
	Sender           string         `json:"sender,omitzero" v3:"Sender"`
	SenderIP         string         `json:"sender_ip,omitzero" v3:"SenderIp"`
	Subject          string         `json:"subject,omitzero" v3:"Subject"`
	ReportType       string         `json:"report_type,omitzero" v3:"ReportType"` // "Junk", "Phish", "Malware", "NotJunk"
	Extra            map[string]any `json:"extra,omitempty"`                      // properties without a field, see [Parse]
}

// Type returns [TypeSubmissionMail].
func (*SubmissionMail) Type() Type { return TypeSubmissionMail }

// Key is submission, message, recipient and submitter.
func (m *SubmissionMail) Key() string { return firstStrong(m) }

func (m *SubmissionMail) identify(ids *identifiers) {
	ids.add("submission", lower(m.SubmissionID), lower(m.NetworkMessageID), lower(m.Recipient), lower(m.Submitter))
}

// String returns the subject, or "unknown submission".
func (m *SubmissionMail) String() string {
	if m == nil {
		return "unknown submissionmail"
	}
	return printable(cmp.Or(m.Subject, m.SubmissionID, "unknown submission"))
}
