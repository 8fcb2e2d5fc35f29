package logdir_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

const oneLine = "Nov 23 08:00:00 vm sshd[1]: hello\n"

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := logdir.Open(filepath.Join(dir, "gone"), logdir.Options{})
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "gone: no such file or folder: name a log file or a folder such as /var/log")

	_, err = logdir.Open(dir, logdir.Options{})
	assert.ErrorIs(t, err, logdir.ErrEmpty)
	assert.ErrorContains(t, err, dir+": the folder is empty")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("hello\nthere\n"), 0o600))
	_, err = logdir.Open(dir, logdir.Options{})
	assert.ErrorIs(t, err, logdir.ErrNoLogs)
	assert.ErrorContains(t, err, "text of no form that is read here")

	_, err = logdir.Open(filepath.Join(dir, "notes.txt"), logdir.Options{})
	assert.ErrorIs(t, err, logdir.ErrNoLogs)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "picture"), []byte("\x89PNG\x00\x00\x00\x01\x02\x03\x04\x05\x06"), 0o600))
	_, err = logdir.Open(dir, logdir.Options{})
	assert.ErrorContains(t, err, "in 2 files (notes.txt: text of no form that is read here): name the folder that holds auth.log")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "wtmp"), []byte("not utmp"), 0o600))
	_, err = logdir.Open(dir, logdir.Options{})
	assert.ErrorContains(t, err, "in 3 files (wtmp: holds no utmp records, though its name says so", "the file that should have been a log is named")

	for _, o := range []logdir.Options{{Include: []string{"[a"}}, {Year: -1}, {Year: 20_000}, {MaxFiles: -1}, {MaxLine: -1}, {MaxUnpacked: -1}} {
		_, err = logdir.Open(dir, o)
		assert.Error(t, err, "%+v", o)
	}
	if runtime.GOOS == "linux" {
		_, err = logdir.Open("/dev/null", logdir.Options{})
		assert.ErrorContains(t, err, "/dev/null: neither a file nor a folder")
	}
}

func TestOpenOneFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "auth.log"), []byte(oneLine), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "auth.log.1"), []byte(oneLine), 0o600))
	d, err := logdir.Open(filepath.Join(dir, "auth.log"), logdir.Options{})
	require.NoError(t, err)
	require.Len(t, d.Files(), 1)
	g := syslogOf(d, "", querytime.Window{})
	require.Len(t, g.refs, 1)
	assert.Equal(t, "auth.log:1", g.refs[0].String())
}

