package entities_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
)

func TestReadSecurityAlert(t *testing.T) {
	a, err := entities.ReadSecurityAlert(map[string]any{
		"TenantId": "w1", "TimeGenerated": "2026-11-23T08:00:00.1234567Z", "DisplayName": "Brute force", "AlertName": "BF", "AlertSeverity": "High",
		"SystemAlertId": "A1", "ConfidenceScore": 0.75, "IsIncident": false, "StartTime": time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 3600)),
		"EndTime": "", "Tactics": "CredentialAccess, InitialAccess", "Techniques": `["T1110","T1078"]`, "SubTechniques": nil, "RemediationSteps": `["Look","Act"]`,
		"ExtendedProperties": `{"Attempts":"12","Type":"x","$id":"1","Score":0.10}`, "ExtendedLinks": `[{"Href":"https://example.org","Label":"l"}]`,
		"Entities": `[{"$id":"3","Type":"host","HostName":"h"},{"$id":"4","Type":"account","Name":"a","Host":{"$ref":"3"}}]`,
		"Type":     "SecurityAlert", "_ResourceId": "/r", "New": int64(5),
	}, entities.ParseOptions{})
	require.NoError(t, err)
	assert.Equal(t, time.Date(2026, 11, 23, 8, 0, 0, 123456700, time.UTC), a.TimeGenerated)
	assert.Equal(t, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), a.StartTime)
	assert.Zero(t, a.EndTime)
	assert.InDelta(t, 0.75, *a.ConfidenceScore, 0)
	assert.False(t, *a.IsIncident)
	assert.Equal(t, []string{"CredentialAccess", "InitialAccess"}, a.Tactics)
	assert.Equal(t, []string{"T1110", "T1078"}, a.Techniques)
	assert.Equal(t, []string{"Look", "Act"}, a.RemediationSteps)
	assert.Equal(t, map[string]any{"Attempts": "12", "Type": "x", "$id": "1", "Score": json.Number("0.10")}, a.ExtendedProperties)
	assert.Len(t, a.ExtendedLinks, 1)
	assert.Equal(t, []string{"0 host h", "1 account a Host=0"}, describe(a.Entities))
	assert.Equal(t, map[string]any{"_ResourceId": "/r", "New": json.Number("5")}, a.Extra)
	assert.Equal(t, "Brute force", a.String())
	assert.Equal(t, "SecurityAlert|id|a1", a.Key())
}

func TestReadExportedAlert(t *testing.T) {
	a, err := entities.ReadSecurityAlert(map[string]any{
		"TimeGenerated [UTC]": "11/23/2026, 8:00:00.123 AM", "SystemAlertId": "A1", "IsIncident": "false", "ConfidenceScore": "NaN", "Techniques": "",
		"Entities": `[{"$id":"3","Type":"host","HostName":"h"},{"$id":"4","Ty`, "ExtendedProperties": `{"cut":`, "StartTime [UTC]": "soon",
	}, entities.ParseOptions{})
	require.ErrorIs(t, err, entities.ErrNoJSON)
	assert.ErrorContains(t, err, `column "Entities"`)
	assert.ErrorContains(t, err, `column "ExtendedProperties"`)
	assert.ErrorContains(t, err, `column "StartTime [UTC]"`)
	assert.ErrorContains(t, err, `column "ConfidenceScore"`)
	assert.Equal(t, time.Date(2026, 11, 23, 8, 0, 0, 123e6, time.UTC), a.TimeGenerated)
	assert.False(t, *a.IsIncident)
	assert.Equal(t, []string{"0 host h"}, describe(a.Entities), "what was there before the cut")
	assert.Equal(t, `{"cut":`, a.Extra["ExtendedProperties"])
	assert.Equal(t, "soon", a.Extra["StartTime [UTC]"])
}

