package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/country"
	"github.com/tuxtrail/tuxtrail/geo/mmdb"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

// lookups is what the flags say about places and threat intelligence.
type lookups struct {
	databases             []string
	places                string
	noCountry             bool
	ask                   bool
	providers, feeds, own string
	budget                int
}

func (l *lookups) flags(fs *flag.FlagSet) {
	fs.Func("geo", "a `file` with a database of places or networks (.mmdb); several may be given. Countries are built in", func(f string) error {
		l.databases = append(l.databases, f)
		return nil
	})
	fs.StringVar(&l.places, "places", "", "a `file` with a table of your own networks, before the databases: network,name,country_code,city,lat,lon")
	fs.BoolVar(&l.noCountry, "no-country", false, "leave the built-in table of countries out")
	fs.BoolVar(&l.ask, "ti", false, "ask threat intelligence about the indicators; the plan of what goes to whom is shown first. Without it nothing is sent")
	fs.StringVar(&l.providers, "providers", "", "comma-separated `list` of whom to ask, also those that need no key (default: those in the settings file, and with keys in the environment)")
	fs.StringVar(&l.feeds, "feeds", "", "a `folder` of intelligence files (STIX, MISP, lists, CSV …) to search on this machine")
	fs.StringVar(&l.own, "own", "", "comma-separated `list` of your own names, addresses and networks, which are never sent")
	fs.IntVar(&l.budget, "budget", 0, "send at most this many look-ups (0: as many as the quotas allow)")
}

// locator joins the caller's table, the databases and the built-in countries.
func (p *program) locator() (geo.Locator, error) {
	l := &p.lookups
	var all geo.Locators
	switch {
	case l.places != "":
		f, err := os.Open(l.places)
		if err != nil {
			return nil, fmt.Errorf("-places: %w", err)
		}
		defer f.Close()
		table, err := geo.ReadOverlay(f, filepath.Base(l.places))
		if err != nil {
			return nil, fmt.Errorf("-places %s: %w", l.places, err)
		}
		all = append(all, table)
	case p.source == "sample": // nobody has its addresses: their places are made up
		table, err := geo.ReadOverlay(strings.NewReader(sample.Places()), "made up")
		if err != nil {
			return nil, fmt.Errorf("the sample's places: %w", err)
		}
		all = append(all, table)
	}
	if len(l.databases) > 0 {
		set, err := mmdb.OpenAll(l.databases, mmdb.Options{})
		if err != nil {
			return nil, fmt.Errorf("-geo: %w", err)
		}
		all = append(all, set)
	}
	if !l.noCountry {
		db, err := country.Open()
		if err != nil {
			return nil, err
		}
		all = append(all, db)
	}
	return all, nil
}

// intelligence prepares who could be asked, and what may be.
func (p *program) intelligence(ctx context.Context, opt *hunt.Options) error {
	l := &p.lookups
	if l.budget < 0 {
		return usageError{errors.New("-budget must not be negative")}
	}
	var policy ti.Policy
	for _, entry := range split(l.own) {
		if n, err := netip.ParsePrefix(entry); err == nil {
			policy.Networks = append(policy.Networks, n)
		} else if a, err := netip.ParseAddr(entry); err == nil {
			policy.Addresses = append(policy.Addresses, a)
			opt.Addresses = append(opt.Addresses, a)
		} else {
			policy.Suffixes = append(policy.Suffixes, entry)
		}
	}
	var providers []ti.Provider
	if l.feeds != "" {
		set, err := feeds.Load(os.DirFS(l.feeds), feeds.Options{})
		if err != nil {
			return fmt.Errorf("-feeds %s: %w", l.feeds, err)
		}
		providers = append(providers, feeds.NewProvider("", set))
	}
	asked, problems := online.Load(ctx, online.Settings{File: p.workspace.File, Env: os.Getenv, Names: split(l.providers)})
	for _, err := range problems {
		fmt.Fprintln(p.stderr, "linuxhost:", report.Visible(err.Error()))
	}
	providers = append(providers, asked...)
	if len(providers) == 0 {
		if l.ask {
			return usageError{errors.New("-ti: nobody to ask: give -feeds, -providers, a msticpyconfig.yaml or TUXTRAIL_<PROVIDER>_KEY")}
		}
		return nil
	}
	policy.Offline = !l.ask && l.feeds != "" // the files are searched, and nobody else is asked
	o := ti.Options{Policy: policy, Budget: l.budget}
	if l.ask {
		o.Note = func(text string) { fmt.Fprintln(p.stderr, "linuxhost:", report.Visible(text)) }
		if dir, err := os.UserCacheDir(); err == nil && len(asked) > 0 {
			o.CacheFile = filepath.Join(dir, "tuxtrail", "ti.db")
		}
	}
	client, err := ti.Open(o, providers...)
	if err != nil {
		return usageError{err}
	}
	again := p.looks.around != "" && p.looks.scope == nil // this hunt only finds what the next is around
	opt.Intel, opt.Ask = client, (l.ask || l.feeds != "") && !again
	opt.Consent = func(plan *ti.Plan) bool {
		return !l.ask || showPlan(p.stderr, plan) == nil
	}
	return nil
}

func showPlan(w io.Writer, plan *ti.Plan) error {
	if _, err := fmt.Fprintln(w, "What is asked of whom:"); err != nil {
		return err
	}
	return plan.WriteText(w)
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
