package hunt

import (
	"net/netip"
	"strings"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// hostLine keeps what a log line says about the host itself: the kernel's
// version as it prints it at boot, and addresses that the host was given or
// listens on.
func (h *hunter) hostLine(rec *syslog.Record) {
	m := rec.Message
	switch rec.Program {
	case "kernel":
		if i := strings.Index(m, "Linux version "); i >= 0 && i < 32 { // after the kernel's own time stamp
			h.inv.Host.Kernel, _, _ = strings.Cut(m[i+len("Linux version "):], " ")
		}
	case "sshd":
		if rest, ok := strings.CutPrefix(m, "Server listening on "); ok {
			h.hostAddress(rest)
		}
	case "dhclient":
		if rest, ok := strings.CutPrefix(m, "bound to "); ok {
			h.hostAddress(rest)
		}
	case "systemd-networkd":
		for _, word := range [...]string{"DHCPv4 address ", "DHCPv6 address "} {
			if _, rest, ok := strings.Cut(m, word); ok {
				h.hostAddress(rest)
			}
		}
	case "NetworkManager":
		if device, rest, ok := strings.Cut(m, ": state changed new lease, address="); ok && strings.Contains(device, "dhcp") {
			h.hostAddress(rest)
		}
	}
}

const maxHostAddresses = 64

// hostAddress takes the address that begins s, unless it means any address.
func (h *hunter) hostAddress(s string) {
	end := strings.IndexAny(s, " ,/")
	if end < 0 {
		end = len(s)
	}
	a, err := netip.ParseAddr(s[:end])
	if err != nil || a.IsUnspecified() || a.IsLoopback() || len(h.inv.Host.Addresses) >= maxHostAddresses {
		return
	}
	h.inv.Host.Addresses = appendNew(h.inv.Host.Addresses, a.Unmap())
}

// hostRecord keeps the kernel's version that auditd notes when it starts.
func (h *hunter) hostRecord(ev *auditd.Event) {
	if r, ok := ev.Record("DAEMON_START"); ok {
		if f, ok := r.Field("kernel"); ok && f.Text() != "" {
			h.inv.Host.Kernel = f.Text()
		}
	}
}
