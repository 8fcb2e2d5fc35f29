package feeds

import (
	"net/netip"
	"strings"
)

// appendURL appends the canonical form of a URL to dst, by RFC 3986, section
// 6.2.2 and 6.2.3:
//
//   - the scheme and the host in lower case, the host without its final dot, in
//     punycode, and as an address where it is one; the port left out where it
//     is the scheme's own;
//   - %XX decoded where the byte needs no escape, else with capital digits;
//     blanks, controls, quotes and bytes outside ASCII escaped;
//   - "." and ".." resolved in the path, an empty path is "/", "\" is "/";
//   - no fragment.
//
// For http and https the key is without the scheme, and the flags say which it
// was; a URL without a scheme ("evil.com/x.sh") has both.
func appendURL(dst []byte, s string) (key []byte, flags uint8, ok bool) {
	start := len(dst)
	if len(s) > maxKey {
		return dst, 0, false
	}
	s, _, _ = strings.Cut(s, "#")
	flags = fHTTP | fHTTPS
	rest, port := s, ""
	if i := schemeEnd(s); i > 0 {
		rest = s[i+3:]
		switch {
		case strings.EqualFold(s[:i], "http"):
			flags, port = fHTTP, "80"
		case strings.EqualFold(s[:i], "https"):
			flags, port = fHTTPS, "443"
		default:
			flags = 0
			dst = append(appendLower(dst, s[:i]), "://"...)
			if strings.EqualFold(s[:i], "ftp") {
				port = "21"
			}
		}
	}
	end := strings.IndexAny(rest, `/?\`)
	if end < 0 {
		end = len(rest)
	}
	dst, ok = appendAuthority(dst, rest[:end], port)
	if !ok {
		return dst[:start], 0, false
	}
	path, query, hasQuery := strings.Cut(rest[end:], "?")
	from := len(dst)
	if path == "" {
		dst = append(dst, '/')
	}
	dst = appendEscaped(dst, path, true)
	dst = dst[:from+removeDots(dst[from:])]
	if hasQuery {
		dst = appendEscaped(append(dst, '?'), query, false)
	}
	if len(dst)-start > maxKey {
		return dst[:start], 0, false
	}
	return dst, flags, true
}

// schemeEnd returns where "://" stands behind a scheme, or 0.
func schemeEnd(s string) int {
	i := strings.Index(s, "://")
	if i <= 0 || i > 20 {
		return 0
	}
	for j := range i {
		c := lower(s[j])
		if ('a' > c || c > 'z') && (j == 0 || '0' > c || c > '9') && (j == 0 || c != '+' && c != '-' && c != '.') {
			return 0
		}
	}
	return i
}

// appendAuthority appends user@host:port.
func appendAuthority(dst []byte, s, defaultPort string) ([]byte, bool) {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		dst = append(appendEscaped(dst, s[:i], false), '@')
		s = s[i+1:]
	}
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		i := strings.IndexByte(s, ']')
		if i < 0 {
			return dst, false
		}
		a, err := netip.ParseAddr(s[1:i])
		if err != nil || a.Is4() || s[i+1:] != "" && s[i+1] != ':' {
			return dst, false
		}
		dst = append(a.AppendTo(append(dst, '[')), ']')
		port = strings.TrimPrefix(s[i+1:], ":")
	} else {
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			host, port = s[:i], s[i+1:]
		}
		if likeAddr(host) {
			a, err := netip.ParseAddr(host)
			if err != nil || !a.Is4() {
				return dst, false
			}
			dst = a.AppendTo(dst)
		} else {
			var ok bool
			if dst, ok = appendName(dst, host); !ok {
				return dst, false
			}
		}
	}
	for len(port) > 1 && port[0] == '0' {
		port = port[1:]
	}
	if len(port) > 5 {
		return dst, false
	}
	for i := range len(port) {
		if port[i] < '0' || port[i] > '9' {
			return dst, false
		}
	}
	if port != "" && port != defaultPort {
		dst = append(append(dst, ':'), port...)
	}
	return dst, true
}

// appendEscaped appends s with its escapes in one form.
func appendEscaped(dst []byte, s string, path bool) []byte {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2]); hi <= 15 && lo <= 15 {
				if b := hi<<4 | lo; unreserved(b) {
					dst = append(dst, b)
				} else {
					dst = append(dst, '%', digits[hi], digits[lo])
				}
				i += 2
				continue
			}
		}
		switch {
		case c == '\\' && path:
			dst = append(dst, '/')
		case c <= ' ', c >= 0x7f, c == '"', c == '<', c == '>', c == '`', c == '{', c == '}':
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// removeDots resolves "." and ".." in a path that begins with "/", in place,
// and returns its new length (RFC 3986, section 5.2.4).
func removeDots(p []byte) int {
	out := 0
	for i := 0; i < len(p); {
		j := i + 1
		for j < len(p) && p[j] != '/' {
			j++
		}
		last := j == len(p)
		switch seg := string(p[i+1 : j]); {
		case seg == ".":
			if last {
				p[out] = '/'
				out++
			}
		case seg == "..":
			for out > 0 {
				if out--; p[out] == '/' {
					break
				}
			}
			if last {
				p[out] = '/'
				out++
			}
		default:
			out += copy(p[out:], p[i:j])
		}
		i = j
	}
	return out
}
