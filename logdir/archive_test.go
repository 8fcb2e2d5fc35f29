package logdir_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

var archived = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// tarOf makes a tar of names and contents in turn; a name that ends in "->" is
// a link to the content.
func tarOf(t testing.TB, namesAndData ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(namesAndData); i += 2 {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: namesAndData[i], Size: int64(len(namesAndData[i+1])), Mode: 0o600, ModTime: archived}
		if name, ok := strings.CutSuffix(h.Name, "->"); ok {
			h.Typeflag, h.Name, h.Linkname, h.Size = tar.TypeSymlink, name, namesAndData[i+1], 0
		}
		require.NoError(t, w.WriteHeader(h))
		if h.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte(namesAndData[i+1]))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return b.String()
}

func zipOf(t testing.TB, namesAndData ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(namesAndData); i += 2 {
		h := &zip.FileHeader{Name: namesAndData[i], Method: zip.Deflate, Modified: archived}
		if name, ok := strings.CutSuffix(h.Name, "->"); ok {
			h.Name = name
			h.SetMode(os.ModeSymlink | 0o777)
		}
		f, err := w.CreateHeader(h)
		require.NoError(t, err)
		_, err = f.Write([]byte(namesAndData[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String()
}

func openData(t testing.TB, name, data string, o logdir.Options) (*logdir.Dir, error) {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(p, []byte(data), 0o600))
	return logdir.Open(p, o)
}

func TestArchives(t *testing.T) {
	old, now := "Dec 31 10:00:00 vm sshd[1]: old\n", "Jan  1 10:00:00 vm sshd[1]: new\n"+strings.ReplaceAll(long(3000), "Nov 23 08", "Jan  1 11")
	contents := []string{
		"var/log/auth.log", now, "./var/log/auth.log.1.gz", gz(old), "var/log/secure->", "auth.log",
		"/var/log/empty.log", "", "../../etc/cron.d/evil", now, "var/log/notes", "nothing here\n",
	}
	tarred, zipped := tarOf(t, contents...), zipOf(t, contents...)
	for name, data := range map[string]string{
		"logs.tar": tarred, "logs.tar.gz": gz(tarred), "logs.tgz": gz(tarred[:5000], tarred[5000:]), "logs.tar.xz": xzip(tarred), "logs.tar.zst": zst(tarred),
		"logs.zip": zipped, "misnamed.log": zipped,
	} {
		t.Run(name, func(t *testing.T) {
			d, err := openData(t, name, data, logdir.Options{})
			require.NoError(t, err)
			g := syslogOf(d, "", querytime.Window{})
			assert.Empty(t, g.errs)
			require.Len(t, g.raws, 3002)
			assert.Equal(t, "2025-12-31 10:00:00", g.times[0], "the archive's times tell the year")
			assert.Equal(t, "var/log/auth.log.1.gz:1", g.refs[0].String())
			assert.Equal(t, "var/log/auth.log:1", g.refs[1].String())
			for i := 0; i < len(g.refs); i += 100 {
				raw, err := d.Raw(t.Context(), g.refs[i])
				require.NoError(t, err)
				assert.Equal(t, g.raws[i], string(raw))
			}
			reasons := map[string]string{}
			for _, f := range d.Files() {
				assert.Equal(t, archived.Unix(), f.ModTime.Unix())
				if f.Reason != "" {
					reasons[f.Path] = f.Reason
				}
			}
			assert.Equal(t, map[string]string{
				"var/log/secure": "not a regular file", "var/log/empty.log": "empty", "var/log/notes": "text of no form that is read here",
				"member 5": `its name "../../etc/cron.d/evil" is no path inside the archive`,
			}, reasons)
		})
	}
}

func TestCutArchive(t *testing.T) {
	tarred := tarOf(t, "auth.log", long(2000), "syslog", long(20_000))
	for name, data := range map[string]string{"a.tar": tarred[:len(tarred)/2], "a.tar.gz": gz(tarred)[:len(gz(tarred))/2]} {
		d, err := openData(t, name, data, logdir.Options{})
		require.NoError(t, err)
		g := syslogOf(d, "", querytime.Window{})
		assert.Greater(t, len(g.raws), 2000, name)
		if name == "a.tar.gz" {
			assert.Contains(t, statsOf(t, d, name+" (the rest)").Errors[0], "ends in the middle, the file is cut or still being written: copy it again")
		}
	}
	_, err := openData(t, "a.zip", zipOf(t, "auth.log", long(2000))[:9000], logdir.Options{})
	assert.ErrorContains(t, err, "a.zip: the data is damaged")
}

func TestArchiveLimits(t *testing.T) {
	tarred := tarOf(t, "auth.log", oneLine, "syslog", strings.Repeat(oneLine, 100_000), "secure", oneLine)
	d, err := openData(t, "a.tar.gz", gz(tarred), logdir.Options{MaxArchive: 1 << 20})
	require.NoError(t, err)
	assert.Contains(t, statsOf(t, d, "a.tar.gz (the rest)").Errors[0], logdir.ErrTooLarge.Error())
	assert.Greater(t, len(syslogOf(d, "", querytime.Window{}).raws), 1)

	d, err = openData(t, "a.zip", zipOf(t, "syslog", strings.Repeat(oneLine, 100_000)), logdir.Options{MaxUnpacked: 1 << 20})
	require.NoError(t, err)
	g := syslogOf(d, "", querytime.Window{})
	require.Len(t, g.errs, 1)
	assert.Contains(t, g.errs[0], logdir.ErrTooLarge.Error())
	assert.Equal(t, int64(1<<20), statsOf(t, d, "syslog").Bytes)

	for name, data := range map[string]string{"a.tar": tarOf(t, "auth.log", oneLine, "b", "", "c", "", "d", ""), "a.zip": zipOf(t, "auth.log", oneLine, "b", "", "c", "", "d", "")} {
		d, err = openData(t, name, data, logdir.Options{MaxFiles: 2})
		require.NoError(t, err)
		assert.Len(t, d.Files(), 2)
		st := d.Stats()
		assert.Equal(t, []string{logdir.ErrTooManyFiles.Error()}, st[len(st)-1].Errors)
	}
}

func TestNothingStaysOpen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("counts open files in /proc")
	}
	count := func() int {
		names, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(names)
	}
	before := count()
	tarred := tarOf(t, "auth.log", long(2000), "auth.log.1.gz", gz(long(100)), "audit.log", "type=USER_END msg=audit(1795422396.123:77): pid=1 uid=0\n")
	for name, data := range map[string]string{
		"a.tar": tarred, "a.tar.gz": gz(tarred), "a.zip": zipOf(t, "auth.log", long(2000), "auth.log.1.zst", zst(long(100))), "auth.log": long(2000), "auth.log.1.zst": zst(long(2000)),
		"cut.tar.gz": gz(tarred)[:3000], "cut.zip": "PK\x03\x04nothing", "notes": "x",
	} {
		d, err := openData(t, name, data, logdir.Options{})
		if err != nil {
			continue
		}
		for range d.Syslog(t.Context(), "", querytime.Window{}) {
			break
		}
		for range d.Audit(t.Context(), "", querytime.Window{}) {
			break
		}
		g := syslogOf(d, "", querytime.Window{})
		_, err = d.Raw(t.Context(), g.refs[0])
		require.NoError(t, err)
	}
	assert.Equal(t, before, count())
}
