package entities_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
)

func parse(t testing.TB, text string) []entities.Entity {
	t.Helper()
	list, err := entities.Parse([]byte(text), entities.ParseOptions{})
	require.NoError(t, err)
	return list
}

func TestParseGraphs(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"empty", ``, nil},
		{"null", `null`, nil},
		{"empty list", ` [] `, nil},
		{
			"references back", `[{"$id":"3","Type":"host","HostName":"h"},{"$id":"4","Type":"account","Name":"a","Host":{"$ref":"3"}}]`,
			[]string{"0 host h", "1 account a Host=0"},
		},
		{
			"reference forward", `[{"$id":"4","Type":"account","Name":"a","Host":{"$ref":"3"}},{"$id":"3","Type":"host","HostName":"h"}]`,
			[]string{"0 account a Host=1", "1 host h"},
		},
		{
			"nested first, then at the top", `[{"$id":"1","Type":"process","ProcessId":"7","Host":{"$id":"2","Type":"host","HostName":"h"}},{"$ref":"2"},{"$ref":"1"}]`,
			[]string{"0 process unknown process [7] Host=1", "1 host h"},
		},
		{
			"references at any depth", `[{"$id":"1","Type":"malware","Name":"m","Files":[{"$id":"2","Type":"file","Name":"f","Host":{"$id":"3","Type":"host","HostName":"h","IpInterfaces":[{"$id":"4","Type":"ip","Address":"192.0.2.1","Location":{"$id":"5","CountryCode":"DE"}}]}}]},
			{"$id":"6","Type":"dns","DomainName":"d","IpAddresses":[{"$ref":"4"}]},{"$id":"7","Type":"ip","Address":"192.0.2.2","Location":{"$ref":"5"}},{"$id":"8","Type":"process","ProcessId":"1","ParentProcess":{"ProcessId":"2","ParentProcess":{"ProcessId":"3","ImageFile":{"$ref":"2"}}}}]`,
			[]string{"0 malware m Files=4", "1 dns d IpAddresses=5", "2 ip 192.0.2.2 Location=6", "3 process unknown process [1] ParentProcess=7", "4 file f Host=8", "5 ip 192.0.2.1 Location=6", "6 geolocation DE", "7 process unknown process [2] ParentProcess=9", "8 host h IpInterfaces=5", "9 process f [3] ImageFile=4"},
		},
		{
			"cycle of two", `[{"$id":"1","Type":"process","ProcessId":"1","ParentProcess":{"$id":"2","Type":"process","ProcessId":"2","ParentProcess":{"$ref":"1"}}}]`,
			[]string{"0 process unknown process [1] ParentProcess=1", "1 process unknown process [2] ParentProcess=0"},
		},
		{
			"cycle of one", `[{"$id":"1","Type":"process","ProcessId":"1","ParentProcess":{"$ref":"1"}}]`,
			[]string{"0 process unknown process [1] ParentProcess=0"},
		},
		{
			"cycle through what has no field", `[{"$id":"1","Type":"host","HostName":"h","Owner":{"Who":[{"$ref":"2"}]}},{"$id":"2","Type":"account","Name":"a","Host":{"$ref":"1"}}]`,
			[]string{"0 host h Owner=1", "1 account a Host=0"},
		},
		{
			"mixed list", `[{"$id":"1","Type":"malware","Name":"m","Files":[{"$ref":"2"},{"Type":"file","Name":"g"},"C:\\x.exe",{"$ref":"3"},{"$ref":"99"},null,7]},{"$id":"2","Type":"file","Name":"f"},{"$id":"3","Type":"process","ProcessId":"5"}]`,
			[]string{"0 malware m Files=1 Files=3 Files=2 Files=4", "1 file f", "2 process unknown process [5]", "3 file g", "4  unknown entity $ref 99"},
		},
		{
			"mixed top", `["10.0.0.5",null,{"Type":"ip","Address":"10.0.0.5"},7,[{"Type":"ip","Address":"10.0.0.6"}]]`,
			[]string{"0  unknown entity 10.0.0.5", "1 ip 10.0.0.5", "2  unknown entity", "3  unknown entity =4", "4 ip 10.0.0.6"},
		},
		{
			"copies of one entity", `[{"$id":"4","Type":"file","Name":"f"},{"$id":"5","Type":"process","ProcessId":"1","ImageFile":{"$id":"4","Name":"f","Type":"file"}}]`,
			[]string{"0 file f", "1 process f [1] ImageFile=0"},
		},
		{
			"two of one id that differ", `[{"$id":"4","Type":"file","Name":"f"},{"$id":"4","Type":"file","Name":"g"},{"$id":"5","Type":"process","ProcessId":"1","ImageFile":{"$ref":"4"}}]`,
			[]string{"0 file f", "1 file g", "2 process f [1] ImageFile=0"},
		},
		{
			"unknown types", `[{"$id":"1","Type":"quantum-device","DisplayName":"q","Host":{"$ref":"2"}},{"$id":"2","Type":"host","HostName":"h"},{"$id":"3","Name":"untyped"}]`,
			[]string{"0 quantum-device quantum-device q Host=1", "1 host h", "2  unknown entity untyped"},
		},
		{
			"a reference to another type", `[{"$id":"1","Type":"account","Name":"a","Host":{"$ref":"2"}},{"$id":"2","Type":"ip","Address":"192.0.2.1"}]`,
			[]string{"0 account a Host=1", "1 ip 192.0.2.1"},
		},
		{
			"spellings", `[{"$id":1,"type":"IpAddress","address":"192.0.2.1"},{"Type":"HostLogonSession","SessionId":"1"},{"Type":"AZURERESOURCE","resourceid":"/x"},{"$ref":1}]`,
			[]string{"0 ip 192.0.2.1", "1 host-logon-session unknown account", "2 azure-resource /x"},
		},
		{"one entity", `{"Type":"host","HostName":"h"}`, []string{"0 host h"}},
		{
			"by id", `{"7":{"Type":"host","HostName":"h"},"8":{"Type":"account","Name":"a","Host":{"$ref":"7"}}}`,
			[]string{"0 host h", "1 account a Host=0"},
		},
		{"text in a text", `"[{\"Type\":\"host\",\"HostName\":\"h\"}]"`, []string{"0 host h"}},
		{
			"hostile strings", `[{"$id":"$ref","Type":"account","Name":"\u001b[2J\n<script>\u202e\ud800"},{"$ref":"$ref"},{"$id":"","Type":"file","Name":"$id","Extra":{"$ref":{"a":1}}}]`,
			[]string{"0 account \\x1b[2J\\n<script>\\u202e\ufffd", "1 file $id"},
		},
		{
			"everything is wrong", `[{"Type":5,"$id":{},"$ref":[]},{"Type":"host","HostName":5,"IsDomainJoined":"maybe","IpInterfaces":"none"},{"Type":"process","ProcessId":"-1","CreationTimeUtc":"yesterday","Host":"h"},{"Type":"ip","Address":"10.0.0.5:443"}]`,
			[]string{"0  unknown entity", "1 host unknown host", "2 process unknown process", "3 ip unknown address"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			list := parse(t, tc.text)
			assert.Equal(t, tc.want, describe(list))
			again, err := entities.Marshal(list)
			require.NoError(t, err)
			assert.Equal(t, tc.want, describe(parse(t, string(again))), "%s", again)
		})
	}
}

