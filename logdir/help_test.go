package logdir_test

import (
	"bytes"
	"context"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// tree makes a file system of names and contents.
func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, data := range files {
		m[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o600}
	}
	return m
}

func openFS(t testing.TB, fsys fs.FS, o logdir.Options) *logdir.Dir {
	t.Helper()
	d, err := logdir.OpenFS(fsys, o)
	require.NoError(t, err)
	return d
}

type got struct {
	raws  []string
	times []string
	refs  []evidence.Ref
	errs  []string
}

func syslogOf(d *logdir.Dir, host string, w querytime.Window) (g got) {
	for r, err := range d.Syslog(context.Background(), host, w) {
		if err != nil {
			g.errs = append(g.errs, err.Error())
		}
		if r.Raw != "" {
			g.raws = append(g.raws, r.Raw)
			g.times = append(g.times, r.Time.Format(time.DateTime))
			g.refs = append(g.refs, r.Ref)
		}
	}
	return g
}

func statsOf(t testing.TB, d *logdir.Dir, name string) evidence.Stats {
	t.Helper()
	for _, s := range d.Stats() {
		if s.File == name {
			return s
		}
	}
	t.Fatalf("no stats of %s", name)
	return evidence.Stats{}
}

func gz(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(p))
		_ = w.Close()
	}
	return b.String()
}

func zst(s string) string {
	var b bytes.Buffer
	w, _ := zstd.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func xzip(s string) string {
	var b bytes.Buffer
	w, _ := xz.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}
