package entities_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
)

var (
	web   = &entities.Host{HostName: "web01"}
	start = time.Date(2026, 11, 23, 8, 26, 38, 500, time.UTC)
)

func TestIdentity(t *testing.T) {
	elsewhere := start.In(time.FixedZone("", 7200))
	for _, tc := range []struct {
		name string
		a, b entities.Entity
		same bool
	}{
		{"host case", web, &entities.Host{HostName: "WEB01"}, true},
		{"host full name in one field", &entities.Host{HostName: "web01.example.org"}, &entities.Host{HostName: "web01", DNSDomain: "Example.org"}, true},
		{"host name with domain repeated", &entities.Host{HostName: "web01.example.org", DNSDomain: "example.org"}, &entities.Host{HostName: "web01", DNSDomain: "example.org"}, true},
		{"bare name is not the full name", web, &entities.Host{HostName: "web01", DNSDomain: "example.org"}, false},
		{"azure id", &entities.Host{HostName: "a", AzureID: "/X/y"}, &entities.Host{HostName: "b", AzureID: "/x/Y"}, true},
		{"azure id is no name", &entities.Host{AzureID: "web01"}, web, false},
		{"no host is no host", &entities.Host{}, &entities.Host{}, false},

		{"local account", &entities.Account{Name: "root", Host: web, UID: new(uint32(0))}, &entities.Account{Name: "root", Host: web}, true},
		{"linux names have case", &entities.Account{Name: "root", Host: web}, &entities.Account{Name: "Root", Host: web}, false},
		{"domain names have none", &entities.Account{Name: "Ann", NTDomain: "CORP", Host: web}, &entities.Account{Name: "ann", NTDomain: "corp"}, true},
		{"root of no host", &entities.Account{Name: "root"}, &entities.Account{Name: "root"}, false},
		{"uid", &entities.Account{UID: new(uint32(7)), Host: web}, &entities.Account{UID: new(uint32(7)), Host: web}, true},
		{"uid is not a name", &entities.Account{UID: new(uint32(7)), Host: web}, &entities.Account{Name: "7", Host: web}, false},
		{"local system is everywhere", &entities.Account{SID: "S-1-5-18"}, &entities.Account{SID: "S-1-5-18"}, false},
		{"sid", &entities.Account{SID: "S-1-5-21-1-2-3-500", Name: "a"}, &entities.Account{SID: "s-1-5-21-1-2-3-500"}, true},
		{"nobody", &entities.Account{Host: web}, &entities.Account{Host: web}, false},
		{"part cannot imitate another", &entities.Account{Name: "b|c", NTDomain: "a"}, &entities.Account{Name: "c", NTDomain: "a|b"}, false},

		{"mapped address", &entities.IPAddress{Address: netip.MustParseAddr("::ffff:192.0.2.1")}, &entities.IPAddress{Address: netip.MustParseAddr("192.0.2.1")}, true},
		{"zone counts", &entities.IPAddress{Address: netip.MustParseAddr("fe80::1%a")}, &entities.IPAddress{Address: netip.MustParseAddr("fe80::1")}, false},
		{"no address", &entities.IPAddress{}, &entities.IPAddress{}, false},

		{"process", &entities.Process{Host: web, ProcessID: 7, CreationTime: start}, &entities.Process{Host: web, ProcessID: 7, CreationTime: elsewhere, CommandLine: "x"}, true},
		{"pid alone is nobody", &entities.Process{Host: web, ProcessID: 7}, &entities.Process{Host: web, ProcessID: 7}, false},
		{"pid used again", &entities.Process{Host: web, ProcessID: 7, CreationTime: start}, &entities.Process{Host: web, ProcessID: 7, CreationTime: start.Add(1)}, false},
		{"process of no host", &entities.Process{ProcessID: 7, CreationTime: start}, &entities.Process{ProcessID: 7, CreationTime: start}, false},

		{"session", &entities.HostLogonSession{Host: web, SessionID: "3", StartTime: start}, &entities.HostLogonSession{Host: web, SessionID: "3", StartTime: elsewhere}, true},
		{"session after a boot", &entities.HostLogonSession{Host: web, SessionID: "3", StartTime: start}, &entities.HostLogonSession{Host: web, SessionID: "3", StartTime: start.Add(time.Hour)}, false},

		{"file", entities.FilePath(web, "/etc/passwd"), &entities.File{Directory: "/etc", Name: "passwd", Host: web, MD5: "00"}, true},
		{"file in the root", entities.FilePath(web, "/x"), &entities.File{Directory: "/", Name: "x", Host: web}, true},
		{"bare file", entities.FilePath(web, "x"), entities.FilePath(web, "x"), false},
		{"types differ", web, entities.FilePath(web, "/web01"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.same, entities.Equal(tc.a, tc.b), "%q %q", tc.a.Key(), tc.b.Key())
			assert.Equal(t, tc.same, entities.Equal(tc.b, tc.a))
		})
	}
}

