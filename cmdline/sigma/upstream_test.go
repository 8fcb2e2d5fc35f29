package sigma_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
)

func loadFile(t *testing.T, name string) *sigma.Set {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer f.Close()
	s, err := sigma.Load(name, f, sigma.Options{})
	require.NoError(t, err)
	for _, r := range s.Rules() {
		require.Empty(t, r.Refused, r.Title)
	}
	return s
}

// TestProcessRules puts events through rules that are written as the public
// collection writes its own: each act, and what differs from it in one point.
func TestProcessRules(t *testing.T) {
	s := loadFile(t, "process.yml")
	shell := s.Rules()[0]
	assert.Equal(t, []string{"T1505.003", "T1059.004"}, shell.Techniques)
	assert.Equal(t, "A web server starts a shell that reads commands.\nServers that run CGI scripts do the same with a script's name.", shell.Description)
	assert.Equal(t, sigma.LogSource{Product: "linux", Category: "process_creation"}, shell.LogSource)

	const (
		web     = "Interactive Shell From A Web Server"
		encoded = "Encoded Command For A Shell"
		copied  = "Copy Of A Shell Under Another Name"
		star    = "Archive With A Star In Its Name"
		private = "Network Tool To A Private Network"
	)
	nc := func(change ...string) map[string]string {
		m := map[string]string{"Image": "/usr/bin/nc", "DestinationIp": "10.9.8.7", "DestinationPort": "4444", "Protocol": "tcp", "User": "www-data"}
		for i := 0; i < len(change); i += 2 {
			if m[change[i]] = change[i+1]; change[i+1] == "-" {
				delete(m, change[i])
			}
		}
		return m
	}
	for i, c := range []struct {
		fields map[string]string
		want   string
	}{
		{map[string]string{"ParentImage": "/usr/sbin/nginx", "Image": "/bin/SH", "CommandLine": "sh -i"}, web},
		{map[string]string{"ParentImage": "/usr/sbin/apache2", "Image": "/usr/bin/python3", "CommandLine": "python3 -c import pty;pty.spawn(1)"}, web},
		{map[string]string{"ParentImage": "/usr/sbin/apache2", "Image": "/usr/bin/python3", "CommandLine": "python3 x.py"}, ""},
		{map[string]string{"ParentImage": "/usr/sbin/nginx", "Image": "/bin/sh", "CommandLine": "sh /usr/lib/cgi-bin/x"}, ""},
		{map[string]string{"ParentImage": "/usr/sbin/nginx", "Image": "/bin/sh", "CommandLine": "sh -c tar cf x", "User": "backup"}, ""},
		{map[string]string{"ParentImage": "/usr/sbin/nginx", "Image": "/bin/sh", "CommandLine": "sh -c tar cf x", "User": "bob"}, web},
		{map[string]string{"ParentImage": "/usr/sbin/cron", "Image": "/bin/sh", "CommandLine": "sh -i"}, ""},
		{map[string]string{"CommandLine": "echo " + base64Of("x; curl http://a") + " | base64 -d"}, encoded},
		{map[string]string{"CommandLine": base64Of("a\x00I\x00E\x00X\x00b")}, encoded},
		{map[string]string{"CommandLine": "echo " + base64Of("x; curl -V")}, ""},
		{map[string]string{"Image": "/tmp/.x1", "CommandLine": ".x1 -c id", "User": "bob", "Owner": "eve"}, copied},
		{map[string]string{"Image": "/tmp/.x1", "CommandLine": ".x1 /c id", "User": "bob", "Owner": "eve"}, copied},
		{map[string]string{"Image": "/tmp/.x1", "CommandLine": ".x1 -c id", "User": "bob", "Owner": "BOB"}, ""},
		{map[string]string{"Image": "/tmp/.x1", "CommandLine": ".x1 -c id", "User": "bob"}, ""},
		{map[string]string{"Image": "/TMP/.x1", "CommandLine": ".x1 -c id", "User": "bob", "Owner": "eve"}, ""},
		{map[string]string{"Image": "/bin/tar", "CommandLine": "tar xf /*.tgz"}, star},
		{map[string]string{"Image": "/bin/tar", "CommandLine": "tar xf /a.tgz"}, ""},
		{map[string]string{"Image": "/bin/tar", "CommandLine": "tar xf WILD?card"}, star},
		{map[string]string{"Image": "/bin/tar", "CommandLine": "tar xf wildXcard"}, ""},
		{map[string]string{"Image": "/bin/tar", "CommandLine": `tar xf C:\Windows\sub\a.cab`}, star},
		{map[string]string{"Image": "/bin/tar", "CommandLine": `tar xf C:\Windows.cab`}, ""},
		{nc(), private},
		{nc("DestinationIp", "fd12::1"), private},
		{nc("DestinationIp", "11.0.0.1"), ""},
		{nc("DestinationIp", "nowhere"), ""},
		{nc("DestinationPort", "22"), ""},
		{nc("DestinationPort", "65536"), ""},
		{nc("Protocol", "UDP"), ""},
		{nc("Protocol", "-"), ""}, // what is not there is not different
		{nc("User", "WWW-data"), ""},
		{nc("Terminal", ""), ""},
	} {
		r := s.NewRun()
		got := r.Add(sigma.Event{Time: noon, Product: "linux", Category: "process_creation", Fields: c.fields})
		if c.want == "" {
			assert.Empty(t, got, "%d: %v", i, c.fields)
		} else if assert.Len(t, got, 1, "%d: %v", i, c.fields) {
			assert.Equal(t, c.want, got[0].Title)
		}
	}
}

