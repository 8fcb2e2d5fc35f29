package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/tuxtrail/tuxtrail/sentinel"
)

func (p *program) address(s string) error {
	for t := range strings.SplitSeq(s, ",") {
		a, err := netip.ParseAddr(strings.TrimSpace(t))
		if err != nil {
			return err
		}
		p.params.Addresses = append(p.params.Addresses, a)
	}
	return nil
}

func (p *program) printList() error {
	for _, q := range sentinel.Queries() {
		if _, err := fmt.Fprintf(p.stdout, "%-18s %s (%s)\n", q.Name, q.About, strings.Join(q.Takes, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// printAll prints the KQL of the queries named, or of all. Of the parameters
// each query gets those that it looks at.
func (p *program) printAll(names []string) error {
	queries := sentinel.Queries()
	if len(names) > 0 {
		queries = nil
		for _, n := range names {
			q, err := sentinel.LookupQuery(n)
			if err != nil {
				return fmt.Errorf("%w: -list prints their names", err)
			}
			queries = append(queries, q)
		}
	}
	for _, q := range queries {
		kql, err := q.Render(fit(q, p.params))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(p.stdout, "// %s\n%s\n", q.About, kql); err != nil {
			return err
		}
	}
	return nil
}

// fit takes away what a query does not look at, and gives those that work on
// several tables the usual one.
func fit(q sentinel.Query, p sentinel.Params) sentinel.Params {
	out := sentinel.Params{}
	for _, name := range q.Takes {
		switch name {
		case "start":
			out.Window.Start = p.Window.Start
		case "end":
			out.Window.End = p.Window.End
		case "host":
			out.Host = p.Host
		case "account":
			out.Account = p.Account
		case "addresses":
			out.Addresses = p.Addresses
		case "facilities":
			out.Facilities = p.Facilities
		case "severities":
			out.Severities = p.Severities
		case "processes":
			out.Processes = p.Processes
		case "values":
			out.Values = p.Values
		case "alerts":
			out.Alerts = p.Alerts
		case "bookmarks":
			out.Bookmarks = p.Bookmarks
		case "all":
			out.All = p.All
		case "event":
			out.Event = p.Event
		case "step":
			out.Step = p.Step
		}
	}
	if q.Tables[0] == "{table}" {
		out.Table = p.Table
		if out.Table == "" {
			out.Table = usualTable(q.Name)
		}
	}
	return out
}

func usualTable(query string) string {
	if strings.HasPrefix(query, "audit_") {
		return "AuditLog_CL"
	}
	return "Syslog"
}
