package geo_test

import (
	"encoding/csv"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

var note = regexp.MustCompile(` \[\d+\]`)

// TestRegistryText holds the table to the text of IANA's registries as of July
// 2026, row by row and both ways: block, name, RFCs. Where IANA calls a row
// globally reachable and we do not ask about it, the row is named here.
func TestRegistryText(t *testing.T) {
	ours := map[netip.Prefix]geo.Block{}
	for _, b := range geo.Blocks() {
		if b.Registry {
			ours[b.Prefix] = b
		}
	}
	rfc := regexp.MustCompile(`RFC ?\d+`)
	var reachable []string
	for _, file := range []string{"iana-ipv4-special-registry-1.csv", "iana-ipv6-special-registry-1.csv"} {
		f, err := os.Open(filepath.Join("testdata", file))
		require.NoError(t, err)
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, "Globally Reachable", rows[0][8])
		for _, row := range rows[1:] {
			for text := range strings.SplitSeq(note.ReplaceAllString(row[0], ""), ", ") {
				p := netip.MustParsePrefix(text)
				if text == "::ffff:0:0/96" {
					continue // unwrapped before the table is asked
				}
				b, ok := ours[p]
				if !assert.True(t, ok, "%s is not in the table", p) {
					continue
				}
				delete(ours, p)
				assert.Equal(t, strings.Trim(row[1], `"`), b.Name)
				for _, r := range rfc.FindAllString(row[2], -1) {
					assert.Contains(t, b.Source, "RFC "+strings.TrimPrefix(r, "RFC"), "%s", p)
				}
				assert.False(t, b.Kind.Lookupable())
				if row[8] == "True" {
					reachable = append(reachable, text)
				}
			}
		}
	}
	assert.Empty(t, ours, "rows that IANA does not have")
	assert.Equal(t, []string{
		"192.0.0.9/32", "192.0.0.10/32", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24", // anycast: whoever is nearest
		"64:ff9b::/96",                                    // stands for an IPv4 address, see Target
		"2001:1::1/128", "2001:1::2/128", "2001:1::3/128", // anycast
		"2001:3::/32", "2001:4:112::/48",
		"2001:20::/28", "2001:30::/28", // names, not places
		"2620:4f:8000::/48",
	}, reachable)
}