func TestParseKeepsEverything(t *testing.T) {
	list := parse(t, `[
		{"$id":"1","Type":"process","ProcessId":"0","CreationTimeUtc":"0001-01-01T00:00:00","Custom":{"a":[1,2.50,null,{"b":"c"}]},"Big":12345678901234567890,"CommandLine":null,"Host":{"$ref":"404"}},
		{"$id":"2","Type":"host","hostname":"h","HostName":"other","OSFamily":3,"IsDomainJoined":"False"},
		{"$id":"3","Type":"ip","Address":"not one","Location":{"Latitude":"52.5","Longitude":13.4,"Asn":"AS5","CountryName":"Germany"}},
		{"$id":"4","Type":"mail-cluster","CountByThreatType":{"Phish":3},"CountByDeliveryStatus":{"x":"y"},"Threats":"one","NetworkMessageIds":["a",5]}]`)
	p := list[0].(*entities.Process)
	assert.Zero(t, p.CreationTime)
	assert.Nil(t, p.Host)
	assert.Equal(t, "0", p.Extra["ProcessId"], "0 is no number of a process here")
	assert.Equal(t, map[string]any{"a": []any{json.Number("1"), json.Number("2.50"), nil, map[string]any{"b": "c"}}}, p.Extra["Custom"])
	assert.Equal(t, json.Number("12345678901234567890"), p.Extra["Big"])
	assert.Equal(t, &entities.Unknown{Ref: "404"}, p.Extra["Host"])
	h := list[1].(*entities.Host)
	assert.Equal(t, "other", h.HostName, "the spelling of Microsoft is preferred")
	assert.Equal(t, map[string]any{"hostname": "h", "OSFamily": json.Number("3")}, h.Extra)
	assert.False(t, *h.IsDomainJoined)
	ip := list[2].(*entities.IPAddress)
	assert.Equal(t, map[string]any{"Address": "not one"}, ip.Extra)
	assert.InDelta(t, 52.5, *ip.Location.Latitude, 0)
	assert.Equal(t, "Germany", ip.Location.CountryName)
	assert.Equal(t, map[string]any{"Asn": "AS5"}, ip.Location.Extra)
	m := list[3].(*entities.MailCluster)
	assert.Equal(t, map[string]int64{"Phish": 3}, m.CountByThreatType)
	assert.Equal(t, []string{"one"}, m.Threats)
	assert.Equal(t, []string{"a"}, m.NetworkMessageIDs)
	assert.Equal(t, map[string]any{"CountByDeliveryStatus": map[string]any{"x": "y"}, "NetworkMessageIds": []any{json.Number("5")}}, m.Extra)

	more := parse(t, `[{"Type":"ip","Address":"198.51.100.7","ThreatIntelligence":[{"ProviderName":"p","ThreatName":"bot","Confidence":0.8}]},
		{"Type":"azure-resource","ResourceId":"/x","ActiveContacts":[{"Name":"Ann"}]}]`)
	ti := more[0].(*entities.IPAddress).ThreatIntelligence
	require.Len(t, ti, 1)
	assert.InDelta(t, 0.8, *ti[0].Confidence, 0)
	assert.Equal(t, []any{map[string]any{"Name": "Ann"}}, more[1].(*entities.AzureResource).ActiveContacts)

	first, err := entities.Marshal(append(list, more...))
	require.NoError(t, err)
	assert.Contains(t, string(first), `{"$ref":"404"}`)
	assert.Contains(t, string(first), `"NetworkMessageIds":["a",5]`)
	second, err := entities.Marshal(parse(t, string(first)))
	require.NoError(t, err)
	assert.Equal(t, string(first), string(second))
}

