package logdir

import (
	"context"
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// Syslog returns the lines of all syslog files of host in w, in the order of
// time; host "" stands for all hosts, and lines that name no host belong to
// every one. Names of hosts are compared without regard to case.
//
// The same line often lies in several logs: rsyslog's rules overlap, and hosts
// keep a second copy in another form. Lines with the same second, host,
// program, pid and message count as one event when they stand in different
// logs: the event comes as often as the log that has it most often holds it.
// Two lines in one log never count as the same. Of programs that give no pid
// themselves, such as sudo, the pid is not looked at: only the journal has it.
// Where the folder holds a journal, stamps may differ by a second, since the
// journal takes a line first. Copies are found while not more than about a
// hundred thousand other lines lie between them.
//
// Of copies the one with the finest time stamp comes. Lines stamped in whole
// seconds come at the end of their second.
//
// Errors belong to a line or a file, and reading goes on after them, except
// for that of ctx, which comes last. A log keeps its own order also where its
// clock was set back.
func (d *Dir) Syslog(ctx context.Context, host string, w querytime.Window) iter.Seq2[syslog.Record, error] {
	return func(yield func(syslog.Record, error) bool) {
		m := d.syslogMerge(host, w)
		defer m.close()
		seen := newCopies(len(m.all))
		if seen != nil {
			seen.near = d.hasJournal()
			if w.Start.IsZero() && w.End.IsZero() {
				seen.differ = newDiffer(logsOf(m))
			}
		}
		for n := 0; m.next(); n++ {
			if n%512 == 0 && ctx.Err() != nil {
				break
			}
			c := m.heap[0]
			if c.rec.Raw != "" && seen != nil && !seen.line(c) {
				c.copies++
				continue
			}
			if c.rec.Raw != "" && !contains(w, c.rec.Time) || c.rec.Raw == "" && c.err == nil {
				continue
			}
			if !yield(c.rec.Clone(), c.err) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(syslog.Record{}, err)
			return
		}
		if seen != nil && seen.differ != nil {
			seen.close()
			list := seen.differ.list()
			d.mu.Lock()
			d.differences = list
			d.mu.Unlock()
		}
	}
}

func logsOf(m *merge[*syslogCursor]) []string {
	out := make([]string, len(m.all))
	for i, c := range m.all {
		out[i] = c.fam.log
	}
	return out
}

// line counts the line that a cursor stands on and reports whether it is to
// come.
func (c *copies) line(cur *syslogCursor) bool {
	k := cur.key()
	if c.differ != nil {
		c.differ.see(cur.id, &cur.rec, k.hash)
	}
	if !c.first(cur.id, k) {
		return false
	}
	if c.differ != nil {
		c.differ.give(c.slotOf, &cur.rec)
	}
	return true
}

// hasJournal reports whether lines come from the journal, which stamps them
// when it takes them, and the other logs a moment later.
func (d *Dir) hasJournal() bool {
	return slices.ContainsFunc(d.files, func(f *file) bool { return f.journal })
}

// contains holds a line whose time nobody knows to be in every window: it must
// not get lost.
func contains(w querytime.Window, t time.Time) bool { return t.IsZero() || w.Contains(t) }

func (d *Dir) syslogMerge(host string, w querytime.Window) *merge[*syslogCursor] {
	m := &merge[*syslogCursor]{}
	for _, fam := range d.families {
		if fam.kind == KindSyslog {
			m.add(&syslogCursor{chain: chain{d: d, fam: fam, w: w}, host: host, id: len(m.all)})
		}
	}
	return m
}

// syslogCursor reads the lines of one log.
type syslogCursor struct {
	chain
	id     int
	host   string
	rd     *syslog.Reader
	rec    syslog.Record // in the reader's buffers; no Raw when only err counts
	err    error
	place  int64
	copies int64      // lines of the current file that another log gave
	hosts  hostCounts // of the current file

	keyHost  string // of the last key
	hostHash uint64
}

func (c *syslogCursor) at() int64   { return c.place }
func (c *syslogCursor) number() int { return c.id }

func (c *syslogCursor) close() {
	c.closeFile(false)
	c.end()
}

// closeFile keeps what is known of the current file; whole says that all its
// lines were read.
func (c *syslogCursor) closeFile(whole bool) {
	if c.rd == nil {
		return
	}
	st := c.rd.Stats()
	st.Duplicate = c.copies
	if st.Format == "" {
		st.Format = string(KindSyslog)
	}
	c.d.countHosts(c.cur, c.hosts, whole)
	c.finish(st)
	c.rd, c.copies, c.hosts = nil, 0, hostCounts{}
}

func (c *syslogCursor) advance() bool {
	c.err = nil
	for {
		if c.err = c.takeErr(); c.err != nil {
			c.rec = syslog.Record{}
			return true
		}
		if c.rd == nil {
			if c.next() {
				c.rd = syslog.NewReader(c.s, c.options())
			} else if len(c.errs) == 0 {
				return false
			}
			continue
		}
		if !c.rd.Next(&c.rec) {
			c.closeFile(true)
			continue
		}
		c.hosts.see(c.rec.Host)
		if !c.rec.Time.IsZero() {
			c.place = placeOf(c.rec.Time)
		}
		if c.host != "" && c.rec.Host != "" && !strings.EqualFold(c.host, c.rec.Host) {
			continue
		}
		c.err = c.rd.LineErr()
		return true
	}
}

func (c *syslogCursor) options() syslog.Options {
	return syslog.Options{
		Name: c.cur.Path, MaxLine: c.d.o.MaxLine, Location: c.d.o.Location,
		Host: c.d.o.Host, ModTime: c.cur.limit, Year: c.cur.year,
	}
}

// placeOf is where a line stands in the order of time. A stamp without a
// fraction may stand for any part of its second; it comes last in it.
func placeOf(t time.Time) int64 {
	if t.Nanosecond() == 0 {
		return t.UnixNano() + 999_999_999
	}
	return t.UnixNano()
}

// pidless are the programs that give syslog no pid: text logs have them without
// one, while the journal adds the sender's.
var pidless = map[string]bool{"sudo": true, "su": true, "runuser": true, "doas": true, "rsyslogd": true, "kernel": true}

// key is what the copies of the current line in other logs share with it.
func (c *syslogCursor) key() eventKey {
	h := maphash.String(hashSeed, strings.TrimRight(c.rec.Message, " "))
	if c.rec.Host != c.keyHost {
		c.keyHost = strings.Clone(c.rec.Host)
		c.hostHash = maphash.String(hashSeed, c.keyHost)
	}
	h = mix(h, c.hostHash)
	h = mix(h, maphash.String(hashSeed, c.rec.Program))
	if !pidless[c.rec.Program] {
		h = mix(h, uint64(c.rec.PID)+1)
	}
	return eventKey{second: c.rec.Time.Unix(), hash: h}
}

// mix makes one hash of two, in their order.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd6e8feb86659fd93)
	return hi ^ bits.RotateLeft64(lo, 29) ^ b
}
