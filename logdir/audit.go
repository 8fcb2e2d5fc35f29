package logdir

import (
	"context"
	"hash/maphash"
	"iter"
	"strings"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// Audit returns the events of all audit logs of host in w, in the order of
// time; host "" stands for all hosts, and events without a node belong to
// every one. Names of hosts are compared without regard to case. The files of
// one log are read as one stream, so an event that a rotation cut in two comes
// whole. An event that several logs hold comes once, as in [Dir.Syslog].
//
// Errors are as in [Dir.Syslog]. The events are the caller's to keep.
func (d *Dir) Audit(ctx context.Context, host string, w querytime.Window) iter.Seq2[*auditd.Event, error] {
	return func(yield func(*auditd.Event, error) bool) {
		m := &merge[*auditCursor]{}
		for _, fam := range d.families {
			if fam.kind == KindAudit {
				m.add(&auditCursor{in: auditFiles{chain: chain{d: d, fam: fam, w: w}}, id: len(m.all)})
			}
		}
		defer m.close()
		seen := newCopies(len(m.all))
		for n := 0; m.next(); n++ {
			if n%256 == 0 && ctx.Err() != nil {
				break
			}
			c := m.heap[0]
			if c.ev != nil {
				if host != "" && c.ev.Node != "" && !strings.EqualFold(host, c.ev.Node) {
					continue
				}
				if seen != nil && !seen.first(c.id, auditKey(c.ev)) {
					c.in.statsOf(c.ev).Duplicate++
					continue
				}
				if !contains(w, c.ev.Time) {
					continue
				}
			}
			if !yield(c.ev, c.err) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// auditCursor reads the events of one log.
type auditCursor struct {
	in    auditFiles
	id    int
	rd    *auditd.Reader
	pull  func() (*auditd.Event, error, bool)
	stop  func()
	ev    *auditd.Event
	err   error
	place int64
}

func (c *auditCursor) at() int64   { return c.place }
func (c *auditCursor) number() int { return c.id }

func (c *auditCursor) advance() bool {
	if c.rd == nil {
		c.rd = auditd.NewReader(&c.in, auditd.Options{MaxLine: c.in.d.o.MaxLine})
		c.pull, c.stop = iter.Pull2(c.rd.All())
	}
	c.ev = nil
	if c.err = c.in.takeErr(); c.err != nil {
		return true
	}
	ev, err, ok := c.pull()
	switch {
	case !ok:
		c.err = c.in.takeErr()
		return c.err != nil
	case err != nil:
		c.err = c.in.lineError(err)
	default:
		c.in.settle(ev)
		c.ev, c.place = ev, ev.Time.UnixNano()
	}
	return true
}

func (c *auditCursor) close() {
	if c.rd != nil {
		c.stop()
		c.in.done(c.rd.Stats())
		c.rd = nil
	}
}

func auditKey(ev *auditd.Event) eventKey {
	var h maphash.Hash
	h.SetSeed(hashSeed)
	h.WriteString(ev.Node)
	h.WriteByte(0)
	h.WriteString(ev.ID.String())
	return eventKey{second: ev.Time.Unix(), hash: h.Sum64()}
}