func TestParseLimits(t *testing.T) {
	deep := strings.Repeat(`{"Type":"process","ParentProcess":`, 400) + `{}` + strings.Repeat(`}`, 400)
	for _, tc := range []struct {
		name, text string
		o          entities.ParseOptions
		err        error
		left       int
	}{
		{"long", `[{"Type":"host"}]`, entities.ParseOptions{MaxBytes: 16}, entities.ErrTooLarge, 0},
		{"many", `[{"Type":"host"},{"Type":"host"},{"Type":"host"}]`, entities.ParseOptions{MaxObjects: 2}, entities.ErrTooMany, 2},
		{"deep", `[{"Type":"host"},[[[1]]]]`, entities.ParseOptions{MaxDepth: 3}, entities.ErrTooDeep, 1},
		{"deeper than the default", strings.Repeat("[", 100_000), entities.ParseOptions{}, entities.ErrTooDeep, 0},
		{"deep enough", deep, entities.ParseOptions{}, nil, 1},
		{"cut", `[{"Type":"host","HostName":"h"},{"Type":"account","Name":"a","Host":{"Ty`, entities.ParseOptions{}, io.ErrUnexpectedEOF, 1},
		{"cut in an object of objects", `{"3":{"$id":"3","Type":"host"},"4":{"$id":"4","Ty`, entities.ParseOptions{}, entities.ErrNoJSON, 1},
		{"no JSON", `host=web01`, entities.ParseOptions{}, entities.ErrNoJSON, 0},
		{"something behind", `[{"Type":"host"}] x`, entities.ParseOptions{}, entities.ErrNoJSON, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			list, err := entities.Parse([]byte(tc.text), tc.o)
			if tc.err == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, tc.err)
			}
			assert.Len(t, list, tc.left)
		})
	}
}

