package owner_test

import (
	"io"
	"net/http"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo/owner"
)

func FuzzAnswers(f *testing.F) {
	f.Add(arin, google, name, "dns.google.", "1 | 8.8.8.8 | 8.8.8.0/24 | US | arin | | A\n")
	f.Add("{}", "|||", "", "", "Bulk mode;\n")
	f.Fuzz(func(t *testing.T, rdap, origin, as, ptr, bulk string) {
		d := goodDNS()
		d.txt["8.8.8.8.origin.asn.cymru.com."] = []string{origin}
		d.txt["AS15169.asn.cymru.com."] = []string{as}
		d.ptr["8.8.8.8"] = []string{ptr}
		o := owner.Options{Cymru: true, RDAP: true, Reverse: true, Resolver: d, HTTP: (&web{handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, rdap) }}).client()}
		o.Dial = whois(t, func(_ []string, w io.Writer) { _, _ = io.WriteString(w, bulk) })
		c := owner.New(o)
		r, _ := c.Lookup(t.Context(), dnsAddr)
		records, _ := collect(c, t.Context(), dnsAddr)
		for _, r := range append(records, r) {
			for _, text := range append([]string{r.Network.Name, r.Holder, r.Handle, r.Abuse, r.Registry, r.CountryCode, r.Allocated}, r.Reverse...) {
				require.LessOrEqual(t, len(text), 253)
				for _, c := range text {
					require.True(t, unicode.IsPrint(c), "%q", text)
				}
			}
			if r.Network.Prefix.IsValid() {
				require.True(t, r.Network.Prefix.Contains(dnsAddr))
			}
		}
	})
}
