package ptree

import (
	"cmp"
	"fmt"
	"slices"
)

// RareRule names why a process stands out.
type RareRule string

// The rules of [Tree.Rare].
const (
	// RarePair: the program and the program that started it are seen together
	// in this tree no more often than RareOptions.MaxPair, although the
	// starting program started at least RareOptions.MinStarts others, and at
	// most one in ten of these was as rare: of a shell that starts whatever
	// people type nothing is said.
	RarePair RareRule = "rare_pair"

	// ServerShell: a shell, or a program that fetches or connects, below a
	// program that serves the network. Shells and interpreters between the
	// two do not hide it.
	ServerShell RareRule = "server_shell"
)

// RareOptions change what counts as rare. The zero value is the default.
type RareOptions struct {
	MaxPair   int      // a pair seen up to so often is rare. 0: 1
	MinStarts int      // of a starting program with fewer starts nothing is said. 0: 20
	Servers   []string // names of programs that serve, in addition to those known
}

// Rarity is a process that stands out, and why.
type Rarity struct {
	Process *Process
	Rule    RareRule
	Parent  string // the starting program (RarePair), the server (ServerShell)
	Child   string // the program started
	Count   int    // how often the two are seen together in the tree
	Starts  int    // how many programs Parent started in all
	Why     string // the rule in words with its numbers; bytes that cannot be printed are escaped
}

// pair is a program started by another, by path where it is known.
type pair struct{ parent, child string }

// Rare returns the processes that stand out by one of the rules, in the order
// of ID. It counts what the tree holds and knows nothing else: in a short log
// much is rare. A process counts with its first image that is not its
// parent's own, and with what the parent ran at that time.
func (t *Tree) Rare(o RareOptions) []Rarity {
	if o.MaxPair <= 0 {
		o.MaxPair = 1
	}
	if o.MinStarts <= 0 {
		o.MinStarts = 20
	}
	pairs := make(map[pair]int)
	starts := make(map[string]int)
	of := func(p *Process) (pair, bool) {
		up, im := p.ParentImage(), p.firstOwn()
		if up == nil || im == nil {
			return pair{}, false
		}
		k := pair{program(up), program(im)}
		return k, k.parent != "" && k.child != ""
	}
	for _, p := range t.procs {
		if k, ok := of(p); ok {
			pairs[k]++
			starts[k.parent]++
		}
	}
	odd := make(map[string]int) // rare starts of a program
	for k, n := range pairs {
		if n <= o.MaxPair {
			odd[k.parent] += n
		}
	}
	var out []Rarity
	for _, p := range t.procs {
		if k, ok := of(p); ok && pairs[k] <= o.MaxPair && starts[k.parent] >= o.MinStarts && odd[k.parent]*10 <= starts[k.parent] {
			out = append(out, Rarity{
				Process: p, Rule: RarePair, Parent: k.parent, Child: k.child, Count: pairs[k], Starts: starts[k.parent],
				Why: fmt.Sprintf("%s started %s in %d of its %d starts", escape(k.parent, 128), escape(k.child, 128), pairs[k], starts[k.parent]),
			})
		}
		if im, server := p.ServerShell(o.Servers...); server != nil {
			k := pair{program(server), program(im)}
			out = append(out, Rarity{
				Process: p, Rule: ServerShell, Parent: k.parent, Child: k.child, Count: pairs[k], Starts: starts[k.parent],
				Why: fmt.Sprintf("%s, which serves the network, runs %s", escape(k.parent, 128), escape(k.child, 128)),
			})
		}
	}
	return out
}

func program(im *Image) string { return cmp.Or(im.Exe, im.Name()) }

// firstOwn returns the first image of p that was not inherited, nil when it
// ran none.
func (p *Process) firstOwn() *Image {
	for i := range p.Earlier {
		if im := &p.Earlier[i]; im.Source == FromExec {
			return im
		}
	}
	if p.Source == FromExec {
		return &p.Image
	}
	return nil
}

// ServerShell returns the image of p that is a shell or fetches, and the server
// that it runs below, by the rule of that name; nil and nil when the rule does
// not hold. more are names of programs that serve, in addition to those known.
func (p *Process) ServerShell(more ...string) (im, server *Image) {
	for i := range p.Earlier {
		if im == nil && suspect(&p.Earlier[i]) {
			im = &p.Earlier[i]
		}
	}
	if im == nil && suspect(&p.Image) {
		im = &p.Image
	}
	if im == nil {
		return nil, nil
	}
	child, n := p, 0
	for a := p.parent; a != nil && n < maxWalk; child, a, n = a, a.parent, n+1 {
		up := a.imageAt(child.since())
		switch name := up.Name(); {
		case isServer(name) || slices.Contains(more, name):
			return im, up
		case name == "" || isShell(name) || name == "env" || name == "nohup" || name == "setsid" || name == "timeout" || name == "xargs":
			continue
		default:
			return nil, nil
		}
	}
	return nil, nil
}

// suspect reports whether an exec of im has no place below a server.
func suspect(im *Image) bool {
	if im.Source != FromExec {
		return false
	}
	name := im.Name()
	switch name {
	case "curl", "wget", "nc", "ncat", "netcat", "nc.traditional", "nc.openbsd", "socat", "telnet", "ftp", "tftp", "ssh", "scp", "base64":
		return true
	}
	return isShell(name) && !isInterpreter(name)
}

// isServer reports whether a program of that name takes connections from the
// network, and has no business with shells. sshd, cron and the like start
// shells for a living and are not among them.
func isServer(name string) bool {
	switch name {
	case "nginx", "apache2", "httpd", "lighttpd", "caddy", "traefik", "haproxy", "varnishd", "squid", "envoy",
		"java", "tomcat", "uwsgi", "gunicorn", "puma", "unicorn", "php-cgi", "w3wp.exe", "tomcat.exe", "httpd.exe", "nginx.exe",
		"mysqld", "mariadbd", "postgres", "redis-server", "valkey-server", "mongod", "memcached", "influxd", "clickhouse-server",
		"sqlservr", "sqlservr.exe", "oracle", "beam.smp", "named", "unbound", "dnsmasq", "vsftpd", "proftpd", "pure-ftpd", "smbd",
		"rpc.statd", "rpcbind", "snmpd", "cupsd", "rsyncd", "in.telnetd", "dovecot", "imap", "imap-login", "pop3-login", "slapd",
		"grafana", "grafana-server", "prometheus", "consul", "etcd", "vault", "minio", "gitea", "asterisk", "xrdp":
		return true
	}
	return len(name) >= 7 && name[:7] == "php-fpm"
}
