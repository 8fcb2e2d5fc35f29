package hunt

import (
	"context"
	"fmt"
	"slices"
)

// begin reads the logins and log lines of the host to investigate. Where the source counts
// its hosts while it is read, it takes the host that is likely the one, and
// reads again only if another has more lines.
func begin(ctx context.Context, src Source, o Options) (*hunter, string, error) {
	h := newHunter(ctx, src, o)
	early, counts := src.(HostCounter)
	var tried *hunter
	likely := o.Host
	if counts {
		if list := early.LikelyHosts(); likely == "" && len(list) > 0 {
			likely = list[0]
		}
		tried = h
		tried.readLog(likely)
	}
	hosts, err := h.hosts()
	host := likely
	switch {
	case err == nil:
		if host, err = chooseHost(o.Host, hosts); err != nil {
			return nil, "", err
		}
	case tried != nil && ctx.Err() != nil && tried.seen.records > 0:
		hosts = early.LikelyHosts() // it was ended early: what is known counts
	default:
		return nil, "", fmt.Errorf("look for hosts: %w", err)
	}
	if tried == nil || host != likely {
		h = newHunter(ctx, src, o)
		h.readLog(host)
	}
	h.inv.Host.Name = host
	h.inv.Host.Others = slices.DeleteFunc(hosts, func(s string) bool { return s == host })
	return h, host, nil
}

// readLog reads the log lines, and before them the login records that they are
// held against.
func (h *hunter) readLog(host string) {
	h.readLogins(host)
	h.readSyslog(host)
}

// hosts returns the hosts of the evidence, and reports how far the source is
// while it looks for them.
func (h *hunter) hosts() (hosts []string, err error) {
	h.wait(stageHosts, func() { hosts, err = h.src.Hosts(h.ctx) })
	return slices.Clone(hosts), err
}
