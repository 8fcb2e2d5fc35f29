package logdir_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// long is a log of n lines that do not compress to nothing.
func long(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Nov 23 08:%02d:%02d vm sshd[%d]: line %d of many\n", i/60%60, i%60, i*7919%32768, i)
	}
	return b.String()
}

func TestCompressedForms(t *testing.T) {
	bz, err := os.ReadFile("testdata/syslog.3.bz2")
	require.NoError(t, err)
	text := long(5000)
	for name, data := range map[string]string{
		"auth.log.2.gz": gz(text), "auth.log.2.xz": xzip(text), "auth.log.2.zst": zst(text), "auth.log.2": gz(text[:777], text[777:]),
		"auth.log.2.gz padded": gz(text) + strings.Repeat("\x00", 512),
	} {
		g := syslogOf(openFS(t, tree(map[string]string{strings.Fields(name)[0]: data}), logdir.Options{}), "", querytime.Window{})
		assert.Empty(t, g.errs, name)
		assert.Equal(t, text, strings.Join(g.raws, "\n")+"\n", name)
	}
	g := syslogOf(openFS(t, fstest.MapFS{"syslog.3.bz2": {Data: bz}}, logdir.Options{}), "", querytime.Window{})
	assert.Empty(t, g.errs)
	assert.Equal(t, []string{"Nov 23 08:00:00 vm sshd[1]: hello", "Nov 23 08:00:01 vm sshd[1]: bye"}, g.raws)
}

func TestCutCompressedFile(t *testing.T) {
	text := long(5000)
	for name, data := range map[string]string{"gzip": gz(text), "xz": xzip(text), "zstd": zst(text)} {
		d := openFS(t, tree(map[string]string{"auth.log.2.gz": data[:len(data)*2/3], "auth.log": oneLine}), logdir.Options{})
		g := syslogOf(d, "", querytime.Window{})
		if name != "xz" { // its decoder keeps back up to a dictionary, 8 MiB
			assert.Greater(t, len(g.raws), 100, "%s: what can be read is read", name)
		}
		require.Len(t, g.errs, 1, name)
		assert.Contains(t, g.errs[0], "auth.log.2.gz (byte ", name)
		assert.Contains(t, g.errs[0], "the compressed data ends in the middle, the file is cut or still being written: copy it again", name)
		assert.Equal(t, g.errs, statsOf(t, d, "auth.log.2.gz").Errors)
		for i, raw := range g.raws {
			if i < len(g.raws)-2 { // the last line may be cut, and auth.log has one
				assert.Contains(t, text, raw+"\n")
			}
		}
	}
}

func TestDamagedMember(t *testing.T) {
	parts := []string{long(3000), long(4000), long(500)}
	first, second, third := gz(parts[0]), gz(parts[1]), gz(parts[2])
	for name, hurt := range map[string]func([]byte){
		"data":     func(b []byte) { copy(b[len(b)/2:], bytes.Repeat([]byte{0xff}, 64)) },
		"header":   func(b []byte) { b[0] = 0 },
		"checksum": func(b []byte) { b[len(b)-7] ^= 1 },
	} {
		t.Run(name, func(t *testing.T) {
			broken := []byte(second)
			hurt(broken)
			d := openFS(t, tree(map[string]string{"auth.log.2.gz": first + string(broken) + third}), logdir.Options{})
			g := syslogOf(d, "", querytime.Window{})
			require.Len(t, g.errs, 1)
			assert.Contains(t, g.errs[0], fmt.Sprintf("a part of the gzip data is damaged and was left out, reading goes on at compressed byte %d", len(first)+len(second)))
			all := strings.Join(g.raws, "\n") + "\n"
			assert.True(t, strings.HasPrefix(all, parts[0]))
			assert.True(t, strings.HasSuffix(all, "\n"+parts[2]), "the next member begins a line of its own")
			// references into what comes after the damage read back
			for i, ref := range g.refs {
				if i%500 == 0 || i > len(g.refs)-3 {
					raw, err := d.Raw(t.Context(), ref)
					require.NoError(t, err)
					assert.Equal(t, g.raws[i], string(raw))
				}
			}
		})
	}
	broken := []byte(gz(parts[0]))
	copy(broken[len(broken)/2:], bytes.Repeat([]byte{0xff}, 64))
	g := syslogOf(openFS(t, tree(map[string]string{"auth.log.2.gz": string(broken)}), logdir.Options{}), "", querytime.Window{})
	require.Len(t, g.errs, 1)
	assert.Contains(t, g.errs[0], "the data is damaged and was read up to here: copy it again or repair it")
	assert.NotEmpty(t, g.raws)
}

func TestGrowsOverTheLimit(t *testing.T) {
	text := strings.Repeat(oneLine, 100_000)
	for name, data := range map[string]string{"auth.log.2.gz": gz(text), "auth.log.2.xz": xzip(text), "auth.log.2.zst": zst(text)} {
		d := openFS(t, tree(map[string]string{name: data}), logdir.Options{MaxUnpacked: 1 << 20})
		g := syslogOf(d, "", querytime.Window{})
		require.Len(t, g.errs, 1)
		assert.Contains(t, g.errs[0], name+" (byte 1048576): "+logdir.ErrTooLarge.Error())
		assert.Equal(t, int64(1<<20), statsOf(t, d, name).Bytes)
	}
	// exactly the limit is no error, and plain files have none
	exact := text[:len(oneLine)*1000]
	for name, data := range map[string]string{"auth.log.1.gz": gz(exact), "auth.log.1": text} {
		g := syslogOf(openFS(t, tree(map[string]string{name: data}), logdir.Options{MaxUnpacked: int64(len(exact))}), "", querytime.Window{})
		assert.Empty(t, g.errs, name)
	}
}

func TestHugeDictionary(t *testing.T) {
	data := []byte(xzip(oneLine))
	at := bytes.Index(data, []byte{0x21, 0x01})
	require.Positive(t, at)
	data[at+2] = 40 // 4 GiB
	_, err := logdir.OpenFS(tree(map[string]string{"a": string(data)}), logdir.Options{})
	assert.ErrorContains(t, err, "xz: the dictionary is over 256 MiB")
}

// brokenDisk is a file system whose files cannot be read beyond a place.
type brokenDisk struct {
	fstest.MapFS
	at int64
}

func (b brokenDisk) Open(name string) (fs.File, error) {
	f, err := b.MapFS.Open(name)
	if info, serr := fs.Stat(b.MapFS, name); err != nil || serr != nil || info.IsDir() {
		return f, err
	}
	return &brokenFile{f, io.LimitReader(f, b.at)}, nil
}

type brokenFile struct {
	fs.File
	r io.Reader
}

func (b *brokenFile) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("input/output error")
	}
	return n, err
}

func TestReadErrorInTheMiddle(t *testing.T) {
	d := openFS(t, brokenDisk{tree(map[string]string{"auth.log": long(5000)}), 100_000}, logdir.Options{})
	g := syslogOf(d, "", querytime.Window{})
	require.Len(t, g.errs, 1)
	assert.Contains(t, g.errs[0], "auth.log (byte 100000): the data is damaged and was read up to here: copy it again or repair it (input/output error)")
	assert.Greater(t, len(g.raws), 1000)
}
