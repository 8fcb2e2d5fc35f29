package ptree_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ptree"
)

func build(t *testing.T, s *ptree.Schema, rows ...ptree.Fields) *ptree.Tree {
	t.Helper()
	var events []ptree.Event
	for _, r := range rows {
		ev, err := s.Events(r)
		require.NoError(t, err)
		events = append(events, ev...)
	}
	tr := ptree.Build(events, ptree.Options{})
	check(t, tr)
	return tr
}

func TestSysmonLinux(t *testing.T) {
	row := func(id, time, guid, pid, image, pguid, ppid string) ptree.Row {
		return ptree.Row{
			"EventID": id, "UtcTime": "2026-11-23 08:26:" + time, "Computer": "web01", "ProcessGuid": guid, "ProcessId": pid,
			"Image": image, "CommandLine": image + " -x", "User": "root", "ParentProcessGuid": pguid, "ParentProcessId": ppid, "ParentImage": "/usr/bin/bash", "LogonId": "1000",
		}
	}
	tr := build(t, ptree.SysmonLinux(),
		row("1", "38.973", "{a}", "20", "/usr/bin/env", "{p}", "10"),
		row("1", "38.975", "{a}", "20", "/usr/bin/python3", "{p}", "10"),
		row("1", "39.000", "{b}", "21", "/usr/bin/id", "{a}", "20"),
		ptree.Row{"EventID": "5", "UtcTime": "2026-11-23 08:26:39.100", "Computer": "web01", "ProcessGuid": "{b}", "ProcessId": "21", "Image": "/usr/bin/id"},
		row("3", "39.500", "{a}", "20", "/usr/bin/python3", "", ""),
		row("1", "40.000", "{c}", "21", "/usr/bin/ls", "{a}", "20"), // the pid once more
	)
	assert.Equal(t, []string{"bash[10]", "bash[10]/python3[20] inferred", "bash[10]/python3[20]/id[21] observed", "bash[10]/python3[20]/ls[21] observed"}, paths(tr))
	p := tr.Process(2)
	assert.Len(t, p.Images(), 2)
	assert.Equal(t, "1000", p.Session)
	id := tr.Process(3)
	assert.Equal(t, ptree.EndExit, id.EndReason)
	assert.Equal(t, "2026-11-23T08:26:39.1Z", id.End.Format(time.RFC3339Nano))
	assert.Equal(t, ptree.FromParent, tr.Process(1).Source)
	assert.True(t, tr.Process(1).Placeholder)
}

func TestDefender(t *testing.T) {
	const rows = `[
	{"Timestamp":"2026-11-23T08:26:39.1234567Z","DeviceName":"web01","ActionType":"ProcessCreated","FileName":"curl","FolderPath":"/usr/bin/curl","ProcessId":301,
	 "ProcessCommandLine":"curl x","ProcessCreationTime":"2026-11-23T08:26:39.12Z","AccountName":"deploy","InitiatingProcessId":300,"InitiatingProcessFolderPath":"/usr/bin/bash",
	 "InitiatingProcessCommandLine":"bash -c x","InitiatingProcessCreationTime":"2026-11-23T08:26:30Z","InitiatingProcessParentId":299,"InitiatingProcessAccountName":"deploy"},
	{"TimeGenerated":"11/23/2026, 8:27:00.500 AM","DeviceName":"web01","FolderPath":"/usr/bin/id","ProcessId":"301.0","ProcessCreationTime":"2026-11-23 08:27:00+00:00",
	 "InitiatingProcessId":300,"InitiatingProcessCreationTime":"2026-11-23T08:26:30Z","ProcessUniqueId":"0"}]`
	var objects []map[string]any
	require.NoError(t, json.Unmarshal([]byte(rows), &objects))
	tr := build(t, ptree.Defender(), ptree.Object(objects[0]), ptree.Object(objects[1]))
	assert.Equal(t, []string{"?[299]", "?[299]/bash[300] inferred", "?[299]/bash[300]/curl[301] observed", "?[299]/bash[300]/id[301] observed"}, paths(tr))
	assert.Equal(t, ptree.StartStated, tr.Process(3).StartFrom)
	assert.Equal(t, "bash -c x", tr.Process(2).CommandLine())
	assert.Equal(t, "deploy", tr.Process(2).User)
	assert.Equal(t, "2026-11-23T08:27:00.5Z", tr.Process(4).Time.Format(time.RFC3339Nano))
}

