// Command ti asks threat intelligence about the indicators in log files.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	endAfter(ctx)
	w := world{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv, own: interfaces(), openWorkspace: openWorkspace,
	}
	code := w.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// endAfter ends the program when it is interrupted, and something that cannot
// be, such as a wait for standard input, keeps it.
func endAfter(ctx context.Context) {
	context.AfterFunc(ctx, func() {
		time.Sleep(2 * time.Second)
		os.Exit(1)
	})
}

// world is what the program touches; tests have their own.
type world struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) string
	own            []netip.Addr // addresses of this machine
	transport      http.RoundTripper
	openWorkspace  func(id, tenant string) (*sentinel.Workspace, error)
	clock          ti.Clock
}

// interfaces returns the addresses of this machine.
func interfaces() []netip.Addr {
	var out []netip.Addr
	list, _ := net.InterfaceAddrs() // without them the rules for kinds of addresses remain
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr())
		}
	}
	return out
}

const usage = `usage: ti [flags] [FILE ...]

Asks threat intelligence about the indicators in the files (none or - is standard
input; compressed ones are unpacked) and prints one JSON object for each indicator and provider: type, value,
provider, severity (unknown information warning high), status (ok no_data
not_sent rate_limited query_failed bad_format), reason, details, reference,
first_seen, last_seen, asked, age_seconds, cached.

Asking tells the provider what you found. Look first at what would be sent:

  ti -plan /var/log/auth.log
  ti -feeds /srv/intel -offline /var/log/auth.log
  ti -i 'evil[.]ru 45.83.66.10' -providers virustotal,greynoise

Addresses that are not global, internal names, names for documentation, URLs with
passwords or tokens, and this machine's own addresses are never sent.

Providers and keys are taken from msticpyconfig.yaml ($MSTICPYCONFIG, the working
directory, ~/.msticpy) and from TUXTRAIL_<PROVIDER>_KEY, _ID, _URL, _INSTANCE.
Providers: %s
Without a key: %s

`

// options are the flags.
type options struct {
	plan, refresh, offline, update, all, raw bool

	config, feeds, providers, cache string
	workspace                       string
	own, allow, only, indicators    string
	budget                          int
	wait, timeout                   time.Duration
}

func (w world) flags(args []string) (options, []string, error) {
	var o options
	fs := flag.NewFlagSet("ti", flag.ContinueOnError)
	fs.SetOutput(w.stderr)
	fs.BoolVar(&o.plan, "plan", false, "send nothing; print what would be sent to whom, and what is held back and why")
	fs.BoolVar(&o.offline, "offline", false, "send nothing; answer from -feeds and the cache")
	fs.BoolVar(&o.refresh, "refresh", false, "ask again also about what the cache knows")
	fs.StringVar(&o.config, "config", "", "`file` in the form of msticpyconfig.yaml; - for none")
	fs.StringVar(&o.providers, "providers", "", "comma-separated `list` of the providers to ask, also those that are not Primary or need no key")
	fs.StringVar(&o.feeds, "feeds", "", "`folder` of intelligence files (STIX, MISP, lists, CSV …) to search on this machine")
	fs.StringVar(&o.workspace, "sentinel", "", "ask Microsoft Sentinel's own indicators in this `workspace`: its id, or its name in msticpyconfig.yaml")
	fs.BoolVar(&o.update, "update", false, "fetch the keyless feeds into the -feeds folder first")
	fs.StringVar(&o.own, "own", "", "comma-separated `list` of your own names (with all below), addresses and networks, which are never sent")
	fs.StringVar(&o.allow, "allow", "", "`file` of names, addresses, networks, URLs and hashes that are known to be good: not asked about")
	fs.StringVar(&o.only, "only", "", "`file` of all that may be asked about, in the same form")
	fs.StringVar(&o.indicators, "i", "", "ask about the indicators in this `text` instead of files")
	fs.StringVar(&o.cache, "cache", "", "`file` for answers and used quotas (default tuxtrail/ti.db in the user's cache folder; - for none)")
	fs.IntVar(&o.budget, "budget", 0, "send at most this many look-ups (0 for as many as the quotas allow)")
	fs.DurationVar(&o.wait, "wait", ti.DefaultMaxWait, "wait at most this long for quotas to come free")
	fs.DurationVar(&o.timeout, "timeout", ti.DefaultTimeout, "give up a request after this long")
	fs.BoolVar(&o.raw, "raw", false, "print the providers' own answers, too")
	fs.BoolVar(&o.all, "all", false, "print also that a provider does not answer for a type")
	fs.Usage = func() {
		var keyless []string
		for _, n := range online.Names() {
			if online.Keyless(n) {
				keyless = append(keyless, n)
			}
		}
		fmt.Fprintf(w.stderr, usage, strings.Join(online.Names(), " "), strings.Join(keyless, " "))
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		return o, nil, err
	}
	var err error
	switch {
	case o.update && o.feeds == "":
		err = errors.New("-update needs a -feeds folder to fetch into")
	case o.update && (o.offline || o.plan):
		err = errors.New("-update fetches, -offline and -plan send nothing")
	case o.budget < 0 || o.timeout <= 0:
		err = errors.New("-budget and -timeout must not be negative")
	case o.indicators != "" && fs.NArg() > 0:
		err = errors.New("-i takes the place of files")
	}
	if err != nil {
		fmt.Fprintf(w.stderr, "ti: %v\n", err)
	}
	return o, fs.Args(), err
}

