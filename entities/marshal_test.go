package entities_test

import (
	"math"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
)

type stranger struct{ names []string }

func (stranger) Type() entities.Type { return "stranger" }
func (stranger) Key() string         { return "stranger|1" }
func (stranger) String() string      { return "stranger" }

func TestMarshalErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		list []entities.Entity
		want string
	}{
		"another package's": {[]entities.Entity{stranger{[]string{"x"}}}, "no JSON is known"},
		"no JSON value":     {[]entities.Entity{&entities.Host{Extra: map[string]any{"x": math.NaN()}}}, "NaN"},
		"no JSON type":      {[]entities.Entity{&entities.Host{Extra: map[string]any{"x": make(chan int)}}}, "chan"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := entities.Marshal(tc.list)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	loop := map[string]any{}
	loop["x"] = loop
	_, err := entities.Marshal([]entities.Entity{&entities.Host{Extra: loop}})
	require.ErrorIs(t, err, entities.ErrTooDeep)
	_, err = entities.Properties(&entities.Host{Extra: loop})
	require.ErrorIs(t, err, entities.ErrTooDeep)
}

func TestNilsAreNothing(t *testing.T) {
	var h *entities.Host
	out, err := entities.Marshal([]entities.Entity{nil, h, &entities.Malware{Files: []*entities.File{nil}, Extra: map[string]any{"h": h}}})
	require.NoError(t, err)
	assert.JSONEq(t, `[{"$id":"1","Type":"malware","Files":[],"h":null}]`, string(out))
	assert.False(t, entities.Equal(h, h))
	assert.Nil(t, entities.Merge(nil, h))
	strong, weak := entities.Identify(h, nil)
	assert.Empty(t, append(strong, weak...))
	for range entities.Related(h) {
		t.Error("nothing is related to nothing")
	}
	for _, e := range all() {
		assert.NotEmpty(t, e.Type())
		assert.NotEmpty(t, e.String())
		assert.Empty(t, e.Key(), "%s", e.Type())
		strong, weak := entities.Identify(e, nil)
		assert.Empty(t, append(strong, weak...), "%s", e.Type())
	}
}

// all returns an empty entity of each type, by way of JSON.
func all() []entities.Entity {
	var list []entities.Entity
	for _, typ := range []entities.Type{
		entities.TypeAccount, entities.TypeAzureResource, entities.TypeCloudApplication, entities.TypeCloudLogonSession, entities.TypeDNS,
		entities.TypeFile, entities.TypeFileHash, entities.TypeGeoLocation, entities.TypeHost, entities.TypeHostLogonSession,
		entities.TypeHuntingBookmark, entities.TypeIoTDevice, entities.TypeIPAddress, entities.TypeMailCluster, entities.TypeMailMessage,
		entities.TypeMailbox, entities.TypeMailboxConfiguration, entities.TypeMalware, entities.TypeNetworkConnection, entities.TypeNIC,
		entities.TypeOAuthApplication, entities.TypeProcess, entities.TypeRegistryKey, entities.TypeRegistryValue, entities.TypeSecurityAlert,
		entities.TypeSecurityGroup, entities.TypeSecurityIncident, entities.TypeServicePrincipal, entities.TypeSubmissionMail,
		entities.TypeThreatIntelligence, entities.TypeURL,
	} {
		e, _ := entities.Parse([]byte(`[{"Type":"`+string(typ)+`"}]`), entities.ParseOptions{})
		list = append(list, e...)
	}
	return list
}

func TestEveryTypeIsKnown(t *testing.T) {
	types := map[entities.Type]bool{}
	for _, e := range all() {
		_, unknown := e.(*entities.Unknown)
		assert.False(t, unknown, "%s", e.Type())
		types[e.Type()] = true
	}
	assert.Len(t, types, 31)
}

// What stands in two forms in Go stands once in JSON.
func TestDerivedFields(t *testing.T) {
	near, far := netip.MustParseAddr("10.0.0.4"), netip.MustParseAddr("198.51.100.7")
	host := &entities.Host{HostName: "h", Addresses: []netip.Addr{near, far, near}, IPInterfaces: []*entities.IPAddress{{Address: far, AddressScope: "s"}}}
	file := &entities.File{Name: "f", MD5: "aa", SHA256: "bb", FileHashes: []*entities.FileHash{{Algorithm: "Md5", Value: "AA"}}}
	out, err := entities.Marshal([]entities.Entity{host, file})
	require.NoError(t, err)
	assert.JSONEq(t, `[{"$id":"1","Type":"host","HostName":"h","IpInterfaces":[{"$id":"2","Type":"ip","Address":"198.51.100.7","AddressScope":"s"},{"$id":"3","Type":"ip","Address":"10.0.0.4"}]},
		{"$id":"4","Type":"file","Name":"f","FileHashes":[{"$id":"5","Type":"filehash","Algorithm":"Md5","Value":"AA"},{"$id":"6","Type":"filehash","Algorithm":"SHA256","Value":"bb"}]}]`, string(out))
	back := parse(t, string(out))
	assert.Equal(t, []netip.Addr{far, near}, back[0].(*entities.Host).Addresses)
	assert.Equal(t, "aa", back[1].(*entities.File).MD5)
	assert.Equal(t, "bb", back[1].(*entities.File).SHA256)
	own, err := entities.Properties(back[1])
	require.NoError(t, err)
	assert.JSONEq(t, `{"Name":"f","MD5":"aa","SHA256":"bb"}`, string(own))
}

func TestMerge(t *testing.T) {
	a := &entities.Host{HostName: "h", Extra: map[string]any{"x": 1}}
	b := &entities.Host{HostName: "other", AzureID: "/vm", Extra: map[string]any{"x": 2, "y": 3}}
	m := entities.Merge(a, nil, &entities.URL{URL: "u"}, b)
	assert.Equal(t, &entities.Host{HostName: "h", AzureID: "/vm", Extra: map[string]any{"x": 1, "y": 3}}, m)
	assert.Empty(t, a.AzureID, "not changed")
	assert.Same(t, a, entities.Merge(a).(*entities.Host))
	assert.Equal(t, stranger{}, entities.Merge(stranger{}, stranger{}))
}

func TestStrangers(t *testing.T) {
	s := stranger{names: []string{"x"}}
	strong, _ := entities.Identify(s, nil)
	assert.Equal(t, []string{"stranger|1"}, strong)
	for range entities.All([]entities.Entity{s}) {
		t.Error("cannot be compared")
	}
	own, err := entities.Properties(s)
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(own))
	assert.True(t, entities.Equal(s, s))
}
