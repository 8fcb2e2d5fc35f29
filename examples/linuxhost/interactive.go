package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/examples/linuxhost/tui"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/report"
)

// topicUsage says what each flag of a topic asks for.
var topicUsage = map[report.TopicKind]string{
	report.TopicFinding: "one finding, such as `F1`",
	report.TopicAlert:   "one alert, such as `A1`",
	report.TopicSession: "one session, such as `S4`",
	report.TopicSudo:    "one sudo command, by its `number` in time",
	report.TopicUser:    "one `account`",
	report.TopicApp:     "one `program` that logs",
	report.TopicAddress: "one `address`",
}

// choose runs the terminal program.
func (p *program) choose(ctx context.Context) error {
	if !terminal(os.Stdin) || !terminal(p.stdout) {
		return usageError{errors.New("-interactive needs a terminal: leave it out, or name what to look at with the flags that -h lists")}
	}
	if p.html != "" || p.json != "" {
		return usageError{errors.New("-interactive writes no files: leave -html and -json out, or -interactive")}
	}
	loc, err := time.LoadLocation(p.zone)
	if err != nil {
		return usageError{fmt.Errorf("-zone %s: no such time zone: use a name such as Europe/Paris, or UTC", p.zone)}
	}
	replay, err := tui.Run(ctx, tui.Options{
		Scope: tui.Scope{Window: p.window, Host: p.host},
		Hunt: func(ctx context.Context, s tui.Scope, progress func(string)) (*hunt.Investigation, error) {
			q := *p
			q.window, q.host = s.Window, s.Host
			return q.hunt(ctx, func(at hunt.Progress) { progress(progressLine(at)) })
		},
		Check: func(window string) error {
			_, err := querytime.Parse(window, p.now(), loc)
			return err
		},
		Replay: p.replay,
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stderr, replay)
	return nil
}

// replay is the command line that gives a choice, quoted for a shell.
func (p *program) replay(s tui.Scope, t report.Topic) string {
	args := []string{"linuxhost"}
	add := func(flag, value, zero string) {
		if value != zero {
			args = append(args, "-"+flag, quoted(value))
		}
	}
	add("source", p.source, "sample")
	add("host", s.Host, "")
	add("window", s.Window, "all")
	add("zone", p.zone, "UTC")
	if p.year != 0 {
		args = append(args, "-year", fmt.Sprint(p.year))
	}
	add("rules", p.rules, "")
	if t.Kind != "" {
		args = append(args, "-"+string(t.Kind), quoted(t.ID))
	}
	return strings.Join(args, " ")
}

// quoted quotes s so that a shell takes it as one word and a terminal as
// text: what is not plain is written as bash's $'…'.
func quoted(s string) string {
	plain := s != "" && !strings.HasPrefix(s, "-")
	for i := 0; i < len(s) && plain; i++ {
		c := s[i]
		plain = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("/._-:+,@%=", c) >= 0
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\'' || c == '\\' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}
