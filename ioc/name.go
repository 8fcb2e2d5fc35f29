package ioc

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// name judges text[l:r], whose refanged form is value, and reports it as a
// host name. Without a parent it stands for itself, and the text around it
// must not make it a file, a key or a piece of code.
func (sc *scan) name(l, r int, value string, defanged bool, parent Span) bool {
	if n := underscored(value); n > 0 && parent.IsZero() {
		l, value = l+n, value[n:]
	}
	tld := sc.validName(value)
	if tld == "" {
		return false
	}
	// a defanged name, and one that another indicator holds as its host,
	// were written as names; only the others must show it
	if parent.IsZero() && !defanged {
		if cut := sc.escaped(l, value); cut > 0 {
			l, value = l+cut, value[cut:]
			if sc.validName(value) == "" {
				return false
			}
		}
		if !sc.standsAsName(l, r, value, tld) {
			return false
		}
	}
	k := kDNS
	if equalFold(tld, "onion") {
		k = kOnion
	}
	if parent.IsZero() {
		parent = sc.bareURL(l, r, value, defanged, false)
	}
	sc.add(k, lower(value), l, r, defanged, parent)
	return true
}

// validName returns the top-level domain of a well-formed host name below a
// public suffix, "" for what cannot be one: a length, a hyphen at a label's
// end, an unknown top-level domain, a public suffix itself (co.uk), or an
// underscore in the label that somebody would have had to register. Other
// labels can have underscores (_dmarc.example.com).
func (sc *scan) validName(s string) string {
	dot := strings.LastIndexByte(s, '.')
	if dot < 1 || len(s) > 253 {
		return ""
	}
	tld := s[dot+1:]
	depth := sc.tlds.find(tld)
	if depth == 0 && !equalFold(tld, "i2p") {
		return ""
	}
	under := false
	labels := 1
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			under = under || s[i] == '_'
			continue
		}
		if i == start || i-start > 63 && isASCII(s[start:i]) || s[start] == '-' || s[i-1] == '-' {
			return ""
		}
		if i < len(s) {
			labels++
		}
		start = i + 1
	}
	if depth > flat && sc.tlds.isSuffix(lower(s), depth, labels) {
		return ""
	}
	if under {
		suffix, _ := publicsuffix.PublicSuffix(lower(s))
		rest := s[:max(0, len(s)-len(suffix)-1)]
		if strings.IndexByte(rest[strings.LastIndexByte(rest, '.')+1:], '_') >= 0 || strings.IndexByte(suffix, '_') >= 0 {
			return ""
		}
	}
	return tld
}

// escaped returns how many bytes of a name belong to an escape before it: the
// 2F of %2Fevil.com, the n of \nevil.com is none since it cannot be told.
func (sc *scan) escaped(l int, value string) int {
	if sc.at(l-1) == '%' && len(value) > 3 && class[value[0]]&isHex != 0 && class[value[1]]&isHex != 0 {
		return 2
	}
	return 0
}

// standsAsName reports whether what is around and inside a well-formed name
// lets it be one. The rules, each stated at its case, are about things that
// logs are full of: files, properties, packages, versions.
func (sc *scan) standsAsName(l, r int, value, tld string) bool {
	before, after := sc.at(l-1), sc.at(r)
	kind := suffixKind(tld)
	labels := strings.Count(value, ".") + 1
	inURL := l < sc.url.End
	switch before {
	case '@': // without a local part: a mention
		return false
	case '.': // .evil.com as in cookies and wildcards; not in "wait...so"
		if b := sc.at(l - 2); class[b]&(isBlank|isLabel|isShut) == 0 && strings.IndexByte(`*="':,`, b) < 0 || b == '.' || class[b]&(isLabel|isShut) != 0 {
			return false
		}
	case '\\', '$', '~': // a path, a variable
		return false
	case '/':
		// a component of a path: a file, where the suffix is also an extension
		if after == '/' && kind&sBare == 0 { // a folder
			break
		}
		if kind&(sFile|sWord) != 0 && !inURL || kind&sFile != 0 {
			return false
		}
	}
	switch after {
	case '@':
		return false
	case '(': // a call
		if kind&(sFile|sWord) != 0 || labels == 2 && len(tld) > 3 {
			return false
		}
	case '=': // a key
		if !inURL {
			return false
		}
	case ':': // file.rs:42, and a number that is no port
		if kind&sFile != 0 && sc.is(r+1, isDigit) || sc.digits(r+1, 6) {
			return false
		}
	case '\\':
		return false
	case '*': // a glob
		return false
	}
	first := value[:strings.IndexByte(value, '.')]
	switch {
	case kind&sNever != 0:
		return false
	case kind&sBare != 0 && labels == 2 && !equalFold(first, "www"):
		// script.sh, README.md: two labels and an extension
		return false
	case kind&sWord != 0 && labels == 2 && (after == ':' || before == '"' && after == '"' && sc.at(r+1) == ':'):
		// a property: user.name: x, "user.name": "x"
		return false
	case isCode(first, labels) && (kind&sWord != 0 || isLongWord(tld)):
		// a field of an object in a traceback: self.name, request.data
		return false
	case labels == 2 && equalFold(tld, "info") && isFacility(first):
		// a selector of syslog: auth.info
		return false
	case isTitle(tld) && tld != "Com" && tld != "Org":
		// a sentence without a blank (done.Info), a class (System.Net)
		return false
	case labels > 2 && reversePrefix(first) && (isLongWord(tld) || kind&sWord != 0 || tld == "io"):
		// a package of Java or D-Bus: com.example.app, org.apache.commons.io
		return false
	}
	return !numericName(value, tld, labels)
}

