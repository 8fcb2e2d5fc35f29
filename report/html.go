package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"

	"github.com/tuxtrail/tuxtrail/hunt"
)

//go:embed page
var pageFiles embed.FS

// The page's style and script are the files of the folder put together in the
// order of their names.
var (
	styleText  = together("page/*.css")
	scriptText = together("page/*.js")
)

func together(pattern string) string {
	list, err := fs.Glob(pageFiles, pattern)
	if err != nil { // the patterns are ours
		return ""
	}
	var b strings.Builder
	for _, name := range list {
		text, err := pageFiles.ReadFile(name)
		if err != nil { // it was just listed
			return ""
		}
		b.Write(text)
	}
	return b.String()
}

// HTML writes inv as one HTML page that works from disk without any network:
// the verdict and the stories first, then each section, with links from every
// claim to the lines that show it. Its content security policy forbids
// connections and scripts but its own. Everything that comes from logs is
// escaped.
//
// All is on the page without scripts, up to 300 rows of a table; with scripts a
// table holds up to 20,000, the timeline 50,000, which are drawn as they are
// looked at. What is beyond that is counted; the JSON holds all of it. Where
// there are more rows than that, those to look at come first.
//
// It writes as it goes: when it returns an error, that of w, part of the page
// may be written.
func HTML(w io.Writer, inv *hunt.Investigation) error {
	p := newPage(inv)
	t, err := template.New("page").Funcs(p.funcs()).ParseFS(pageFiles, "page/*.tmpl")
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	b := bufio.NewWriterSize(w, 64<<10)
	if err := t.ExecuteTemplate(b, "page.tmpl", p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func (p *page) funcs() template.FuncMap {
	return template.FuncMap{
		"show":       Visible,
		"time":       clock,
		"names":      names,
		"hypothesis": hypothesisName,
		"answer":     answerName,
		"answered":   answerClass,
		"severity":   severityClass,
		"ids":        p.ids,
		"refs":       p.refs,
		"amount":     amount[int],
		"data":       p.data,
	}
}

// data returns what only the script shows: the further rows of tables by the
// table's id, and the timeline's points.
func (p *page) data() (template.JS, error) {
	var b strings.Builder
	b.WriteString(`{"rows":{`)
	begun := false
	for _, t := range p.tables {
		if len(t.More) == 0 {
			continue
		}
		if begun {
			b.WriteByte(',')
		}
		begun = true
		fmt.Fprintf(&b, "%q:%s", t.ID, t.data())
	}
	points, err := p.Timeline.data()
	if err != nil {
		return "", err
	}
	b.WriteString(`},"timeline":` + points + `}`)
	return template.JS(b.String()), nil //nolint:gosec // of encoding/json, which escapes what could end the element
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
