package ioc

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// minBase64 is the shortest URL in base64 that is looked for: http://a.co.
const minBase64 = 16

// maxEncodedURL bounds a URL in base64 or hexadecimal digits, in bytes of the
// text.
const maxEncodedURL = 4096

// base64URL reports the URL that the base64 beginning at l holds. r is where
// its first letters and digits end.
func (sc *scan) base64URL(l, r int) bool {
	text := sc.text
	if strings.IndexByte("aSZRcU", text[l]) < 0 || sc.depth > 0 {
		return false
	}
	var head [6]byte
	if _, err := base64.RawStdEncoding.Decode(head[:], []byte(text[l:l+8])); err != nil || !schemeBegins(string(head[:])) {
		return false
	}
	e := r
	for e < len(text) && e-l < maxEncodedURL && (class[text[e]]&isB64 != 0 || text[e] == '-' || text[e] == '_') {
		e++
	}
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
	return err == nil && sc.decodedURL(l, e, string(plain))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hexURL reports the URL that the hexadecimal digits text[l:r] hold.
func (sc *scan) hexURL(l, r int) {
	if r-l < 22 || (r-l)%2 != 0 || r-l > maxEncodedURL || !sc.want[kURL] || sc.depth > 0 {
		return
	}
	var head [6]byte
	if _, err := hex.Decode(head[:], []byte(sc.text[l:l+12])); err != nil || !schemeBegins(string(head[:])) {
		return
	}
	if plain, err := hex.DecodeString(sc.text[l:r]); err == nil {
		sc.decodedURL(l, r, string(plain))
	}
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
func (sc *scan) decodedURL(l, r int, plain string) bool {
	inner := scan{Scanner: sc.Scanner, text: plain, tlds: sc.tlds, depth: maxEncoded, steps: sc.steps}
	inner.urlAt(strings.IndexByte(plain, ':'), strings.IndexByte(plain, ':')+3, false)
	if len(inner.out) == 0 || inner.out[0].Type != URL || inner.out[0].Start != 0 {
		return false
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
	return true
}
