package cmdline

import "strings"

// planted follows the commands in a text that the line writes into a file from
// which the system runs them: cron tables, units, start-up files, udev rules.
func (b *builder) planted(file string, v value, f frame) {
	if v.text == "" || f.depth > MaxDepth {
		return
	}
	p := plainPath(file)
	base := baseName(p)
	via := "file " + p
	f.pipes, f.planted = nil, p
	switch {
	case strings.HasPrefix(p, "/etc/cron.d/") || p == "/etc/crontab" || p == "/etc/anacrontab":
		b.cronLines(v, via, true, f)
	case strings.HasPrefix(p, "/var/spool/cron/"):
		b.cronLines(v, via, false, f)
	case strings.HasSuffix(base, ".service") || strings.HasSuffix(base, ".timer") || strings.Contains(p, "/systemd/") && strings.HasSuffix(base, ".conf"):
		b.directives(v, via, f, "ExecStart=", "ExecStartPre=", "ExecStartPost=", "ExecStop=", "ExecReload=")
	case strings.HasSuffix(base, ".desktop"):
		b.directives(v, via, f, "Exec=")
	case strings.Contains(p, "/udev/rules.d/"):
		if _, code, ok := strings.Cut(v.text, `RUN+="`); ok {
			code, _, _ = strings.Cut(code, `"`)
			b.plantedScript(code, v, via, f)
		}
	case startupFile(p, base):
		b.plantedScript(v.text, v, via, f)
	}
}

// startupFile reports whether a shell or the system runs the file by itself.
func startupFile(p, base string) bool {
	switch base {
	case ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zshenv", ".zprofile", ".kshrc", ".xinitrc", ".xprofile", "rc.local", "bash.bashrc":
		return true
	}
	for _, d := range [...]string{"/etc/profile.d/", "/etc/cron.hourly/", "/etc/cron.daily/", "/etc/cron.weekly/", "/etc/cron.monthly/", "/etc/init.d/", "/etc/update-motd.d/", "/etc/network/if-up.d/"} {
		if strings.HasPrefix(p, d) {
			return true
		}
	}
	return p == "/etc/profile"
}

func (b *builder) directives(v value, via string, f frame, names ...string) {
	for line := range strings.Lines(v.text) {
		for _, n := range names {
			if code, ok := strings.CutPrefix(strings.TrimSpace(line), n); ok {
				b.plantedScript(strings.TrimLeft(code, "-@:+!"), v, via, f)
			}
		}
	}
}

func (b *builder) plantedScript(code string, v value, via string, f frame) {
	f.stdin = value{}
	b.run(code, v.steps, via, f)
}