func TestLogRules(t *testing.T) {
	s := loadFile(t, "logs.yml")
	r := s.NewRun()
	titles := func(e sigma.Event) []string {
		var out []string
		for _, x := range r.Add(e) {
			out = append(out, x.Title)
		}
		return out
	}
	audit := func(a ...string) sigma.Event {
		m := map[string]string{}
		for i, v := range a {
			m["a"+strconv.Itoa(i)] = v
		}
		return sigma.Audit(noon, "EXECVE", m)
	}
	assert.Equal(t, []string{"Setuid Bit By Chmod"}, titles(audit("chmod", "u+s", "/tmp/x")))
	assert.Equal(t, []string{"Setuid Bit By Chmod"}, titles(audit("chmod", "4755", "/tmp/x")))
	assert.Empty(t, titles(audit("chmod", "0755", "/tmp/x")))
	assert.Equal(t, []string{"Crontab Replaced"}, titles(sigma.Syslog(noon, "h", "crontab", "(root) REPLACE (root)")))
	assert.Empty(t, titles(sigma.Syslog(noon, "h", "crontab", "(root) LIST (root)")))
	assert.Empty(t, titles(sigma.Syslog(noon, "h", "app", "REPLACE")), "not of cron")
	assert.Equal(t, []string{"Kernel Speaks Of Taint"}, titles(sigma.Syslog(noon, "h", "kernel", "x: module verification failed: module foo taints kernel")))

	at := 0
	sshd := func(user, ip, text string) {
		e := sigma.Syslog(noon.Add(time.Duration(at)*time.Second), "h", "sshd", text+" for "+user+" from "+ip+" port 9 ssh2")
		e.Fields["user"], e.Fields["src_ip"], e.Ref = user, ip, at
		at++
		assert.Empty(t, titles(e), "it serves the correlations only")
	}
	for _, user := range []string{"root", "bob", "root", "eve", "root"} {
		sshd(user, "203.0.113.9", "Failed password")
	}
	for _, user := range []string{"monitoring", "monitoring2", "monitoring3"} {
		sshd(user, "192.0.2.9", "Failed password")
	}
	res := map[string]sigma.Result{}
	for _, x := range r.Results() {
		res[x.Rule.Title] = x
	}
	assert.NotContains(t, res, "Failed Logons")
	require.Equal(t, sigma.Matched, res["Spray"].Verdict)
	require.Len(t, res["Spray"].Matches, 1)
	assert.Equal(t, map[string]string{"src_ip": "203.0.113.9"}, res["Spray"].Matches[0].Group)
	require.Equal(t, sigma.Matched, res["Guessing"].Verdict)
	require.Len(t, res["Guessing"].Matches, 1)
	assert.Equal(t, map[string]string{"src_ip": "203.0.113.9", "user": "root"}, res["Guessing"].Matches[0].Group)
	assert.Equal(t, []any{0, 2, 4}, res["Guessing"].Matches[0].Refs)
}

// TestEscapes holds the table of the specification's section on escaping.
func TestEscapes(t *testing.T) {
	for value, texts := range map[string][2]string{ // one that fits, one that does not
		`a\b`:      {`a\b`, `ab`},
		`a\\b`:     {`a\b`, `a\\b`},
		`a\*b`:     {`a*b`, `axb`},
		`a\?b`:     {`a?b`, `axb`},
		`a\\*b`:    {`a\xxb`, `a*b`},
		`a\\?b`:    {`a\xb`, `a\b`},
		`a\\\*b`:   {`a\*b`, `a\xb`},
		`a\\\b`:    {`a\\b`, `a\b`},
		`a\\\\b`:   {`a\\b`, `a\b`},
		`a\\\\*b`:  {`a\\xb`, `a\xb`},
		`*\*`:      {`x*`, `x`},
		`*\`:       {`x\`, `x`},
		`100%`:     {`100%`, `100`},
		`%Admins%`: {`%admins%`, `root`}, // no "expand", no placeholder
	} {
		for i, text := range texts {
			res := detects(t, "  sel:\n    F: '"+value+"'\n  condition: sel\n", sigma.Event{Fields: map[string]string{"F": text}})
			assert.Equal(t, i == 0, res.Verdict == sigma.Matched, "%s for %s", value, text)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	for value, texts := range map[string][2]string{
		`%Admins%`:               {`root`, `%Admins%`},
		`%Admins%@*`:             {`admin@x`, `admin`},
		`%Admins%-%Admins%`:      {`root-adm1`, `root-bob`},
		`\%Admins\%`:             {`%admins%`, `root`},
		`\%plain%Admins%`:        {`%plainroot`, `%plain%Admins%`},
		`100\% of %Admins%`:      {`100% of root`, `100 of root`},
		`\*%Admins%`:             {`*root`, `xroot`},
		`no placeholder at 50 %`: {`no placeholder at 50 %`, `50`},
	} {
		for i, text := range texts {
			res := detects(t, "  sel:\n    F|expand: '"+value+"'\n  condition: sel\n", sigma.Event{Fields: map[string]string{"F": text}})
			assert.Equal(t, i == 0, res.Verdict == sigma.Matched, "%s for %s", value, text)
		}
	}
}
