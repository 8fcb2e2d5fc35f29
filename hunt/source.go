package hunt

import (
	"context"
	"iter"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/syslog"
	"github.com/tuxtrail/tuxtrail/utmp"
)

// Source is where the evidence of a hunt comes from. Package logdir reads
// files; a third party can write another without touching this package.
//
// An iterator yields an error for what it could not read and goes on; it ends
// early when the context is cancelled or the loop is left. A host of "" means
// every host, the zero window all of time. An iterator may be asked for more
// than once and then reads anew.
type Source interface {
	// Hosts returns the names of the hosts in the evidence, the one with the
	// most records first.
	Hosts(ctx context.Context) ([]string, error)
	// Syslog yields the log lines in order of time, each once, however many
	// files hold it.
	Syslog(ctx context.Context, host string, w querytime.Window) iter.Seq2[syslog.Record, error]
	// Audit yields the audit events in order of time.
	Audit(ctx context.Context, host string, w querytime.Window) iter.Seq2[*auditd.Event, error]
	// Raw returns the bytes that a reference of this source stands for.
	Raw(ctx context.Context, ref evidence.Ref) ([]byte, error)
	// Stats says what was read so far, an entry for each input, and what was
	// found but not read.
	Stats() []evidence.Stats
}

// LoginSource is a [Source] that also has login records (utmp, wtmp, btmp).
type LoginSource interface {
	Logins(ctx context.Context, host string, w querytime.Window) iter.Seq2[utmp.Record, error]
}

// HostCounter is a [Source] that counts its hosts while it is read, and else
// would have to read everything for them. Then [Investigate] asks for Hosts
// after Syslog, and reads again only where LikelyHosts named the wrong one.
type HostCounter interface {
	// LikelyHosts returns the hosts that are known so far, in the order in
	// which Hosts will probably have them. It reads nothing.
	LikelyHosts() []string
}

// RawAllSource is a [Source] that reads many references at once with less work
// than one by one.
type RawAllSource interface {
	// RawAll yields what Raw returns for each of refs, in their order. They
	// come by file and offset.
	RawAll(ctx context.Context, refs []evidence.Ref) iter.Seq2[[]byte, error]
}

// DigestSource is a [Source] that can say which bytes it stands for.
type DigestSource interface {
	// Digests yields the size and SHA-256 of each input, in a fixed order. It
	// is called, in a goroutine of its own, when all else but Raw was read, so
	// that a source can give what it summed up meanwhile.
	Digests(ctx context.Context) iter.Seq[evidence.Digest]
}

// SizedSource is a [Source] that knows how much of it was read, and how much
// there is to read, for [Progress]. Position may be called at any time.
type SizedSource interface {
	Position() (done, total int64) // bytes; both only grow, and are the same at the end
}

// ModTimeSource is a [Source] that knows when its inputs were changed last.
type ModTimeSource interface {
	// ModTimes returns the times by the File of the Stats; inputs whose time
	// is not known are left out.
	ModTimes() map[string]time.Time
}

// CopySource is a [Source] that holds logs against each other which tell the
// same, while their lines are read.
type CopySource interface {
	// Copies returns, after Syslog was read to its end, which lines logs lack
	// that are otherwise copies of others.
	Copies() []evidence.Copy
}
