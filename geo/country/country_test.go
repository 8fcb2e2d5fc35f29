package country

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open()
	require.NoError(t, err)
	return db
}

func TestLocate(t *testing.T) {
	db := open(t)
	assert.Equal(t, "2026-06-17", db.Date().Format("2006-01-02"))
	for addr, want := range map[string]string{
		"8.8.8.8": "US", "::ffff:8.8.8.8": "US", "64:ff9b::808:808": "US", "2001:4860:4860::8888": "US",
		"193.0.6.139": "NL", "2001:67c:2e8:22::c100:68b": "NL",
		"203.0.113.66": "", "10.0.0.1": "", "0.0.0.0": "", "255.255.255.255": "", "::": "", "ff02::1": "", "2001:db8::1": "", "4000::1": "",
	} {
		info, err := db.Locate(netip.MustParseAddr(addr))
		require.NoError(t, err)
		assert.Equal(t, want, info.Place.CountryCode, addr)
		assert.Equal(t, want == "", info.IsZero(), addr)
		if want != "" {
			assert.Equal(t, geo.Country, info.Place.Precision, "a middle, not a place")
			assert.Equal(t, Source, info.Place.Source)
		}
	}
	info, err := db.Locate(netip.Addr{})
	require.NoError(t, err)
	assert.True(t, info.IsZero())
	var nameless []string
	for _, p := range db.places[1:] {
		if p.Country == "" {
			nameless = append(nameless, p.CountryCode)
		}
	}
	assert.Equal(t, []string{"AN"}, nameless, "the Netherlands Antilles are no more")
}

func TestSize(t *testing.T) {
	assert.Less(t, len(file), 6<<20, "the limit that was set for it")
	assert.Less(t, len(file), 600<<10, "the size that doc.go states")
}

// TestAgainstSource asks for both ends of every network of the package that
// the table was made from. It needs the folder that '.ci/run setup' fills.
func TestAgainstSource(t *testing.T) {
	folder := filepath.Join("..", "..", ".ci", "out", "npm", "node_modules", "@ip-location-db", "geo-whois-asn-country-mmdb")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("needs the npm packages that '.ci/run setup' fetches: ", err)
	}
	db := open(t)
	for _, version := range []string{"ipv4", "ipv6"} {
		source, err := maxminddb.Open(filepath.Join(folder, "geo-whois-asn-country-"+version+".mmdb"))
		require.NoError(t, err)
		networks, small := 0, 0
		for n := range source.Networks() {
			var code string
			if err := n.DecodePath(&code, "country_code"); err != nil {
				t.Fatal(err)
			}
			p := n.Prefix()
			networks++
			if p.Bits() > 64 {
				small++ // the table has one answer for each /64
				continue
			}
			for _, a := range []netip.Addr{p.Addr(), last(p)} {
				info, err := db.Locate(a)
				if err != nil || info.Place.CountryCode != code && geo.Lookupable(a) {
					t.Fatalf("%s: %q, not %q (%v)", a, info.Place.CountryCode, code, err)
				}
			}
		}
		assert.Greater(t, networks, 100_000)
		assert.Less(t, small, networks/10)
		t.Logf("%s: %d networks, %d smaller than /64 left out", version, networks, small)
		require.NoError(t, source.Close())
	}
}

func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

func TestDamaged(t *testing.T) {
	for name, data := range map[string]string{
		"empty":       "",
		"other":       "\xab\xcd\xefMaxMind.com",
		"no date":     "tuxtrail countries 1 soon\n",
		"only header": "tuxtrail countries 1 2026-01-01\n",
		"truncated":   string(file[:len(file)/2]),
		"not deflate": "tuxtrail countries 1 2026-01-01\n\xff\xff\xff",
	} {
		_, err := decode([]byte(data))
		require.ErrorIs(t, err, errDamaged, name)
	}
	_, err := decode(append(bytes.Clone(file[:len(file)-3]), 0, 0, 0))
	require.Error(t, err)
}

func FuzzColumn(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0})
	f.Add([]byte{2, 0, 8, 0, 1, 0, 1})
	f.Add([]byte{3, 0, 63, 63, 0, 1, 1, 0, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		c, rest, err := decodeColumn[uint32](data, 3)
		if err == nil {
			require.NotEmpty(t, c.starts)
			require.Len(t, c.codes, len(c.starts))
			require.Less(t, len(rest), len(data))
			require.Equal(t, c.codes[0], c.find(0))
			require.Equal(t, c.codes[len(c.codes)-1], c.find(1<<32-1))
			for i, s := range c.starts {
				require.Equal(t, c.codes[i], c.find(s))
			}
		}
		if c, _, err := decodeColumn[uint64](data, 3); err == nil {
			c.find(1<<64 - 1)
		}
	})
}

func BenchmarkLocate(b *testing.B) {
	db := open(b)
	var raw [4]byte
	x := uint32(1)
	b.ReportAllocs()
	for b.Loop() {
		x = x*1664525 + 1013904223
		binary.BigEndian.PutUint32(raw[:], x)
		if _, err := db.Locate(netip.AddrFrom4(raw)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(file); err != nil {
			b.Fatal(err)
		}
	}
}

func TestLocateAllocatesNothing(t *testing.T) {
	db := open(t)
	a := netip.MustParseAddr(strings.Repeat("8.", 3) + "8")
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = db.Locate(a) }))
}
