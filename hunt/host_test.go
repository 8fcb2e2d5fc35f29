package hunt_test

import (
	"net/netip"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/hunt"
)

func TestHostSummary(t *testing.T) {
	inv := investigate(t, open(t, fstest.MapFS{"syslog": {Data: lines(
		"kernel: [    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0)",
		"dhclient[400]: bound to 192.0.2.17 -- renewal in 1800 seconds.",
		"systemd-networkd[401]: eth0: DHCPv4 address 192.0.2.18/24 via 192.0.2.1",
		"NetworkManager[402]: <info>  [1795422395.1] dhcp4 (eth0): state changed new lease, address=192.0.2.19",
		"sshd[500]: Server listening on 0.0.0.0 port 22.",
		"sshd[500]: Server listening on 2001:db8::7 port 22.",
		"evil[1]: Linux version 9.9 bound to 192.0.2.66",
		"sshd[501]: Failed password for root from 192.0.2.9 port 1 ssh2",
	)}}), hunt.Options{})
	assert.Equal(t, "web01", inv.Host.Name)
	assert.Equal(t, "6.1.0-18-amd64", inv.Host.Kernel)
	var want []netip.Addr
	for _, a := range []string{"192.0.2.17", "192.0.2.18", "192.0.2.19", "2001:db8::7"} {
		want = append(want, netip.MustParseAddr(a))
	}
	assert.Equal(t, want, inv.Host.Addresses)
	assert.Equal(t, "2026-11-20T10:00:00Z", inv.Host.First.Format("2006-01-02T15:04:05Z07:00"))
	assert.NotEmpty(t, inv.Host.Programs)
	assert.NotEmpty(t, onSample(t).Host.Kernel, "auditd notes it")
}
