package entities_test

import (
	"encoding/json"
	"fmt"
	"strings"
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
		`[{"$id":{"$id":"1"},"Type":{"$id":"2"},"type":"host"}]`,
	} {
		f.Add([]byte(s))
	}
	o := entities.ParseOptions{MaxBytes: 1 << 16}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, _ := entities.Parse(text, o)
		roundTrip(t, list)
	})
}

func roundTrip(t *testing.T, list []entities.Entity) {
	t.Helper()
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
}

// FuzzShape takes the bytes as decisions on how to build a text of entities
// that looks right: more of them get past the JSON.
func FuzzShape(f *testing.F) {
	f.Add([]byte("\x05\x00\x01\x02\x03\x10\x21\x32\x43\x54\x65\x76\x87\x98"))
	f.Add([]byte("some words that stand for choices, and a few more of them"))
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) > 1000 {
			return
		}
		s := shaper{choices: choices}
		text := s.list(0)
		list, err := entities.Parse([]byte(text), entities.ParseOptions{})
		require.NoError(t, err, "%s", text)
		roundTrip(t, list)
	})
}

type shaper struct {
	choices []byte
}

func (s *shaper) pick(n int) int {
	if len(s.choices) == 0 {
		return 0
	}
	c := int(s.choices[0])
	s.choices = s.choices[1:]
	return c % n
}

func (s *shaper) list(depth int) string {
	out := "["
	for n := s.pick(5) + 1; n > 0; n-- {
		out += s.value(depth+1) + ","
	}
	return out[:len(out)-1] + "]"
}

var (
	shapeTypes = []string{"host", "account", "ip", "process", "file", "malware", "dns", "quantum", "SecurityAlert", "iotdevice", "SecurityIncident", "mail-cluster", ""}
	shapeNames = []string{
		"Host", "host", "ParentProcess", "Files", "FileHashes", "IpInterfaces", "Entities", "Extra", "Location", "Type", "type", "$id", "$ref",
		"HostName", "ProcessId", "CreationTimeUtc", "Address", "Uid", "Owner", "Labels", "Comments", "CountByThreatType", "IpAddresses", "IpAddress", "Name", "Value", "Algorithm",
	}
)

func (s *shaper) value(depth int) string {
	switch s.pick(9) {
	case 0, 1, 2, 3:
		out := "{"
		if s.pick(3) > 0 {
			out += fmt.Sprintf(`"$id":"%d",`, s.pick(8))
		}
		if s.pick(4) > 0 {
			out += fmt.Sprintf(`"Type":%q,`, shapeTypes[s.pick(len(shapeTypes))])
		}
		for n := s.pick(5); n > 0 && depth < 20; n-- {
			out += fmt.Sprintf("%q:%s,", shapeNames[s.pick(len(shapeNames))], s.value(depth+1))
		}
		return strings.TrimSuffix(out, ",") + "}"
	case 4, 5:
		return fmt.Sprintf(`{"$ref":"%d"}`, s.pick(10))
	case 6:
		if depth < 20 {
			return s.list(depth)
		}
	case 7:
		return []string{`"10.0.0.1"`, `"x"`, `""`, `"2026-11-23T08:00:00Z"`, `"7"`, `"0001-01-01T00:00:00"`, `"true"`}[s.pick(7)]
	}
	return []string{"7", "null", "true", "-0", "1e3", "4294967295", "2.50"}[s.pick(7)]
}
