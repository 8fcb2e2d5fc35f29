package sentinel_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

var (
	auditHead  = regexp.MustCompile(`^type=(\S+) msg=audit\((\d+\.\d+:(\d+))\): ?`)
	auditField = regexp.MustCompile(`(\w[\w.-]*)=('[^']*'|"[^"]*"|[^ \x1d]*)`)
	auditNum   = regexp.MustCompile(`^-?\d+$`)
)

// written reads the lines of auditd as whoever writes these tables does: types,
// stamps, and names with values, nothing decoded.
type auditLine struct {
	typ, id, serial string
	names           []string
	values          map[string]string
	at              json.RawMessage
	raw             string
}

func auditLines(t *testing.T, dir string) []auditLine {
	t.Helper()
	var out []auditLine
	for _, row := range auditRows(t, filepath.Join(dir, "audit.log"), "vm") {
		l := auditLine{values: map[string]string{}, at: row["TimeGenerated"]}
		require.NoError(t, json.Unmarshal(row["RawData"], &l.raw))
		head := auditHead.FindStringSubmatch(l.raw)
		require.NotNil(t, head, l.raw)
		l.typ, l.id, l.serial = head[1], head[2], head[3]
		for _, m := range auditField.FindAllStringSubmatch(l.raw[len(head[0]):], -1) {
			l.names = append(l.names, m[1])
			l.values[m[1]] = m[2]
		}
		out = append(out, l)
	}
	return out
}

// inHex are the fields that the kernel writes in hex where they hold more than
// plain text.
func inHex(typ, name string) bool {
	if typ == "EXECVE" && name != "argc" {
		return true
	}
	return slices.Contains([]string{"exe", "comm", "cwd", "name", "proctitle", "key", "cmd", "acct"}, name)
}

// bytesOf is what a value stands for.
func bytesOf(typ, name, v string) string {
	if strings.HasPrefix(v, `"`) {
		return strings.Trim(v, `"`)
	}
	if b, err := hex.DecodeString(v); err == nil && inHex(typ, name) && v != "" && v != "0" {
		return string(b)
	}
	return v
}