// large is an alert of n processes, each the parent of the one before, in one
// host, with references forward.
func large(n int) string {
	var b strings.Builder
	b.WriteString(`[{"$id":"h","Type":"host","HostName":"web01"}`)
	for i := range n {
		fmt.Fprintf(&b, `,{"$id":"p%d","Type":"process","ProcessId":"%d","CreationTimeUtc":"2026-11-23T08:00:00Z","CommandLine":"sh","Host":{"$ref":"h"},"ParentProcess":{"$ref":"p%d"},"ImageFile":{"$id":"f","Type":"file","Name":"sh","Directory":"/bin"}}`, i, i+1, i+1)
	}
	b.WriteString("]")
	return b.String()
}

func TestTenThousand(t *testing.T) {
	measure := func(n int) time.Duration {
		text := []byte(large(n))
		best := time.Hour
		for range 3 { // the machine may be busy with other things
			at := time.Now()
			list, err := entities.Parse(text, entities.ParseOptions{})
			require.NoError(t, err)
			out, err := entities.Marshal(list)
			require.NoError(t, err)
			best = min(best, time.Since(at))
			count := 0
			for range entities.All(list) {
				count++
			}
			require.Equal(t, n+3, count, "host, file, processes, and the parent that is not there")
			require.Len(t, parse(t, string(out)), n+1, "chains stay at the top")
		}
		return best
	}
	small, big := measure(1250), measure(10_000)
	t.Logf("1,250 entities: %v; 10,000: %v", small, big)
	assert.Less(t, big, 32*small+time.Second, "linear is 8 times, quadratic 64 times")
}

func TestLongChainInline(t *testing.T) {
	var last *entities.Process
	for i := range 5000 {
		last = &entities.Process{ProcessID: uint32(i + 1), ParentProcess: last}
	}
	out, err := entities.Marshal([]entities.Entity{last})
	require.NoError(t, err)
	list := parse(t, string(out))
	n := 0
	for p := list[0].(*entities.Process); p != nil; p = p.ParentProcess {
		n++
	}
	assert.Equal(t, 5000, n, "nothing is lost where nesting ends")
	again, err := entities.Marshal(list)
	require.NoError(t, err)
	assert.Equal(t, string(out), string(again))
}

// A property of many objects, and objects of many properties.
func TestWide(t *testing.T) {
	var b strings.Builder
	b.WriteString(`[`)
	for range 2 {
		b.WriteString(`{"$id":"1","Type":"x"`)
		for i := range 50_000 {
			fmt.Fprintf(&b, `,"p%d":%d,"p%d":1`, i, i, i)
		}
		b.WriteString(`},`)
	}
	b.WriteString(`{"$ref":"1"}]`)
	at := time.Now()
	list := parse(t, b.String())
	assert.Len(t, list, 1)
	assert.Len(t, list[0].(*entities.Unknown).Extra, 50_000)
	assert.Less(t, time.Since(at), 20*time.Second)
}