func (w world) run(ctx context.Context, args []string) int {
	o, names, err := w.flags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	policy, err := w.policy(o)
	if err != nil {
		w.notef("%v", err)
		return 2
	}
	providers, code := w.providers(ctx, o)
	if len(providers) == 0 {
		w.notef("nobody to ask: give -feeds, -providers, a msticpyconfig.yaml or TUXTRAIL_<PROVIDER>_KEY (see -h)")
		return max(code, 1)
	}
	indicators, failed := w.read(o, names)
	code = max(code, failed)
	if ctx.Err() != nil {
		w.notef("interrupted")
		return 1
	}
	if o.wait == 0 {
		o.wait = -1
	}
	client, err := ti.Open(ti.Options{
		Policy: policy, CacheFile: w.cacheFile(o), Refresh: o.refresh, Budget: o.budget, MaxWait: o.wait, Timeout: o.timeout,
		Note: func(text string) { w.notef("%s", text) }, Clock: w.clock,
	}, providers...)
	if err != nil {
		w.notef("%v", err)
		return 2
	}
	plan := client.Plan(indicators)
	if o.plan {
		if err := w.printPlan(plan, o.all); err != nil {
			w.notef("%v", err)
			return 1
		}
		return code
	}
	results, err := client.Do(ctx, plan)
	if err != nil {
		w.notef("%v: not all was asked", err)
		code = 1
	}
	if err := w.printResults(results, o); err != nil {
		w.notef("%v", err)
		return 1
	}
	return code
}

// policy says what may leave the machine.
func (w world) policy(o options) (ti.Policy, error) {
	p := ti.Policy{Offline: o.offline, Addresses: w.own}
	for _, entry := range split(o.own) {
		if n, err := netip.ParsePrefix(entry); err == nil {
			p.Networks = append(p.Networks, n)
		} else if a, err := netip.ParseAddr(entry); err == nil {
			p.Addresses = append(p.Addresses, a)
		} else {
			p.Suffixes = append(p.Suffixes, entry)
		}
	}
	var err error
	if p.KnownGood, err = lines(o.allow); err != nil {
		return p, err
	}
	if p.Only, err = lines(o.only); err != nil {
		return p, err
	}
	if o.only != "" && len(p.Only) == 0 {
		return p, fmt.Errorf("%s: no entries", o.only)
	}
	return p, nil
}

// providers returns those that are asked; the code is 1 where something that was
// named does not work.
func (w world) providers(ctx context.Context, o options) (out []ti.Provider, code int) {
	if o.update {
		if err := w.update(ctx, o.feeds); err != nil {
			w.notef("%v", err)
			code = 1
		}
	}
	if o.feeds != "" {
		p, err := w.feedProvider(o.feeds)
		if err != nil {
			w.notef("%v", err)
			code = 1
		} else {
			out = append(out, p)
		}
	}
	if o.workspace != "" {
		p, err := w.sentinelProvider(o)
		if err != nil {
			w.notef("%v", err)
			code = 1
		} else {
			out = append(out, p)
		}
	}
	list, problems := online.Load(ctx, online.Settings{File: o.config, Env: w.env, Names: split(o.providers), Transport: w.transport})
	for _, p := range problems {
		w.notef("%v", p)
	}
	if len(problems) > 0 && (o.config != "" || o.providers != "") {
		code = 1
	}
	return append(out, list...), code
}

func (w world) feedProvider(dir string) (ti.Provider, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder", dir)
	}
	set, err := feeds.Load(os.DirFS(dir), feeds.Options{})
	if err != nil {
		return nil, err
	}
	for _, f := range set.Files() {
		if f.Err != nil {
			w.notef("%s: %v", filepath.Join(dir, f.Name), f.Err)
		}
	}
	w.notef("%d indicators in %d files of %s", set.Len(), len(set.Files()), dir)
	return feeds.NewProvider("", set), nil
}

func (w world) update(ctx context.Context, dir string) error {
	o := feeds.UpdateOptions{}
	if w.transport != nil {
		o.Client = &http.Client{Transport: w.transport}
	}
	results, err := feeds.Update(ctx, dir, o)
	for _, r := range results {
		w.notef("%v", r)
	}
	return err
}

func (w world) cacheFile(o options) string {
	switch o.cache {
	case "-":
		return ""
	case "":
		dir, err := os.UserCacheDir()
		if err != nil {
			w.notef("%v: answers are not kept", err)
			return ""
		}
		return filepath.Join(dir, "tuxtrail", "ti.db")
	}
	return o.cache
}

func (w world) notef(format string, args ...any) {
	fmt.Fprintf(w.stderr, "ti: %s\n", plain(fmt.Sprintf(format, args...)))
}

func split(list string) []string {
	var out []string
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
