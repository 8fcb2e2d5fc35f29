package cmdline

import (
	"encoding/hex"
	"strconv"
	"strings"
)

var decodeCalls = []struct {
	name string
	how  string
	f    func(string) (string, error)
}{
	{"b64decode(", "base64 (code)", decodeBase64},
	{"decodebytes(", "base64 (code)", decodeBase64},
	{"base64_decode(", "base64 (code)", decodeBase64},
	{"decode_base64(", "base64 (code)", decodeBase64},
	{"decode64(", "base64 (code)", decodeBase64},
	{"atob(", "base64 (code)", decodeBase64},
	{"Buffer.from(", "base64 (code)", decodeBase64},
	{"unhexlify(", "hex (code)", decodeHex},
	{"fromhex(", "hex (code)", decodeHex},
	{"hex2bin(", "hex (code)", decodeHex},
	{"str_rot13(", "rot13 (code)", rot13},
}

type hidden struct {
	Layer
	shell bool
}

func toShell(code string) bool {
	code = code[max(0, len(code)-60):]
	for _, fn := range shellCalls {
		if k := strings.LastIndex(code, fn); k >= 0 && fn != "exec(" && !strings.ContainsAny(code[k:], ";\n") {
			return true
		}
	}
	return false
}

func hiddenText(code string) []hidden {
	var out []hidden
	add := func(at int, in, text, how string) {
		if len(text) < 4 || len(out) >= 16 {
			return
		}
		for _, l := range out {
			if l.Text == text {
				return
			}
		}
		out = append(out, hidden{Layer{Text: text, Steps: []Step{step(how, in, text)}}, toShell(code[:at])})
	}
	for _, d := range decodeCalls {
		for from := 0; ; {
			k := strings.Index(code[from:], d.name)
			if k < 0 {
				break
			}
			from += k + len(d.name)
			at := from - len(d.name)
			if in := literals(code[from:]); in != "" {
				if text, err := d.f(in); err == nil {
					add(at, in, text, d.how)
				}
			}
		}
	}
	for _, p := range []string{`pack("H*",`, `pack('H*',`, `pack "H*",`, `pack 'H*',`, `pack("H*"`, `["`} {
		k := strings.Index(code, p)
		if k < 0 {
			continue
		}
		if p == `["` && !strings.Contains(code, "pack(") {
			continue
		}
		rest := code[k+len(p):]
		if p == `["` {
			rest = code[k+1:]
		}
		if in := literals(rest); in != "" {
			if raw, err := hex.DecodeString(in); err == nil {
				add(k, in, string(raw), "hex (code)")
			}
		}
	}
	if text, in := charNumbers(code); text != "" {
		add(strings.Index(code, "chr("), in, text, "character numbers")
	}
	if strings.Count(code, `\x`) >= 4 {
		if text := backslashes(code, false); text != code {
			add(0, code, text, `\x escapes`)
		}
	}
	return out
}

func charNumbers(code string) (text, in string) {
	if strings.Count(code, "chr(") < 4 {
		return "", ""
	}
	var out []byte
	first := strings.Index(code, "chr(")
	for rest := code[first:]; len(out) < 4096; {
		k := strings.Index(rest, "chr(")
		if k < 0 {
			break
		}
		rest = rest[k+4:]
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			break
		}
		n, err := strconv.ParseUint(strings.TrimSpace(rest[:end]), 0, 8)
		if err != nil {
			return "", ""
		}
		out = append(out, byte(n))
	}
	return string(out), code[first:]
}

func rot13(s string) (string, error) {
	return mapBytes(s, func(c byte) int {
		switch {
		case c >= 'a' && c <= 'z':
			return int('a' + (c-'a'+13)%26)
		case c >= 'A' && c <= 'Z':
			return int('A' + (c-'A'+13)%26)
		}
		return int(c)
	}), nil
}