// numericName reports versions and quantities: all labels but the last are
// numbers, two of them (1.2.0.dev), or one and a unit (12.ms).
func numericName(value, tld string, labels int) bool {
	for i := range len(value) - len(tld) - 1 {
		if class[value[i]]&isDigit == 0 && value[i] != '.' {
			return false
		}
	}
	return labels > 2 || suffixKind(tld)&(sUnit|sWord) != 0
}

func isFacility(s string) bool {
	switch s {
	case "auth", "authpriv", "cron", "daemon", "kern", "lpr", "mail", "news", "syslog", "user", "uucp", "ftp":
		return true
	}
	return len(s) == 6 && s[:5] == "local" && s[5]-'0' < 8
}

// isLongWord reports whether a top-level domain is a word of more than three
// letters.
func isLongWord(tld string) bool {
	return len(tld) > 3 && isASCII(tld) && strings.IndexByte(tld, '-') < 0
}

// isCode reports whether a name's first label is what programs call an object.
// With more than two labels only the object itself is one: node.example.info.
func isCode(s string, labels int) bool {
	switch s {
	case "self", "this", "cls":
		return true
	}
	if labels > 2 {
		return false
	}
	switch s {
	case "args", "kwargs", "opts", "options", "request", "response", "req", "res", "ctx",
		"event", "node", "obj", "object", "module", "logger", "console", "window", "document", "exc", "err", "error",
		"config", "cfg", "settings", "user", "process", "thread", "session", "key", "item", "row", "entry", "os", "sys",
		"file", "http", "data", "host", "group", "package", "field", "params", "result":
		return true
	}
	return false
}

func isTitle(s string) bool {
	if s[0]-'A' >= 26 {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i]-'A' < 26 {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func lowerSlow(s string) string { return strings.ToLower(s) }

func reversePrefix(label string) bool {
	switch label {
	case "com", "org", "net", "edu", "gov", "io", "java", "javax", "jdk", "sun", "android", "androidx", "kotlin", "scala":
		return true
	}
	return false
}

// Kinds of top-level domains that are also something else.
const (
	sFile  = 1 << iota // an extension of files
	sWord              // a word that ends properties, functions, packages
	sBare              // of these, one that names of two labels mostly are
	sNever             // written bare, never a domain (zip, systemd's target)
	sUnit              // a unit or an ordinal
)

var suffixKinds = func() map[string]uint8 {
	m := make(map[string]uint8)
	set := func(kind uint8, words string) {
		for w := range strings.FieldsSeq(words) {
			m[w] |= kind
		}
	}
	set(sFile, "ac al am bar bz cab cal cc cfd cpa dev do docs dot epson fish gs in inc java la link man map md mk ml mm mo mobi mov network ninja one pid pl pm pro prof properties ps pub py rs run sh show so style tab target td tf tm work zip zone")
	set(sBare, "dot inc map md pid pm properties pub py rs sh so")
	set(sWord, "app art as at auto bar base bid box build call center channel check click clinic cloud codes date data day dev direct download email engineer events exchange expert express fail family final fit fly foo global goo graphics group guide help host how id info is it link live loan map market me media meme menu moe my name network new news next no now one open ooo page parts phone photo place plus poker post press pro properties read red report reviews run safe save search security select services show site so social software space store stream style support surf systems tech to today tools top trade training tube us vote watch work works world you zero zone")
	set(sNever, "java mov target zip")
	set(sUnit, "ms gb st th rd am pm mm cm km ps id so")
	return m
}()

func suffixKind(tld string) uint8 {
	if len(tld) > 10 {
		return 0
	}
	return suffixKinds[lower(tld)]
}
