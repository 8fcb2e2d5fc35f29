package ioc

// Classes of bytes, as bits of class[c].
const (
	isDigit  = 1 << iota
	isAlpha  // ASCII letters
	isHexA   // a-f, A-F
	isLabel  // can stand in a host's label: letters, digits, - _ and all of UTF-8
	isLocal  // can stand in an e-mail's local part
	isBlank  // white space, control bytes
	isPathOK // can stand in an unquoted path
	isURLOK  // can stand in a URL
)

var class = func() (t [256]uint8) {
	set := func(bits uint8, s string) {
		for i := range len(s) {
			t[s[i]] |= bits
		}
	}
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			t[c] = isDigit | isLabel | isLocal
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			t[c] = isAlpha | isLabel | isLocal
		case c >= 0x80:
			t[c] = isLabel
		case c <= ' ' || c == 0x7f:
			t[c] = isBlank
		}
		if t[c]&isBlank == 0 {
			t[c] |= isPathOK | isURLOK
		}
	}
	set(isHexA, "abcdefABCDEF")
	set(isLabel, "-_")
	set(isLocal, "!#$%&'*+-/=?^_`{|}~.")
	for _, c := range []byte(`"'<>|;:,*?()[]{}$&` + "`") {
		t[c] &^= isPathOK
	}
	for _, c := range []byte("\"<>`") {
		t[c] &^= isURLOK
	}
	return t
}()

const isHex = isDigit | isHexA
