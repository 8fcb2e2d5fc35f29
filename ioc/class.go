package ioc

// Classes of bytes, as bits of class[c].
const (
	isDigit uint16 = 1 << iota
	isAlpha        // ASCII letters
	isLabel        // can stand in a host's label: letters, digits, - _ and all of UTF-8
	isHigh         // a byte of a UTF-8 sequence
	isDash         // - and _
	isLocal        // can stand in an e-mail's local part
	isBlank        // white space, control bytes
	isPath         // can stand in an unquoted path
	isOpen         // brackets that defanging uses
	isShut
	isBefore // an absolute path can begin after it
	isB64    // base64 as ssdeep uses it
	isHex    // hexadecimal digits
	isAlnum  // ASCII letters and digits
)

var class = func() (t [256]uint16) {
	set := func(bits uint16, s string) {
		for i := range len(s) {
			t[s[i]] |= bits
		}
	}
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			t[c] = isDigit | isAlnum | isHex | isLabel | isLocal | isB64
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			t[c] = isAlpha | isAlnum | isLabel | isLocal | isB64
		case c >= 0x80:
			t[c] = isLabel | isHigh | isLocal
		case c <= ' ' || c == 0x7f:
			t[c] = isBlank | isBefore
		}
		if t[c]&isBlank == 0 {
			t[c] |= isPath
		}
	}
	set(isHex, "abcdefABCDEF")
	set(isLabel|isDash, "-_")
	set(isLocal, "._%+-*'~")
	set(isOpen, "[({<")
	set(isShut, "])}>")
	set(isBefore, "=:'\"`([{<>,;|")
	set(isB64, "+/")
	for _, c := range []byte("\"'<>|;:,*?()[]{}$&`!") {
		t[c] &^= isPath
	}
	return t
}()

// at returns the byte at i, or a line end outside the text.
func (sc *scan) at(i int) byte {
	if uint(i) < uint(len(sc.text)) {
		return sc.text[i]
	}
	return '\n'
}

func (sc *scan) is(i int, bits uint16) bool { return class[sc.at(i)]&bits != 0 }

// fold reports whether text has the lower-case word at i, in any case.
func (sc *scan) fold(i int, word string) bool {
	return i >= 0 && len(sc.text)-i >= len(word) && equalFold(sc.text[i:i+len(word)], word)
}

// equalFold compares ASCII s with the lower-case word.
func equalFold(s, word string) bool {
	if len(s) != len(word) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c-'A' < 26 {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// lower returns s in lower case, s itself where it is that already.
func lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c-'A' < 26 || c >= 0x80 {
			return lowerSlow(s)
		}
	}
	return s
}
