package ioc

import "strings"

// scheme reads the scheme that ends at e. It returns where it begins, its
// right name, and whether it was written defanged; "" for none.
func (sc *scan) scheme(e int) (start int, name string, defanged bool) {
	text := sc.text
	l := e
	for l > 0 && e-l < maxScheme {
		c := text[l-1]
		if class[c]&isAlnum == 0 && c != '+' && c != '-' && c != '*' && c != '_' {
			break
		}
		l--
	}
	// h[tt]p, h(xx)ps
	if b := sc.at(l - 1); l > 5 && class[b]&isShut != 0 && (text[l:e] == "p" || text[l:e] == "ps") && text[l-5]|0x20 == 'h' && class[text[l-4]]&isOpen != 0 {
		return l - 5, "http" + text[l+1:e], true
	}
	// http[s]
	if l == e && l > 6 && text[l-1] == ']' && text[l-2]|0x20 == 's' && text[l-3] == '[' && equalFold(text[l-7:l-3], "http") {
		return l - 7, "https", true
	}
	for l < e && class[text[l]]&isAlpha == 0 {
		l++
	}
	s := text[l:e]
	if len(s) < 2 {
		return e, "", false
	}
	if name, defanged = schemeName(s); name != "" {
		return l, name, defanged
	}
	// a known scheme with a word glued to it, or marks of another kind
	for n := min(len(s)-1, 6); n >= 3; n-- {
		tail := s[len(s)-n:]
		if name, defanged = schemeName(tail); name != "" && class[tail[0]]&isAlpha != 0 && (n > 3 || !defanged) {
			return e - n, name, defanged
		}
	}
	if strings.ContainsAny(s, "*_") {
		return e, "", false
	}
	return l, lower(s), false
}

// schemeName returns the right name of a scheme that is known as such, also
// where it is defanged: hxxp, hXXps, h**p, htxp, hzzp, meow, fxp.
func schemeName(s string) (name string, defanged bool) {
	switch n := len(s); n {
	case 3, 4, 5, 6:
	default:
		return "", false
	}
	for _, known := range [...]string{"http", "https", "ftp", "ftps", "sftp", "ssh", "tcp", "udp", "ldap", "ldaps", "telnet", "smb", "ws", "wss", "git", "rtsp", "sip", "irc", "file", "s3", "unix"} {
		if equalFold(s, known) {
			return known, false
		}
	}
	t := s
	end := ""
	if c := t[len(t)-1] | 0x20; (c == 's' || c == 'x') && len(t) > 3 {
		end = "s"
		t = t[:len(t)-1]
	}
	switch {
	case len(t) == 4 && t[0]|0x20 == 'h' && t[3]|0x20 == 'p' && isMask(t[1]) && isMask(t[2]):
		return "http" + end, true
	case len(t) == 5 && equalFold(t, "hxxxp"), len(t) == 3 && equalFold(t, "ttp"):
		return "http" + end, true
	case len(t) == 4 && equalFold(t, "meow"):
		return "http" + end, true
	case len(t) == 3 && (equalFold(t, "fxp") || equalFold(t, "ftx") || equalFold(t, "f*p")), len(t) == 4 && equalFold(t, "fxxp"):
		return "ftp" + end, true
	case len(t) == 4 && equalFold(t, "sfxp"):
		return "sftp", true
	}
	return "", false
}

// isMask reports whether c stands for a t in a defanged http.
func isMask(c byte) bool {
	switch c | 0x20 {
	case 't', 'x', 'z':
		return true
	}
	return c == '*' || c == '_' || c == '0'
}
