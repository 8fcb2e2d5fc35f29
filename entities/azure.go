package entities

import (
	"cmp"
	"strings"
)

// AzureResource is a resource of Azure.
type AzureResource struct {
	ResourceID     string         `json:"resource_id,omitzero" v3:"ResourceId"`
	SubscriptionID string         `json:"subscription_id,omitzero" v3:"SubscriptionId"`
	ResourceType   string         `json:"resource_type,omitzero" v3:"ResourceType"`
	ResourceName   string         `json:"resource_name,omitzero" v3:"ResourceName"`
	ActiveContacts []any          `json:"active_contacts,omitempty" v3:"ActiveContacts"`
	Extra          map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeAzureResource].
func (*AzureResource) Type() Type { return TypeAzureResource }

// Key is the resource id, without case.
func (r *AzureResource) Key() string { return firstStrong(r) }

func (r *AzureResource) identify(ids *identifiers) {
	ids.add("id", lower(r.ResourceID))
}

// String returns the name, else the id, or "unknown resource".
func (r *AzureResource) String() string {
	if r == nil {
		return "unknown azureresource"
	}
	return printable(cmp.Or(r.ResourceName, r.ResourceID, "unknown resource"))
}

// SecurityGroup is a group of accounts.
type SecurityGroup struct {
	DistinguishedName string         `json:"distinguished_name,omitzero" v3:"DistinguishedName"`
	SID               string         `json:"sid,omitzero" v3:"SID"`
	ObjectGUID        string         `json:"object_guid,omitzero" v3:"ObjectGuid"`
	Extra             map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeSecurityGroup].
func (*SecurityGroup) Type() Type { return TypeSecurityGroup }

// Key is the object GUID, else the SID, else the distinguished name.
func (g *SecurityGroup) Key() string { return firstStrong(g) }

func (g *SecurityGroup) identify(ids *identifiers) {
	ids.add("object", lower(g.ObjectGUID))
	ids.add("sid", strings.ToUpper(g.SID))
	ids.add("dn", lower(g.DistinguishedName))
}

// String returns the distinguished name, the SID or the GUID, or "unknown group".
func (g *SecurityGroup) String() string {
	if g == nil {
		return "unknown securitygroup"
	}
	return printable(cmp.Or(g.DistinguishedName, g.SID, g.ObjectGUID, "unknown group"))
}

// ServicePrincipal is what an application signs in as.
type ServicePrincipal struct {
	ServicePrincipalName     string         `json:"service_principal_name,omitzero" v3:"ServicePrincipalName"`
	ServicePrincipalObjectID string         `json:"service_principal_object_id,omitzero" v3:"ServicePrincipalObjectId"`
	AppID                    string         `json:"app_id,omitzero" v3:"AppId"`
	AppOwnerTenantID         string         `json:"app_owner_tenant_id,omitzero" v3:"AppOwnerTenantId"`
	TenantID                 string         `json:"tenant_id,omitzero" v3:"TenantId"`
	ServicePrincipalType     string         `json:"service_principal_type,omitzero" v3:"ServicePrincipalType"` // "Application", "ManagedIdentity", "Legacy"
	Extra                    map[string]any `json:"extra,omitempty"`                                           // properties without a field, see [Parse]
}

// Type returns [TypeServicePrincipal].
func (*ServicePrincipal) Type() Type { return TypeServicePrincipal }

// Key is the object id, else application and tenant (ours).
func (p *ServicePrincipal) Key() string { return firstStrong(p) }

func (p *ServicePrincipal) identify(ids *identifiers) {
	ids.add("object", lower(p.ServicePrincipalObjectID))
	ids.add("app", lower(p.AppID), lower(p.TenantID))
}

// String returns the name, else an id, or "unknown principal".
func (p *ServicePrincipal) String() string {
	if p == nil {
		return "unknown serviceprincipal"
	}
	return printable(cmp.Or(p.ServicePrincipalName, p.ServicePrincipalObjectID, p.AppID, "unknown principal"))
}

// OAuthApplication is an application that users let in.
type OAuthApplication struct {
	OAuthAppID    string         `json:"oauth_app_id,omitzero" v3:"OAuthAppId"`
	OAuthObjectID string         `json:"oauth_object_id,omitzero" v3:"OAuthObjectId"`
	Name          string         `json:"name,omitzero" v3:"Name"`
	TenantID      string         `json:"tenant_id,omitzero" v3:"TenantId"`
	PublisherName string         `json:"publisher_name,omitzero" v3:"PublisherName"`
	Risk          string         `json:"risk,omitzero" v3:"Risk"`
	Permissions   []string       `json:"permissions,omitempty" v3:"Permissions"`
	RedirectURLs  []string       `json:"redirect_urls,omitempty" v3:"RedirectURLs"`
	AuthorizedBy  *int64         `json:"authorized_by,omitempty" v3:"AuthorizedBy"` // how many consented
	Extra         map[string]any `json:"extra,omitempty"`                           // properties without a field, see [Parse]
}

// Type returns [TypeOAuthApplication].
func (*OAuthApplication) Type() Type { return TypeOAuthApplication }

// Key is the object id, else the application id (ours).
func (a *OAuthApplication) Key() string { return firstStrong(a) }

func (a *OAuthApplication) identify(ids *identifiers) {
	ids.add("object", lower(a.OAuthObjectID))
	ids.add("app", lower(a.OAuthAppID))
}

// String returns the name, else an id, or "unknown application".
func (a *OAuthApplication) String() string {
	if a == nil {
		return "unknown oauthapplication"
	}
	return printable(cmp.Or(a.Name, a.OAuthAppID, a.OAuthObjectID, "unknown application"))
}
