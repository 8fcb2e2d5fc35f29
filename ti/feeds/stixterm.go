package feeds

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// steps returns the path without indexes.
func (t *term) steps() []string {
	return slices.DeleteFunc(slices.Clone(t.path), func(s string) bool { return strings.HasPrefix(s, "[") })
}

// isHash reports whether the term compares a hash.
func (t *term) isHash() bool {
	return slices.Contains(t.path, "hashes") && (t.op == "=" || t.op == "IN")
}

// isType reports whether the term only says of which type an address is.
func (t *term) isType() bool {
	return t.path[len(t.path)-1] == "type" && len(t.path) > 1
}

// wanted says what type of indicator the property holds: the name of a type, "*"
// for what it looks like, "" for none.
func (t *term) wanted() string {
	steps := t.steps()
	last := steps[len(steps)-1]
	if i := slices.Index(steps, "hashes"); i >= 0 && i == len(steps)-2 {
		return last
	}
	switch t.object {
	case "ipv4-addr", "ipv6-addr":
		if last == "value" && len(steps) == 1 {
			return "ip"
		}
	case "domain-name":
		switch {
		case last == "value" && len(steps) == 1:
			return "domain"
		case last == "value" && steps[0] == "resolves_to_refs":
			return "*"
		}
	case "url":
		if last == "value" {
			return "url"
		}
	case "email-addr":
		if last == "value" {
			return "email"
		}
	case "email-message":
		if last == "value" && strings.HasSuffix(steps[0], "_ref") {
			return "email"
		}
	case "network-traffic":
		if last == "value" && (steps[0] == "dst_ref" || steps[0] == "src_ref") {
			return "*"
		}
	case "autonomous-system":
		if last == "number" {
			return "asn"
		}
	case "mac-addr":
		if last == "value" {
			return "mac"
		}
	case "windows-registry-key":
		if last == "key" {
			return "regkey"
		}
	case "directory":
		if last == "path" {
			return "*"
		}
	}
	return ""
}

// term makes entries of one comparison, and returns how many.
func (w *patternWalk) term(t *term, also string) int {
	word := t.wanted()
	if word == "" || t.not {
		return 0
	}
	count := 0
	for _, v := range t.values {
		in, prefix, ok := t.indicator(word, v.text)
		if !ok {
			continue
		}
		count++
		e := w.base
		e.Type, e.Value, e.Port = in.typ, in.value, in.port
		e.Subdomains, e.NotSelf, e.Prefix = in.subdomains, in.notSelf, prefix
		if also != "" {
			e.Partly = also
			e.Severity = min(e.Severity, ti.Warning)
		}
		if !w.p.entry(&e) {
			w.stopped = true
			return count
		}
	}
	if count > 0 && count < len(t.values) {
		w.p.unsupported("pattern", cut(t.String(), 4<<10), w.ref)
	}
	return count
}

// indicator makes an indicator of a literal by the term's operator.
func (t *term) indicator(word, v string) (in indicator, prefix, ok bool) {
	switch t.op {
	case "=", "IN":
		in, ok = wordIndicator(word, v)
	case "ISSUBSET":
		in, ok = wordIndicator(word, v)
		ok = ok && (in.typ == ioc.CIDR || in.typ == ioc.IPv4 || in.typ == ioc.IPv6)
	case "LIKE":
		return like(word, v)
	}
	return in, false, ok
}

func wordIndicator(word, v string) (indicator, bool) {
	if word == "*" {
		return classify(v)
	}
	return typed(word, v)
}

// like understands the patterns that mean a set of indicators that can be
// found: no wildcard; "%.example.com", the names below one; "198.51.100.%", a
// network; "http://example.com/a%", what a URL begins with. "_" is taken as
// itself, which is one of the bytes it stands for.
func like(word, v string) (in indicator, prefix, ok bool) {
	n := strings.Count(v, "%")
	switch {
	case n == 0:
		in, ok = wordIndicator(word, v)
		return in, false, ok
	case n > 1:
		return in, false, false
	}
	if rest, cut := strings.CutPrefix(v, "%."); cut && (word == "domain" || word == "*") {
		in, ok = typed("domain", rest)
		if ok = ok && in.typ == ioc.DNS; ok {
			in.subdomains, in.notSelf = true, true
		}
		return in, false, ok
	}
	head, cut := strings.CutSuffix(v, "%")
	if !cut {
		return in, false, false
	}
	if word == "url" {
		in, ok = typed("url", head)
		return in, true, ok && in.typ == ioc.URL && schemeEnd(head) > 0
	}
	if parts := strings.Split(head, "."); (word == "ip" || word == "*") && len(parts) >= 2 && len(parts) <= 4 && parts[len(parts)-1] == "" {
		a, err := netip.ParseAddr(head + strings.Repeat("0.", 4-len(parts)) + "0")
		if err != nil {
			return in, false, false
		}
		return indicator{typ: ioc.CIDR, value: netip.PrefixFrom(a, 8*(len(parts)-1)).String()}, false, true
	}
	return in, false, false
}
