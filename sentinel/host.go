package sentinel

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
)

func isMissing(err error) bool { return errors.Is(err, ErrNoTable) }

// statsOf begins the counts of a query that is answered as a whole.
func statsOf(name, table string, p Params) *evidence.Stats {
	return &evidence.Stats{File: refName(name, p), Format: table + " rows"}
}

// Heartbeat returns what the agent of host last said in win, with the host's
// addresses as network flow logs know them where there are such logs. The zero
// Heartbeat and no error mean that the agents of the workspace speak, but not
// that of host; the error wraps [ErrNoTable] where none does.
func (w *Workspace) Heartbeat(ctx context.Context, host string, win querytime.Window) (entities.Heartbeat, error) {
	var h entities.Heartbeat
	err := w.each(ctx, "heartbeat", "heartbeats", Params{Host: host, Window: win}, func(row Row) error {
		if !h.Time.IsZero() { // the latest comes first
			return nil
		}
		h = heartbeatOf(row)
		return nil
	})
	if err != nil || h.IsZero() {
		return h, err
	}
	return h, w.interfaces(ctx, host, win, &h.Host)
}

func heartbeatOf(row Row) entities.Heartbeat {
	h := entities.Heartbeat{
		Time: row.Time("TimeGenerated"), Environment: row.Text("ComputerEnvironment"), Agent: row.Text("Category"),
		AgentVersion: row.Text("Version"), SubscriptionID: row.Text("SubscriptionId"), ResourceGroup: row.Text("ResourceGroup"),
		VMUUID: row.Text("VMUUID"), First: row.Time("First"),
	}
	h.Count, _ = row.Int("Count")
	h.Host.HostName, h.Host.DNSDomain, _ = strings.Cut(row.Text("Computer"), ".")
	h.Host.AzureID = row.Text("ResourceId")
	h.Host.OSFamily, h.Host.OSName, h.Host.OSVersion = row.Text("OSType"), row.Text("OSName"), row.Text("OSMajorVersion")
	if minor := row.Text("OSMinorVersion"); minor != "" && h.Host.OSVersion != "" {
		h.Host.OSVersion += "." + minor
	}
	for s := range strings.SplitSeq(row.Text("Solutions"), ",") {
		if s = strings.Trim(s, ` "`); s != "" && !slices.Contains(h.Solutions, s) {
			h.Solutions = append(h.Solutions, s)
		}
	}
	slices.Sort(h.Solutions)
	var private []string
	if json.Unmarshal(row.JSON("ComputerPrivateIPs"), &private) == nil {
		for _, s := range private {
			addAddress(&h.Host, s)
		}
	}
	if a, err := netip.ParseAddr(row.Text("ComputerIP")); err == nil {
		h.Public.Address = a.Unmap()
		place := &entities.GeoLocation{CountryName: row.Text("RemoteIPCountry")}
		lat, ok := row.Real("RemoteIPLatitude")
		lon, ok2 := row.Real("RemoteIPLongitude")
		if ok && ok2 {
			place.Latitude, place.Longitude = &lat, &lon
		}
		if place.CountryName != "" || place.Latitude != nil {
			h.Public.Location = place
		}
	}
	return h
}

func addAddress(h *entities.Host, text string) {
	if a, err := netip.ParseAddr(strings.TrimSpace(text)); err == nil && !slices.Contains(h.Addresses, a.Unmap()) {
		h.Addresses = append(h.Addresses, a.Unmap())
	}
}

// interfaces adds the addresses that network flow logs give a host.
func (w *Workspace) interfaces(ctx context.Context, host string, win querytime.Window, h *entities.Host) error {
	p := Params{Host: host, Window: win}
	err := w.whereThere(ctx, "AzureNetworkAnalytics_CL", "interfaces", p, func(row Row) {
		for _, column := range []string{"PrivateIPAddresses", "PublicIPAddresses"} {
			for _, s := range strings.FieldsFunc(row.Text(column), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
				addAddress(h, s)
			}
		}
	})
	if err != nil {
		return err
	}
	return w.whereThere(ctx, "NTANetAnalytics", "interfaces_vnet", p, func(row Row) { addAddress(h, row.Text("Address")) })
}

// whereThere runs a query where its table is there.
func (w *Workspace) whereThere(ctx context.Context, table, query string, p Params, take func(Row)) error {
	info, err := w.table(ctx, table)
	if err != nil || !info.exists {
		return err
	}
	for row, err := range w.Rows(ctx, query, p) {
		if err != nil {
			return err
		}
		take(row)
	}
	return nil
}
