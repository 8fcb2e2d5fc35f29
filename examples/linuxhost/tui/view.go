package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/tuxtrail/tuxtrail/report"
)

var (
	bold  = lipgloss.NewStyle().Bold(true)
	faint = lipgloss.NewStyle().Faint(true)
	alarm = lipgloss.NewStyle().Foreground(lipgloss.Red)
)

// footer is how many lines stand below a page: a rule, two for the command
// line, one for the keys.
const footer = 4

// body is the height of a page.
func (m *model) body() int { return max(m.height-footer, 3) }

func (m *model) View() tea.View {
	var page, keys string
	switch {
	case m.stop != nil:
		page = bold.Render("Hunting") + "\n\n" + clip(report.Visible(m.progress), m.width) + "\n"
		keys = "esc stop   ctrl+c leave"
	case len(m.screens) > 0:
		page, keys = m.top().view(), m.top().help()
	}
	lines := strings.Split(page, "\n")
	if len(lines) > m.body() {
		lines = lines[:m.body()]
	}
	for len(lines) < m.body() {
		lines = append(lines, "")
	}
	command := wrapped("$ "+m.replay(), m.width, 2)
	if m.said != "" {
		command = wrapped(m.said, m.width, 2)
		for i := range command {
			command[i] = alarm.Render(command[i])
		}
	}
	lines = append(lines, faint.Render(strings.Repeat("─", m.width)), command[0], command[1], faint.Render(clip(keys, m.width)))
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	return v
}

// clip cuts s at the width of the screen.
func clip(s string, width int) string { return ansi.Truncate(s, width, "…") }

// wrapped returns s in exactly n lines of the width, cut behind the last.
func wrapped(s string, width, n int) []string {
	lines := strings.Split(ansi.Hardwrap(s, width, true), "\n")
	if len(lines) > n {
		lines[n-1] = clip(lines[n-1]+" ", width-1) + "…"
		lines = lines[:n]
	}
	for len(lines) < n {
		lines = append(lines, "")
	}
	return lines
}
