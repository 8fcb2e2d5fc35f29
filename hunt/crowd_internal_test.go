package hunt

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// auditText is a source that is one audit log.
type auditText string

func (auditText) Hosts(context.Context) ([]string, error) { return []string{"web01"}, nil }

func (auditText) Syslog(context.Context, string, querytime.Window) iter.Seq2[syslog.Record, error] {
	return func(func(syslog.Record, error) bool) {}
}

func (s auditText) Audit(context.Context, string, querytime.Window) iter.Seq2[*auditd.Event, error] {
	return auditd.NewReader(strings.NewReader(string(s)), auditd.Options{Name: "audit.log"}).All()
}

func (auditText) Raw(context.Context, evidence.Ref) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

func (auditText) Stats() []evidence.Stats { return nil }

// TestNothingHoldsWhatWasLetGo: what is noted of processes goes with them, also
// of the parents that the log names only.
func TestNothingHoldsWhatWasLetGo(t *testing.T) {
	var b strings.Builder
	const n = 3000
	for i := range n {
		fmt.Fprintf(&b, "type=SYSCALL msg=audit(%d.000:%d): arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=0 ppid=%d pid=%d auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"job\" exe=\"/usr/bin/job\" key=(null)\n",
			1_700_000_000+60*i, i+1, 500_000+i/3, 1000+i)
		fmt.Fprintf(&b, "type=EXECVE msg=audit(%d.000:%d): argc=1 a0=\"job\"\n", 1_700_000_000+60*i, i+1)
		fmt.Fprintf(&b, "type=SYSCALL msg=audit(%d.500:%d): arch=c000003e syscall=231 a0=0 a1=0 a2=0 a3=0 items=0 ppid=%d pid=%d auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"job\" exe=\"/usr/bin/job\" key=(null)\n",
			1_700_000_000+60*i, n+i+1, 500_000+i/3, 1000+i)
	}
	h, host, err := begin(t.Context(), auditText(b.String()), Options{MaxProcesses: 100})
	require.NoError(t, err)
	h.readAudit(host)
	assert.LessOrEqual(t, h.audit.builder.Len(), 100)
	assert.Positive(t, h.inv.Omitted.Processes)
	for p := range h.crowd.inside {
		assert.NotNil(t, heldOnly(p))
	}
	assert.LessOrEqual(t, len(h.crowd.inside), h.audit.builder.Len())
}
