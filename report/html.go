package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the template, the style and the script
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

//go:embed report.html.tmpl
var pageText string

//go:embed style.css
var styleText string

//go:embed script.js
var scriptText string

// HTML writes inv as one HTML page that works from disk without any network:
// findings first, then each section, with links from every claim to the lines
// that show it. Its content security policy forbids connections and scripts
// but its own. Everything that comes from logs is escaped.
//
// Large hunts are cut for the page, with counts; the JSON holds all of it.
func HTML(w io.Writer, inv *hunt.Investigation) error {
	p := newPage(inv)
	t, err := template.New("page").Funcs(p.funcs()).Parse(pageText)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func (p *page) funcs() template.FuncMap {
	return template.FuncMap{
		"show":       Visible,
		"time":       clock,
		"names":      names,
		"head":       head,
		"hypothesis": hypothesisName,
		"answer":     answerName,
		"stage":      func(s hunt.Stage) string { return strings.ReplaceAll(string(s), "_", " ") },
		"ref":        func(r evidence.Ref) template.HTML { return p.links([]evidence.Ref{r}) },
		"refs":       p.links,
		"defang":     defangIndicator,
	}
}

// policy is the page's content security policy: nothing may be loaded, and the
// only style and script that count are the ones with these hashes.
func policy() string {
	return "default-src 'none'; style-src '" + hash(styleText) + "'; script-src '" + hash(scriptText) +
		"'; base-uri 'none'; form-action 'none'"
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// maxLinks is how many references of one claim are shown as links.
const maxLinks = 4

// links returns links to the evidence rows of refs; a line that the page does
// not hold is named without a link.
func (p *page) links(refs []evidence.Ref) template.HTML {
	var b strings.Builder
	b.WriteString(`<span class="mono">`)
	for i, r := range refs {
		if r.IsZero() {
			continue
		}
		if i == maxLinks && len(refs) > maxLinks+1 {
			fmt.Fprintf(&b, `<span class="dim">+%d</span>`, len(refs)-maxLinks)
			break
		}
		name := template.HTMLEscapeString(Visible(r.String()))
		if id, ok := p.evidenceID[r]; ok {
			fmt.Fprintf(&b, `<a href="#%s">%s</a> `, id, name)
		} else {
			b.WriteString(name + " ")
		}
	}
	b.WriteString(`</span>`)
	return template.HTML(b.String()) //nolint:gosec // every part is a literal or escaped above
}

// clock returns t for people: in UTC, with the fraction that it has.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.UTC()
	s := t.Format("2006-01-02 15:04:05")
	if ms := t.Nanosecond() / 1e6; ms != 0 {
		s += fmt.Sprintf(".%03d", ms)
	}
	return s
}

// names joins names that come from logs, cut after a few.
func names(list []string) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == 12 && len(list) > 13 {
			fmt.Fprintf(&b, "and %d more", len(list)-i)
			break
		}
		b.WriteString(Visible(s))
	}
	return b.String()
}

func head(list []string) []string { return list[:min(len(list), 12)] }

func hypothesisName(h hunt.Hypothesis) string {
	switch h {
	case hunt.StolenCredentials:
		return "Stolen credentials"
	case hunt.AccountMisuse:
		return "An account turned against the host"
	case hunt.HijackedApp:
		return "A hijacked application"
	case hunt.RemoteControl:
		return "Remote control or exfiltration"
	}
	return Visible(string(h))
}

func answerName(a hunt.Answer) string {
	switch a {
	case hunt.Supported:
		return "supported"
	case hunt.NotSupported:
		return "not supported"
	case hunt.CannotTell:
		return "cannot be told"
	}
	return Visible(string(a))
}

// defangIndicator returns an indicator's value so that no mail program or
// chat makes a link of it.
func defangIndicator(i hunt.Indicator) string {
	v := Visible(i.Value)
	switch i.Type {
	case "ipv4", "dns":
		return replaceLast(v, ".", "[.]")
	case "ipv6":
		return replaceLast(v, ":", "[:]")
	case "email":
		return strings.Replace(v, "@", "[@]", 1)
	case "url":
		if scheme, rest, ok := strings.Cut(v, "://"); ok {
			return strings.Replace(scheme, "tt", "xx", 1) + "://" + rest
		}
	}
	return v
}

func replaceLast(s, old, by string) string {
	if i := strings.LastIndex(s, old); i >= 0 {
		return s[:i] + by + s[i+len(old):]
	}
	return s
}
