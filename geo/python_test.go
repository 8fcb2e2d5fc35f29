package geo_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

const script = `
import ipaddress, platform, sys
print(platform.python_version())
for line in sys.stdin:
    a = ipaddress.ip_address(line.strip())
    print(*(w for w in ("global", "multicast", "loopback", "link_local", "unspecified") if getattr(a, "is_" + w)))
`

// python says why Python's ipaddress and we differ on what is global, for all
// addresses of a block of the table. Python's answers changed with 3.11.10,
// 3.12.4 and 3.13, so a row can be needed for some versions only.
var python = map[string]string{
	"multicast":         "is_global is true for groups; nobody owns one",
	"reserved unlisted": "IPv6 outside 2000::/3 is not given out; Python knows only parts of it",
	"168.63.129.16/32":  "the registry knows no cloud platforms; each virtual machine has its own there",
	"192.0.0.0/24":      "not global before 3.12.4 as a whole; ours says what each row is for",
	"192.0.0.9/32":      "an anycast address: globally reachable, but nobody's",
	"192.0.0.10/32":     "an anycast address: globally reachable, but nobody's",
	"192.31.196.0/24":   "AS112: globally reachable, but whoever is nearest answers",
	"192.52.193.0/24":   "AMT: globally reachable, but whoever is nearest answers",
	"192.88.99.0/24":    "6to4 relays: whoever is nearest, and not any more",
	"192.88.99.2/32":    "6a44 relays: whoever is nearest",
	"192.175.48.0/24":   "AS112: globally reachable, but whoever is nearest answers",
	"192.0.0.8/32":      "a dummy address is nobody's; Python before 3.12.4 has no row for it",
	"::/96":             "deprecated form of IPv4 addresses; Python has no row for it",
	"64:ff9b::/96":      "a translator's address stands for an IPv4 address: ask about that one (Embedded, Target)",
	"64:ff9b:1::/48":    "a translator within one network; Python has it since 3.11.10",
	"100:0:0:1::/64":    "a dummy prefix, registered in 2025",
	"2001::/23":         "protocols: what is not in a row of its own is not given out",
	"2001:1::1/128":     "an anycast address: globally reachable, but nobody's",
	"2001:1::2/128":     "an anycast address: globally reachable, but nobody's",
	"2001:1::3/128":     "an anycast address: globally reachable, but nobody's",
	"2001:3::/32":       "AMT: globally reachable, but whoever is nearest answers",
	"2001:4:112::/48":   "AS112: globally reachable, but whoever is nearest answers",
	"2001:20::/28":      "ORCHIDv2 are names of hosts, not places in the network",
	"2001:30::/28":      "DETs are names of drones, not places in the network",
	"2002::/16":         "6to4 carries an IPv4 address: ask about that one (Embedded, Target)",
	"2620:4f:8000::/48": "AS112: globally reachable, but whoever is nearest answers",
	"3fff::/20":         "documentation, registered in 2024",
	"5f00::/16":         "SRv6 segments, registered in 2024",
	"fec0::/10":         "site-local addresses are deprecated, but meant what private ones do",
}

// TestAgainstPythonItself compares the first and last address of every row,
// their neighbours, and many others, with the python3 of the machine.
func TestAgainstPythonItself(t *testing.T) {
	exe, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	var addrs []netip.Addr
	for _, b := range geo.Blocks() {
		addrs = append(addrs, b.Prefix.Addr().Prev(), b.Prefix.Addr(), last(b.Prefix), last(b.Prefix).Next())
	}
	rnd := rand.New(rand.NewPCG(1, 2)) // the same addresses each time
	for range 20_000 {
		v4 := netip.AddrFrom4([4]byte{byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32())})
		var b [16]byte
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		if rnd.IntN(2) == 0 {
			b[0] = 0x20 // 2000::/8, where most rows are
		}
		addrs = append(addrs, v4, netip.AddrFrom16(b))
	}
	// Python gives mapped addresses their own row before 3.13; ours are unwrapped.
	addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return !a.IsValid() || a.Is4In6() })
	var in bytes.Buffer
	for _, a := range addrs {
		fmt.Fprintln(&in, a)
	}
	cmd := exec.CommandContext(t.Context(), exe, "-c", script)
	cmd.Stdin = &in
	out, err := cmd.Output()
	require.NoError(t, err)
	version, answers, _ := strings.Cut(string(out), "\n")
	lines := strings.Split(strings.TrimSuffix(answers, "\n"), "\n")
	require.Len(t, lines, len(addrs))
	used := map[string]int{}
	for i, a := range addrs {
		says := strings.Fields(lines[i])
		kind := geo.KindOf(a)
		row := "reserved unlisted"
		if b, ok := geo.BlockOf(a); ok {
			row = b.Prefix.String()
		}
		if kind == geo.Multicast {
			row = "multicast"
		}
		if slices.Contains(says, "global") != kind.Lookupable() {
			used[row]++
			assert.Contains(t, python, row, "%s is %s for us, and %q for Python %s", a, kind, says, version)
		}
		assert.Equal(t, slices.Contains(says, "multicast"), kind == geo.Multicast, a)
		assert.Equal(t, slices.Contains(says, "loopback"), kind == geo.Loopback, a)
		assert.Equal(t, slices.Contains(says, "unspecified"), kind == geo.Unspecified, a)
		if kind != geo.CloudPlatform { // which Python does not know
			assert.Equal(t, slices.Contains(says, "link_local"), kind == geo.LinkLocal, a)
		}
	}
	t.Logf("Python %s: %d addresses; differences by row: %v", version, len(addrs), used)
}
