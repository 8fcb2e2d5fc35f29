package cmdline

import (
	"path"
	"strings"
)

// wellKnown are files that attackers name by wildcards to hide them.
var wellKnown = []string{
	"/bin/cat", "/bin/bash", "/bin/sh", "/bin/nc", "/bin/ls", "/bin/rm", "/bin/dd", "/bin/netcat",
	"/usr/bin/cat", "/usr/bin/bash", "/usr/bin/sh", "/usr/bin/nc", "/usr/bin/wget", "/usr/bin/curl", "/usr/bin/python3", "/usr/bin/perl",
	"/usr/bin/base64", "/usr/bin/id", "/usr/bin/whoami", "/usr/bin/chmod", "/bin/chmod",
	"/etc/shadow", "/etc/passwd", "/etc/sudoers", "/etc/crontab", "/etc/ld.so.preload", "/root/.ssh/authorized_keys", "/root/.ssh/id_rsa",
}

// guessGlob returns the well-known file that a wildcard with "?" or "[" stands
// for, when there is one only. A pattern of nothing but "*" after its folder is no disguise.
func guessGlob(s string, program bool) (string, bool) {
	if s == "" || s[0] != '/' || !strings.ContainsAny(s, "?[") && !(program && strings.Contains(s, "*")) {
		return "", false
	}
	letters := 0
	for i := range len(s) {
		if isLetter(s[i]) {
			letters++
		}
	}
	found := ""
	for _, p := range wellKnown {
		if ok, err := path.Match(s, p); err == nil && ok {
			if found != "" {
				if letters < 3 {
					return found, true
				}
				continue
			}
			found = p
		}
	}
	return found, found != ""
}
