package entities

import (
	"cmp"
	"strconv"
	"time"
)

// CloudApplication is an application in the cloud.
type CloudApplication struct {
	AppID        *int64         `json:"app_id,omitempty" v3:"AppId"`   // deprecated by Microsoft for SaasId
	SaaSID       *int64         `json:"saas_id,omitempty" v3:"SaasId"` // of Microsoft's list of applications
	Name         string         `json:"name,omitzero" v3:"Name"`
	InstanceName string         `json:"instance_name,omitzero" v3:"InstanceName"`
	InstanceID   *int64         `json:"instance_id,omitempty" v3:"InstanceId"`
	Risk         string         `json:"risk,omitzero" v3:"Risk"`
	Extra        map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeCloudApplication].
func (*CloudApplication) Type() Type { return TypeCloudApplication }

// Key is the application id or the name, each with the name of the instance where
// there is one.
func (a *CloudApplication) Key() string { return firstStrong(a) }

func (a *CloudApplication) identify(ids *identifiers) {
	instance := lower(a.InstanceName)
	for _, id := range []*int64{a.SaaSID, a.AppID} {
		switch {
		case id != nil && instance == "":
			ids.add("app", strconv.FormatInt(*id, 10))
		case id != nil:
			ids.add("app-instance", strconv.FormatInt(*id, 10), instance)
		}
	}
	if instance == "" {
		ids.add("name", lower(a.Name))
	} else {
		ids.add("name-instance", lower(a.Name), instance)
	}
}

// String returns name and instance, or "unknown application".
func (a *CloudApplication) String() string {
	if a == nil {
		return "unknown cloudapplication"
	}
	return printable(cmp.Or(joinWords(a.Name, a.InstanceName), "unknown application"))
}

// CloudLogonSession is one login of an account at a cloud.
type CloudLogonSession struct {
	SessionID string         `json:"session_id,omitzero" v3:"SessionId"`
	Account   *Account       `json:"account,omitempty" v3:"Account"`
	UserAgent string         `json:"user_agent,omitzero" v3:"UserAgent"`
	StartTime time.Time      `json:"start_time,omitzero" v3:"StartTimeUtc,StartTime"`
	Extra     map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeCloudLogonSession].
func (*CloudLogonSession) Type() Type { return TypeCloudLogonSession }

// Key is the session id (ours).
func (s *CloudLogonSession) Key() string { return firstStrong(s) }

func (s *CloudLogonSession) identify(ids *identifiers) {
	ids.add("id", s.SessionID)
}

// String returns the account, or "unknown account".
func (s *CloudLogonSession) String() string {
	if s == nil {
		return "unknown cloudlogonsession"
	}
	return printable(s.Account.String())
}

func joinWords(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}
