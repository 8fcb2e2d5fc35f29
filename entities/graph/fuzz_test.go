package graph_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/entities/graph"
)

// Whatever the entities: the same graph each time, joined no less with weak
// identifiers than without, and all three forms can be written and hold.
func FuzzGraph(f *testing.F) {
	f.Add([]byte(`[{"$id":"1","Type":"host","HostName":"h","AzureID":"/a"},{"Type":"host","HostName":"h"},{"Type":"account","Name":"a","Host":{"$ref":"1"}}]`), []byte(`[{"Type":"host","HostName":"h"}]`))
	f.Add([]byte(`[{"Type":"file","Name":"f","FileHashes":[{"Type":"filehash","Algorithm":"MD5","Value":"d41d8cd98f00b204e9800998ecf8427e"}]},{"Type":"url","Url":"x"},{"Type":"geolocation","CountryCode":"de","Latitude":91,"Longitude":0}]`), []byte(`null`))
	f.Add([]byte(`[{"Type":"process","ProcessId":"1","CommandLine":"\u0000\ud800"},{"Type":"host-logon-session","StartTimeUtc":"2026-11-23","EndTimeUtc":"2025-11-23","Account":{"Name":"x"}},{"Type":"mail-message","Sender":"a"}]`), []byte(`[{"Type":"network-connection","DestinationAddress":{"Address":"fe80::1%eth0"},"DestinationPort":70000}]`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		o := entities.ParseOptions{MaxBytes: 1 << 14}
		one, _ := entities.Parse(a, o)
		two, _ := entities.Parse(b, o)
		build := func(weak bool) *graph.Graph {
			g := graph.Builder{Options: graph.Options{Weak: weak}}
			g.Add(graph.Source{Name: "a"}, one...)
			g.AddAlert(&entities.SecurityAlert{Entities: two})
			return g.Build()
		}
		strict, loose := build(false), build(true)
		assert.LessOrEqual(t, len(loose.Nodes()), len(strict.Nodes()))
		assert.Equal(t, picture(strict), picture(build(false)))
		for _, g := range []*graph.Graph{strict, loose} {
			var out bytes.Buffer
			_, err := g.STIX(&out, graph.STIXOptions{})
			require.NoError(t, err)
			checkBundle(t, out.Bytes())
			j, err := json.Marshal(g)
			require.NoError(t, err)
			require.True(t, json.Valid(j))
			out.Reset()
			require.NoError(t, g.DOT(&out))
			assert.Equal(t, 4+len(g.Nodes())+len(g.Edges()), bytes.Count(out.Bytes(), []byte("\n")))
		}
	})
}