func TestReadSecurityIncident(t *testing.T) {
	row := map[string]any{
		"IncidentName": "I1", "IncidentNumber": 12.0, "Title": "Bad day", "Severity": "High", "Status": "Active", "CreatedTime": "2026-11-23T08:00:00Z",
		"Owner":    `{"objectId":"o1","email":"ann@example.org","assignedTo":"Ann","userPrincipalName":null,"type":"User"}`,
		"AlertIds": `["a1","a2"]`, "BookmarkIds": []any{"b1"}, "RelatedAnalyticRuleIds": `[]`,
		"Labels": `[{"labelName":"linux","labelType":"User"}]`, "Tasks": `[]`,
		"Comments":       `[{"message":"seen","createdTimeUtc":"2026-11-23T09:00:00Z","author":{"name":"Bob","email":"b@example.org"}}]`,
		"AdditionalData": `{"alertsCount":2,"tactics":["Persistence"]}`,
	}
	i, err := entities.ReadSecurityIncident(row, entities.ParseOptions{})
	require.NoError(t, err)
	assert.Equal(t, int64(12), *i.IncidentNumber)
	assert.Equal(t, &entities.User{ObjectID: "o1", Email: "ann@example.org", Name: "Ann", Extra: map[string]any{"type": "User"}}, i.Owner)
	assert.Equal(t, []string{"a1", "a2"}, i.AlertIDs)
	assert.Equal(t, []string{"b1"}, i.BookmarkIDs)
	assert.Equal(t, []*entities.Label{{Name: "linux", Type: "User"}}, i.Labels)
	require.Len(t, i.Comments, 1)
	assert.Equal(t, "Bob", i.Comments[0].Author.Name)
	assert.Equal(t, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), i.Comments[0].CreatedTime)
	assert.Equal(t, json.Number("2"), i.AdditionalData["alertsCount"])
	assert.Nil(t, i.Extra)
	assert.Equal(t, "incident 12: Bad day", i.String())

	row["Owner"] = map[string]any{"objectId": nil, "email": nil}
	row["Labels"] = `[5]`
	row["AlertIds"] = `{"a":1}`
	row["IncidentNumber"] = "twelve"
	i, err = entities.ReadSecurityIncident(row, entities.ParseOptions{})
	assert.Nil(t, i.Owner, "nobody")
	for _, column := range []string{"Labels", "AlertIds", "IncidentNumber"} {
		assert.ErrorContains(t, err, column)
		assert.Equal(t, row[column], i.Extra[column])
	}
}

func TestReadHuntingBookmark(t *testing.T) {
	b, err := entities.ReadHuntingBookmark(map[string]any{
		"BookmarkId": "B1", "BookmarkName": "odd logon", "CreatedBy": `{"ObjectId":"o1","Email":"ann@example.org","Name":"Ann"}`, "UpdatedBy": "",
		"CreatedTime": "2026-11-23T08:00:00Z", "EventTime": "2026-11-22T08:00:00Z", "QueryText": "Syslog | take 1", "SoftDeleted": true,
		"QueryResultRow": `{"Computer":"web01","ProcessID":5,"__entityMapping":{"web01":"Host"}}`, "Tags": `["linux","ssh"]`, "Notes": "look",
		"Entities": `[{"Type":"ip","Address":"198.51.100.7"}]`,
	}, entities.ParseOptions{})
	require.NoError(t, err)
	assert.Equal(t, &entities.User{ObjectID: "o1", Email: "ann@example.org", Name: "Ann"}, b.CreatedBy)
	assert.Nil(t, b.UpdatedBy)
	assert.True(t, *b.SoftDeleted)
	assert.Equal(t, "web01", b.QueryResultRow["Computer"])
	assert.Equal(t, json.Number("5"), b.QueryResultRow["ProcessID"])
	assert.Equal(t, []string{"linux", "ssh"}, b.Tags)
	assert.Equal(t, []string{"0 ip 198.51.100.7"}, describe(b.Entities))
	assert.Equal(t, "odd logon", b.String())

	_, err = entities.ReadHuntingBookmark(map[string]any{"QueryResultRow": `{"a":"long"}`}, entities.ParseOptions{MaxBytes: 5})
	require.ErrorIs(t, err, entities.ErrTooLarge)
	_, err = entities.ReadHuntingBookmark(nil, entities.ParseOptions{})
	require.NoError(t, err)
}
