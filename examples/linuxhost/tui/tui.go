package tui

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
)

// Scope is what a hunt is asked to look at, as its flags say it.
type Scope struct {
	Window string
	Host   string // "" for the one with the most lines
}

// Options are what the terminal program needs from the one that starts it.
type Options struct {
	// Scope is what is hunted in first.
	Scope Scope
	// Hunt investigates a scope. It calls progress now and then with a line for
	// the user. An error is shown, also beside what was found before it, and
	// the user can choose again.
	Hunt func(ctx context.Context, s Scope, progress func(string)) (*hunt.Investigation, error)
	// Check says what is wrong with a window that the user typed, or nil.
	Check func(window string) error
	// Replay returns the command line that gives the scope and, if its kind is
	// not "", the topic.
	Replay func(s Scope, t report.Topic) string

	In  io.Reader // the terminal; nil means standard input
	Out io.Writer // the terminal; nil means standard output
}

// Run runs the terminal program until the user leaves it. It returns the
// command line that repeats the last choice, and an error if the terminal
// cannot be used; the end of the context is no error.
func Run(ctx context.Context, o Options) (replay string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	opts := []tea.ProgramOption{tea.WithContext(ctx)}
	if o.In != nil {
		opts = append(opts, tea.WithInput(o.In))
	}
	if o.Out != nil {
		opts = append(opts, tea.WithOutput(o.Out))
	}
	var p *tea.Program
	m := newModel(ctx, o, func(msg tea.Msg) { p.Send(msg) })
	p = tea.NewProgram(m, opts...)
	last, err := p.Run()
	if l, ok := last.(*model); ok {
		m = l
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, tea.ErrInterrupted) && !errors.Is(err, tea.ErrProgramKilled) {
		return "", fmt.Errorf("run the terminal program: %w", err)
	}
	return m.replay(), nil
}
