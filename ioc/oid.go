package ioc

import "strings"

// isOID reports whether the four numbers at text[l:r] are an object identifier
// by what stands around them: the word OID and its like before them; or, below
// X.500's own 2.5, the = of an attribute in a distinguished name (2.5.4.5=42),
// or a name in camel case beside them, as schemas and listings of certificates
// have it (2.5.29.15 keyUsage, stateOrProvinceName (2.5.4.8), ( 2.5.4.8 NAME).
func (sc *scan) isOID(l, r int) bool {
	text := sc.text
	if text[l] > '2' || text[l+1] != '.' { // the arcs are 0, 1 and 2
		return false
	}
	e := l
	for e > 0 && l-e < 4 && strings.IndexByte(" \t:=\"'([{,", text[e-1]) >= 0 {
		e--
	}
	b := e
	for b > 0 && e-b < 64 && (class[text[b-1]]&isAlnum != 0 || text[b-1] == '-') {
		b--
	}
	if word := text[b:e]; b < l && oidWord(word) {
		return true
	} else if !strings.HasPrefix(text[l:r], "2.5.") {
		return false
	} else if e < l && (isCamel(word) || strings.HasPrefix(word, "id-")) {
		return true
	}
	if sc.at(r) == '=' {
		return r+1 < len(text) && class[text[r+1]]&isBlank == 0
	}
	b = r
	for b < len(text) && b-r < 4 && strings.IndexByte(" \t:\"'(", text[b]) >= 0 {
		b++
	}
	if b == r {
		return false
	}
	e = b
	for e < len(text) && e-b < 64 && class[text[e]]&isAlpha != 0 {
		e++
	}
	return text[b:e] == "NAME" || isCamel(text[b:e])
}

func oidWord(s string) bool {
	switch {
	case len(s) > 3 && equalFold(s[len(s)-3:], "oid"): // attributeOID, not asteroid
		return s[len(s)-3:] == "OID" || s[len(s)-4] == '-'
	case len(s) == 3:
		return equalFold(s, "oid")
	}
	return equalFold(s, "oids") || equalFold(s, "attributetype") || equalFold(s, "objectclass") || equalFold(s, "objectidentifier")
}

// isCamel reports a word that begins small and goes on with a capital among
// small letters: keyUsage.
func isCamel(s string) bool {
	if s == "" || s[0]-'a' >= 26 {
		return false
	}
	for i := 1; i+1 < len(s); i++ {
		if s[i]-'A' < 26 && s[i+1]-'a' < 26 && s[i-1]-'a' < 26 {
			return true
		}
	}
	return false
}
