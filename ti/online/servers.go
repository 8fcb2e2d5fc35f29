package online

import (
	"errors"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// misp: the user's own MISP server.
//
// Source: https://www.misp-project.org/openapi/ (attributes/restSearch), with
// enforceWarninglist, so that what MISP itself calls a false positive stays out.
// Severity: an attribute that is for detection (to_ids) is high where the
// event's threat level is high or medium, else a warning; others are
// information.
var misp = spec{
	name: "MISP", needs: needURL,
	types: types(addresses, []ioc.Type{ioc.CIDR, ioc.DNS, ioc.URL, ioc.Email}, hashes, []ioc.Type{ioc.SHA512}),
	request: func(c Config, i ti.Indicator) request {
		return request{
			path: "/attributes/restSearch", header: header("Authorization", c.Key.Reveal()),
			json: map[string]any{"returnFormat": "json", "value": i.Value, "enforceWarninglist": true, "includeEventTags": true, "limit": 50},
		}
	},
	read: func(a answer) (ti.Result, error) {
		list := a.get("response", "Attribute")
		if !list.exists() {
			return ti.Result{}, errors.New("the answer has no list of attributes")
		}
		items := list.items()
		if len(items) == 0 {
			return noData()
		}
		severity := ti.Information
		var d ti.Details
		var r ti.Result
		var events []string
		for _, at := range items {
			if at.get("to_ids").yes() {
				level := at.get("Event", "threat_level_id").str()
				if severity = max(severity, ti.Warning); level == "1" || level == "2" {
					severity = ti.High
				}
			}
			d.Categories = add(d.Categories, at.get("category").str())
			d.Threats = add(d.Threats, at.get("Event", "info").str())
			d.Tags = add(d.Tags, at.get("Tag").each("name")...)
			if d.Description == "" {
				d.Description = at.get("comment").str()
			}
			events = add(events, at.get("event_id").str())
			seen := at.get("timestamp").time()
			if t := at.get("first_seen").time(); !t.IsZero() && (r.FirstSeen.IsZero() || t.Before(r.FirstSeen)) {
				r.FirstSeen = t
			}
			if t := at.get("last_seen").time(); !t.IsZero() {
				seen = t
			}
			if seen.After(r.LastSeen) {
				r.LastSeen = seen
			}
		}
		d.Reports = len(items)
		d.More = more{"events": events}
		out := found(severity, d)
		out.FirstSeen, out.LastSeen = r.FirstSeen, r.LastSeen
		if len(events) > 0 {
			out.Reference = link(strings.TrimSuffix(a.config.URL, "/") + "/events/view/" + segment(events[0]))
		}
		return out, nil
	},
}

// openCTIQuery asks for observables of a value with the indicators that are
// based on them.
const openCTIQuery = `query Observables($filters: FilterGroup) {
  stixCyberObservables(first: 10, filters: $filters) {
    edges { node {
      id entity_type observable_value x_opencti_score x_opencti_description created_at updated_at
      objectLabel { value }
      indicators(first: 10) { edges { node { id name confidence revoked valid_from valid_until x_opencti_score indicator_types } } }
    } }
  }
}`

// openCTI: the user's own OpenCTI server, version 6.
//
// Source: https://docs.opencti.io/latest/reference/api/ and its GraphQL schema.
// Severity by the best score of the observable and of its indicators that are
// valid and not revoked: 70 and more is high, 30 and more a warning, less is
// information.
var openCTI = spec{
	name: "OpenCTI", needs: needURL,
	types: types(addresses, []ioc.Type{ioc.CIDR, ioc.DNS, ioc.URL, ioc.Email}, hashes, []ioc.Type{ioc.SHA512}),
	request: func(c Config, i ti.Indicator) request {
		key := "value"
		switch i.Type {
		case ioc.MD5:
			key = "hashes.MD5"
		case ioc.SHA1:
			key = "hashes.SHA-1"
		case ioc.SHA256:
			key = "hashes.SHA-256"
		case ioc.SHA512:
			key = "hashes.SHA-512"
		}
		filter := map[string]any{"key": []string{key}, "values": []string{i.Value}, "operator": "eq", "mode": "or"}
		return request{
			path: "/graphql", header: header("Authorization", "Bearer "+c.Key.Reveal()),
			json: map[string]any{"query": openCTIQuery, "variables": map[string]any{
				"filters": map[string]any{"mode": "and", "filters": []any{filter}, "filterGroups": []any{}},
			}},
		}
	},
	read: func(a answer) (ti.Result, error) {
		if errs := a.get("errors").items(); len(errs) > 0 {
			e, text := errs[0], errs[0].get("message").str()
			if code := e.get("extensions", "code").str() + e.get("name").str(); strings.Contains(strings.ToUpper(code), "AUTH") {
				return ti.Result{}, &ti.AuthError{Err: errors.New(text)}
			}
			return ti.Result{}, errors.New("the server says: " + text)
		}
		edges := a.get("data", "stixCyberObservables", "edges")
		if !edges.exists() {
			return ti.Result{}, errors.New("the answer has no observables")
		}
		best, known := 0.0, false
		var d ti.Details
		var r ti.Result
		take := func(n node) {
			if f, ok := n.num(); ok {
				best, known = max(best, f), true
			}
		}
		for _, e := range edges.items() {
			n := e.get("node")
			take(n.get("x_opencti_score"))
			d.Tags = add(d.Tags, n.get("objectLabel").each("value")...)
			if d.Description == "" {
				d.Description = n.get("x_opencti_description").str()
			}
			r.FirstSeen, r.LastSeen = n.get("created_at").time(), n.get("updated_at").time()
			for _, x := range n.get("indicators", "edges").items() {
				i := x.get("node")
				until := i.get("valid_until").time()
				if i.get("revoked").yes() || !until.IsZero() && until.Before(a.config.Now()) {
					continue
				}
				take(i.get("x_opencti_score"))
				d.Threats = add(d.Threats, i.get("name").str())
				d.Categories = add(d.Categories, i.get("indicator_types").strs()...)
				if c := i.get("confidence").whole(); c > 0 && (d.Confidence == nil || c > *d.Confidence) {
					d.Confidence = &c
				}
			}
			if r.Reference == "" {
				r.Reference = link(strings.TrimSuffix(a.config.URL, "/") + "/dashboard/observations/observables/" + segment(n.get("id").str()))
			}
		}
		if len(edges.items()) == 0 {
			return noData()
		}
		severity := ti.Unknown
		if known {
			severity = above(best, 29, 69)
			d.Score, d.ScoreMax = new(best), 100
		}
		out := found(severity, d)
		out.FirstSeen, out.LastSeen, out.Reference = r.FirstSeen, r.LastSeen, r.Reference
		return out, nil
	},
}
