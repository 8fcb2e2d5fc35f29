package hunt

import (
	"context"
	"iter"
	"path"
	"strings"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// MessageOptions choose log lines. The zero value chooses all.
type MessageOptions struct {
	Host     string           // "" for all
	Window   querytime.Window // zero for all of time
	Facility string           // as [FacilityOf] names it; "" for all
	Program  string           // as the lines name it: "CRON" is another than "cron"; "" for all
	Contains string           // what must stand in the line, in any case: an account, an address, a command; "" for anything
}

// Messages reads the log lines of a source again and yields those chosen, in
// order of time. Errors of the source are yielded and reading goes on.
func Messages(ctx context.Context, src Source, o MessageOptions) iter.Seq2[syslog.Record, error] {
	text := strings.ToLower(o.Contains)
	return func(yield func(syslog.Record, error) bool) {
		for rec, err := range src.Syslog(ctx, o.Host, o.Window) {
			if err == nil {
				switch {
				case o.Program != "" && rec.Program != o.Program:
					continue
				case text != "" && !strings.Contains(strings.ToLower(rec.Raw), text):
					continue
				}
				if o.Facility != "" {
					if name, _ := FacilityOf(&rec); !strings.EqualFold(name, o.Facility) {
						continue
					}
				}
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// FacilityOf names the facility of a line. Files as syslog daemons write them
// do not say it: then it is inferred from the program, or from the name of the
// file; "unknown" where neither tells.
func FacilityOf(rec *syslog.Record) (name string, inferred bool) {
	if rec.Facility != syslog.FacilityNone {
		return rec.Facility.String(), false
	}
	switch strings.ToLower(rec.Program) {
	case "cron", "crond", "anacron", "crontab":
		return "cron", true
	case "sshd", "sshd-session", "sudo", "su", "login", "useradd", "usermod", "userdel", "groupadd", "groupmod", "groupdel", "passwd", "chpasswd", "gpasswd", "systemd-logind", "polkitd", "polkit":
		return "authpriv", true
	case "kernel":
		return "kern", true
	}
	file, _, _ := strings.Cut(path.Base(rec.Ref.File), ".")
	switch file {
	case "auth", "secure", "authlog":
		return "authpriv", true
	case "cron", "mail", "kern", "daemon", "user":
		return file, true
	case "maillog":
		return "mail", true
	}
	return "unknown", true
}
