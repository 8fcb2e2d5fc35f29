package logdir_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// countingFS counts the bytes that are read of each file.
type countingFS struct {
	fstest.MapFS
	mu   sync.Mutex
	read map[string]int64
}

func (c *countingFS) Open(name string) (fs.File, error) {
	f, err := c.MapFS.Open(name)
	return countingFile{f, name, c}, err
}

// take returns what was read since it was called last.
func (c *countingFS) take() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	read := c.read
	c.read = map[string]int64{}
	return read
}

type countingFile struct {
	fs.File
	name string
	of   *countingFS
}

func (f countingFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	f.of.read[f.name] += int64(n)
	return n, err
}

func (f countingFile) Seek(off int64, whence int) (int64, error) {
	return f.File.(io.Seeker).Seek(off, whence)
}

// manyLines are lines of hosts, in order, so many of each.
func manyLines(n int, hosts ...string) string {
	var b strings.Builder
	for i, host := range hosts {
		for k := range n {
			fmt.Fprintf(&b, "2026-11-%02dT%02d:%02d:%02d+00:00 %s sshd[%d]: Failed password for root from 192.0.2.1 port 1 ssh2\n", 10+i, k/3600%24, k/60%60, k%60, host, k)
		}
	}
	return b.String()
}

func digestsOf(ctx context.Context, d *logdir.Dir) map[string]evidence.Digest {
	out := map[string]evidence.Digest{}
	for s := range d.Digests(ctx) {
		out[s.File] = s
	}
	return out
}

func onePassFiles() fstest.MapFS {
	plain, packed := manyLines(4000, "a", "b", "b"), manyLines(5000, "c")
	audit := strings.Repeat("type=USER_END msg=audit(1795422396.123:77): pid=1 uid=0\n", 3000)
	m := tree(map[string]string{
		"auth.log": plain, "auth.log.2.gz": gz(packed), "audit.log": audit, "wtmp": strings.Repeat("\x00", 384),
		"auth.log.3.gz": gz(packed)[:200], "notes.txt": "nothing",
	})
	m["wtmp"] = &fstest.MapFile{Data: bytes.Repeat(append([]byte{7, 0, 0, 0, 1, 0, 0, 0}, make([]byte, 376)...), 40)}
	return m
}

// TestEachByteIsReadOnce: hosts, lines and sums come from one reading.
func TestEachByteIsReadOnce(t *testing.T) {
	fsys := &countingFS{MapFS: onePassFiles()}
	fsys.take()
	d, err := logdir.OpenFS(fsys, logdir.Options{})
	require.NoError(t, err)
	fsys.take()
	likely := d.LikelyHosts()
	for range d.Syslog(t.Context(), "a", querytime.Window{}) {
	}
	for range d.Audit(t.Context(), "a", querytime.Window{}) {
	}
	for range d.Logins(t.Context(), "a", querytime.Window{}) {
	}
	hosts, err := d.Hosts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "c", "a"}, hosts)
	assert.ElementsMatch(t, hosts, likely)
	sums := digestsOf(t.Context(), d)
	read := fsys.take()
	delete(read, "auth.log.3.gz") // damaged: read again for its sum
	for name, n := range read {
		assert.EqualValues(t, len(fsys.MapFS[name].Data), n, name)
	}
	assert.Len(t, read, 4)
	done, total := d.Position()
	assert.Equal(t, total, done)

	// the same as each by itself
	alone, err := logdir.OpenFS(onePassFiles(), logdir.Options{})
	require.NoError(t, err)
	assert.Equal(t, digestsOf(t.Context(), alone), sums)
	alone, err = logdir.OpenFS(onePassFiles(), logdir.Options{})
	require.NoError(t, err)
	again, err := alone.Hosts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, hosts, again)
	for name, s := range sums {
		sum := sha256.Sum256(fsys.MapFS[name].Data)
		assert.Equal(t, hex.EncodeToString(sum[:]), s.SHA256, name)
	}
	sum := sha256.Sum256([]byte(manyLines(5000, "c")))
	assert.Equal(t, hex.EncodeToString(sum[:]), sums["auth.log.2.gz"].ContentSHA256)
	assert.Empty(t, sums["auth.log.3.gz"].ContentSHA256, "damaged")
}

// TestOnePassOfAPart: what a window, a stop or ctx leave unread is read when it
// is asked for.
func TestOnePassOfAPart(t *testing.T) {
	want := func() (map[string]evidence.Digest, []string) {
		d, err := logdir.OpenFS(onePassFiles(), logdir.Options{})
		require.NoError(t, err)
		hosts, err := d.Hosts(t.Context())
		require.NoError(t, err)
		return digestsOf(t.Context(), d), hosts
	}
	sums, hosts := want()
	late, err := querytime.Parse("2026-11-25T00:00/2026-11-26T00:00", time.Time{}, time.UTC)
	require.NoError(t, err)
	for name, read := range map[string]func(*logdir.Dir){
		"outside the window": func(d *logdir.Dir) {
			for range d.Syslog(t.Context(), "", late) {
			}
		},
		"stopped": func(d *logdir.Dir) {
			n := 0
			for range d.Syslog(t.Context(), "", querytime.Window{}) {
				if n++; n == 4321 {
					break
				}
			}
		},
		"at once": func(d *logdir.Dir) {
			for range d.Syslog(t.Context(), "", querytime.Window{}) {
				break
			}
		},
		"cancelled": func(d *logdir.Dir) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range d.Syslog(ctx, "", querytime.Window{}) {
				cancel()
			}
			known := digestsOf(ctx, d)
			assert.Less(t, len(known), len(sums))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := logdir.OpenFS(onePassFiles(), logdir.Options{})
			require.NoError(t, err)
			read(d)
			done, total := d.Position()
			assert.LessOrEqual(t, done, total)
			assert.Subset(t, hosts, d.LikelyHosts())
			got, err := d.Hosts(t.Context())
			require.NoError(t, err)
			assert.Equal(t, hosts, got)
			assert.Equal(t, sums, digestsOf(t.Context(), d))
			done, total = d.Position()
			assert.Equal(t, total, done)
		})
	}
}

func TestLikelyHostsKnowsTheEnds(t *testing.T) {
	middle := manyLines(1500, "first") + manyLines(9000, "middle") + manyLines(3000, "last")
	d := openFS(t, tree(map[string]string{"auth.log": middle, "small.log": manyLines(5, "rare")}), logdir.Options{})
	assert.Equal(t, []string{"first", "last", "rare"}, d.LikelyHosts(), "of what it saw, without the line that the first 64 KiB cut")
	hosts, err := d.Hosts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"middle", "last", "first", "rare"}, hosts)
	assert.Equal(t, hosts, d.LikelyHosts(), "all is known now")
}
