package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const log = `type=SYSCALL msg=audit(1795422399.049:605): arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=100 pid=101 auid=4294967295 uid=1001 gid=1001 euid=0 tty=(none) ses=2 comm="sh" exe="/usr/bin/dash" key="exec"
type=EXECVE msg=audit(1795422399.049:605): argc=3 a0="sh" a1="-c" a2=6964203E202F746D702F78
rubbish
type=CWD msg=audit(1795422399.049:605): cwd=2F746D702FFF1B5B324A3C2F7363726970743E
type=SOCKADDR msg=audit(1795422399.149:606): saddr=02002BCB7F0000010000000000000000
`

const want = `{"id":"1795422399.049:605","time":"2026-11-23T08:26:39.049Z","types":["SYSCALL","EXECVE","CWD"],"argv":["sh","-c","id > /tmp/x"],"cmdline":"sh -c id > /tmp/x","exe":"/usr/bin/dash","comm":"sh","pid":101,"ppid":100,"uid":1001,"euid":0,"gid":1001,"ses":2,"cwd":"/tmp/\\xff\u001b[2J</script>","success":"yes","exit":0,"syscall":"execve","result":"success","key":"exec","fields":{"arch":"x86_64","items":"2","argc":"3"}}
{"id":"1795422399.149:606","time":"2026-11-23T08:26:39.149Z","types":["SOCKADDR"],"saddr":{"family":"ipv4","addr":"127.0.0.1","port":11211}}
`

const (
	rows    = `{"RawData":"type=CWD msg=audit(1.001:1): cwd=\"/\""}` + "\n"
	wantRow = `{"id":"1.001:1","time":"1970-01-01T00:00:01.001Z","types":["CWD"],"cwd":"/"}` + "\n"
)

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.log")
	require.NoError(t, os.WriteFile(file, []byte(log), 0o600))
	for _, tc := range []struct {
		name           string
		args           []string
		stdin          string
		code           int
		stdout, stderr string
	}{
		{"file", []string{file}, "", 0, want, "1 lines not read"},
		{"stdin", []string{"-"}, log, 0, want, "stdin: 5 lines, 2 events, 1 lines not read"},
		{"bad lines", []string{"-bad", "-"}, log, 0, want, "stdin:3 (byte"},
		{"two files", []string{"-", file}, "", 0, want, "0 lines, 0 events"},
		{"help", []string{"-h"}, "", 0, "", "example:"},
		{"no file named", nil, "", 2, "", "name a log file"},
		{"unknown flag", []string{"-x"}, "", 2, "", "usage:"},
		{"missing file", []string{file + ".none", file}, "", 1, want, "audit.log.none"},
		{"rows", []string{"-"}, rows, 0, wantRow, "1 events"},
		{"rows in an array", []string{"-"}, "\n[\n " + rows + "]", 0, wantRow, "1 events"},
		{"dmesg is no array", []string{"-"}, "[    1.5] audit: type=1307 audit(1.001:1): cwd=\"/\"\n", 0, wantRow, "1 events"},
		{"rows that are told to be lines", []string{"-format", "log", "-"}, rows, 0, "", "1 lines not read"},
		{"wrong format", []string{"-format", "x", "-"}, "", 2, "", "-format"},
		{"empty", []string{"-"}, "", 0, "", "0 events"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			assert.Equal(t, tc.code, run(tc.args, strings.NewReader(tc.stdin), &out, &errs))
			assert.Equal(t, tc.stdout, out.String())
			assert.Contains(t, errs.String(), tc.stderr)
			for l := range strings.Lines(out.String()) {
				assert.True(t, json.Valid([]byte(l)))
			}
		})
	}
}
