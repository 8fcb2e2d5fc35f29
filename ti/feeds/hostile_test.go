package feeds_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

// endless is a file that never ends.
type endless string

func (e endless) Read(b []byte) (int, error) {
	n := 0
	for n+len(e) <= len(b) {
		n += copy(b[n:], e)
	}
	if n == 0 {
		n = copy(b, e)
	}
	return n, nil
}

// Input without end, and input made to be slow, costs what the limits allow.
func TestHostileInputIsBounded(t *testing.T) {
	o := feeds.Options{Now: now, MaxFile: 256 << 10, MaxRecord: 64 << 10}
	for name, r := range map[string]io.Reader{
		"no lines":        io.MultiReader(strings.NewReader("203.0.113.9\n"), endless("a")),
		"quotes":          io.MultiReader(strings.NewReader("ip,comment\n"), endless("203.0.113.9,\"x\n")),
		"JSON text":       io.MultiReader(strings.NewReader(`{"type":"bundle","objects":["`), endless("a")),
		"JSON depth":      endless("["),
		"JSON objects":    endless(`{"a":`),
		"JSON blanks":     io.MultiReader(strings.NewReader("["), endless(" \n")),
		"JSON commas":     io.MultiReader(strings.NewReader("[1"), endless(",1")),
		"escapes":         io.MultiReader(strings.NewReader(`["`), endless(`\`)),
		"MISP attributes": io.MultiReader(strings.NewReader(`{"Event":{"info":"x","Attribute":[{"type":"md5","value":"x"}`), endless(`,{"type":"ip-dst","value":"203.0.113.9"}`)),
		"STIX objects":    io.MultiReader(strings.NewReader(`{"type":"bundle","objects":[{}`), endless(`,{"type":"indicator","pattern":"[a:b = 1]"}`)),
		"bad lines":       io.MultiReader(strings.NewReader("203.0.113.9\n203.0.113.10\n"), endless("%%\n")),
		"hosts":           endless("0.0.0.0 a.example b.example\n"),
		"ranges":          endless("1.0.0.1-255.255.255.254\n"),
		"names":           endless(strings.Repeat("a.", 100) + "example\n"),
		"IDN":             endless(strings.Repeat("\u00fc", 60) + ".example\n"),
	} {
		start := time.Now()
		set, err := feeds.LoadReader(r, "x", o)
		require.NoError(t, err, name)
		f := set.Files()[0]
		assert.Error(t, f.Err, name)
		assert.LessOrEqual(t, f.Stats.Bytes, o.MaxFile, name)
		assert.LessOrEqual(t, len(f.Stats.Errors), 21, name)
		assert.Less(t, time.Since(start), 20*time.Second, name)
	}
}

func TestHostilePatterns(t *testing.T) {
	many := func(n int, s, sep string) string { return strings.TrimSuffix(strings.Repeat(s+sep, n), sep) }
	for name, pattern := range map[string]string{
		"and":       "[" + many(20000, "a:b = 'xxxxxxxxxxxxxxxxxxxx'", " AND ") + "]",
		"hashes":    "[" + many(10000, "file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'", " AND ") + "]",
		"one large": "[(" + many(10000, "a:b = 'xxxxxxxxxxxxxxxxxxxx'", " OR ") + ") AND " + many(10000, "ipv4-addr:value = '203.0.113.9'", " AND ") + "]",
		"deep":      many(60, "(", "") + "[a:b = 1]" + many(60, ") AND [ipv4-addr:value = '203.0.113.9']", ""),
		"too deep":  strings.Repeat("(", 100000),
		"IN":        "[ipv4-addr:value IN (" + many(40000, "'203.0.113.9'", ",") + ")]",
	} {
		start := time.Now()
		set, err := feeds.LoadReader(strings.NewReader(bundle(stix(1, "2026-01-01T00:00:00Z", pattern, ""))), "x", options)
		require.NoError(t, err, name)
		assert.NoError(t, set.Files()[0].Err, name)
		assert.Less(t, time.Since(start), 20*time.Second, name)
	}
}

func packed(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if name == "" {
		z := gzip.NewWriter(&b)
		_, err := z.Write(data)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return b.Bytes()
	}
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestArchives(t *testing.T) {
	list := []byte("203.0.113.9\n")
	bomb := bytes.Repeat([]byte("203.0.113.9\n"), 1<<20)
	gz := packed(t, "", list)
	m := fstest.MapFS{
		"a.gz":      {Data: gz},
		"b.zip":     {Data: packed(t, "../../etc/list.txt", list)},
		"c.zip.gz":  {Data: packed(t, "", packed(t, "in.txt", list))},
		"d.zip":     {Data: packed(t, "in.gz", gz)},
		"e.gz":      {Data: packed(t, "", packed(t, "", packed(t, "", list)))},
		"f.gz":      {Data: packed(t, "", bomb)},
		"g.zip":     {Data: packed(t, "bomb", bomb)},
		"h.gz":      {Data: gz[:len(gz)-10]},
		"i.zip":     {Data: []byte("PK\x03\x04 and no more")},
		"j.zip":     {Data: packed(t, "x.zip", packed(t, "y.zip", packed(t, "z.txt", list)))},
		".hidden":   {Data: list},
		"README.md": {Data: list},
	}
	set, err := feeds.Load(m, feeds.Options{Now: now, MaxFile: 1 << 20})
	require.NoError(t, err)
	var got []string
	for _, f := range set.Files() {
		got = append(got, fmt.Sprintf("%s %d %t", f.Name, f.Stats.Entries, f.Err == nil))
	}
	assert.Equal(t, []string{
		"a.gz 1 true", "b.zip/../../etc/list.txt 1 true", "c.zip.gz/in.txt 1 true", "d.zip/in.gz 1 true",
		"e.gz 0 false", "f.gz 1 false", "g.zip/bomb 1 false", "h.gz 1 false", "i.zip 0 false", "j.zip/x.zip/y.zip 0 false",
	}, got)
	assert.ErrorIs(t, set.Files()[5].Err, feeds.ErrFileSize)
}

func TestLimits(t *testing.T) {
	m := fstest.MapFS{}
	for i := range 5 {
		m[fmt.Sprintf("%d.txt", i)] = &fstest.MapFile{Data: []byte(addresses(100 * (i + 1))[i*1000:])}
	}
	set, err := feeds.Load(m, feeds.Options{MaxEntries: 50})
	require.NoError(t, err)
	assert.Equal(t, 50, set.Len())
	require.Len(t, set.Files(), 1)
	assert.ErrorIs(t, set.Files()[0].Err, feeds.ErrFull)

	set, err = feeds.Load(m, feeds.Options{MaxFiles: 2})
	require.NoError(t, err)
	require.Len(t, set.Files(), 3)
	assert.ErrorIs(t, set.Files()[2].Err, feeds.ErrFiles)

	set, err = feeds.Load(m, feeds.Options{MaxTotal: 2000})
	require.NoError(t, err)
	require.Len(t, set.Files(), 5)
	assert.ErrorIs(t, set.Files()[4].Err, feeds.ErrFileSize)

	set, err = feeds.Load(fstest.MapFS{}, feeds.Options{})
	require.NoError(t, err)
	assert.Zero(t, set.Len())
	hits, ok := set.Lookup(ioc.IPv4, "203.0.113.9")
	assert.True(t, ok)
	assert.Empty(t, hits)
}
