package syslog_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// readLog returns the events of a file of the corpus and its records that were
// not understood.
func readLog(t *testing.T, name string) (events []syslog.Event, unknown []syslog.Record) {
	t.Helper()
	f, err := os.Open(filepath.Join(sharedtest.Dir(t, "corpus"), filepath.FromSlash(name)))
	require.NoError(t, err)
	defer f.Close()
	for rec, err := range syslog.NewReader(f, syslog.Options{Name: name, Year: 2005}).All() {
		require.NoError(t, err)
		if ev, ok := syslog.Parse(rec); ok {
			events = append(events, ev)
		} else {
			unknown = append(unknown, rec)
		}
	}
	return events, unknown
}

// The templates of loghub's OpenSSH log are its authors' own analysis: every
// line of a template must have the template's kind.
func TestLoghubTemplates(t *testing.T) {
	kinds := map[string]syslog.Kind{
		"E1": syslog.KindLogonSuccess, "E2": syslog.KindDisconnect, "E3": syslog.KindProbe, "E4": syslog.KindLogonFailure,
		"E5": syslog.KindLogonFailure, "E6": syslog.KindLogonFailure, "E7": syslog.KindLogonFailure, "E8": syslog.KindLogonFailure,
		"E9": syslog.KindLogonFailure, "E10": syslog.KindLogonFailure, "E11": syslog.KindDisconnect, "E12": syslog.KindOther,
		"E13": syslog.KindLogonFailure, "E14": syslog.KindLogonFailure, "E15": syslog.KindLogonFailure, "E16": syslog.KindLogonFailure,
		"E17": syslog.KindLogonFailure, "E18": syslog.KindOther, "E19": syslog.KindLogonFailure, "E20": syslog.KindLogonFailure,
		"E21": syslog.KindLogonFailure, "E22": syslog.KindSessionClose, "E23": syslog.KindSessionOpen, "E24": syslog.KindDisconnect,
		"E25": syslog.KindDisconnect, "E26": syslog.KindDisconnect, "E27": syslog.KindOther,
	}
	f, err := os.Open(sharedtest.Dir(t, "corpus/loghub/OpenSSH_2k.log_structured.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	col := make(map[string]int)
	for i, name := range rows[0] {
		col[name] = i
	}
	events, unknown := readLog(t, "loghub/OpenSSH_2k.log")
	require.Empty(t, unknown)
	require.Len(t, events, len(rows)-1)
	for i, ev := range events {
		row := rows[i+1]
		require.Equal(t, kinds[row[col["EventId"]]], ev.Kind, row[col["Content"]])
	}
}

// Every line is understood.
func TestLogsAreUnderstood(t *testing.T) {
	for name, lines := range map[string]int{
		"loghub/OpenSSH_2k.log": 2000, "loghub/ubuntu1204-auth.log": 1000,
		"host-a/auth.log": 235, "host-a/auth.iso.log": 235,
		"host-a/syslog": 244, "host-a/syslog.5424": 244, "host-a/syslog.sentinel.jsonl": 244,
		"msticpy/syslog_data.csv": 100, "msticpy/sudo_data.csv": 22, "msticpy/sudo_session_test.csv": 78, "msticpy/sudo_events.csv": 4,
	} {
		events, unknown := readLog(t, name)
		assert.Equal(t, lines, len(events)+len(unknown), name)
		for _, rec := range unknown {
			assert.Fail(t, "not understood", "%s: %s", name, rec.Raw)
		}
	}
}

// The five logs of host-a tell the same.
func TestFormatsTellTheSame(t *testing.T) {
	texts := func(name string) (out []string) {
		events, _ := readLog(t, name)
		for i := range events {
			if p := events[i].Program; p != "auditd" && p != "rsyslogd" && p != "cron" && p != "crontab" {
				out = append(out, p+": "+describe(&events[i], true))
			}
		}
		return out
	}
	want := texts("host-a/syslog")
	require.NotEmpty(t, want)
	for _, name := range []string{"host-a/syslog.5424", "host-a/syslog.sentinel.jsonl"} {
		assert.Equal(t, want, texts(name), name)
	}
	assert.Equal(t, texts("host-a/auth.log"), texts("host-a/auth.iso.log"))
}

// The commands of msticpy's sudo rows, as its own columns have them.
func TestMsticpySudoColumns(t *testing.T) {
	f, err := os.Open(sharedtest.Dir(t, "corpus/msticpy/sudo_data.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	col := make(map[string]int)
	for i, name := range rows[0] {
		col[strings.TrimPrefix(name, "\ufeff")] = i
	}
	n := 0
	for _, row := range rows[1:] {
		ev, ok := syslog.Parse(syslog.Record{Program: row[col["ProcessName"]], Message: row[col["SyslogMessage"]]})
		require.True(t, ok)
		if cmd := row[col["Command"]]; cmd != "" {
			assert.Equal(t, cmd, ev.Command)
			n++
		}
		if by := row[col["Sudoer"]]; by != "" {
			assert.Equal(t, by, ev.By)
			assert.Equal(t, row[col["SudoTo"]], ev.User)
			n++
		}
	}
	assert.Positive(t, n)
}
