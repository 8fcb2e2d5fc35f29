package logdir

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// hostCounts counts lines by the host that they name. The zero value is ready.
type hostCounts struct {
	last *hostCount // of the line before, most often that of the next
	all  map[string]*hostCount
}

type hostCount struct {
	name  string
	lines int64
}

func (h *hostCounts) see(host string) {
	if host == "" {
		return
	}
	if h.last == nil || h.last.name != host {
		h.last = h.of(host)
	}
	h.last.lines++
}

func (h *hostCounts) of(host string) *hostCount {
	c := h.all[host]
	if c == nil {
		if h.all == nil {
			h.all = make(map[string]*hostCount)
		}
		c = &hostCount{name: strings.Clone(host)}
		h.all[c.name] = c
	}
	return c
}

// countHosts keeps what one pass counted of a file; whole says that it read all
// of it. Of a part only the names are kept: the estimate of the lines is better.
func (d *Dir) countHosts(f *file, h hostCounts, whole bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case whole:
		f.hosts, f.counted, f.sampled = h, true, 0
	case !f.counted:
		for name, c := range h.all {
			if f.hosts.all[name] == nil {
				f.hosts.of(name).lines = min(c.lines, 1)
			}
		}
	}
}

// unpackedTimes is how much smaller compressed logs are, for estimates.
const unpackedTimes = 10

// outOf estimates how many lines a file holds for each one in its sample.
func (f *file) outOf() int64 {
	if f.sampled == 0 {
		return 1
	}
	size := f.Size
	if f.Compression != "" {
		size *= unpackedTimes
	}
	return max(1, size/f.sampled)
}

// Hosts returns the names of the hosts whose lines the syslog files hold, as
// written, those with the most lines first, and then those that only the
// beginnings of audit logs name. It reads the syslog files that [Dir.Syslog]
// did not read to their end, once: after a whole pass without a window it reads
// nothing.
func (d *Dir) Hosts(ctx context.Context) ([]string, error) {
	for _, fam := range d.families {
		if fam.kind != KindSyslog {
			continue
		}
		if err := d.readHosts(ctx, fam); err != nil {
			return nil, err
		}
	}
	return d.hosts(), nil
}

// readHosts reads those files of a log whose hosts were not counted yet.
func (d *Dir) readHosts(ctx context.Context, fam *family) error {
	d.mu.Lock()
	rest := family{log: fam.log, kind: fam.kind}
	for _, f := range fam.files {
		if !f.counted {
			rest.files = append(rest.files, f)
		}
	}
	d.mu.Unlock()
	c := &syslogCursor{chain: chain{d: d, fam: &rest, w: querytime.Window{}}}
	defer c.close()
	for n := 0; ; n++ {
		if n%512 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !c.advance() {
			return nil
		}
	}
}

// LikelyHosts returns the names of the hosts that are known so far, in the order
// in which [Dir.Hosts] will probably give them. It reads nothing: of files that
// were not read to their end the lines are estimated from their first and last
// 64 KiB, which [Open] looked at.
func (d *Dir) LikelyHosts() []string { return d.hosts() }

func (d *Dir) hosts() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	lines := map[string]int64{}
	for _, f := range d.files {
		for name, c := range f.hosts.all {
			lines[name] += c.lines * f.outOf()
		}
		for _, node := range f.nodes {
			lines[node] += 0
		}
	}
	out := slices.Collect(maps.Keys(lines))
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(lines[b], lines[a]), strings.Compare(a, b))
	})
	return out
}
