package feeds_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

// Records are found wherever JSON has them; what holds them is context.
func TestJSONShapes(t *testing.T) {
	for text, want := range map[string]string{
		`["203.0.113.1","a.example.net"]`:                                             "203.0.113.1 a.example.net",
		`{"ips":["203.0.113.1"],"hashes":["d41d8cd98f00b204e9800998ecf8427e"],"n":3}`: "203.0.113.1 d41d8cd98f00b204e9800998ecf8427e",
		`{"ip":"203.0.113.1","domains":["a.example.net"]}`:                            "a.example.net 203.0.113.1",
		`{"url":"https://feed.example.org/","ips":["203.0.113.1"]}`:                   "203.0.113.1",
		`{"url":"https://feed.example.org/","data":[{"ip":"203.0.113.1"}]}`:           "203.0.113.1",
		`{"ip":"203.0.113.1"}` + "\n" + `{"ip":"203.0.113.2"}` + "\n":                 "203.0.113.1 203.0.113.2",
		`{"ip":"203.0.113.1"}` + "\n" + `{"ip":` + "\n" + `{"ip":"203.0.113.2"}`:      "203.0.113.1 203.0.113.2",
		`{"results":[{"name":"pulse","indicators":[{"type":"FileHash-MD5","indicator":"d41d8cd98f00b204e9800998ecf8427e"},{"type":"hostname","indicator":"a.example.net"},{"type":"filename","indicator":"b.example.net"}]}]}`: "d41d8cd98f00b204e9800998ecf8427e a.example.net",
		`{"response":{"Attribute":[{"type":"domain","value":"a.example.net","to_ids":true,"Event":{"info":"x"}}]}}`:                                                                                                            "a.example.net",
		`{"response":[{"Event":{"info":"x","Attribute":[{"type":"domain","value":"a.example.net"}]}}]}`:                                                                                                                        "a.example.net",
		`{"more":false,"objects":[{"type":"indicator","pattern":"[domain-name:value = 'a.example.net']"}]}`:                                                                                                                    "a.example.net",
		`[{"type":"indicator","id":"x","pattern_type":"stix","pattern":"[domain-name:value = 'a.example.net']"}]`:                                                                                                              "a.example.net",
		`{"query_status":"ok","data":[{"ioc":"203.0.113.1:80","ioc_type":"ip:port","malware_printable":"x","malware_samples":[{"md5_hash":"d41d8cd98f00b204e9800998ecf8427e"}]}]}`:                                             "203.0.113.1",
		`{"a":{"b":{"c":[1,2,{"d":null}]}}}`: "",
	} {
		var got []string
		for e, err := range feeds.NewReader(strings.NewReader(text), "x.json", options).All() {
			if err == nil {
				got = append(got, e.Value)
			}
		}
		assert.Equal(t, want, strings.Join(got, " "), text)
	}
}

func TestReaderStops(t *testing.T) {
	for _, text := range []string{
		"203.0.113.1\n203.0.113.2\n", `["203.0.113.1","203.0.113.2"]`, "ip,comment\n203.0.113.1,x\n203.0.113.2,x\n",
		bundle(stix(1, "2026-01-01T00:00:00Z", "[ipv4-addr:value IN ('203.0.113.1','203.0.113.2')]", "")),
		`{"Event":{"Attribute":[{"type":"ip-dst","value":"203.0.113.1"},{"type":"ip-dst","value":"203.0.113.2"}]}}`,
	} {
		n := 0
		for _, err := range feeds.NewReader(strings.NewReader(text), "x", options).All() {
			require.NoError(t, err)
			n++
			break
		}
		assert.Equal(t, 1, n, text)
	}
}
