package geo_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

var update = flag.Bool("update", false, "write the golden files anew")

func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// TestEdges asks for the first and last address of every row and for their
// neighbours. The answers stand in testdata/edges.txt, which was read against
// the registries by hand.
func TestEdges(t *testing.T) {
	var out bytes.Buffer
	for _, b := range geo.Blocks() {
		fmt.Fprintf(&out, "%s %s (%s; %s)\n", b.Prefix, b.Kind, b.Name, b.Source)
		for _, a := range []netip.Addr{b.Prefix.Addr().Prev(), b.Prefix.Addr(), last(b.Prefix), last(b.Prefix).Next()} {
			if a.IsValid() {
				fmt.Fprintf(&out, "\t%s %s\n", a, geo.KindOf(a))
			}
		}
	}
	golden := filepath.Join("testdata", "edges.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}

func TestTable(t *testing.T) {
	blocks := geo.Blocks()
	assert.True(t, slices.IsSortedFunc(blocks, func(a, b geo.Block) int {
		return cmp.Or(a.Prefix.Addr().Compare(b.Prefix.Addr()), cmp.Compare(a.Prefix.Bits(), b.Prefix.Bits()))
	}))
	seen := map[netip.Prefix]bool{}
	rows4, rows6 := 0, 0
	for _, b := range blocks {
		assert.Equal(t, b.Prefix.Masked(), b.Prefix)
		assert.False(t, seen[b.Prefix], "%s twice", b.Prefix)
		seen[b.Prefix] = true
		assert.NotEmpty(t, b.Name)
		assert.NotEmpty(t, b.Source)
		assert.False(t, b.Kind.Lookupable(), "%s", b.Prefix)
		if b.Registry && b.Prefix.Addr().Is4() {
			rows4++
		} else if b.Registry {
			rows6++
		}
		got, ok := geo.BlockOf(b.Prefix.Addr())
		require.True(t, ok)
		assert.GreaterOrEqual(t, got.Prefix.Bits(), b.Prefix.Bits())
		assert.Equal(t, got.Kind, geo.KindOf(b.Prefix.Addr()))
	}
	assert.Equal(t, 26, rows4)
	assert.Equal(t, 25, rows6+1, "and the row of mapped addresses")
	blocks[0].Kind = "changed"
	assert.NotEqual(t, blocks[0], geo.Blocks()[0], "the table is not the caller's")
}

func TestKindOf(t *testing.T) {
	for text, want := range map[string]geo.Kind{
		"8.8.8.8": geo.Global, "1.1.1.1": geo.Global, "223.255.255.255": geo.Global, "2a00::1": geo.Global, "2000::": geo.Global,
		"10.1.2.3": geo.Private, "172.31.255.255": geo.Private, "172.32.0.0": geo.Global, "fd12::1": geo.Private, "fec0::1": geo.Private,
		"100.64.0.1": geo.CGNAT, "100.128.0.0": geo.Global, "127.0.0.53": geo.Loopback, "::1": geo.Loopback,
		"169.254.1.1": geo.LinkLocal, "fe80::1": geo.LinkLocal, "fe80::1%eth0": geo.LinkLocal,
		"168.63.129.16": geo.CloudPlatform, "169.254.169.254": geo.CloudPlatform, "fd00:ec2::254": geo.CloudPlatform,
		"203.0.113.66": geo.Documentation, "2001:db8::1": geo.Documentation, "3fff:fff:ffff::": geo.Documentation,
		"198.19.255.255": geo.Benchmarking, "224.0.0.251": geo.Multicast, "ff02::1": geo.Multicast,
		"0.0.0.0": geo.Unspecified, "::": geo.Unspecified, "0.1.2.3": geo.Reserved, "250.1.1.1": geo.Reserved, "255.255.255.255": geo.Broadcast,
		"2002:c000:201::1": geo.SixToFour, "2001:0:1::1": geo.Teredo, "64:ff9b::808:808": geo.NAT64, "4000::1": geo.Reserved, "::2": geo.Reserved,
		"::ffff:8.8.8.8": geo.Global, "::ffff:10.0.0.1": geo.Private, "::ffff:169.254.169.254": geo.CloudPlatform,
	} {
		assert.Equal(t, want, geo.KindOf(netip.MustParseAddr(text)), text)
		assert.Equal(t, want == geo.Global, geo.Lookupable(netip.MustParseAddr(text)), text)
	}
	assert.Equal(t, geo.Invalid, geo.KindOf(netip.Addr{}))
	assert.False(t, geo.Lookupable(netip.Addr{}))
}

// TestAgainstPython compares with what Python 3.11.7's ipaddress made of
// addresses in msticpy's get_ip_type; where ours differs it says why.
func TestAgainstPython(t *testing.T) {
	for _, tc := range []struct{ addr, python, ours, why string }{
		{"8.8.8.8", "Public", "", ""},
		{"::ffff:8.8.8.8", "Public", "", ""},
		{"2002::1", "Public", "", ""},
		{"64:ff9b::1", "Public", "", ""},
		{"10.0.0.1", "Private", "", ""},
		{"fc00::1", "Private", "", ""},
		{"::ffff:10.0.0.1", "Private", "", ""},
		{"0.0.0.0", "Unspecified", "", ""},
		{"::", "Unspecified", "", ""},
		{"224.0.0.1", "Multicast", "", ""},
		{"ff02::1", "Multicast", "", ""},
		{"169.254.1.1", "Link Local", "", ""},
		{"fe80::1", "Link Local", "", ""},
		{"127.0.0.1", "Loopback", "", ""},
		{"::1", "Loopback", "", ""},
		{"100.64.0.1", "Unspecified", "Private", "shared by customers, not unspecified"},
		{"168.63.129.16", "Public", "Link Local", "answers to the machine on it only"},
		{"192.0.0.8", "Public", "Reserved", "the dummy address is nobody's"},
		{"192.88.99.1", "Public", "", ""},
		{"4000::1", "Public", "Reserved", "not allocated"},
		{"0.1.2.3", "Private", "Reserved", "this network"},
		{"192.0.2.1", "Private", "Reserved", "documentation"},
		{"203.0.113.1", "Private", "Reserved", "documentation"},
		{"198.18.0.1", "Private", "Reserved", "benchmarking"},
		{"192.0.0.170", "Private", "Reserved", "a protocol's"},
		{"240.0.0.1", "Private", "Reserved", "reserved"},
		{"255.255.255.255", "Private", "Reserved", "broadcast"},
		{"2001:db8::1", "Private", "Reserved", "documentation"},
		{"2001::1", "Private", "Public", "Teredo is reached from everywhere"},
		{"100::1", "Private", "Reserved", "discard-only"},
	} {
		want := cmp.Or(tc.ours, tc.python)
		assert.Equal(t, want, geo.KindOf(netip.MustParseAddr(tc.addr)).Msticpy(), tc.addr)
		assert.Equal(t, tc.ours == "", tc.why == "", tc.addr)
	}
}

func TestEmbedded(t *testing.T) {
	for text, want := range map[string]string{
		"::ffff:192.0.2.33": "192.0.2.33", "64:ff9b::c000:221": "192.0.2.33", "2002:c000:221:1::1": "192.0.2.33",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2": "192.0.2.45",
		"192.0.2.33":                           "", "2001:db8::1": "", "64:ff9b:1::c000:221": "", "::192.0.2.33": "",
	} {
		got, ok := geo.Embedded(netip.MustParseAddr(text))
		assert.Equal(t, want != "", ok, text)
		if ok {
			assert.Equal(t, want, got.String(), text)
		}
	}
	_, ok := geo.Embedded(netip.Addr{})
	assert.False(t, ok)
}

func TestKindOfAllocatesNothing(t *testing.T) {
	a := netip.MustParseAddr("fe80::1%eth0")
	assert.Zero(t, testing.AllocsPerRun(100, func() { geo.KindOf(a) }))
}