func TestWhatFilesAre(t *testing.T) {
	audit := "type=USER_END msg=audit(1795422396.123:77): pid=1 uid=0\n"
	rubbish := make([]byte, 5000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range rubbish {
		rubbish[i] = byte(rng.Uint32())
	}
	d := openFS(t, tree(map[string]string{
		"auth.log":               oneLine,
		"audit/audit.log":        audit,
		"audit/audit.log.1":      "node=vm " + audit,
		"collected-17":           audit, // by its content
		"renamed":                strings.Repeat(oneLine, 3),
		"hidden.dat":             gz(oneLine), // compressed under any name
		"syslog.1.xz":            xzip(oneLine),
		"syslog.2.zst":           zst(oneLine),
		"secure":                 "", // emptied: that says something
		"messages":               string(rubbish),
		"kern.log":               strings.Repeat("\x00", 4096) + "\n" + oneLine, // a crash leaves this
		"user.log":               "no header\nat all\n",                         // its name says what it should be
		"wtmp":                   strings.Repeat("nonsense ", 200),
		"lastlog":                strings.Repeat("\x00", 292),
		"journal/system.journal": "LPKSHHRH\x00\x00\x00\x00",
		"dpkg.log":               "2026-11-23 08:26:35 startup packages configure\n2026-11-23 08:26:36 status installed base-files:amd64 12.4\n",
		"old.zip":                "PK\x03\x04rest",
		"random.bin":             string(rubbish),
		"nothing":                "",
		"default/cron":           "# settings\nEXTRA_OPTS=\n", // a name that files other than logs have
		"changelog":              "-- Copyright --\n-- and so on --\n",
		"picture.icc":            "\x00\x00\x0b\xd0ADBE" + strings.Repeat("\x00\x02", 250),
	}), logdir.Options{})
	type what struct {
		kind   logdir.Kind
		packed string
		reason string
	}
	want := map[string]what{
		"auth.log":               {kind: logdir.KindSyslog},
		"audit/audit.log":        {kind: logdir.KindAudit},
		"audit/audit.log.1":      {kind: logdir.KindAudit},
		"collected-17":           {kind: logdir.KindAudit},
		"renamed":                {kind: logdir.KindSyslog},
		"hidden.dat":             {kind: logdir.KindSyslog, packed: "gzip"},
		"syslog.1.xz":            {kind: logdir.KindSyslog, packed: "xz"},
		"syslog.2.zst":           {kind: logdir.KindSyslog, packed: "zstd"},
		"secure":                 {kind: logdir.KindSyslog},
		"messages":               {reason: "holds binary data instead of log lines: check that it was copied whole and is not encrypted"},
		"kern.log":               {kind: logdir.KindSyslog},
		"user.log":               {kind: logdir.KindSyslog},
		"wtmp":                   {reason: "holds no utmp records, though its name says so: check that it was copied whole"},
		"lastlog":                {reason: "a table of last logons by user id; wtmp and btmp hold each logon"},
		"journal/system.journal": {reason: "the header of the journal is not one (EOF)", packed: "journal"},
		"dpkg.log":               {reason: "text of no form that is read here"},
		"old.zip":                {reason: "an archive: unpack it first"},
		"random.bin":             {reason: "binary data of no form that is read here"},
		"nothing":                {reason: "empty"},
		"default/cron":           {reason: "named like a system's log, but its first lines have no header of one"},
		"changelog":              {reason: "text of no form that is read here"},
		"picture.icc":            {reason: "binary data of no form that is read here"},
	}
	seen := map[string]what{}
	for _, f := range d.Files() {
		seen[f.Path] = what{f.Kind, f.Compression, f.Reason}
	}
	assert.Equal(t, want, seen)
	for name, w := range want {
		if w.reason != "" {
			assert.Equal(t, []string{name + ": " + w.reason}, statsOf(t, d, name).Errors)
			assert.Equal(t, logdir.NotRead, statsOf(t, d, name).Format)
		}
	}
	g := syslogOf(d, "", querytime.Window{})
	assert.Empty(t, g.errs)
	assert.Contains(t, g.raws, "no header")
}

// denied is a file system in which some files may not be read.
type denied struct {
	fstest.MapFS
	names map[string]bool
}

func (d denied) Open(name string) (fs.File, error) {
	if d.names[name] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.MapFS.Open(name)
}

func (d denied) Stat(name string) (fs.FileInfo, error) { return d.MapFS.Stat(name) }

func TestUnreadableFile(t *testing.T) {
	fsys := denied{tree(map[string]string{"auth.log": oneLine, "auth.log.1": oneLine, "secret": oneLine}), map[string]bool{"auth.log.1": true, "secret": true}}
	d := openFS(t, fsys, logdir.Options{})
	g := syslogOf(d, "", querytime.Window{})
	assert.Len(t, g.raws, 1, "the rest is still read")
	want := "auth.log.1 (byte 0): may not be read: run as root or read a copy that you own (permission denied)"
	assert.Equal(t, []string{want}, g.errs)
	assert.Equal(t, []string{want}, statsOf(t, d, "auth.log.1").Errors)
	assert.Equal(t, []string{"secret: may not be read: run as root or read a copy that you own (permission denied)"}, statsOf(t, d, "secret").Errors)

	_, err := logdir.OpenFS(denied{tree(map[string]string{"auth.log": oneLine}), map[string]bool{"auth.log": true}}, logdir.Options{})
	assert.ErrorIs(t, err, logdir.ErrNoLogs)
	assert.ErrorIs(t, err, fs.ErrPermission)
	assert.ErrorContains(t, err, "run as root")
}

func TestFileVanishes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "auth.log")
	require.NoError(t, os.WriteFile(path, []byte(oneLine), 0o600))
	d, err := logdir.Open(dir, logdir.Options{})
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	g := syslogOf(d, "", querytime.Window{})
	require.Len(t, g.errs, 1)
	assert.Contains(t, g.errs[0], "auth.log (byte 0): is gone: it was removed or rotated while reading")
	assert.Len(t, statsOf(t, d, "auth.log").Errors, 1)
}

