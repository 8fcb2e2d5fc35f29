//go:build ignore

// Writes tlds.txt from the rule list in the tests of
// golang.org/x/net/publicsuffix, international ones in both spellings, and the labels that are public suffixes below each.
package main

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/net").Output()
	if err != nil {
		log.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "publicsuffix", "table_test.go"))
	if err != nil {
		log.Fatal(err)
	}
	m := regexp.MustCompile(`(?s)numICANNRules = (\d+).*?var rules = [^{]*\{(.*?)\n\}`).FindSubmatch(src)
	if m == nil {
		log.Fatal("no rules in table_test.go")
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		log.Fatal(err)
	}
	below := make(map[string][]string) // labels under which others register
	deeper := make(map[string]bool)    // has longer rules, wildcards, exceptions
	for _, r := range regexp.MustCompile(`"([^"]+)"`).FindAllSubmatch(m[2], n) {
		labels := strings.Split(string(r[1]), ".")
		slices.Reverse(labels)
		for _, tld := range spellings(labels[0]) {
			below[tld] = append(below[tld], "")
			switch {
			case len(labels) == 2 && labels[1] != "*" && labels[1][0] != '!':
				below[tld] = append(below[tld], labels[1])
			case len(labels) > 1:
				deeper[tld] = true
			}
		}
	}
	var out []string
	for tld, labels := range below {
		line := tld
		if deeper[tld] {
			line += "+"
		}
		slices.Sort(labels)
		for _, l := range slices.Compact(labels)[1:] {
			line += " " + l
		}
		out = append(out, line)
	}
	slices.Sort(out)
	if err := os.WriteFile("tlds.txt", []byte(strings.Join(out, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
}

func spellings(tld string) []string {
	if code, ok := strings.CutPrefix(tld, "xn--"); ok {
		return []string{tld, punycode(code)}
	}
	return []string{tld}
}

// punycode decodes a label without its "xn--" (RFC 3492).
func punycode(s string) string {
	var out []rune
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		out = []rune(s[:i])
		s = s[i+1:]
	}
	n, i, bias := 128, 0, 72
	for p := 0; p < len(s); {
		old, w := i, 1
		for k := 36; ; k += 36 {
			d := int(s[p] - 'a')
			if s[p] <= '9' {
				d = int(s[p]-'0') + 26
			}
			p++
			i += d * w
			t := min(max(k-bias, 1), 26)
			if d < t {
				break
			}
			w *= 36 - t
		}
		size := len(out) + 1
		delta := i - old
		if old == 0 {
			delta /= 700
		} else {
			delta /= 2
		}
		delta += delta / size
		k := 0
		for ; delta > 455; k += 36 {
			delta /= 35
		}
		bias = k + 36*delta/(delta+38)
		n += i / size
		i %= size
		out = slices.Insert(out, i, rune(n))
		i++
	}
	return string(out)
}
