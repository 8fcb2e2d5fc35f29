package cmdline

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
)

var errNotDecoded = errors.New("cannot be decoded")

// filterFor returns the function that a decoding program computes, and its
// name for a [Step]; nil when the program is none or does something else.
func filterFor(name string, args []string) (func(string) (string, error), string) {
	switch name {
	case "base64":
		if hasFlag(args, "dD", "decode") {
			return decodeBase64, "base64 -d"
		}
	case "base32":
		if hasFlag(args, "dD", "decode") {
			return decodeBase32, "base32 -d"
		}
	case "basenc":
		if hasFlag(args, "d", "decode") {
			switch {
			case hasFlag(args, "", "base64 base64url"):
				return decodeBase64, "base64 -d"
			case hasFlag(args, "", "base32"):
				return decodeBase32, "base32 -d"
			case hasFlag(args, "", "base16"):
				return decodeHex, "base16 -d"
			}
		}
	case "openssl":
		if len(args) > 0 && (args[0] == "base64" || args[0] == "enc" && (contains(args, "-base64") || contains(args, "-a"))) && contains(args, "-d") {
			return decodeBase64, "openssl base64 -d"
		}
	case "xxd":
		if hasFlag(args, "r", "revert") || contains(args, "-revert") {
			if hasFlag(args, "p", "ps plain postscript") {
				return decodeHex, "xxd -r -p"
			}
			return decodeDump, "xxd -r"
		}
	case "rev":
		return reverseLines, "rev"
	case "tac":
		return func(s string) (string, error) {
			l := strings.SplitAfter(strings.TrimSuffix(s, "\n"), "\n")
			slices.Reverse(l)
			out := strings.Join(l, "\n")
			return strings.ReplaceAll(out, "\n\n", "\n") + "\n", nil
		}, "tac"
	case "tr":
		return trFilter(args)
	case "sed":
		return sedFilter(args)
	case "cut":
		return cutFilter(args)
	case "gunzip", "zcat":
		return gunzip, "gunzip"
	case "gzip":
		if hasFlag(args, "d", "decompress uncompress") {
			return gunzip, "gzip -d"
		}
	case "bunzip2", "bzcat":
		return bunzip, "bunzip2"
	case "bzip2":
		if hasFlag(args, "d", "decompress") {
			return bunzip, "bzip2 -d"
		}
	}
	return nil, ""
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, s)
}

// decodeBase64 reads standard and URL base64, with or without padding; what
// follows the first foreign byte is left, as base64 -d does.
func decodeBase64(s string) (string, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(squeeze(s))
	if i := strings.IndexByte(s, '='); i >= 0 {
		s = s[:i]
	}
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && (c < '0' || c > '9') && c != '+' && c != '/' {
			s = s[:i]
			break
		}
	}
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	if s == "" {
		return "", errNotDecoded
	}
	out, err := base64.RawStdEncoding.DecodeString(s)
	return string(out), err
}

func decodeBase32(s string) (string, error) {
	s = strings.TrimRight(strings.ToUpper(squeeze(s)), "=")
	out, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	return string(out), err
}

// decodeHex reads hex digits and passes over everything else, such as blanks,
// "\x" and "0x".
func decodeHex(s string) (string, error) {
	s = strings.NewReplacer(`\x`, "", "0x", "", ",", "", ":", "").Replace(squeeze(s))
	if len(s)%2 == 1 {
		s = s[:len(s)-1]
	}
	if s == "" {
		return "", errNotDecoded
	}
	out, err := hex.DecodeString(s)
	return string(out), err
}

// decodeDump reads the lines of a hex dump as xxd writes it.
func decodeDump(s string) (string, error) {
	var out []byte
	for line := range strings.Lines(s) {
		_, rest, ok := strings.Cut(line, ":")
		if !ok {
			return "", errNotDecoded
		}
		rest, _, _ = strings.Cut(strings.TrimLeft(rest, " "), "  ")
		b, err := hex.DecodeString(squeeze(rest))
		if err != nil {
			return "", err
		}
		out = append(out, b...)
	}
	if len(out) == 0 {
		return "", errNotDecoded
	}
	return string(out), nil
}

func reverseLines(s string) (string, error) {
	var out strings.Builder
	for line := range strings.Lines(s) {
		body := strings.TrimSuffix(line, "\n")
		r := []rune(body)
		slices.Reverse(r)
		out.WriteString(string(r))
		if len(body) < len(line) {
			out.WriteByte('\n')
		}
	}
	return out.String(), nil
}

func gunzip(s string) (string, error) {
	r, err := gzip.NewReader(strings.NewReader(s))
	if err != nil {
		return "", err
	}
	return readLimited(r)
}

func bunzip(s string) (string, error) { return readLimited(bzip2.NewReader(strings.NewReader(s))) }

