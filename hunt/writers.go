package hunt

import (
	"hash/maphash"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// writers remembers who wrote the last lines about logons and sessions, so that
// the lines of a session can be told apart by witness when it is joined. It
// keeps a hash of each reference and forgets the oldest.
type writers struct {
	seed maphash.Seed
	kind map[uint64]WitnessKind
	ring []uint64
	next int
}

const maxWriters = 1 << 18

func (w *writers) see(ev *syslog.Event) {
	var k WitnessKind
	switch ev.Kind {
	case syslog.KindLogonSuccess, syslog.KindDisconnect:
		k = WitnessDaemon
	case syslog.KindSessionOpen, syslog.KindSessionClose:
		k = WitnessPAM
	case syslog.KindOther:
		switch ev.Mark {
		case syslog.MarkLogindNew, syslog.MarkLogindLeft, syslog.MarkLogindRemoved:
			k = WitnessLogind
		case syslog.MarkConnection, syslog.MarkShell, syslog.MarkShellEnd, syslog.MarkForward:
			k = WitnessDaemon
		default:
			return
		}
	default:
		return
	}
	if w.kind == nil {
		w.seed, w.kind = maphash.MakeSeed(), map[uint64]WitnessKind{}
	}
	h := w.hash(ev.Ref)
	if _, ok := w.kind[h]; !ok {
		if len(w.ring) < maxWriters {
			w.ring = append(w.ring, h)
		} else {
			delete(w.kind, w.ring[w.next])
			w.ring[w.next] = h
			w.next = (w.next + 1) % maxWriters
		}
	}
	w.kind[h] = k
}

func (w *writers) of(r evidence.Ref) WitnessKind {
	if w.kind == nil {
		return WitnessLog
	}
	if k, ok := w.kind[w.hash(r)]; ok {
		return k
	}
	return WitnessLog
}

func (w *writers) hash(r evidence.Ref) uint64 {
	var h maphash.Hash
	h.SetSeed(w.seed)
	h.WriteString(r.File)
	var b [8]byte
	for i := range b {
		b[i] = byte(r.Offset >> (8 * i))
	}
	h.Write(b[:])
	return h.Sum64()
}
