package tui

import (
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
)

// text is a page to read.
type text struct {
	title string
	about report.Topic
	draw  func(width int) string
	port  viewport.Model
}

func newText(title, content string, about report.Topic) *text {
	t := &text{title: title, about: about, draw: func(int) string { return content }, port: viewport.New()}
	t.port.SoftWrap = true
	return t
}

// newSummary shows the whole hunt.
func newSummary(inv *hunt.Investigation) *text {
	t := newText("Summary", "", report.Topic{})
	t.draw = func(width int) string {
		return written(func(w *strings.Builder) error { return report.Text(w, inv, report.TextOptions{Width: width}) })
	}
	return t
}

// newTopic shows one topic.
func newTopic(inv *hunt.Investigation, about report.Topic) *text {
	t := newText(about.Title, "", about)
	t.draw = func(width int) string {
		return written(func(w *strings.Builder) error {
			return report.TopicText(w, inv, about.Kind, about.ID, report.TextOptions{Width: width})
		})
	}
	return t
}

func written(write func(*strings.Builder) error) string {
	var b strings.Builder
	if err := write(&b); err != nil {
		return report.Visible(err.Error())
	}
	return b.String()
}

func (t *text) update(m *model, msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "esc":
			return m.back()
		case "q":
			return m.leave()
		case "g", "home":
			t.port.GotoTop()
			return nil
		case "G", "end":
			t.port.GotoBottom()
			return nil
		}
	}
	var cmd tea.Cmd
	t.port, cmd = t.port.Update(msg)
	return cmd
}

func (t *text) resize(width, height int) {
	at := t.port.YOffset()
	t.port.SetWidth(width)
	t.port.SetHeight(height - 1)
	t.port.SetContent(t.draw(width))
	t.port.SetYOffset(at)
}

func (t *text) view() string {
	return bold.Render(clip(t.title, t.port.Width())) + "\n" + t.port.View()
}
func (t *text) topic() report.Topic { return t.about }
func (t *text) help() string        { return "↑↓ pgup pgdn scroll   g top   G end   esc back   q leave" }