func readLimited(r io.Reader) (string, error) {
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(r, MaxValue+1))
	if err != nil && n == 0 {
		return "", err
	}
	if n > MaxValue {
		return "", errNotDecoded
	}
	return out.String(), nil
}

// trFilter computes tr SET1 SET2 and tr -d SET1.
func trFilter(args []string) (func(string) (string, error), string) {
	del := hasFlag(args, "d", "delete")
	sets := operands(args, "")
	if del && len(sets) == 1 {
		drop := trSet(sets[0])
		if hasFlag(args, "c", "complement") {
			return nil, ""
		}
		return func(s string) (string, error) {
			return mapBytes(s, func(c byte) int {
				if slices.Contains(drop, c) {
					return -1
				}
				return int(c)
			}), nil
		}, "tr -d " + quote(sets[0])
	}
	if del || len(sets) != 2 || hasFlag(args, "csC", "complement squeeze-repeats") {
		return nil, ""
	}
	from, to := trSet(sets[0]), trSet(sets[1])
	if len(from) == 0 || len(to) == 0 {
		return nil, ""
	}
	var table [256]byte
	for i := range table {
		table[i] = byte(i)
	}
	for i, c := range from {
		table[c] = to[min(i, len(to)-1)]
	}
	return func(s string) (string, error) {
		return mapBytes(s, func(c byte) int { return int(table[c]) }), nil
	}, "tr " + quote(sets[0]) + " " + quote(sets[1])
}

func mapBytes(s string, f func(byte) int) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := f(s[i]); c >= 0 {
			out = append(out, byte(c))
		}
	}
	return string(out)
}

// trSet expands a set of tr: ranges, escapes and the usual classes.
func trSet(s string) []byte {
	for name, set := range map[string]string{"[:lower:]": "a-z", "[:upper:]": "A-Z", "[:digit:]": "0-9", "[:space:]": " \t\n\v\f\r", "[:alpha:]": "A-Za-z", "[:alnum:]": "0-9A-Za-z", "[:blank:]": " \t"} {
		s = strings.ReplaceAll(s, name, set)
	}
	if len(s) > 4 && s[0] == '[' && s[len(s)-1] == ']' && s[2] == '-' {
		s = s[1 : len(s)-1]
	}
	s = backslashes(s, false)
	var out []byte
	for i := 0; i < len(s); i++ {
		if i+2 < len(s) && s[i+1] == '-' && s[i] <= s[i+2] {
			for c := int(s[i]); c <= int(s[i+2]); c++ {
				out = append(out, byte(c))
			}
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

// sedFilter computes s/literal/literal/[g] expressions.
func sedFilter(args []string) (func(string) (string, error), string) {
	if hasFlag(args, "ni", "in-place quiet silent") {
		return nil, ""
	}
	expr, ok := flagValue(args, "e", "expression")
	if !ok {
		p := operands(args, "")
		if len(p) == 0 {
			return nil, ""
		}
		expr = p[0]
	}
	if len(expr) < 4 || expr[0] != 's' {
		return nil, ""
	}
	parts := strings.Split(expr[2:], expr[1:2])
	if len(parts) != 3 || strings.ContainsAny(parts[0], `\.*[]^$`) || strings.ContainsAny(parts[1], `\&`) || parts[0] == "" || strings.Trim(parts[2], "g") != "" {
		return nil, ""
	}
	n := 1
	if parts[2] == "g" {
		n = -1
	}
	return func(s string) (string, error) {
		if len(s)*(1+len(parts[1])) > 4*MaxValue {
			return "", errNotDecoded
		}
		var out strings.Builder
		for line := range strings.Lines(s) {
			out.WriteString(strings.Replace(line, parts[0], parts[1], n))
		}
		return out.String(), nil
	}, "sed " + quote(expr)
}

// cutFilter computes cut -c A-B.
func cutFilter(args []string) (func(string) (string, error), string) {
	v, ok := flagValue(args, "cb", "characters bytes")
	if !ok || strings.Contains(v, ",") {
		return nil, ""
	}
	lo, hi, isRange := strings.Cut(v, "-")
	from, to := atoi(lo), atoi(hi)
	if lo == "" {
		from = 1
	}
	if !isRange {
		to = from
	} else if hi == "" {
		to = MaxValue
	}
	if from < 1 || to < from {
		return nil, ""
	}
	return func(s string) (string, error) {
		var out strings.Builder
		for line := range strings.Lines(s) {
			body := strings.TrimSuffix(line, "\n")
			if from <= len(body) {
				out.WriteString(body[from-1 : min(to, len(body))])
			}
			out.WriteByte('\n')
		}
		return out.String(), nil
	}, "cut -c " + v
}
