package hunt_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

func TestCopiesThatDiffer(t *testing.T) {
	w := ordinary(10, nil)
	auth, sys, audit := w.auth.String(), w.syslog.String(), w.audit.b.String()
	cut := func(l string) bool { return between(307, 308)(l) && !strings.Contains(l, "CRON") }
	restart := sys
	for line := range strings.Lines(sys) {
		if between(306, 307)(line) {
			restart = strings.Replace(sys, line, line+line[:32]+" web01 rsyslogd: [origin software=\"rsyslogd\" swVersion=\"8.2302.0\" x-pid=\"1\" x-info=\"https://www.rsyslog.com\"] start\n", 1)
		}
	}
	for _, tc := range []struct {
		name             string
		auth, copy, sys  string
		audit            string
		severity         hunt.Severity
		lacking, holding string
	}{
		{name: "the same", auth: auth, copy: auth, sys: sys, audit: audit},
		{name: "a session cut out, which audit saw", auth: without(auth, cut), copy: auth, sys: sys, audit: audit, severity: hunt.SeverityMedium, lacking: "auth.log", holding: "secure"},
		{name: "a session cut out", auth: without(auth, cut), copy: auth, sys: sys, severity: hunt.SeverityLow, lacking: "auth.log", holding: "secure"},
		{name: "cut out of the copy", auth: auth, copy: without(auth, cut), sys: sys, severity: hunt.SeverityLow, lacking: "secure", holding: "auth.log"},
		{name: "the log daemon was started then", auth: without(auth, cut), copy: auth, sys: restart, audit: audit},
		{name: "the copy ends earlier", auth: auth, copy: without(auth, between(400, 600)), sys: sys, audit: audit},
		{name: "the copy begins later", auth: auth, copy: without(auth, between(0, 200)), sys: sys, audit: audit},
		{name: "the copy has only sudo", auth: auth, copy: without(auth, func(l string) bool { return !strings.Contains(l, " sudo") }), sys: sys, audit: audit},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := fstest.MapFS{"auth.log": {Data: []byte(tc.auth)}, "secure": {Data: []byte(tc.copy)}, "syslog": {Data: []byte(tc.sys)}}
			if tc.audit != "" {
				files["audit/audit.log"] = &fstest.MapFile{Data: []byte(tc.audit)}
			}
			list := silencesOf(investigate(t, open(t, files), hunt.Options{}), hunt.SilenceShortCopies)
			if tc.severity == "" {
				assert.Empty(t, list)
				return
			}
			require.Len(t, list, 1)
			assert.Equal(t, tc.severity, list[0].Severity, list[0].Why)
			assert.Equal(t, tc.lacking, list[0].Log)
			assert.Contains(t, list[0].Text, "that "+tc.holding+" has")
			assert.Positive(t, list[0].Missing)
			assert.NotEmpty(t, list[0].Refs)
		})
	}
}

// TestRepeatedMessagesAreNoDifference: one log sums up what the other has line
// by line.
func TestRepeatedMessagesAreNoDifference(t *testing.T) {
	w := ordinary(10, nil)
	auth := w.auth.String()
	at := strings.Index(auth, "2026-11-20T12:")
	stamp := func(second string) string { return "2026-11-20T12:00:" + second + ".000000+00:00 web01 sshd[77]: " }
	const text = "Failed password for root from 192.0.2.50 port 4000 ssh2"
	each := stamp("01") + text + "\n" + stamp("03") + text + "\n" + stamp("05") + text + "\n"
	summed := stamp("01") + text + "\n" + stamp("07") + "message repeated 2 times: [ " + text + "]\n"
	put := func(s string) []byte { return []byte(auth[:at] + s + auth[at:]) }
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: put(summed)}, "secure": {Data: put(each)}}), hunt.Options{})
	assert.Empty(t, silencesOf(inv, hunt.SilenceShortCopies))
}
