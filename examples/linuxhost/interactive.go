package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

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
	if p.html != "" || p.json != "" || len(p.exports) > 0 {
		return usageError{errors.New("-interactive writes no files: leave -html, -json and -export out, or -interactive")}
	}
	if p.lookups.ask {
		return usageError{errors.New("-interactive asks nobody outside: leave -ti out, or -interactive; -feeds can be searched in both")}
	}
	if p.looks.any() {
		return usageError{errors.New("-interactive prints nothing: leave -hosts, -tree, -messages and -around out, or -interactive")}
	}
	loc, err := p.location()
	if err != nil {
		return err
	}
	var notes bytes.Buffer // nothing else may write on the screen
	replay, err := tui.Run(ctx, tui.Options{
		Scope: tui.Scope{Window: p.window, Host: p.host},
		Hunt: func(ctx context.Context, s tui.Scope, progress func(string)) (*hunt.Investigation, error) {
			q := *p
			q.window, q.host, q.stderr = s.Window, s.Host, &notes
			return q.hunt(ctx, func(at hunt.Progress) { progress(progressLine(at)) })
		},
		Check: func(window string) error {
			_, err := querytime.Parse(window, p.now(), loc)
			return err
		},
		Replay: p.replay,
	})
	if _, said := notes.WriteTo(p.stderr); said != nil || err != nil {
		return errors.Join(err, said)
	}
	fmt.Fprintln(p.stderr, replay)
	return nil
}

// repeated returns the flags that were given, as words for a shell, without
// those that the terminal program chooses.
func repeated(fs *flag.FlagSet) []string {
	var words []string
	fs.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "interactive", "host", "window", "width":
			return
		}
		if _, chosen := topicUsage[report.TopicKind(f.Name)]; chosen {
			return
		}
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
			words = append(words, "-"+f.Name+"="+f.Value.String())
			return
		}
		if list, ok := f.Value.(*exports); ok {
			for _, x := range *list {
				words = append(words, "-"+f.Name, quoted(x.kind+"="+x.file))
			}
			return
		}
		words = append(words, "-"+f.Name, quoted(f.Value.String()))
	})
	return words
}

// replay is the command line that gives a choice, quoted for a shell.
func (p *program) replay(s tui.Scope, t report.Topic) string {
	words := append([]string{"linuxhost"}, p.repeated...)
	if s.Host != "" {
		words = append(words, "-host", quoted(s.Host))
	}
	if s.Window != "all" {
		words = append(words, "-window", quoted(s.Window))
	}
	if t.Kind != "" {
		words = append(words, "-"+string(t.Kind), quoted(t.ID))
	}
	return strings.Join(words, " ")
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
