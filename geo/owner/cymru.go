package owner

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
)

// cymru asks by DNS: one question for the prefix, one for the name of the
// autonomous system, which is remembered.
func (c *Client) cymru(ctx context.Context, r *Record) error {
	answers, err := c.o.Resolver.LookupTXT(ctx, originName(r.Addr))
	if notFound(err) {
		return nil // not announced
	}
	if err != nil {
		return err
	}
	best := geo.Network{}
	var others []uint32
	for _, text := range answers {
		// 15169 | 8.8.8.0/24 | US | arin | 2023-12-28
		f := fields(text, 5)
		p, err := netip.ParsePrefix(f[1])
		if err != nil || !p.Contains(r.Addr) {
			return fmt.Errorf("%w: %.80q", ErrLying, text)
		}
		if best.Prefix.IsValid() && p.Bits() <= best.Prefix.Bits() {
			continue
		}
		numbers := asNumbers(f[0])
		if len(numbers) == 0 {
			return fmt.Errorf("%w: %.80q", ErrLying, text)
		}
		best, others = geo.Network{ASN: numbers[0], Prefix: p.Masked(), Source: "cymru"}, numbers[1:]
		r.CountryCode, r.Registry, r.Allocated = countryCode(f[2]), clean(f[3]), day(f[4])
	}
	if best.IsZero() {
		return nil
	}
	// a name that a database knew is better than none
	if r.Network.ASN == best.ASN {
		best.Name = r.Network.Name
	}
	r.Network = best
	if len(others) > 0 {
		r.OtherASNs = others
	}
	r.Sources = append(r.Sources, "cymru")
	name, err := c.asName(ctx, best.ASN)
	if name != "" {
		r.Network.Name = name
	}
	return err
}

// maxNamesKept is how many names of autonomous systems are remembered.
const maxNamesKept = 20_000

func (c *Client) asName(ctx context.Context, number uint32) (string, error) {
	c.mu.Lock()
	name, ok := c.names[number]
	c.mu.Unlock()
	if ok {
		return name, nil
	}
	answers, err := c.o.Resolver.LookupTXT(ctx, fmt.Sprintf("AS%d.asn.cymru.com.", number))
	if notFound(err) {
		err = nil
	}
	if err != nil || len(answers) == 0 {
		return "", err
	}
	// 15169 | US | arin | 2000-03-30 | GOOGLE, US
	f := fields(answers[0], 5)
	if n := asNumbers(f[0]); len(n) != 1 || n[0] != number {
		return "", fmt.Errorf("%w: %.80q", ErrLying, answers[0])
	}
	name = clean(f[4])
	c.keepName(number, name)
	return name, nil
}

func (c *Client) keepName(number uint32, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.names) < maxNamesKept {
		c.names[number] = name
	}
}

// originName returns the name that stands for an address, with its last dot so
// that no search list is tried.
func originName(a netip.Addr) string {
	if a.Is4() {
		b := a.As4()
		return fmt.Sprintf("%d.%d.%d.%d.origin.asn.cymru.com.", b[3], b[2], b[1], b[0])
	}
	const digits = "0123456789abcdef"
	b := a.As16()
	name := make([]byte, 0, 64+len("origin6.asn.cymru.com."))
	for i := len(b) - 1; i >= 0; i-- {
		name = append(name, digits[b[i]&15], '.', digits[b[i]>>4], '.')
	}
	return string(name) + "origin6.asn.cymru.com."
}

// fields cuts a line at its bars into n trimmed fields; the last takes the rest.
func fields(line string, n int) []string {
	f := strings.SplitN(line, "|", n)
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	for len(f) < n {
		f = append(f, "")
	}
	return f
}

// asNumbers reads numbers with blanks between, at most sixteen.
func asNumbers(s string) []uint32 {
	var numbers []uint32
	for f := range strings.FieldsSeq(s) {
		n, err := strconv.ParseUint(f, 10, 32)
		if err != nil || n == 0 || len(numbers) == 16 {
			return numbers
		}
		numbers = append(numbers, uint32(n))
	}
	return numbers
}

// whoisCymru is the bulk service.
const whoisCymru = "whois.cymru.com:43"

// Limits of the bulk service: addresses in one connection, bytes in a line.
const (
	bulk    = 1000
	maxLine = 4096
)

