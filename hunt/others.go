package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/geo"
)

// besides is what only some sources have.
type besides struct {
	alerts    []entities.SecurityAlert
	bookmarks []entities.HuntingBookmark
	incidents []entities.SecurityIncident
	beat      entities.Heartbeat
	peers     map[netip.Addr]*flowPeer
	spoken    map[FlowCount]*FlowCount // by protocol and direction
	volume    volumes
	flows     int64
	omitted   int
	blind     []Blind
	lacks     []string // sections that the source cannot have
	kinds     []LogKind
	places    map[netip.Addr]*geo.Info
	own       map[netip.Addr]bool
}

// sections that sources of files do not have.
const (
	sectionAlerts    = "alerts"
	sectionBookmarks = "bookmarks"
	sectionIncidents = "incidents"
	sectionFlows     = "flows"
)

const fixAlerts = "Hunt in a source that has them, such as a workspace of Sentinel, or put their export into the folder."

// readOthers asks the source for what only some have.
func (h *hunter) readOthers(host string) {
	o := &h.besides
	o.places, o.peers, o.spoken = map[netip.Addr]*geo.Info{}, map[netip.Addr]*flowPeer{}, map[FlowCount]*FlowCount{}
	o.volume.width = int64(volumeWidth / time.Second)
	if h.ctx.Err() != nil {
		return
	}
	if s, ok := h.src.(AlertSource); ok {
		o.alerts = ask(h, sectionAlerts, func() ([]entities.SecurityAlert, error) { return s.Alerts(h.ctx, host, h.o.Window) })
	} else {
		o.missing(sectionAlerts, "")
	}
	if s, ok := h.src.(BookmarkSource); ok {
		o.bookmarks = ask(h, sectionBookmarks, func() ([]entities.HuntingBookmark, error) { return s.Bookmarks(h.ctx, host, h.o.Window) })
	} else {
		o.missing(sectionBookmarks, "")
	}
	if s, ok := h.src.(IncidentSource); ok {
		o.incidents = ask(h, sectionIncidents, func() ([]entities.SecurityIncident, error) { return s.Incidents(h.ctx, host, h.o.Window) })
	} else {
		o.missing(sectionIncidents, "")
	}
	o.cannot()
	if s, ok := h.src.(HeartbeatSource); ok {
		beat, err := s.Heartbeat(h.ctx, host, h.o.Window)
		if err != nil {
			h.unread("heartbeat", err)
		}
		o.beat = beat
	}
	if s, ok := h.src.(FlowSource); ok {
		h.readFlows(s, host)
		o.kinds = append(o.kinds, LogKind{Name: sectionFlows, Records: o.flows, Missing: o.flows == 0})
	} else {
		o.blind = append(o.blind, Blind{
			Section: sectionFlows, Why: "This source cannot have network flows, so traffic that no log mentions is not seen.",
			Fix: "Hunt in a source that has flow logs, such as a workspace of Sentinel.",
		})
		o.kinds = append(o.kinds, LogKind{Name: sectionFlows, Missing: true})
	}
}

// missing notes what the source could not give; why is "" where it cannot have
// it at all.
func (o *besides) missing(section, why string) {
	o.kinds = append(o.kinds, LogKind{Name: section, Missing: true})
	if why == "" {
		o.lacks = append(o.lacks, section)
		return
	}
	o.blind = append(o.blind, Blind{Section: section, Why: why, Fix: fixAlerts})
}

// cannot notes in one what the source cannot have.
func (o *besides) cannot() {
	if len(o.lacks) > 0 {
		why := "This source cannot have " + list(o.lacks) + ", so what others said of the host is not known."
		o.blind = append(o.blind, Blind{Section: o.lacks[0], Why: why, Fix: fixAlerts})
	}
}

