package feeds_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

// fuzzed are limits that keep hostile input quick.
var fuzzed = feeds.Options{Now: now, MaxFile: 1 << 20, MaxTotal: 1 << 20, MaxRecord: 64 << 10, MaxFiles: 20}

// FuzzReader reads any bytes as any file, and holds what is true of every
// entry: its value is found again, in whatever case it is asked, and the
// reference lies in the file. The set has what the slow reference has.
func FuzzReader(f *testing.F) {
	err := fs.WalkDir(os.DirFS("testdata/intel"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(os.DirFS("testdata/intel"), name)
		f.Add(name, data)
		return err
	})
	require.NoError(f, err)
	f.Add("x", []byte("\xff\xfe1\x00.\x00"))
	f.Add("x.json", []byte(strings.Repeat("[", 1000)))
	f.Add("x.json", []byte(`{"objects":[{"type":"indicator","pattern":"`+strings.Repeat("(", 300)+`"}]}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if len(data) > 64<<10 || len(name) > 100 {
			return
		}
		r := feeds.NewReader(strings.NewReader(string(data)), name, fuzzed)
		var entries []feeds.Entry
		errs := int64(0)
		for e, err := range r.All() {
			if err != nil {
				if le, ok := errors.AsType[*evidence.LineError](err); ok {
					assert.LessOrEqual(t, le.Offset, int64(len(data)))
				}
				errs++
				continue
			}
			assert.True(t, e.Ref.Offset >= 0 && e.Ref.Offset <= int64(len(data)), "%+v", e)
			assert.Equal(t, int64(1+strings.Count(string(data[:min(int(e.Ref.Offset), len(data))]), "\n")), e.Ref.Line, "%+v", e)
			assert.True(t, e.Severity >= 0 && e.Severity <= 3)
			assert.True(t, e.Confidence >= 0 && e.Confidence <= 100)
			entries = append(entries, e)
		}
		st := r.Stats()
		assert.EqualValues(t, len(entries), st.Records)
		assert.GreaterOrEqual(t, st.Unknown+1, errs, "what is broken is counted")

		set, err := feeds.LoadReader(strings.NewReader(string(data)), name, fuzzed)
		require.NoError(t, err)
		kept := map[string]bool{}
		for e := range set.All() {
			kept[string(e.Type)+" "+e.Value] = true
			if e.Digest || e.NotSelf || e.Prefix {
				continue
			}
			for _, v := range []string{e.Value, otherCase(e.Type, e.Value)} {
				hits, ok := set.Lookup(e.Type, v)
				require.True(t, ok, "%+v is found by %q", e, v)
				require.True(t, finds(hits, e), "%+v is found by %q: %+v", e, v, hits)
			}
			for _, h := range mustHits(set, e.Type, e.Value) {
				require.True(t, reference(h, e.Type, e.Value), "%+v by %s %s", h, e.Type, e.Value)
			}
		}
		for _, q := range []string{"203.0.113.9", "www.example.net", "http://www.example.net/x", "198.51.100.0/25"} {
			for _, typ := range []ioc.Type{ioc.IPv4, ioc.DNS, ioc.URL, ioc.CIDR} {
				for _, h := range mustHits(set, typ, q) {
					require.True(t, reference(h, typ, q), "%+v by %s %s", h, typ, q)
				}
			}
		}
	})
}

func mustHits(set *feeds.Set, typ ioc.Type, v string) []feeds.Hit {
	hits, _ := set.Lookup(typ, v)
	return hits
}

func finds(hits []feeds.Hit, e feeds.Entry) bool {
	for _, h := range hits {
		if h.How == feeds.Exact && h.Value == e.Value && h.Ref == e.Ref {
			return true
		}
	}
	return false
}

// otherCase is v in another case where case does not matter.
func otherCase(typ ioc.Type, v string) string {
	switch typ {
	case ioc.DNS, ioc.MD5, ioc.SHA1, ioc.SHA256, ioc.SHA512, ioc.IPv6:
		return strings.ToUpper(v)
	}
	return v
}

// reference says slowly whether a hit is right.
func reference(h feeds.Hit, typ ioc.Type, v string) bool {
	below := func(name, of string) bool {
		suffix, _ := publicsuffix.PublicSuffix(of)
		return strings.HasSuffix(name, "."+of) && suffix != of
	}
	switch h.How {
	case feeds.Exact:
		return !h.NotSelf
	case feeds.Parent:
		return h.Subdomains && below(v, h.Value)
	case feeds.Network:
		p := netip.MustParsePrefix(h.Value)
		if q, err := netip.ParsePrefix(v); err == nil {
			return p.Bits() < q.Bits() && p.Contains(q.Addr())
		}
		return p.Contains(netip.MustParseAddr(v))
	case feeds.URLPrefix:
		return h.Prefix
	case feeds.Host:
		return typ == ioc.URL || typ == ioc.Email
	case feeds.ByDigest:
		return h.Digest
	}
	return false
}
