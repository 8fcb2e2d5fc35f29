package syslog

import (
	"net/netip"
	"strings"
	"time"
)

const (
	maxConnections = 1 << 15
	// connectionIdle is how long a process may be silent and still be taken
	// for the same one: as for an attempt.
	connectionIdle = attemptIdle
)

// Connections knows from whom the connections of sshd's and dropbear's
// processes come, and gives the address to their lines that do not name it:
// "Disconnecting: Too many authentication failures", "fatal: no matching mac
// found", PAM's lines without rhost. Each connection has a process of its own,
// so an earlier line of the process says whose it is.
//
// The zero value is ready to use. It keeps the last 32,768 processes, forgets
// one that was silent for three minutes, and is not safe for concurrent use.
type Connections struct {
	// By reference: to assign to a key that a map holds replaces its string,
	// and an event's strings are the reader's, which it writes over.
	open map[connectionKey]*connection
	old  map[connectionKey]*connection // the generation before
}

type connectionKey struct {
	host string
	pid  int
}

type connection struct {
	addr netip.Addr
	name string
	port uint16
	last time.Time
}

// Fill gives e the address, or the name, and the port of its connection if e
// does not name one, marks e with [InferredSource] and returns true. It
// returns false for an e that names its source or has none. Events must come
// in the order of the log.
func (c *Connections) Fill(e *Event) bool {
	if e.PID == 0 || e.Mark != "" && e.Mark != MarkConnection || isListener(e) {
		return false
	}
	if kind := kindOf(e); kind != "sshd" && kind != "dropbear" {
		return false
	}
	key := connectionKey{e.Host, e.PID}
	x, known := c.open[key]
	if !known {
		x, known = c.old[key]
	}
	if known && e.Time.Sub(x.last) > connectionIdle {
		known = false
	}
	if e.Source.IsValid() || e.SourceHost != "" {
		if known && x.addr == e.Source && x.name == e.SourceHost && e.SourcePort == 0 {
			c.put(key, *x, e.Time)
			return false
		}
		name := e.SourceHost
		if known && x.name == name {
			name = x.name
		} else {
			name = keep(name)
		}
		c.put(key, connection{addr: e.Source, name: name, port: e.SourcePort}, e.Time)
		return false
	}
	if !known {
		return false
	}
	switch e.Kind {
	case KindLogonFailure, KindLogonSuccess, KindDisconnect, KindProbe, KindSessionOpen, KindSessionClose:
	default:
		return false
	}
	c.put(key, *x, e.Time)
	e.Source, e.SourceHost, e.SourcePort = x.addr, x.name, x.port
	e.Inferred |= InferredSource
	return true
}

func (c *Connections) put(key connectionKey, x connection, last time.Time) {
	x.last = last
	if to := c.open[key]; to != nil {
		*to = x
		return
	}
	key.host = keep(key.host)
	if len(c.open) >= maxConnections/2 {
		c.old, c.open = c.open, nil
	}
	if c.open == nil {
		c.open = make(map[connectionKey]*connection, len(c.old))
	}
	to := new(connection)
	*to = x
	c.open[key] = to
}

// isListener reports whether the daemon itself, which waits for all
// connections, wrote e about one that it does not serve.
func isListener(e *Event) bool {
	return strings.HasPrefix(e.Message, "drop connection") ||
		strings.HasPrefix(e.Message, "Timeout before authentication for connection from ") ||
		strings.HasPrefix(e.Message, "srclimit_")
}
