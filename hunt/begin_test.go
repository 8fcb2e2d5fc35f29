package hunt_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// countingSource counts the passes over the log lines.
type countingSource struct {
	*logdir.Dir
	passes []string // the host of each
}

func (c *countingSource) Syslog(ctx context.Context, host string, w querytime.Window) iter.Seq2[syslog.Record, error] {
	c.passes = append(c.passes, host)
	return c.Dir.Syslog(ctx, host, w)
}

// hostsFirst hides that a folder counts its hosts while it is read.
type hostsFirst struct {
	hunt.Source
	hunt.LoginSource
	hunt.DigestSource
	hunt.SizedSource
	hunt.ModTimeSource
	hunt.CopySource
}

// twoHosts has most lines at its ends from "a", and most of all from "b".
func twoHosts() fstest.MapFS {
	var b bytes.Buffer
	n := 0
	add := func(host string, times int) {
		for range times {
			fmt.Fprintf(&b, "2026-11-23T%02d:%02d:%02d+00:00 %s sshd[%d]: Failed password for root from 192.0.2.1 port 22 ssh2\n", n/3600, n/60%60, n%60, host, n)
			n++
		}
	}
	add("a", 1500)
	add("b", 9000)
	add("a", 1500)
	return mapFile("auth.log", b.Bytes())
}

// TestHostsWhileReading: one pass finds what a pass for the hosts and one for
// their lines find.
func TestHostsWhileReading(t *testing.T) {
	for name, c := range map[string]struct {
		fsys   fstest.MapFS
		o      hunt.Options
		passes []string
	}{
		"one host":         {mapFile("auth.log", lines("sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2")), hunt.Options{}, []string{"web01"}},
		"likely wrong":     {twoHosts(), hunt.Options{}, []string{"a", "b"}},
		"asked for":        {twoHosts(), hunt.Options{Host: "a"}, []string{"a"}},
		"window":           {twoHosts(), hunt.Options{Window: querytime.Window{Start: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}}, []string{"a", "b"}},
		"asked in another": {twoHosts(), hunt.Options{Host: "b", Window: querytime.Window{End: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}}, []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			src := &countingSource{Dir: open(t, c.fsys)}
			got := investigate(t, src, c.o)
			assert.Equal(t, c.passes, src.passes)
			d := open(t, c.fsys)
			assert.Equal(t, investigate(t, hostsFirst{d, d, d, d, d, d}, c.o), got)
		})
	}
	_, err := hunt.Investigate(t.Context(), open(t, twoHosts()), hunt.Options{Host: "c"})
	var host *hunt.HostError
	require.ErrorAs(t, err, &host)
	assert.Equal(t, []string{"b", "a"}, host.Hosts)
}

// TestEndedEarlyKnowsItsHosts: the host is the likely one, and the others are
// those that were met.
func TestEndedEarlyKnowsItsHosts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	inv, err := hunt.Investigate(ctx, endingSource{open(t, twoHosts()), 100, cancel}, hunt.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, inv.Partial)
	assert.Equal(t, "a", inv.Host.Name)
	assert.Subset(t, []string{"b"}, inv.Host.Others)
	cancel()
	_, err = hunt.Investigate(ctx, open(t, twoHosts()), hunt.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestProgressComesToItsEnd: what is reported never goes back, and the last of
// it is all.
func TestProgressComesToItsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		src hunt.Source
		o   hunt.Options
	}{
		"sample":     {open(t, sample.FS()), hunt.Options{}},
		"window":     {open(t, sample.FS()), hunt.Options{Window: querytime.Window{Start: time.Date(2026, 11, 23, 8, 28, 0, 0, time.UTC)}}},
		"read again": {open(t, twoHosts()), hunt.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			var last hunt.Progress
			c.o.Progress = func(p hunt.Progress) {
				assert.GreaterOrEqual(t, p.Done, last.Done)
				assert.GreaterOrEqual(t, p.Total, last.Total)
				assert.LessOrEqual(t, p.Done, p.Total)
				last = p
			}
			investigate(t, c.src, c.o)
			assert.Positive(t, last.Done)
			assert.Equal(t, last.Total, last.Done)
			assert.Positive(t, last.Rate)
			assert.Zero(t, last.Left)
		})
	}
}
