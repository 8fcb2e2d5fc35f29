package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
)

// screen is one page; the last of model.screens is shown.
type screen interface {
	update(m *model, msg tea.Msg) tea.Cmd
	resize(width, height int)
	view() string
	help() string
	topic() report.Topic // what the page shows; the zero Topic for none
}

type model struct {
	o       Options
	begin   func(Scope) tea.Cmd // a hunt beside the screen
	width   int
	height  int
	scope   Scope
	inv     *hunt.Investigation
	screens []screen
	said    string // an error to show until the next key

	stop     context.CancelFunc // ends the hunt that runs; nil when none does
	progress string
}

// done is the end of a hunt.
type done struct {
	scope Scope
	inv   *hunt.Investigation
	err   error
}

// progressed is what a hunt says of its progress.
type progressed string

func newModel(ctx context.Context, o Options, send func(tea.Msg)) *model {
	m := &model{o: o, scope: o.Scope, width: 80, height: 24}
	m.begin = func(s Scope) tea.Cmd {
		ctx, stop := context.WithCancel(ctx)
		m.stop, m.progress = stop, ""
		return func() tea.Msg {
			defer stop()
			inv, err := m.o.Hunt(ctx, s, func(line string) { send(progressed(line)) })
			return done{s, inv, err}
		}
	}
	return m
}

func (m *model) Init() tea.Cmd { return m.begin(m.scope) }

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(msg.Width, 20), max(msg.Height, 8)
		for _, s := range m.screens {
			s.resize(m.width, m.body())
		}
		return m, nil
	case progressed:
		m.progress = string(msg)
		return m, nil
	case done:
		m.finished(msg)
		return m, nil
	case tea.KeyPressMsg:
		m.said = ""
		switch key := msg.String(); {
		case key == "ctrl+c":
			leave := m.leave()
			return m, leave
		case m.stop != nil:
			if key == "esc" || key == "q" {
				m.stop()
			}
			return m, nil
		}
	}
	if len(m.screens) == 0 {
		return m, nil
	}
	cmd := m.top().update(m, msg)
	return m, cmd
}

func (m *model) finished(d done) {
	m.stop = nil
	switch {
	case d.err != nil && m.inv == nil:
		m.said = report.Visible(d.err.Error())
		m.screens = []screen{newText("The hunt failed", m.said, report.Topic{})}
	case d.err != nil:
		m.said = report.Visible(d.err.Error())
		return
	default:
		m.scope, m.inv = d.scope, d.inv
		m.screens = []screen{newMenu(d.inv)}
	}
	m.top().resize(m.width, m.body())
}

func (m *model) leave() tea.Cmd {
	if m.stop != nil {
		m.stop()
	}
	return tea.Quit
}

func (m *model) top() screen { return m.screens[len(m.screens)-1] }

func (m *model) push(s screen) {
	s.resize(m.width, m.body())
	m.screens = append(m.screens, s)
}

// back shows the page before, or leaves from the first.
func (m *model) back() tea.Cmd {
	if len(m.screens) <= 1 {
		return m.leave()
	}
	m.screens = m.screens[:len(m.screens)-1]
	m.top().resize(m.width, m.body())
	return nil
}

// replay is the command line that gives what is shown.
func (m *model) replay() string {
	var t report.Topic
	if len(m.screens) > 0 {
		t = m.top().topic()
	}
	return m.o.Replay(m.scope, t)
}

// rescope hunts in another scope.
func (m *model) rescope(s Scope) tea.Cmd {
	if strings.TrimSpace(s.Window) == "" {
		s.Window = m.scope.Window
	}
	return m.begin(s)
}
