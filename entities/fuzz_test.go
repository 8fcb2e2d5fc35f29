package entities_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
)

// Whatever the text: no panic; what was read can be written; what was written
// is JSON, means the same entities, and is written the same again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`[{"$id":"3","Type":"host","HostName":"h","IpInterfaces":[{"Type":"ip","Address":"10.0.0.1"}]},{"$id":"4","Type":"account","Name":"a","Host":{"$ref":"3"},"Uid":0}]`,
		`[{"$id":"1","Type":"process","ProcessId":"0x7","ParentProcess":{"$id":"2","Type":"process","ParentProcess":{"$ref":"1"}},"CreationTimeUtc":"2026-11-23T08:00:00+14:00"}]`,
		`[{"$id":"1","Type":"malware","Files":[{"$ref":"9"},"x",{"Type":"file","FileHashes":[{"Algorithm":"MD5","Value":"AA"}]},[]]},null,"x",7,[{}]]`,
		`{"1":{"Type":"a","type":"b","Type ":"c"},"2":{"$ref":"1"}}`,
		`[{"$id":"1","type":"SecurityAlert","Entities":[{"$ref":"1"}],"ExtendedProperties":{"a":{"$id":"2"}},"Tactics":["a",1]}]`,
		`[{"Type":"SecurityIncident","Labels":[{"labelName":"x"},5],"Owner":{"name":"y","Type":"z"},"Comments":{"author":{}}}]`,
		`[{"$id":"1","Type":"mail-cluster","CountByThreatType":{"a":-0,"b":1e3},"QueryTime":"0001-01-01"}]`,
		`[{"$id":"2","$ref":{"a":1},"$id":"3"},{"Type":"","type":"host","hostname":"h","HOSTNAME":"i"}]`,
		"[\"\\ud800\xff\", {\"\\u0000\":\"\\u2028\"}]", `"[{\"Type\":\"ip\"}]"`, `[{"a":`,
	} {
		f.Add([]byte(s))
	}
	o := entities.ParseOptions{MaxBytes: 1 << 16}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, _ := entities.Parse(text, o)
		first, err := entities.Marshal(list)
		require.NoError(t, err)
		require.True(t, json.Valid(first))
		again, err := entities.Parse(first, entities.ParseOptions{MaxDepth: 4096})
		require.NoError(t, err, "%s", first)
		assert.Equal(t, describe(list), describe(again), "%s", first)
		second, err := entities.Marshal(again)
		require.NoError(t, err)
		assert.Equal(t, string(first), string(second))
		for e := range entities.All(list) {
			_, err := entities.Properties(e)
			require.NoError(t, err)
			if k := e.Key(); k != "" {
				assert.True(t, entities.Equal(e, e))
			}
		}
	})
}
