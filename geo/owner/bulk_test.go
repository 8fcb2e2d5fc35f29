package owner_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo/owner"
)

type writer = io.Writer

func each(addrs ...netip.Addr) iter.Seq[netip.Addr] { return slices.Values(addrs) }

func many(n int) []netip.Addr {
	var list []netip.Addr
	for i := range n {
		list = append(list, netip.AddrFrom4([4]byte{8, byte(i >> 8), byte(i), 1}))
	}
	return list
}

func collect(c *owner.Client, ctx context.Context, addrs ...netip.Addr) (records []owner.Record, failed []error) {
	for r, err := range c.Bulk(ctx, each(addrs...)) {
		if err != nil {
			failed = append(failed, err)
			continue
		}
		records = append(records, r)
	}
	return records, failed
}

func TestBulk(t *testing.T) {
	var batches []int
	c := owner.New(owner.Options{Cymru: true, Dial: whois(t, func(asked []string, w io.Writer) {
		assert.Equal(t, []string{"begin", "verbose"}, asked[:2])
		batches = append(batches, len(asked)-2)
		truth(asked, w)
	})})
	addrs := many(2500)
	records, failed := collect(c, t.Context(), append(append(addrs, addrs[:10]...), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("::ffff:8.0.0.1"))...)
	assert.Empty(t, failed)
	require.Len(t, records, 2500)
	assert.Equal(t, []int{1000, 1000, 500}, batches)
	assert.Equal(t, "EXAMPLE, US", records[7].Network.Name)
	assert.Equal(t, uint32(64500), records[7].Network.ASN)
	assert.Equal(t, "8.0.7.0/24", records[7].Network.Prefix.String())
	assert.Equal(t, "US", records[7].CountryCode)
	assert.Equal(t, "2001-02-03", records[7].Allocated)
	records, failed = collect(c, t.Context(), addrs...)
	assert.Empty(t, failed)
	assert.Len(t, records, 2500)
	assert.Len(t, batches, 3, "remembered")
	for range c.Bulk(t.Context(), each(many(5)...)) {
		break
	}
}

// TestBulkAnswers asks servers that are slow, broken or lying.
func TestBulkAnswers(t *testing.T) {
	line := func(format string, a ...any) func([]string, io.Writer) {
		return func(_ []string, w io.Writer) { fmt.Fprintf(w, format, a...) }
	}
	for _, tc := range []struct {
		name    string
		answer  func([]string, io.Writer)
		records int
		want    error
	}{
		{"truth", truth, 3, nil},
		{"nothing", func([]string, io.Writer) {}, 0, nil},
		{"not announced", line("NA      | 8.0.0.1 | NA | | other | | NA\n"), 0, nil},
		{"two lines for one", line("1 | 8.0.0.1 | 8.0.0.0/24 | US | arin | | A\n2 | 8.0.0.1 | 8.0.0.0/24 | US | arin | | B\n"), 1, nil},
		{"stranger", line("1 | 9.9.9.9 | 9.9.9.0/24 | US | arin | | A\n"), 0, owner.ErrLying},
		{"another prefix", line("1 | 8.0.0.1 | 9.9.9.0/24 | US | arin | | A\n"), 0, owner.ErrLying},
		{"error text", line("Error: no ASN or IP match on line 3.\n"), 0, owner.ErrLying},
		{"page", line("<html>\n"), 0, owner.ErrLying},
		{"endless line", func(_ []string, w io.Writer) {
			for range 100 {
				if _, err := io.WriteString(w, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		}, 0, owner.ErrTooLong},
		{"slow", func(_ []string, w io.Writer) {
			fmt.Fprintln(w, "1 | 8.0.0.1 | 8.0.0.0/24 | US | arin | | A")
			time.Sleep(5 * time.Second)
		}, 1, context.DeadlineExceeded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			timeout := 10 * time.Second
			if tc.name == "slow" {
				timeout = 100 * time.Millisecond // times six for many
			}
			c := owner.New(owner.Options{Cymru: true, Dial: whois(t, tc.answer), Timeout: timeout, Cache: -1})
			records, failed := collect(c, t.Context(), many(3)...)
			assert.Len(t, records, tc.records)
			if tc.want == nil {
				assert.Empty(t, failed)
				return
			}
			require.Len(t, failed, 1)
			require.ErrorIs(t, failed[0], tc.want)
		})
	}
}

func TestBulkCannotDial(t *testing.T) {
	c := owner.New(owner.Options{Cymru: true, Database: database{}, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host"}}
	}})
	records, failed := collect(c, t.Context(), many(1500)...)
	assert.Len(t, failed, 2, "one for each batch")
	assert.Len(t, records, 1500, "from the database")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, failed = collect(c, ctx, many(1500)...)
	assert.Len(t, failed, 1, "no further batch after the end")
}