func TestOsquery(t *testing.T) {
	object := func(s string) ptree.Object {
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var o ptree.Object
		require.NoError(t, d.Decode(&o))
		return o
	}
	tr := build(t, ptree.Osquery(),
		object(`{"hostIdentifier":"web01","unixTime":1795422399,"columns":{"pid":"20","parent":"1","path":"/usr/sbin/cron","name":"cron","start_time":"1795422000"}}`),
		object(`{"hostIdentifier":"web01","columns":{"time":"1795422400","pid":"30","parent":"20","path":"/bin/sh","cmdline":"sh -c x","uid":"0","syscall":"execve"}}`),
		object(`{"hostIdentifier":"web01","columns":{"time":"1795422401","pid":"30","parent":"20","path":"/bin/sh","syscall":"exit_group","exit_code":"2"}}`),
		ptree.Row{"hostname": "web01", "time": "1795422402", "pid": "31", "parent": "20", "path": "/bin/ls"},
	)
	assert.Equal(t, []string{"?[1]", "?[1]/cron[20] inferred", "?[1]/cron[20]/sh[30] observed", "?[1]/cron[20]/ls[31] observed"}, paths(tr))
	assert.Equal(t, "2026-11-23T08:20:00Z", tr.Process(2).Start.Format(time.RFC3339))
	assert.Equal(t, int32(2), *tr.Process(3).ExitCode)
}

func TestWindows(t *testing.T) {
	tr := build(t, ptree.Windows(),
		ptree.Row{
			"EventID": "4688", "TimeGenerated": "2026-11-23T08:00:00Z", "Computer": "pc", "NewProcessId": "0x1a4", "ProcessId": "0x10", "NewProcessName": `C:\Windows\explorer.exe`,
			"ParentProcessName": `C:\Windows\userinit.exe`, "SubjectUserName": "ann", "SubjectUserSid": "S-1-5-21-1-2-3-1001", "SubjectLogonId": "0x3e7", "TargetUserName": "-",
		},
		ptree.Row{"EventID": "4688", "TimeGenerated": "2026-11-23T08:00:01Z", "Computer": "pc", "NewProcessId": "0x200", "ProcessId": "0x1a4", "NewProcessName": `C:\Windows\System32\cmd.exe`, "CommandLine": `"C:\Windows\System32\cmd.exe" /c dir`},
		ptree.Row{"EventID": "4689", "TimeGenerated": "2026-11-23T08:00:02Z", "Computer": "pc", "ProcessId": "0x200", "ProcessName": `C:\Windows\System32\cmd.exe`, "Status": "0xc0000005"},
		ptree.Row{"EventID": "4688", "TimeGenerated": "2026-11-23T08:00:03Z", "Computer": "pc", "NewProcessId": "0x200", "ProcessId": "0x1a4", "NewProcessName": `C:\x.exe`},
	)
	assert.Equal(t, []string{
		"userinit.exe[16]", "userinit.exe[16]/explorer.exe[420] inferred", "userinit.exe[16]/explorer.exe[420]/cmd.exe[512] observed",
		"userinit.exe[16]/explorer.exe[420]/x.exe[512] observed",
	}, paths(tr))
	assert.Equal(t, int32(-1073741819), *tr.Process(3).ExitCode)
	e := tr.Process(2).Entity()
	assert.Equal(t, uint32(420), e.ProcessID)
	assert.Equal(t, "S-1-5-21-1-2-3-1001", e.Account.SID)
	assert.Equal(t, "0x3e7", e.LogonSession.SessionID)
	assert.Equal(t, `C:\Windows\userinit.exe`, e.ParentProcess.ImageFile.Path())
	_, err := ptree.Windows().Events(ptree.Row{"EventID": "4624"})
	assert.ErrorIs(t, err, ptree.ErrNoProcess)
}

func TestSchemaErrors(t *testing.T) {
	s := ptree.SysmonLinux()
	for _, tc := range []struct {
		row  ptree.Fields
		want string
	}{
		{ptree.Row{}, "no process"},
		{ptree.Row{"ProcessId": "-1"}, "no process"},
		{ptree.Row{"ProcessId": "x\x1b"}, `column ProcessId: "x\\x1b": no process id`},
		{ptree.Row{"ProcessId": "1.5"}, "no process id"},
		{ptree.Row{"ProcessId": "99999999999"}, "no process id"},
		{ptree.Row{"ProcessId": "5", "UtcTime": "yesterday"}, "column UtcTime"},
		{ptree.Row{"ProcessId": "5", "UtcTime": "-7"}, "no time"},
		{ptree.Object{"ProcessId": []any{1}}, "no process"},
	} {
		_, err := s.Events(tc.row)
		assert.ErrorContains(t, err, tc.want)
	}
	ev, err := s.Events(ptree.Object{"ProcessId": int64(5), "ParentProcessId": 4, "EventID": true, "ProcessGuid": "{00000000-0000-0000-0000-000000000000}"})
	require.NoError(t, err)
	assert.Equal(t, []ptree.Event{{Kind: ptree.Seen, PID: 5, PPID: 4}}, ev)
}
