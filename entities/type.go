package entities

import "strings"

// Type names an entity type as Sentinel writes it in the "Type" property.
// Values other than the constants are kept as they are.
type Type string

// The types of Sentinel's entity model, V3, as its documentation writes them,
// and those that its alerts hold beside them.
const (
	TypeAccount              Type = "account"
	TypeAzureResource        Type = "azure-resource"
	TypeCloudApplication     Type = "cloud-application"
	TypeCloudLogonSession    Type = "cloud-logon-session"
	TypeDNS                  Type = "dns"
	TypeFile                 Type = "file"
	TypeFileHash             Type = "filehash"
	TypeGeoLocation          Type = "geolocation"
	TypeHost                 Type = "host"
	TypeHostLogonSession     Type = "host-logon-session"
	TypeHuntingBookmark      Type = "HuntingBookmark"
	TypeIoTDevice            Type = "iotdevice"
	TypeIPAddress            Type = "ip"
	TypeMailCluster          Type = "mail-cluster"
	TypeMailMessage          Type = "mail-message"
	TypeMailbox              Type = "mailbox"
	TypeMailboxConfiguration Type = "mailbox-configuration"
	TypeMalware              Type = "malware"
	TypeNetworkConnection    Type = "network-connection"
	TypeNIC                  Type = "nic"
	TypeOAuthApplication     Type = "oauth-application"
	TypeProcess              Type = "process"
	TypeRegistryKey          Type = "registry-key"
	TypeRegistryValue        Type = "registry-value"
	TypeSecurityAlert        Type = "SecurityAlert"
	TypeSecurityGroup        Type = "security-group"
	TypeSecurityIncident     Type = "SecurityIncident"
	TypeServicePrincipal     Type = "service-principal"
	TypeSubmissionMail       Type = "SubmissionMail"
	TypeThreatIntelligence   Type = "threatintelligence"
	TypeURL                  Type = "url"
)

// String returns the name of the type.
func (t Type) String() string { return string(t) }

// models has an empty entity of each type that has Go fields.
var models = []Entity{
	&Account{}, &AzureResource{}, &CloudApplication{}, &CloudLogonSession{}, &DNS{}, &File{}, &FileHash{},
	&GeoLocation{}, &Host{}, &HostLogonSession{}, &HuntingBookmark{}, &IoTDevice{}, &IPAddress{}, &MailCluster{},
	&MailMessage{}, &Mailbox{}, &MailboxConfiguration{}, &Malware{}, &NetworkConnection{}, &NIC{}, &OAuthApplication{},
	&Process{}, &RegistryKey{}, &RegistryValue{}, &SecurityAlert{}, &SecurityGroup{}, &SecurityIncident{},
	&ServicePrincipal{}, &SubmissionMail{}, &ThreatIntelligence{}, &URL{},
}

// aliases are further names of types that are met in alerts and exports, in
// the form that fold gives.
var aliases = map[string]Type{
	"ipaddress":  TypeIPAddress,
	"dnsresolve": TypeDNS,
	"alert":      TypeSecurityAlert,
	"alerts":     TypeSecurityAlert,
	"bookmark":   TypeHuntingBookmark,
	"incident":   TypeSecurityIncident,
	"location":   TypeGeoLocation,
}

// fold makes one of "host-logon-session", "HostLogonSession" and
// "hostlogonsession".
func fold(t Type) string { return strings.ToLower(foldSeparators.Replace(string(t))) }

var foldSeparators = strings.NewReplacer("-", "", "_", "", " ", "")
