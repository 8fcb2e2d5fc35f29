package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
)

// kinds are the lists of topics in the words of the menu.
var kinds = map[report.TopicKind]string{
	report.TopicFinding: "Findings", report.TopicAlert: "Alerts", report.TopicSession: "Sessions", report.TopicSudo: "Sudo commands",
	report.TopicUser: "Accounts", report.TopicApp: "Applications", report.TopicAddress: "Addresses",
}

// newMenu is the first page.
func newMenu(inv *hunt.Investigation) *choose {
	show := func(s func() screen) func(*model) tea.Cmd {
		return func(m *model) tea.Cmd {
			m.push(s())
			return nil
		}
	}
	items := []choice{{"Summary", show(func() screen { return newSummary(inv) })}}
	for _, kind := range report.TopicKinds() {
		topics := report.Topics(inv, kind)
		title := fmt.Sprintf("%s (%d)", kinds[kind], len(topics))
		items = append(items, choice{title, show(func() screen { return newTopics(inv, kinds[kind], topics) })})
	}
	items = append(items,
		choice{"Time window", func(m *model) tea.Cmd {
			m.push(newWindows(inv, m.scope))
			return nil
		}},
		choice{"Host", func(m *model) tea.Cmd {
			m.push(newHosts(inv))
			return nil
		}},
		choice{"Leave", func(m *model) tea.Cmd { return m.leave() }},
	)
	return newChoose("tuxtrail: "+report.Visible(inv.Host.Name), items)
}

func newTopics(inv *hunt.Investigation, title string, topics []report.Topic) *choose {
	var items []choice
	for _, t := range topics {
		items = append(items, choice{t.Title, func(m *model) tea.Cmd {
			m.push(newTopic(inv, t))
			return nil
		}})
	}
	return newChoose(title, items)
}

// around is how long before and after a finding or alert a window begins and
// ends.
const around = 24 * time.Hour

// typed is how a time in a window is written.
const typed = "2006-01-02T15:04:05Z"

// newWindows asks for the time to look at.
func newWindows(inv *hunt.Investigation, now Scope) *choose {
	var items []choice
	for _, w := range []struct{ window, title string }{
		{"all", "all that the logs hold"}, {"1h", "the last hour"}, {"24h", "the last day"}, {"7d", "the last week"}, {"14d", "the last two weeks"}, {"30d", "the last 30 days"},
	} {
		items = append(items, choice{w.title, func(m *model) tea.Cmd {
			s := m.scope
			s.Window = w.window
			return m.rescope(s)
		}})
	}
	for _, kind := range []report.TopicKind{report.TopicFinding, report.TopicAlert} {
		for _, t := range report.Topics(inv, kind) {
			w, err := inv.Around(t.ID, around, around)
			if err != nil {
				continue // nothing says when it was
			}
			items = append(items, choice{"from a day before to a day after " + t.Title, func(m *model) tea.Cmd {
				s := m.scope
				s.Window = w.Start.UTC().Format(typed) + "/" + w.End.UTC().Format(typed)
				return m.rescope(s)
			}})
		}
	}
	items = append(items, choice{"another one", func(m *model) tea.Cmd {
		m.push(newAsk(now.Window))
		return nil
	}})
	return newChoose("Time window, now "+report.Visible(now.Window), items)
}

// newHosts asks for the host to look at.
func newHosts(inv *hunt.Investigation) *choose {
	var items []choice
	for _, h := range append([]string{inv.Host.Name}, inv.Host.Others...) {
		items = append(items, choice{report.Visible(h), func(m *model) tea.Cmd {
			s := m.scope
			s.Host = h
			return m.rescope(s)
		}})
	}
	return newChoose("Host, now "+report.Visible(inv.Host.Name), items)
}
