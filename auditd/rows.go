package auditd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// ErrRow is the reason of the error for a row that has none of the shapes
// that [RowLines] knows.
var ErrRow = errors.New("row of no known shape of audit data")

// RowLines returns the records that a row of another tool stands for, each as
// the line that auditd would have written. A row is a JSON object. The shapes
// known are:
//
//   - a line of the log in a column: RawData (Log Analytics' AuditLog_CL),
//     RawRecord (its LinuxAuditLog), event.original, message, raw_msg
//   - AuditdMessage, a list of {TYPE: ["name=value", …]}, with mssg_id, as
//     msticpy's queries of AuditLog_CL give it
//   - LinuxAuditLog without RawRecord: a column per field
//   - LAUREL's JSON: {"ID": "sec.msec:serial", "SYSCALL": {…}, …}
//   - auditbeat's and filebeat's ECS documents: auditd.*, process.*, user.*
//   - go-libaudit's coalesced events
//   - the journal's entries of the audit transport (journalctl -o json)
//
// ECS documents and coalesced events have lost the records' order and part of
// their fields; what is left is put into the records that it came from.
func RowLines(row map[string]any) ([]string, error) {
	flat := flatten(row)
	if lines := rawLines(flat); len(lines) > 0 {
		return lines, nil
	}
	switch {
	case row["AuditdMessage"] != nil:
		return messageLines(row)
	case isStamp(row["ID"]):
		return laurelLines(row), nil
	case row["_AUDIT_ID"] != nil:
		return journalLines(row)
	case flat["RecordType"] != nil && (flat["AuditID"] != nil || flat["SerialNumber"] != nil):
		return columnLines(flat)
	case flat["auditd.log.record_type"] != nil:
		return filebeatLines(flat)
	case flat["auditd.sequence"] != nil, flat["sequence"] != nil:
		return coalescedLines(flat)
	}
	return nil, ErrRow
}

// rawLines returns the lines of the log that a column holds as they were.
func rawLines(flat map[string]any) []string {
	for _, name := range []string{"RawData", "RawRecord", "event.original", "raw_msg", "message", "MESSAGE"} {
		var texts []string
		switch v := flat[name].(type) {
		case string:
			texts = strings.Split(strings.TrimRight(v, "\r\n"), "\n")
		case []any:
			for _, x := range v {
				if s, ok := x.(string); ok {
					texts = append(texts, s)
				}
			}
		}
		var lines []string
		for _, s := range texts {
			s = strings.TrimSuffix(s, "\r")
			if t, ok := flat["record_type"].(string); ok && strings.HasPrefix(s, auditOpen) { // go-libaudit cuts the front off
				s = "type=" + strings.ToUpper(t) + " msg=" + s
			}
			if h, err := parseHeader(s); err == nil {
				if node, ok := flat["Computer"].(string); ok && h.node == "" && !strings.ContainsAny(node, " \x1d") && node != "" {
					s = "node=" + node + " " + s
				}
				lines = append(lines, s)
			}
		}
		if len(lines) > 0 {
			return lines
		}
	}
	return nil
}

// messageLines reads msticpy's form: the body of each record was split at
// its blanks.
func messageLines(row map[string]any) ([]string, error) {
	id, _ := row["mssg_id"].(string)
	if !isStamp(id) {
		return nil, fmt.Errorf("%w: no mssg_id", ErrRow)
	}
	list := row["AuditdMessage"]
	if s, ok := list.(string); ok { // the column of a CSV or of a summarize
		if err := json.Unmarshal([]byte(s), &list); err != nil {
			return nil, fmt.Errorf("AuditdMessage: %w", err)
		}
	}
	messages, ok := list.([]any)
	if !ok {
		return nil, fmt.Errorf("%w: AuditdMessage is no list", ErrRow)
	}
	var lines []string
	for _, m := range messages {
		byType, _ := m.(map[string]any)
		for _, typ := range order(byType) {
			l := newLine(typ, nodeOf(row), id)
			switch body := byType[typ].(type) {
			case []any:
				for _, part := range body {
					s, _ := part.(string)
					l.word(s)
				}
			case string:
				l.word(body)
			case map[string]any: // as msticpy unpacks it
				for _, name := range order(body) {
					if s, ok := body[name].(string); ok && !strings.ContainsAny(s, " =") {
						l.word(name + "=" + s)
						continue
					}
					l.value(name, body[name])
				}
			}
			lines = append(lines, l.String())
		}
	}
	return lines, nil
}

func nodeOf(row map[string]any) string {
	for _, name := range []string{"NODE", "node", "Computer", "host.name", "host.hostname", "agent.hostname"} {
		if s, ok := row[name].(string); ok && s != "" && !strings.ContainsAny(s, " \x1d") {
			return s
		}
	}
	return ""
}

