//go:build ignore

// Writes tlds.txt from the rule list in the tests of
// golang.org/x/net/publicsuffix.
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
	var out []string
	for _, r := range regexp.MustCompile(`"([^"]+)"`).FindAllSubmatch(m[2], n) {
		rule := string(r[1])
		out = append(out, rule[strings.LastIndexByte(rule, '.')+1:])
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if err := os.WriteFile("tlds.txt", []byte(strings.Join(out, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
}