// ask gets what a source has of a section.
func ask[T any](h *hunter, section string, get func() ([]T, error)) []T {
	found, err := get()
	if err != nil {
		h.besides.missing(section, "The source could not give its "+section+": "+err.Error())
		return nil
	}
	h.besides.kinds = append(h.besides.kinds, LogKind{Name: section, Records: int64(len(found))})
	return found
}

// alertSlack is how far outside a session an alert may be and still mark it.
const alertSlack = 5 * time.Second

// buildAlerts tells alerts, bookmarks and incidents in their last state.
func (h *hunter) buildAlerts() {
	o, out := &h.besides, &h.inv.Alerts
	ids := map[string]string{} // of the product, to ours
	counts := map[string]int64{}
	for _, a := range lastOf(o.alerts, func(a *entities.SecurityAlert) (string, time.Time) { return a.Key(), a.TimeGenerated }) {
		at := firstTime(a.TimeGenerated, a.ProcessingEndTime, a.StartTime)
		n := Alert{
			ID: "A" + strconv.Itoa(len(out.Alerts)+1), Name: cmp.Or(a.DisplayName, a.AlertName, a.AlertType, "unnamed alert"), Severity: severitySaid(a.AlertSeverity),
			Said: a.AlertSeverity, Time: utc(at), Start: utc(a.StartTime), End: utc(a.EndTime), Status: a.Status, Product: cmp.Or(a.ProductName, a.ProviderName, a.VendorName),
			Description: a.Description, Remediation: a.RemediationSteps, Tactics: a.Tactics, Techniques: append(slices.Clone(a.Techniques), a.SubTechniques...),
			Link: a.AlertLink, SystemID: a.SystemAlertID, Entities: entitiesOf(a.Entities),
		}
		n.Sessions = h.openAt(n.Time)
		for _, f := range h.inv.Findings {
			if !f.Start.IsZero() && !n.Time.Before(f.Start.Add(-alertSlack)) && !n.Time.After(f.End.Add(alertSlack)) {
				n.Findings = append(n.Findings, f.ID)
			}
		}
		counts[n.Name]++
		if n.SystemID != "" {
			ids[strings.ToLower(n.SystemID)] = n.ID
		}
		for _, id := range n.Sessions {
			s := h.session(id)
			s.Facts.Alerts = append(s.Facts.Alerts, n.ID)
			if !slices.ContainsFunc(s.Flags, func(f Flag) bool { return f.Name == "alert" }) {
				s.Flags = append(s.Flags, Flag{Name: "alert", Severity: n.Severity, Why: "The alert " + quoteName(n.Name) + " was raised while it was open, or within 5 seconds of it."})
			}
		}
		out.Alerts = append(out.Alerts, n)
	}
	for name, n := range counts {
		out.ByName = append(out.ByName, Tally{name, n})
	}
	sortTallies(out.ByName)
	for _, b := range lastOf(o.bookmarks, func(b *entities.HuntingBookmark) (string, time.Time) { return b.Key(), b.TimeGenerated }) {
		if b.SoftDeleted != nil && *b.SoftDeleted {
			continue
		}
		n := Bookmark{
			ID: "B" + strconv.Itoa(len(out.Bookmarks)+1), Name: cmp.Or(b.BookmarkName, "unnamed bookmark"), Time: utc(firstTime(b.EventTime, b.CreatedTime, b.TimeGenerated)),
			Created: utc(b.CreatedTime), By: userOf(b.CreatedBy), Notes: b.Notes, Query: b.QueryText, Tags: b.Tags, SystemID: b.BookmarkID, Entities: entitiesOf(b.Entities),
		}
		n.Sessions = h.openAt(n.Time)
		out.Bookmarks = append(out.Bookmarks, n)
	}
	for _, i := range lastOf(o.incidents, func(i *entities.SecurityIncident) (string, time.Time) { return i.Key(), i.TimeGenerated }) {
		n := Incident{
			ID: "I" + strconv.Itoa(len(out.Incidents)+1), Title: cmp.Or(i.Title, i.IncidentName, "unnamed incident"), Severity: severitySaid(i.Severity), Said: i.Severity, Status: i.Status,
			Classification: i.Classification, Owner: userOf(i.Owner), Time: utc(firstTime(i.CreatedTime, i.TimeGenerated)), Start: utc(i.FirstActivityTime), End: utc(i.LastActivityTime),
			Description: i.Description, Link: i.IncidentURL, SystemID: i.IncidentName,
		}
		if i.IncidentNumber != nil {
			n.Number = *i.IncidentNumber
		}
		for _, id := range i.AlertIDs {
			if ours := ids[strings.ToLower(id)]; ours != "" {
				n.Alerts = append(n.Alerts, ours)
			}
		}
		for _, l := range i.Labels {
			if l != nil && l.Name != "" {
				n.Labels = append(n.Labels, l.Name)
			}
		}
		out.Incidents = append(out.Incidents, n)
	}
}