func isStamp(v any) bool {
	s, _ := v.(string)
	_, n := parseStamp(s)
	return n > 0 && n == len(s)
}

// order returns the names of a row's members, SYSCALL first.
func order(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if s := string(TypeSyscall); (a == s) != (b == s) {
			if a == s {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return names
}

// flatten returns the leaves of nested objects under dotted names. Lists are
// leaves.
func flatten(row map[string]any) map[string]any {
	out := make(map[string]any, len(row))
	var walk func(prefix string, m map[string]any, depth int)
	walk = func(prefix string, m map[string]any, depth int) {
		for name, v := range m {
			if sub, ok := v.(map[string]any); ok && depth < 16 {
				walk(prefix+name+".", sub, depth+1)
				continue
			}
			out[prefix+name] = v
		}
	}
	walk("", row, 0)
	return out
}

// NewRowReader returns a Reader of rows instead of lines: JSON objects, one
// per line or all in one array, of the shapes that [RowLines] knows. Records
// are joined into events as those of a log are. A record's Ref is that of its
// row, and its Raw is the line that [RowLines] makes of it.
func NewRowReader(r io.Reader, o Options) *Reader {
	rd := NewReader(r, o)
	rd.stats.Format = "auditd rows"
	in := bufio.NewReaderSize(r, 64<<10)
	first := byte(0)
	for n := 1; n <= 4096; n++ { // blank lines and a byte order mark may come first
		b, err := in.Peek(n)
		if err != nil || !strings.ContainsRune("\ufeff \t\r\n", rune(b[n-1])) && b[n-1] < 0x80 {
			if err == nil {
				first = b[n-1]
			}
			break
		}
	}
	if first == '[' {
		rd.rows = &arrayRows{dec: json.NewDecoder(in), name: o.Name}
		rd.rows.dec.UseNumber()
		return rd
	}
	rd.lines = evidence.NewLines(in, evidence.LinesOptions{Name: o.Name, MaxLine: o.MaxLine, Offset: o.Offset, Line: o.Line})
	rd.rowLines = true
	return rd
}

// arrayRows takes the objects of one JSON array.
type arrayRows struct {
	dec    *json.Decoder
	name   string
	inside bool
}

// next returns the next object; io.EOF at the end.
func (a *arrayRows) next() (map[string]any, evidence.Ref, error) {
	if !a.inside {
		if _, err := a.dec.Token(); err != nil {
			return nil, evidence.Ref{File: a.name}, err
		}
		a.inside = true
	}
	ref := evidence.Ref{File: a.name, Offset: a.dec.InputOffset()}
	if !a.dec.More() {
		return nil, ref, io.EOF
	}
	var row map[string]any
	err := a.dec.Decode(&row)
	ref.Length = int(a.dec.InputOffset() - ref.Offset)
	return row, ref, err
}

// decodeRow reads one object.
func decodeRow(text []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var row map[string]any
	if err := dec.Decode(&row); err != nil {
		return nil, err
	}
	if row == nil {
		return nil, ErrRow
	}
	return row, nil
}

// rowLine takes the current line as a row.
func (r *Reader) rowLine() error {
	text := bytes.TrimSpace(bytes.TrimPrefix(r.lines.Text(), []byte("\ufeff")))
	if len(text) == 0 {
		r.stats.Dropped++
		return nil
	}
	ref := r.lines.Ref()
	if r.lines.Cut() > 0 {
		return r.unknown("", ref, evidence.ErrLineTooLong)
	}
	row, err := decodeRow(text)
	if err != nil {
		return r.unknown(str(text), ref, err)
	}
	return r.row(row, ref)
}

// arrayRow takes the next row of the array.
func (r *Reader) arrayRow() error {
	row, ref, err := r.rows.next()
	switch {
	case errors.Is(err, io.EOF):
		r.end(nil)
		return nil
	case err != nil:
		r.end(nil) // nothing tells where the next row starts
		r.stats.Lines++
		return r.unknown("", ref, err)
	}
	r.stats.Lines++
	return r.row(row, ref)
}

// row puts the records of a row to their events.
func (r *Reader) row(row map[string]any, ref evidence.Ref) error {
	lines, err := RowLines(row)
	if err != nil {
		return r.unknown("", ref, err)
	}
	r.stats.Understood++
	for _, l := range lines {
		h, err := parseHeader(l)
		if err != nil {
			return r.bad(ref, err)
		}
		r.stats.See(h.id.Time())
		r.join.put(&h, []byte(l), maphash.String(r.seed, l), ref)
	}
	return nil
}
