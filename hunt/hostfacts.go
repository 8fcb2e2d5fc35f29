package hunt

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/geo"
)

// HostFacts is what is known of the host beside its logs: from the agent that
// watches it, and from the databases of places.
type HostFacts struct {
	OS          string      `json:"os,omitempty"`          // "Debian GNU/Linux 12", where something says so
	Inferred    string      `json:"inferred,omitempty"`    // how OS was concluded, where nothing says it
	Environment string      `json:"environment,omitempty"` // where it runs: "Azure"
	Resource    string      `json:"resource,omitempty"`    // its id there
	Agent       string      `json:"agent,omitempty"`       // what sends its logs, with its version
	Solutions   []string    `json:"solutions,omitempty"`   // what evaluates them
	Public      netip.Addr  `json:"public,omitzero"`       // the address that the agent comes from
	Heartbeat   time.Time   `json:"heartbeat,omitzero"`    // the last
	Heartbeats  int64       `json:"heartbeats,omitempty"`
	Place       geo.Place   `json:"place,omitzero"` // of its public address
	Owner       geo.Network `json:"owner,omitzero"`
	Logs        []LogKind   `json:"logs,omitempty"` // what kinds of evidence there are
}

// LogKind is one kind of evidence, and how much of it there is. A kind with
// no records is one that was looked for and not found.
type LogKind struct {
	Name    string `json:"name"` // "syslog", "logons", "sudo", "cron", "audit", "audit commands", "audit connections", "login records", "alerts", "flows" …
	Records int64  `json:"records"`
	Missing bool   `json:"missing,omitempty"`
}

// buildHostFacts tells what is known of the host beside its logs, and which
// logs there are.
func (h *hunter) buildHostFacts() {
	f, b := &h.inv.Host.Facts, &h.besides.beat
	if !b.IsZero() {
		f.OS = strings.TrimSpace(b.Host.OSName + " " + b.Host.OSVersion)
		f.Environment, f.Resource, f.Solutions = b.Environment, b.Host.AzureID, b.Solutions
		f.Agent = strings.TrimSpace(b.Agent + " " + b.AgentVersion)
		f.Public = b.Public.Address.Unmap()
		f.Heartbeat, f.Heartbeats = utc(b.Time), b.Count
		for _, a := range append(slices.Clone(b.Host.Addresses), f.Public) {
			if a.IsValid() && !slices.Contains(h.inv.Host.Addresses, a.Unmap()) && len(h.inv.Host.Addresses) < maxHostAddresses {
				h.inv.Host.Addresses = append(h.inv.Host.Addresses, a.Unmap())
			}
		}
	}
	if f.OS == "" {
		if os := osOfKernel(h.inv.Host.Kernel); os != "" {
			f.OS, f.Inferred = os, "by the version of the kernel"
		}
	}
	for _, a := range h.inv.Host.Addresses {
		info := h.locate(a)
		if a == f.Public || f.Place.IsZero() && !info.Place.IsZero() {
			f.Place, f.Owner = info.Place, info.Network
		}
	}
	for _, k := range []struct {
		name string
		n    int
	}{
		{"syslog", h.seen.records},
		{"logons", h.seen.logons},
		{"sudo", h.seen.sudo},
		{"cron", h.seen.cronCommands},
		{"audit", h.seen.audit},
		{"audit commands", h.seen.exec},
		{"audit connections", h.seen.connect},
	} {
		f.Logs = append(f.Logs, LogKind{Name: k.name, Records: int64(k.n), Missing: k.n == 0})
	}
	f.Logs = append(f.Logs, h.besides.kinds...)
}

// kernels are the marks that distributions put into the versions of their
// kernels.
var kernels = []struct {
	mark *regexp.Regexp
	os   string
}{
	{regexp.MustCompile(`\.el(\d+)`), "Enterprise Linux"},
	{regexp.MustCompile(`\.fc(\d+)`), "Fedora"},
	{regexp.MustCompile(`\.amzn(\d+)`), "Amazon Linux"},
	{regexp.MustCompile(`\+deb(\d+)`), "Debian"},
	{regexp.MustCompile(`\.cm(\d+)`), "CBL-Mariner"},
	{regexp.MustCompile(`\.azl(\d+)`), "Azure Linux"},
	{regexp.MustCompile(`-arch\d+`), "Arch Linux"},
	{regexp.MustCompile(`-\d+-(?:generic|lowlatency)`), "Ubuntu"},
	{regexp.MustCompile(`-(?:amd64|arm64|cloud-amd64|cloud-arm64|686-pae)$`), "Debian"},
}

// osOfKernel names the distribution that built a kernel, "" where its version
// does not tell.
func osOfKernel(version string) string {
	for _, k := range kernels {
		if m := k.mark.FindStringSubmatch(version); m != nil {
			return strings.TrimSpace(k.os + " " + strings.Join(m[1:], ""))
		}
	}
	return ""
}
