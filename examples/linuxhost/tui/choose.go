package tui

import (
	"fmt"
	"io"
	"strings"

	"charm.land/bubbles/v2/list"
	tea "charm.land/bubbletea/v2"

	"github.com/tuxtrail/tuxtrail/report"
)

// choice is a line of a list and what choosing it does.
type choice struct {
	title string // visible
	do    func(m *model) tea.Cmd
}

// FilterValue is what typing behind "/" is compared with.
func (c choice) FilterValue() string { return c.title }

// line draws a choice in one line.
type line struct{}

func (line) Height() int                         { return 1 }
func (line) Spacing() int                        { return 0 }
func (line) Update(tea.Msg, *list.Model) tea.Cmd { return nil }
func (line) Render(w io.Writer, l list.Model, i int, item list.Item) {
	c, _ := item.(choice)
	text := clip(c.title, max(l.Width()-2, 1))
	if i == l.Index() {
		fmt.Fprint(w, bold.Render("> "+text))
		return
	}
	fmt.Fprint(w, "  "+text)
}

// holding finds the lines that hold what was typed, in any case.
func holding(term string, lines []string) []list.Rank {
	var found []list.Rank
	term = strings.ToLower(term)
	for i, l := range lines {
		if strings.Contains(strings.ToLower(l), term) {
			found = append(found, list.Rank{Index: i})
		}
	}
	return found
}

// choose is a page with a list.
type choose struct{ list list.Model }

func newChoose(title string, items []choice) *choose {
	all := make([]list.Item, len(items))
	for i, c := range items {
		all[i] = c
	}
	l := list.New(all, line{}, 80, 20)
	l.Title = title
	l.Styles.Title = bold
	l.Filter = holding
	l.SetShowHelp(false)
	l.SetShowStatusBar(false)
	l.DisableQuitKeybindings()
	return &choose{l}
}

func (c *choose) update(m *model, msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok && !c.list.SettingFilter() {
		switch key.String() {
		case "enter":
			if item, ok := c.list.SelectedItem().(choice); ok {
				return item.do(m)
			}
			return nil
		case "esc":
			if c.list.IsFiltered() {
				c.list.ResetFilter()
				return nil
			}
			return m.back()
		case "q":
			return m.leave()
		}
	}
	var cmd tea.Cmd
	c.list, cmd = c.list.Update(msg)
	return cmd
}

func (c *choose) resize(width, height int) { c.list.SetSize(width, height) }
func (c *choose) view() string             { return c.list.View() }
func (c *choose) topic() report.Topic      { return report.Topic{} }
func (c *choose) help() string             { return "↑↓ move   enter choose   / find   esc back   q leave" }