// percents is LAUREL's encoding of bytes that JSON cannot hold.
func percents(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c == '%' || c < ' ' || c > 0x7e {
			fmt.Fprintf(&b, "%%%02x", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// laurelRows are the events as LAUREL writes them into a table of its own.
func laurelRows(t *testing.T, lines []auditLine) []map[string]json.RawMessage {
	t.Helper()
	type event struct {
		line    auditLine
		records map[string][]map[string]any
		types   []string
	}
	var all []*event
	byID := map[string]*event{}
	for _, l := range lines {
		e := byID[l.id]
		if e == nil {
			e = &event{line: l, records: map[string][]map[string]any{}}
			byID[l.id] = e
			all = append(all, e)
		}
		if l.typ == "EXECVE" && len(e.records["EXECVE"]) > 0 { // a long command's further lines
			first := e.records["EXECVE"][0]
			first["ARGV"] = append(first["ARGV"].([]string), laurelArgs(l)...)
			continue
		}
		if len(e.records[l.typ]) == 0 {
			e.types = append(e.types, l.typ)
		}
		e.records[l.typ] = append(e.records[l.typ], laurelRecord(l))
	}
	rows := make([]map[string]json.RawMessage, 0, len(all))
	for _, e := range all {
		row := map[string]json.RawMessage{"TimeGenerated": e.line.at, "ID": jsonOf(t, e.line.id), "NODE": jsonOf(t, "vm")}
		for _, typ := range e.types {
			if list := e.records[typ]; len(list) > 1 || typ == "PATH" || typ == "SOCKADDR" {
				row[typ] = jsonOf(t, list)
			} else {
				row[typ] = jsonOf(t, list[0])
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func laurelArgs(l auditLine) []string {
	var args []string
	for _, name := range l.names {
		if name != "argc" {
			args = append(args, percents(bytesOf(l.typ, name, l.values[name])))
		}
	}
	return args
}

func laurelRecord(l auditLine) map[string]any {
	rec := map[string]any{}
	switch l.typ {
	case "EXECVE":
		n, _ := strconv.Atoi(l.values["argc"])
		return map[string]any{"argc": n, "ARGV": laurelArgs(l)}
	case "PROCTITLE":
		var parts []string
		for p := range strings.SplitSeq(bytesOf(l.typ, "proctitle", l.values["proctitle"]), "\x00") {
			parts = append(parts, percents(p))
		}
		return map[string]any{"ARGV": parts}
	}
	for _, name := range l.names {
		v := l.values[name]
		switch {
		case name == "saddr":
			b, _ := hex.DecodeString(v)
			rec[name] = percents(string(b))
		case name == "arch":
			rec[name] = "0x" + v
		case name == "mode":
			rec[name] = "0o" + v
		case name == "key" && v != "(null)":
			rec[name] = strings.Split(percents(bytesOf(l.typ, name, v)), "%01")
		case name == "msg":
			inner := map[string]any{}
			for _, m := range auditField.FindAllStringSubmatch(strings.Trim(v, "'"), -1) {
				inner[m[1]] = percents(bytesOf(l.typ, m[1], m[2]))
			}
			rec[name] = inner
		case auditNum.MatchString(v) && !strings.HasPrefix(v, "0") || v == "0":
			rec[name] = json.Number(v)
		default:
			rec[name] = percents(bytesOf(l.typ, name, v))
		}
	}
	return rec
}

// records are the lines as rows of LinuxAuditLog: with the line itself, or with
// its fields in columns.
func records(t *testing.T, lines []auditLine, whole bool) []map[string]json.RawMessage {
	t.Helper()
	columns := schemas(t)["LinuxAuditLog"]
	var rows []map[string]json.RawMessage
	for _, l := range lines {
		row := map[string]json.RawMessage{
			"TimeGenerated": l.at, "Computer": jsonOf(t, "vm"), "RecordType": jsonOf(t, l.typ), "AuditID": jsonOf(t, l.id), "SerialNumber": jsonOf(t, l.serial),
		}
		if whole {
			row["RawRecord"] = jsonOf(t, l.raw)
		}
		for column, name := range map[string]string{"user": "UID", "audit_user": "AUID", "effective_user": "EUID", "group": "GID", "effective_group": "EGID"} {
			if v, ok := l.values[name]; ok {
				row[column] = jsonOf(t, strings.Trim(v, `"`))
			}
		}
		put := func(name, v string) {
			switch typ := columns[name]; {
			case typ == "long" && auditNum.MatchString(v):
				row[name] = json.RawMessage(v)
			case typ == "string" && name != "AuditID":
				row[name] = jsonOf(t, bytesOf(l.typ, name, v))
			}
		}
		for _, name := range l.names {
			if name == "msg" {
				for _, m := range auditField.FindAllStringSubmatch(strings.Trim(l.values[name], "'"), -1) {
					put(m[1], m[2])
				}
				continue
			}
			put(name, l.values[name])
		}
		rows = append(rows, row)
	}
	return rows
}

// huntWith hunts on the captured host with its audit log in a table of one form.
func huntWith(t *testing.T, table string, rows func(t *testing.T, dir string) []map[string]json.RawMessage) (inv, ref *hunt.Investigation) {
	t.Helper()
	srv, _, dir := hostA(t, sentinel.Options{})
	srv.Remove("AuditLog_CL")
	require.NoError(t, srv.AddRows(table, rows(t, dir)))
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Pace: 1 << 20, WindowRows: 500})
	require.NoError(t, err)
	inv, err = hunt.Investigate(t.Context(), ws, hunt.Options{})
	require.NoError(t, err)
	ref, err = hunt.Investigate(t.Context(), asFiles(t, dir), hunt.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, ref.Findings)
	return inv, ref
}

// The hunt is the same whichever table the audit log is in.
func TestHuntOnOtherAuditTables(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		rows  func(t *testing.T, dir string) []map[string]json.RawMessage
	}{
		"LinuxAuditLog": {"LinuxAuditLog", func(t *testing.T, dir string) []map[string]json.RawMessage {
			return records(t, auditLines(t, dir), true)
		}},
		"LAUREL": {"LaurelEvents_CL", func(t *testing.T, dir string) []map[string]json.RawMessage { return laurelRows(t, auditLines(t, dir)) }},
	} {
		t.Run(name, func(t *testing.T) {
			inv, ref := huntWith(t, c.table, c.rows)
			assert.Empty(t, differences("", unreferenced(essence(t, ref)), unreferenced(essence(t, inv))))
			t.Logf("%d sessions, %d findings, %d indicators, %d processes", len(inv.Sessions), len(inv.Findings), len(inv.Indicators), len(inv.Processes))
		})
	}
}

// Where LinuxAuditLog has no RawRecord its columns are all there is: no address
// of a connection, no title of a process that was forked, no argument after the
// tenth, not what was done to a path, not that auditing was switched off. What there
// is, is the same, and what is not is told.
func TestHuntOnFieldsOfLinuxAuditLog(t *testing.T) {
	inv, ref := huntWith(t, "LinuxAuditLog", func(t *testing.T, dir string) []map[string]json.RawMessage {
		return records(t, auditLines(t, dir), false)
	})
	inferredTitle := map[int]bool{} // known from PROCTITLE alone
	for _, p := range inv.Processes {
		if p.Cmdline == "" {
			inferredTitle[p.ID] = true
		}
	}
	assert.Less(t, len(inferredTitle), len(inv.Processes)/2, "most were executed, and EXECVE has columns")
	say := func(inv *hunt.Investigation) (sessions, processes, findings []string) {
		for _, s := range inv.Sessions {
			sessions = append(sessions, fmt.Sprint(s.ID, s.User, s.Source, s.Start, s.End, s.EndReason, s.AuditSession))
		}
		for _, p := range inv.Processes {
			words := strings.Fields(p.Cmdline)
			if len(words) > 9 {
				words = words[:5]
			}
			if inferredTitle[p.ID] {
				words = nil
			}
			processes = append(processes, fmt.Sprint(p.ID, p.PID, p.PPID, p.Parent, p.Exe, words, p.Start, p.Session))
		}
		for _, f := range inv.Findings {
			findings = append(findings, fmt.Sprint(f.Severity, strings.ReplaceAll(f.Title, ", it was switched off", ""), f.Sessions, f.Accounts))
			for _, s := range f.Steps {
				if !strings.Contains(s.Rule, "connect") && s.Rule != "watched_file" {
					findings = append(findings, fmt.Sprint(s.Time, s.Rule, s.Severity))
				}
			}
		}
		return sessions, processes, findings
	}
	wantS, wantP, wantF := say(ref)
	gotS, gotP, gotF := say(inv)
	assert.Equal(t, wantS, gotS)
	assert.Equal(t, wantP, gotP)
	assert.Equal(t, wantF, gotF)
	assert.NotEmpty(t, ref.Connections)
	assert.Empty(t, inv.Connections)
	blind, err := json.Marshal(inv.Findings[0].Blind)
	require.NoError(t, err)
	assert.Contains(t, string(blind), "has no connection")
}

// unreferenced takes away references, of which a row of several records needs
// fewer, and the evidence and coverage that they lead to.
func unreferenced(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if key == "refs" || key == "ref" || key == "evidence" || key == "coverage" {
				delete(v, key)
				continue
			}
			v[key] = unreferenced(x)
		}
	case []any:
		for i := range v {
			v[i] = unreferenced(v[i])
		}
	}
	return v
}

// differences lists where two values differ, each as "path: one | other".
func differences(path string, a, b any) []string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		var out []string
		for _, key := range slices.Sorted(maps.Keys(merged(x, y))) {
			out = append(out, differences(path+"/"+key, x[key], y[key])...)
		}
		return out
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			break
		}
		var out []string
		for i := range x {
			out = append(out, differences(path+"/"+strconv.Itoa(i), x[i], y[i])...)
		}
		return out
	}
	if reflect.DeepEqual(a, b) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %.200v | %.200v", path, a, b)}
}

func merged(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