// Bulk asks Team Cymru about many addresses at once and yields a record for
// each that it knows, in the order of its answer. Addresses that are not
// global, doubles, and those of which the answer is remembered are not sent.
// It needs Options.Cymru; without, and for what Cymru does not know, the
// database alone answers. An error ends the batch of 1000 that it is in; the
// rest go on unless the context has ended. RDAP and reverse DNS are not asked.
func (c *Client) Bulk(ctx context.Context, addrs iter.Seq[netip.Addr]) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		seen := map[netip.Addr]bool{}
		var batch []netip.Addr
		flush := func() bool {
			if len(batch) == 0 {
				return true
			}
			ok := c.askBulk(ctx, batch, yield)
			batch = batch[:0]
			return ok && ctx.Err() == nil
		}
		for a := range addrs {
			target, ok := geo.Target(a)
			if !ok || seen[target] {
				continue
			}
			seen[target] = true
			if r, ok := c.remembered(target); ok {
				if !yield(r, nil) {
					return
				}
				continue
			}
			if batch = append(batch, target); len(batch) == bulk && !flush() {
				return
			}
		}
		flush()
	}
}

// askBulk asks about one batch. It returns false when the caller has enough.
func (c *Client) askBulk(ctx context.Context, batch []netip.Addr, yield func(Record, error) bool) bool {
	open := map[netip.Addr]bool{} // false when answered
	for _, a := range batch {
		open[a] = true
	}
	more := true
	give := func(r Record, err error) bool {
		more = more && yield(r, err)
		return more
	}
	if c.o.Cymru {
		if err := c.talk(ctx, batch, func(line string) error {
			return c.bulkLine(line, open, give)
		}); err != nil && !errors.Is(err, errEnough) {
			give(Record{}, fmt.Errorf("cymru: %w", err))
		}
	}
	if !more {
		return false
	}
	for _, a := range batch { // the rest from the database, in their order
		if open[a] {
			r := Record{Addr: a}
			if err := c.fromDatabase(&r); (err != nil || r.Sources != nil) && !give(r, err) {
				return false
			}
		}
	}
	return more
}

var errEnough = errors.New("the caller has enough")

// bulkLine reads a line of the answer:
// AS | IP | BGP prefix | CC | registry | allocated | AS name.
func (c *Client) bulkLine(line string, open map[netip.Addr]bool, give func(Record, error) bool) error {
	if strings.HasPrefix(line, "Bulk mode;") || strings.HasPrefix(line, "AS ") {
		return nil
	}
	f := fields(line, 7)
	a, err := netip.ParseAddr(f[1])
	wanted, asked := open[a.Unmap()]
	if err != nil || !asked {
		return fmt.Errorf("%w: %.80q", ErrLying, line)
	}
	if !wanted {
		return nil // announced by several systems: a line for each, the first holds
	}
	r := Record{Addr: a.Unmap()}
	numbers := asNumbers(f[0])
	if len(numbers) == 0 { // NA
		return nil
	}
	p, err := netip.ParsePrefix(f[2])
	if err != nil || !p.Contains(r.Addr) {
		return fmt.Errorf("%w: %.80q", ErrLying, line)
	}
	open[r.Addr] = false
	failed := c.fromDatabase(&r)
	r.Network = geo.Network{ASN: numbers[0], Name: clean(f[6]), Prefix: p.Masked(), Source: "cymru"}
	if len(numbers) > 1 {
		r.OtherASNs = numbers[1:]
	}
	r.CountryCode, r.Registry, r.Allocated = countryCode(f[3]), clean(f[4]), day(f[5])
	r.Sources = append(r.Sources, "cymru")
	c.keepName(numbers[0], r.Network.Name)
	if failed == nil && !c.o.RDAP && !c.o.Reverse {
		c.remember(r)
	}
	if !give(r, failed) {
		return errEnough
	}
	return nil
}

// talk sends a batch and calls f for each line of the answer.
func (c *Client) talk(ctx context.Context, batch []netip.Addr, f func(string) error) error {
	ctx, cancel := context.WithTimeout(ctx, 6*c.o.Timeout)
	defer cancel()
	conn, err := c.o.Dial(ctx, "tcp", whoisCymru)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	sent := make(chan error, 1)
	go func() { sent <- send(conn, batch) }()
	lines := bufio.NewScanner(io.LimitReader(conn, int64(len(batch)+16)*maxLine))
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			if err := f(line); err != nil {
				_ = conn.Close()
				return errors.Join(err, ended(<-sent))
			}
		}
	}
	_ = conn.Close()
	sendErr := <-sent
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return ErrTooLong
	}
	if lines.Err() != nil {
		return lines.Err()
	}
	return ended(sendErr)
}

// ended passes over the failure to send that our own closing caused.
func ended(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return err
}

func send(w io.Writer, batch []netip.Addr) error {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString("begin\nverbose\n")
	for _, a := range batch {
		_, _ = b.WriteString(a.String() + "\n")
	}
	_, _ = b.WriteString("end\n")
	return b.Flush()
}
