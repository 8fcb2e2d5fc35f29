package ioc

import (
	"encoding/base64"
	"strings"
)

// maxEncodedURL bounds a URL in base64, in bytes of the text.
const maxEncodedURL = 4096

// base64URL reports the URL that base64 holds. The R at i is its third letter:
// aHR0 is http, SFRU HTTP, ZnRw ftp, RlRQ FTP.
func (sc *scan) base64URL(i int) {
	text := sc.text
	l := i - 2
	if l < sc.b64End || l < 0 || i+14 > len(text) || sc.depth > 0 || strings.IndexByte("aSZR", text[l]) < 0 || strings.IndexByte("0wUQ", text[i+1]) < 0 || sc.is(l-1, isB64) {
		return
	}
	var head [6]byte
	if _, err := base64.RawStdEncoding.Decode(head[:], []byte(text[l:l+8])); err != nil || !schemeBegins(string(head[:])) {
		return
	}
	e := l
	for e < len(text) && e-l < maxEncodedURL && (class[text[e]]&isB64 != 0 || text[e] == '-' || text[e] == '_') {
		e++
	}
	sc.b64End = e
	body := text[l:e]
	body = body[:len(body)-btoi(len(body)%4 == 1)]
	for e < len(text) && e-l < maxEncodedURL && text[e] == '=' {
		e++
	}
	enc := base64.RawStdEncoding
	if strings.ContainsAny(body, "-_") {
		enc = base64.RawURLEncoding
	}
	plain, err := enc.DecodeString(body)
	if err == nil {
		sc.decodedURL(l, e, string(plain))
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func schemeBegins(head string) bool {
	for _, s := range [...]string{"http:", "https:", "ftp:", "ftps:", "sftp:", "hxxp:", "hxxps:"} {
		if n := min(len(s), len(head)); equalFold(head[:n], s[:n]) {
			return true
		}
	}
	return false
}

// decodedURL reports the URL with which plain begins, and its host. Both have
// the range of the encoded text.
func (sc *scan) decodedURL(l, r int, plain string) {
	inner := scan{Scanner: sc.Scanner, text: plain, tlds: sc.tlds, depth: maxEncoded}
	inner.urlAt(strings.IndexByte(plain, ':'), strings.IndexByte(plain, ':')+3, false)
	if len(inner.out) == 0 || inner.out[0].Type != URL || inner.out[0].Start != 0 {
		return
	}
	for k := range inner.out {
		m := &inner.out[k]
		m.Start, m.End, m.Raw = l, r, sc.text[l:r]
		if !m.Parent.IsZero() {
			if sc.noParts {
				continue
			}
			m.Parent = Span{URL, l, r}
		}
		sc.out = append(sc.out, *m)
	}
}
