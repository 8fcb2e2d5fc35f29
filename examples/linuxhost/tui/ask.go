package tui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/report"
)

// ask is a page that asks for a window of time.
type ask struct{ input textinput.Model }

func newAsk(window string) *ask {
	in := textinput.New()
	in.SetValue(window)
	in.CursorEnd()
	in.KeyMap.Paste = key.NewBinding() // it would start a program to read the clipboard; the terminal pastes by itself
	in.Focus()
	return &ask{in}
}

func (a *ask) update(m *model, msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "esc":
			return m.back()
		case "enter":
			if err := m.o.Check(a.input.Value()); err != nil {
				m.said = report.Visible(err.Error())
				return nil
			}
			s := m.scope
			s.Window = a.input.Value()
			return m.rescope(s)
		}
	}
	var cmd tea.Cmd
	a.input, cmd = a.input.Update(msg)
	return cmd
}

func (a *ask) resize(width, _ int) { a.input.SetWidth(width - 4) }
func (a *ask) view() string {
	return bold.Render("Time window") + "\n\n" + a.input.View() + "\n\n" + faint.Render(querytime.Accepted)
}
func (a *ask) topic() report.Topic { return report.Topic{} }
func (a *ask) help() string        { return "enter hunt in it   esc back" }
