package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// TopicKind is what can be looked at by itself.
type TopicKind string

// The kinds of topics, and what names one of them.
const (
	TopicFinding TopicKind = "finding" // its id: "F1"
	TopicSession TopicKind = "session" // its id: "S4"
	TopicUser    TopicKind = "user"    // the account's name
	TopicApp     TopicKind = "app"     // the program's name
	TopicAddress TopicKind = "address" // the address
	TopicSudo    TopicKind = "sudo"    // the command's number in time, from 1
	TopicAlert   TopicKind = "alert"   // its id: "A1"
)

// TopicKinds returns the kinds in the order in which a hunter asks for them.
func TopicKinds() []TopicKind {
	return []TopicKind{TopicFinding, TopicAlert, TopicSession, TopicSudo, TopicUser, TopicApp, TopicAddress}
}

// Topic is one thing in an investigation that can be looked at by itself. Both
// strings come from logs: ID as it is, Title made visible.
type Topic struct {
	Kind  TopicKind
	ID    string
	Title string // a line for a list
}

// ErrNoTopic is what [TopicText] returns for a topic that the investigation
// does not have.
var ErrNoTopic = errors.New("there is none in this investigation")

// Topics returns all topics of a kind, in the order that the report has them:
// what to look at comes first, or what was first in time.
func Topics(inv *hunt.Investigation, kind TopicKind) []Topic {
	var all []Topic
	add := func(id, format string, args ...any) {
		all = append(all, Topic{kind, id, Visible(cut(fmt.Sprintf(format, args...), 200))})
	}
	switch kind {
	case TopicFinding:
		for _, f := range inv.Findings {
			add(f.ID, "%s %s: %s", f.ID, f.Severity, f.Title)
		}
	case TopicAlert:
		for _, a := range inv.Alerts.Alerts {
			add(a.ID, "%s %s %s: %s", a.ID, clock(a.Time), a.Severity, a.Name)
		}
	case TopicSession:
		for _, s := range inv.Sessions {
			add(s.ID, "%s %s %s %s%s%s", s.ID, clock(s.Start), s.Kind, s.User, prefixed(" from ", s.Source), flagNames(s.Flags))
		}
	case TopicSudo:
		for i, c := range inv.Sudo {
			add(strconv.Itoa(i+1), "%d %s %s as %s %s: %s", i+1, clock(c.Time), c.User, c.Target, c.Result, c.Text)
		}
	case TopicUser:
		for _, u := range inv.Users {
			add(u.Name, "%s: %s, %d logons, %d failed, %d sudo", u.Name, u.State, u.Succeeded, u.Failed, u.Sudo)
		}
	case TopicApp:
		for _, a := range inv.Applications {
			add(a.Program, "%s: %d lines, %d of them warnings or worse, %d risky", a.Program, a.Lines, a.High, len(a.Risky)+a.RiskyMore)
		}
	case TopicAddress:
		for _, a := range inv.Network.Addresses {
			add(a.Address.String(), "%s %s: %d logons, %d failed, %d out%s", a.Address, a.Kind, a.Logons, a.Failed, a.Out, prefixed(" ", a.Place.String()))
		}
	}
	return all
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func flagNames(flags []hunt.Flag) string {
	s := ""
	for i, f := range flags {
		if i == 0 {
			s = " ("
		} else {
			s += ", "
		}
		s += f.Name
	}
	return s + map[bool]string{true: ")"}[s != ""]
}

// TopicText writes all that the investigation holds on one topic as text for a
// terminal, with everything that could act on a terminal made visible. It
// returns an error that wraps [ErrNoTopic] where there is no such topic, and
// what writing to w returns.
func TopicText(w io.Writer, inv *hunt.Investigation, kind TopicKind, id string, o TextOptions) error {
	if kind == TopicSession {
		if inv.Detail(id).Session.ID == "" {
			return noTopic(kind, id)
		}
		return SessionText(w, inv, id, o)
	}
	if o.Width == 0 {
		o.Width = 100
	}
	t := &topicText{text: text{w: bufio.NewWriter(w), o: o, width: max(o.Width, 40)}, inv: inv}
	draw := map[TopicKind]func(string) bool{
		TopicFinding: t.finding, TopicAlert: t.alert, TopicSudo: t.sudo, TopicUser: t.user, TopicApp: t.app, TopicAddress: t.address,
	}[kind]
	if draw == nil || !draw(id) {
		return noTopic(kind, id)
	}
	t.lines(inv, t.refs)
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write the %s: %w", kind, err)
	}
	return nil
}

func noTopic(kind TopicKind, id string) error {
	return fmt.Errorf("%s %s: %w", kind, strconv.Quote(id), ErrNoTopic)
}
