package cmdline

import "strings"

func codeOption(args []string, letters, long string) int {
	for i, a := range args {
		if i+1 >= len(args) || len(a) < 2 || a[0] != '-' {
			continue
		}
		if strings.HasPrefix(a, "--") {
			if long != "" && a[2:] == long {
				return i + 1
			}
			continue
		}
		if letters != "" && strings.IndexByte(letters, a[len(a)-1]) >= 0 {
			return i + 1
		}
	}
	return -1
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

func flagValue(args []string, letters, long string) (string, bool) {
	for i, a := range args {
		if len(a) < 2 || a[0] != '-' {
			continue
		}
		if a == "--" {
			break
		}
		if strings.HasPrefix(a, "--") {
			n, v, has := strings.Cut(a[2:], "=")
			if !hasWord(long, n) {
				continue
			}
			if has {
				return v, true
			}
			if i+1 < len(args) {
				return args[i+1], true
			}
			return "", true
		}
		for l := range len(letters) {
			if k := strings.IndexByte(a, letters[l]); k > 0 {
				if k+1 < len(a) {
					if k == 1 {
						return a[2:], true
					}
					continue
				}
				if i+1 < len(args) {
					return args[i+1], true
				}
				return "", true
			}
		}
	}
	return "", false
}

func hasFlag(args []string, letters, long string) bool {
	for _, a := range args {
		if a == "--" {
			return false
		}
		if len(a) < 2 || a[0] != '-' {
			continue
		}
		if strings.HasPrefix(a, "--") {
			n, _, _ := strings.Cut(a[2:], "=")
			if hasWord(long, n) {
				return true
			}
			continue
		}
		if strings.ContainsAny(a[1:], letters) {
			return true
		}
	}
	return false
}

func operands(args []string, withArg string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return append(out, args[i+1:]...)
		}
		if len(a) < 2 || a[0] != '-' {
			out = append(out, a)
			continue
		}
		if !strings.HasPrefix(a, "--") {
			for k := 1; k < len(a); k++ {
				if strings.IndexByte(withArg, a[k]) >= 0 {
					if k == len(a)-1 {
						i++
					}
					break
				}
			}
		}
	}
	return out
}
