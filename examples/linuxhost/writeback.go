package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

// toSentinel is the kind of -export that writes bodies for the API of Microsoft
// Sentinel.
const toSentinel = "sentinel"

// putRequest is a line of requests.jsonl: what to send where. Path is below
// …/workspaces/{name}/providers/Microsoft.SecurityInsights/.
type putRequest struct {
	Method     string `json:"method"`
	Path       string `json:"path"`
	APIVersion string `json:"api_version"`
	File       string `json:"file"`
	About      string `json:"about"`
}

// writeBack writes a bookmark for every finding above low and a comment for
// every incident, each a file whose name is the id to put it under, and
// requests.jsonl, which says where. The ids are the same at every run, so that
// what is put again takes the place of what was put before.
func writeBack(folder string, inv *hunt.Investigation, notes io.Writer) error {
	var requests []putRequest
	put := func(dir, about string, body func() (string, []byte, error)) error {
		id, b, err := body()
		if err != nil {
			return err
		}
		file := path.Join(dir, id+".json")
		if err := os.MkdirAll(filepath.Join(folder, filepath.FromSlash(dir)), 0o750); err != nil {
			return err
		}
		requests = append(requests, putRequest{"PUT", dir + "/" + id, sentinel.APIVersion, file, report.Visible(about)})
		return writeFile(filepath.Join(folder, filepath.FromSlash(file)), func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		})
	}
	raw := map[evidence.Ref][]byte{}
	for i := range inv.Evidence {
		raw[inv.Evidence[i].Ref] = inv.Evidence[i].Bytes()
	}
	for i := range inv.Findings {
		f := &inv.Findings[i]
		if f.Severity.Compare(hunt.SeverityLow) <= 0 {
			continue
		}
		b, err := bookmarkOf(inv, f, raw)
		if err != nil {
			return fmt.Errorf("finding %s: %w", f.ID, err)
		}
		if err := put("bookmarks", f.ID+": "+f.Title, b.Body); err != nil {
			return fmt.Errorf("finding %s: %w", f.ID, err)
		}
	}
	bookmarks := len(requests)
	for _, i := range inv.Alerts.Incidents {
		if !isID(i.SystemID) {
			fmt.Fprintf(notes, "linuxhost: -export sentinel: incident %s has no id that a comment could be put under\n", report.Visible(i.ID))
			continue
		}
		err := put("incidents/"+i.SystemID+"/comments", i.ID+": "+i.Title, func() (string, []byte, error) {
			return sentinel.CommentBody(i.SystemID+"\x00"+inv.Host.Name, commentOf(inv))
		})
		if err != nil {
			return fmt.Errorf("incident %s: %w", i.ID, err)
		}
	}
	switch {
	case bookmarks == 0:
		fmt.Fprintln(notes, "linuxhost: -export sentinel: no finding above low, so no bookmark")
	case len(inv.Alerts.Incidents) == 0:
		fmt.Fprintln(notes, "linuxhost: -export sentinel: the source knows no incident of this host, so no comment")
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	return writeFile(filepath.Join(folder, "requests.jsonl"), func(w io.Writer) error {
		out := bufio.NewWriter(w)
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		for _, r := range requests {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		return out.Flush()
	})
}

// isID reports whether a text of others may be part of a path.
func isID(s string) bool {
	return s != "" && len(s) <= 100 && strings.Trim(strings.ToLower(s), "0123456789abcdefghijklmnopqrstuvwxyz-_") == ""
}

// bookmarkOf is a finding as a bookmark: the first line of its gravest step is
// the row, and the query gives the lines of its time.
func bookmarkOf(inv *hunt.Investigation, f *hunt.Finding, raw map[evidence.Ref][]byte) (sentinel.Bookmark, error) {
	b := sentinel.Bookmark{
		Name: shortened("tuxtrail: "+report.Visible(f.Title), 250), Labels: append([]string{"tuxtrail", string(f.Severity)}, f.Techniques...),
		Notes: notesOf(f), Window: querytime.Window{Start: f.Start, End: f.End.Add(time.Second)},
	}
	first := ""
	if len(f.Steps) > 0 {
		first = f.Steps[0].Rule
	}
	b.Key = strings.Join([]string{"bookmark", inv.Host.Name, f.Start.UTC().Format(time.RFC3339Nano), first}, "\x00")
	query, p := "syslog_all", sentinel.Params{}
	if step := gravest(f.Steps); step != nil {
		b.EventTime = step.Time
		for _, r := range step.Refs {
			line, ok := raw[r]
			if !ok {
				continue
			}
			if name, params, _, err := sentinel.ParseRef(r); err == nil {
				query, p = name, params
			} else if strings.Contains(string(line), "msg=audit(") {
				query, p.Table = "audit_lines", "AuditLog_CL"
			}
			b.Result = rowOf(inv.Host.Name, step.Time, line, query)
			break
		}
	}
	q, err := sentinel.LookupQuery(query)
	if err != nil {
		return b, err
	}
	p.Host, p.Window = inv.Host.Name, b.Window
	b.Query, err = q.Render(p)
	return b, err
}

func gravest(steps []hunt.Step) *hunt.Step {
	var out *hunt.Step
	for i := range steps {
		if out == nil || steps[i].Severity.Compare(out.Severity) > 0 {
			out = &steps[i]
		}
	}
	return out
}

// rowOf is a line as the row that it is in a workspace, or would be.
func rowOf(host string, at time.Time, line []byte, query string) json.RawMessage {
	const most = 20_000 // of a line; beyond it nothing is for eyes
	var object map[string]json.RawMessage
	if json.Unmarshal(line, &object) == nil && len(line) <= most {
		return slices.Clone(line)
	}
	column := "SyslogMessage"
	if query != "syslog_all" {
		column = "RawData"
	}
	b, err := json.Marshal(map[string]any{
		"TimeGenerated": at.UTC().Format(time.RFC3339Nano), "Computer": host, column: shortened(strings.ToValidUTF8(string(line), "\ufffd"), most),
	})
	if err != nil {
		return nil
	}
	return b
}

func notesOf(f *hunt.Finding) string {
	var lines []string
	add := func(title, text string) {
		if text != "" {
			lines = append(lines, title+visibleLine(text))
		}
	}
	add("", f.Paragraph)
	add("", f.Summary)
	add("Why: ", f.Why)
	for _, s := range f.Steps {
		add(s.Time.UTC().Format("2006-01-02 15:04:05Z "), s.Text)
	}
	return joined(lines, 9_000)
}

// commentOf is what the hunt has to say to the incidents of its host.
func commentOf(inv *hunt.Investigation) string {
	lines := []string{"tuxtrail hunted on host " + visibleLine(inv.Host.Name) + ", logs from " + clockOf(inv.Host.First) + " to " + clockOf(inv.Host.Last) + "."}
	if inv.Partial != nil {
		lines = append(lines, "The hunt was ended early: this is not all.")
	}
	for _, v := range inv.Hypotheses {
		lines = append(lines, strings.ReplaceAll(string(v.Hypothesis), "_", " ")+": "+strings.ReplaceAll(string(v.Answer), "_", " ")+". "+visibleLine(v.Why))
	}
	if len(inv.Findings) == 0 {
		lines = append(lines, "Nothing was found.")
	}
	for _, f := range inv.Findings {
		lines = append(lines, "", strings.ToUpper(string(f.Severity))+" "+f.ID+": "+visibleLine(f.Title), clockOf(f.Start)+" to "+clockOf(f.End))
		if text := visibleLine(f.Paragraph); text != "" {
			lines = append(lines, text)
		}
	}
	for _, b := range inv.Coverage.Blind {
		lines = append(lines, "Not seen: "+visibleLine(b.Section)+": "+visibleLine(b.Why))
	}
	return joined(lines, 20_000)
}

func clockOf(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// visibleLine is a text on one line in which no URL is a link.
func visibleLine(s string) string { return strings.ReplaceAll(report.Visible(s), "://", "[:]//") }

// joined joins lines up to so many bytes and says how many are left out.
func joined(lines []string, most int) string {
	var b strings.Builder
	for i, l := range lines {
		if b.Len()+len(l) > most {
			fmt.Fprintf(&b, "… %d more lines are in the report", len(lines)-i)
			break
		}
		b.WriteString(l + "\n")
	}
	return strings.TrimSpace(b.String())
}

func shortened(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