func TestString(t *testing.T) {
	for _, tc := range []struct {
		e    entities.Entity
		want string
	}{
		{&entities.Host{}, "unknown host"},
		{&entities.Host{HostName: "web01", DNSDomain: "example.org"}, "web01.example.org"},
		{&entities.Host{AzureID: "/sub/x"}, "/sub/x"},
		{&entities.Account{Name: "a\x1b[2Jb\n"}, `a\x1b[2Jb\n`},
		{&entities.Account{Name: "say \"hi\"\xff"}, `say "hi"\xff`},
		{&entities.Account{Name: "ann", NTDomain: "corp"}, "ann@corp"},
		{&entities.Account{UID: new(uint32(0))}, "uid 0"},
		{&entities.Account{}, "unknown account"},
		{&entities.IPAddress{}, "unknown address"},
		{&entities.IPAddress{Address: netip.MustParseAddr("::ffff:192.0.2.1")}, "192.0.2.1"},
		{&entities.Process{ProcessID: 12, CommandLine: "sh -c 'x'"}, "sh -c 'x' [12]"},
		{&entities.Process{ImageFile: entities.FilePath(web, "/bin/sh")}, "/bin/sh"},
		{&entities.Process{}, "unknown process"},
		{&entities.HostLogonSession{Account: &entities.Account{Name: "ann"}, Source: &entities.IPAddress{Address: netip.MustParseAddr("192.0.2.1")}, StartTime: start}, "ann from 192.0.2.1 at 2026-11-23T08:26:38Z"},
		{&entities.File{}, "unknown file"},
		{&entities.File{SHA256: "00ff"}, "00ff"},
		{entities.FilePath(web, "/a/../b"), "/a/../b"},
		{entities.FilePath(web, `C:\Windows\x.exe`), `C:\Windows\x.exe`},
		{entities.FilePath(web, `C:\x.exe`), `C:\x.exe`},
		{entities.FilePath(web, "/tmp/"), "/tmp/"},
	} {
		assert.Equal(t, tc.want, tc.e.String())
	}
}

func TestCompareIsAnOrder(t *testing.T) {
	accounts := []*entities.Account{
		{}, {Name: "b"}, {Name: "a", Host: web}, {Name: "a"}, {UID: new(uint32(5))}, {UID: new(uint32(2))}, {NTDomain: "d", Name: "a"},
	}
	slices.SortFunc(accounts, (*entities.Account).Compare)
	var got []string
	for _, a := range accounts {
		got = append(got, a.String())
	}
	assert.Equal(t, []string{"unknown account", "uid 2", "uid 5", "a", "a", "b", "a@d"}, got)

	p := []*entities.Process{{ProcessID: 2, CreationTime: start}, {ProcessID: 1, CreationTime: start}, {ProcessID: 9}}
	slices.SortFunc(p, (*entities.Process).Compare)
	assert.Equal(t, []uint32{9, 1, 2}, []uint32{p[0].ProcessID, p[1].ProcessID, p[2].ProcessID})

	assert.Negative(t, (&entities.IPAddress{}).Compare(&entities.IPAddress{Address: netip.MustParseAddr("0.0.0.0")}))
	assert.Zero(t, (&entities.IPAddress{Address: netip.MustParseAddr("::ffff:1.2.3.4")}).Compare(&entities.IPAddress{Address: netip.MustParseAddr("1.2.3.4")}))
	assert.Positive(t, entities.FilePath(web, "/b").Compare(entities.FilePath(web, "/a")))
	assert.Negative(t, (&entities.HostLogonSession{SessionID: "1"}).Compare(&entities.HostLogonSession{SessionID: "2"}))
}

func TestJSON(t *testing.T) {
	lat, long := 52.5, 0.0
	full := &entities.Process{
		ProcessID: 4711, CreationTime: start, CommandLine: "curl x", ImageFile: entities.FilePath(web, "/usr/bin/curl"),
		Account: &entities.Account{Name: "root", UID: new(uint32(0)), Host: web}, Host: web,
		ParentProcess: &entities.Process{ProcessID: 1},
		LogonSession: &entities.HostLogonSession{SessionID: "3", Source: &entities.IPAddress{
			Address: netip.MustParseAddr("2001:db8::1"), Location: &entities.GeoLocation{CountryCode: "DE", Latitude: &lat, Longitude: &long},
		}},
	}
	b, err := json.Marshal(full)
	require.NoError(t, err)
	assert.JSONEq(t, `{"process_id":4711,"creation_time":"2026-11-23T08:26:38.0000005Z","command_line":"curl x",
		"image_file":{"directory":"/usr/bin","name":"curl","host":{"host_name":"web01"}},
		"account":{"name":"root","uid":0,"host":{"host_name":"web01"}},"host":{"host_name":"web01"},
		"parent_process":{"process_id":1},
		"logon_session":{"session_id":"3","source":{"address":"2001:db8::1","location":{"country_code":"DE","latitude":52.5,"longitude":0}}}}`, string(b))
	back := &entities.Process{}
	require.NoError(t, json.Unmarshal(b, back))
	assert.Equal(t, full, back)

	for _, e := range []entities.Entity{&entities.Host{}, &entities.Account{}, &entities.IPAddress{}, &entities.Process{}, &entities.HostLogonSession{}, &entities.File{}} {
		b, err := json.Marshal(e)
		require.NoError(t, err)
		assert.Equal(t, "{}", string(b), "what is unknown is absent: %s", e.Type())
	}
}

func FuzzFilePath(f *testing.F) {
	for _, s := range []string{"", "/", "//", "a/b", `C:\a`, `C:\`, `a\b/c`, "/a|b%7C"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		file := entities.FilePath(web, path)
		assert.Equal(t, path, file.Path(), "%#v", file)
		other := entities.FilePath(web, path+"x")
		assert.False(t, file.Equal(other))
		for _, r := range file.String() {
			assert.True(t, r >= 0x20 && r != 0x7f, "%q", r)
		}
	})
}