func TestLinksAndPipes(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret.log"), []byte(oneLine), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "auth.log"), []byte(oneLine), 0o600))
	if err := os.Symlink(filepath.Join(outside, "secret.log"), filepath.Join(dir, "secure")); err != nil {
		t.Skip("no links here: ", err)
	}
	require.NoError(t, os.Symlink("auth.log", filepath.Join(dir, "current")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "syslog")))
	require.NoError(t, os.Symlink(".", filepath.Join(dir, "loop")))
	makePipe(t, filepath.Join(dir, "messages"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		d, err := logdir.Open(dir, logdir.Options{})
		if !assert.NoError(t, err) {
			return
		}
		g := syslogOf(d, "", querytime.Window{})
		assert.Len(t, g.raws, 1)
		reasons := map[string]string{}
		for _, f := range d.Files() {
			reasons[f.Path] = f.Reason
		}
		assert.Contains(t, reasons["secure"], "is a link that leads out of the folder and is not followed")
		assert.Contains(t, reasons["syslog"], "is gone")
		assert.Equal(t, "not a regular file", reasons["loop"])
		assert.Equal(t, "the same file as auth.log", reasons["current"])
		if runtime.GOOS == "linux" {
			assert.Equal(t, "not a regular file", reasons["messages"])
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("reading a folder with a pipe in it hangs")
	}
}

func TestLimitsAndInclude(t *testing.T) {
	files := tree(map[string]string{"a/auth.log": oneLine, "b/auth.log": oneLine, "c/secure": oneLine})
	d := openFS(t, files, logdir.Options{MaxFiles: 2})
	assert.Len(t, d.Files(), 2)
	st := d.Stats()
	assert.Equal(t, []string{logdir.ErrTooManyFiles.Error()}, st[len(st)-1].Errors)

	for pattern, want := range map[string]int{"auth.log": 2, "a/*": 1, "*/auth.log": 2, "sec*": 1} {
		d = openFS(t, files, logdir.Options{Include: []string{pattern}})
		n := 0
		for _, f := range d.Files() {
			if f.Kind != "" {
				n++
			}
		}
		assert.Equal(t, want, n, pattern)
	}
	_, err := logdir.OpenFS(files, logdir.Options{Include: []string{"nothing"}})
	assert.ErrorIs(t, err, logdir.ErrNoLogs)
	assert.ErrorContains(t, err, "not among the files to include")

	d = openFS(t, tree(map[string]string{"auth.log": oneLine + "Nov 23 08:00:01 vm sshd[1]: " + strings.Repeat("x", 500) + "\n" + oneLine}), logdir.Options{MaxLine: 100})
	g := syslogOf(d, "", querytime.Window{})
	assert.Len(t, g.raws, 3)
	assert.Equal(t, []string{"auth.log:2 (byte 34): line is longer than the limit and was cut"}, g.errs)
	assert.Equal(t, int64(1), statsOf(t, d, "auth.log").Truncated)
}

func TestJournalText(t *testing.T) {
	export := ""
	for i := range 5 {
		export += "__CURSOR=s=1;i=" + string(rune('a'+i)) + "\n__REALTIME_TIMESTAMP=179542239600000" + string(rune('0'+i)) +
			"\n_HOSTNAME=vm\nPRIORITY=6\nSYSLOG_IDENTIFIER=sshd\n_PID=77\n_UID=0\n_GID=0\n_COMM=sshd\n_EXE=/usr/sbin/sshd\nMESSAGE=Server listening on port " + string(rune('1'+i)) + ".\n\n"
	}
	json := `{"__REALTIME_TIMESTAMP":"1795422396000000","_HOSTNAME":"vm","SYSLOG_IDENTIFIER":"sshd","_PID":"77","MESSAGE":"Server listening on port 1."}` + "\n"
	short := "-- Boot 0123456789abcdef0123456789abcdef --\nNov 23 08:26:36 vm sshd[77]: Server listening on port 1.\n"
	for name, text := range map[string]string{"journal.export": export, "journal.json": json, "journal.txt": short} {
		d := openFS(t, tree(map[string]string{name: text}), logdir.Options{Year: 2026})
		g := syslogOf(d, "vm", querytime.Window{Start: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)})
		assert.Empty(t, g.errs, name)
		require.NotEmpty(t, g.times, name)
		assert.Equal(t, "2026-11-23 08:26:36", g.times[len(g.times)-1], name)
		raw, err := d.Raw(t.Context(), g.refs[len(g.refs)-1])
		require.NoError(t, err)
		assert.Equal(t, g.raws[len(g.raws)-1], string(raw), name)
	}
}