// lastOf keeps the last state of each, in order of time.
func lastOf[T any](list []T, of func(*T) (key string, at time.Time)) []*T {
	last := map[string]*T{}
	var out []*T
	for i := range list {
		key, at := of(&list[i])
		if key == "" {
			out = append(out, &list[i])
			continue
		}
		if old := last[key]; old != nil {
			if _, before := of(old); !at.Before(before) {
				*old = list[i]
			}
			continue
		}
		one := list[i]
		last[key] = &one
		out = append(out, &one)
	}
	slices.SortStableFunc(out, func(a, b *T) int {
		keyA, atA := of(a)
		keyB, atB := of(b)
		return cmp.Or(atA.Compare(atB), cmp.Compare(keyA, keyB))
	})
	return out
}

// openAt returns the ids of the sessions that were open at a moment, or within
// [alertSlack] of it.
func (h *hunter) openAt(at time.Time) []string {
	if at.IsZero() {
		return nil
	}
	var out []string
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		from := startOf(s)
		if !at.Before(from.Add(-alertSlack)) && (s.End.IsZero() || !at.After(s.End.Add(alertSlack))) {
			out = append(out, s.ID)
		}
	}
	return out
}

// severitySaid reads the severity of a security product.
func severitySaid(s string) Severity {
	switch strings.ToLower(s) {
	case "critical":
		return SeverityCritical
	case "high":
		return SeverityHigh
	case "medium":
		return SeverityMedium
	case "low":
		return SeverityLow
	}
	return SeverityInfo
}

func userOf(u *entities.User) string {
	if u == nil {
		return ""
	}
	return cmp.Or(u.Name, u.UserPrincipalName, u.Email, u.ObjectID)
}

const maxAlertEntities = 200

func entitiesOf(list []entities.Entity) []AlertEntity {
	var out []AlertEntity
	for _, e := range list {
		if e == nil || len(out) >= maxAlertEntities {
			continue
		}
		out = append(out, AlertEntity{Type: string(e.Type()), Text: e.String(), Key: e.Key()})
	}
	return out
}

// alertMoments are the entries of the timeline for what others said.
func (h *hunter) alertMoments() []Moment {
	var out []Moment
	for _, a := range h.inv.Alerts.Alerts {
		out = append(out, Moment{Time: a.Time, Lane: "alert", Severity: a.Severity, Text: a.ID + ": " + a.Name, Finding: firstOf(a.Findings...)})
	}
	for _, b := range h.inv.Alerts.Bookmarks {
		out = append(out, Moment{Time: b.Time, Lane: "bookmark", Severity: SeverityInfo, Text: b.ID + ": " + b.Name})
	}
	for _, i := range h.inv.Alerts.Incidents {
		out = append(out, Moment{Time: i.Time, End: i.End, Lane: "incident", Severity: i.Severity, Text: i.ID + ": " + i.Title})
	}
	return slices.DeleteFunc(out, func(m Moment) bool { return m.Time.IsZero() })
}
