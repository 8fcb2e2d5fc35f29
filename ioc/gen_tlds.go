//go:build ignore

// Writes tlds.txt from the rule list in the tests of
// golang.org/x/net/publicsuffix, international ones in both spellings.
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
	marks := make(map[string]string) // "+" for one with suffixes below it
	for _, r := range regexp.MustCompile(`"([^"]+)"`).FindAllSubmatch(m[2], n) {
		rule := string(r[1])
		tld := rule[strings.LastIndexByte(rule, '.')+1:]
		mark := ""
		if tld != rule {
			mark = "+"
		}
		marks[tld] += mark
		if code, ok := strings.CutPrefix(tld, "xn--"); ok {
			marks[punycode(code)] += mark
		}
	}
	var out []string
	for tld, mark := range marks {
		out = append(out, tld+mark[:min(1, len(mark))])
	}
	slices.Sort(out)
	if err := os.WriteFile("tlds.txt", []byte(strings.Join(out, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
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
