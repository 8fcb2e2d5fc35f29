package sentinel

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// tableInfo is what is known of a table.
type tableInfo struct {
	exists  bool
	columns map[string]string // type by name
}

// has reports whether the table has all of the columns.
func (t *tableInfo) has(columns ...string) bool {
	for _, c := range columns {
		if _, ok := t.columns[c]; !ok {
			return false
		}
	}
	return t.exists
}

// table finds out whether a workspace has a table and which columns it has. A
// table that is there without rows is there. What was found is remembered.
func (w *Workspace) table(ctx context.Context, name string) (*tableInfo, error) {
	w.mu.Lock()
	info := w.tables[name]
	w.mu.Unlock()
	if info != nil {
		return info, nil
	}
	q, err := LookupQuery("schema")
	if err != nil {
		return nil, err
	}
	info = &tableInfo{exists: true, columns: map[string]string{}}
	var b Batch
	err = w.ask(ctx, &q, Params{Table: name}, false, &b)
	var s *ServiceError
	switch {
	case errors.As(err, &s) && s.noSuchTable():
		info.exists = false
	case err != nil:
		return nil, err
	}
	for row := range b.Rows() {
		info.columns[row.Text("ColumnName")] = row.Text("ColumnType")
	}
	if b.Len() == 0 {
		info.exists = false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tables[name] = info
	return info, nil
}

// TableInfo is a table that [Workspace.Tables] looked for.
type TableInfo struct {
	Name    string
	Exists  bool
	Columns []Column // by name; none where it does not exist
}

// Tables looks for the tables that the queries of this package read, and
// returns them by name. Tables of auditd are those that [Workspace.Audit]
// would read in win.
func (w *Workspace) Tables(ctx context.Context, win querytime.Window) ([]TableInfo, error) {
	var names []string
	for _, q := range catalog() {
		for _, t := range q.Tables {
			if t != "{table}" {
				names = append(names, t)
			}
		}
	}
	audit, err := w.auditTables(ctx, win)
	if err != nil {
		return nil, err
	}
	for _, a := range audit {
		names = append(names, a.name)
	}
	slices.Sort(names)
	var out []TableInfo
	for _, name := range slices.Compact(names) {
		info, err := w.table(ctx, name)
		if err != nil {
			return nil, err
		}
		t := TableInfo{Name: name, Exists: info.exists}
		for c, typ := range info.columns {
			t.Columns = append(t.Columns, Column{c, typ})
		}
		slices.SortFunc(t.Columns, func(a, b Column) int { return cmp.Compare(a.Name, b.Name) })
		out = append(out, t)
	}
	return out, nil
}

// auditTable is a table with records of auditd and the query that fits it.
type auditTable struct{ name, query string }

// The tables in which records of auditd usually are.
const (
	auditLogTable   = "AuditLog_CL"   // the OMS agent's custom log of audit.log
	linuxAuditTable = "LinuxAuditLog" // of the agent's audit collection
)

// auditName is the rule by which further tables are found: custom tables with
// audit in their name.
var auditName = regexp.MustCompile(`(?i)(audit|laurel).*_cl$`)

// auditTables finds the tables with records of auditd: those that are
// configured, the usual ones, and custom ones that took in data around the
// window and are named for it. Which query fits is told by their columns;
// tables whose columns fit none are left out.
func (w *Workspace) auditTables(ctx context.Context, win querytime.Window) ([]auditTable, error) {
	w.mu.Lock()
	known, ok := w.audit[win]
	w.mu.Unlock()
	if ok {
		return known, nil
	}
	names := slices.Clone(w.o.AuditTables)
	names = append(names, linuxAuditTable, auditLogTable)
	more, err := w.usage(ctx, win)
	if err != nil {
		return nil, err
	}
	for _, name := range more {
		if auditName.MatchString(name) && identifier(name) {
			names = append(names, name)
		}
	}
	var out []auditTable
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		info, err := w.table(ctx, name)
		if err != nil {
			return nil, err
		}
		if query := auditQuery(name, info); query != "" {
			out = append(out, auditTable{name, query})
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.audit[win] = out
	return out, nil
}

// auditQuery returns the query for a table with records of auditd; "" where
// its columns say that it has none.
func auditQuery(name string, info *tableInfo) string {
	switch {
	case !info.exists:
		return ""
	case name == linuxAuditTable:
		return "audit_records"
	case info.has("RawData"):
		return "audit_lines"
	case info.has("SYSCALL"), info.has("ID", "EXECVE"), info.has("AuditdMessage", "mssg_id"), info.has("RawRecord"):
		return "audit_rows"
	}
	return ""
}

// usage returns the names of the tables that took in data around a window. A
// workspace whose usage may not be read gives none.
func (w *Workspace) usage(ctx context.Context, win querytime.Window) ([]string, error) {
	info, err := w.table(ctx, "Usage")
	if err != nil || !info.exists {
		return nil, err
	}
	q, err := LookupQuery("tables")
	if err != nil {
		return nil, err
	}
	var b Batch
	if err := w.ask(ctx, &q, Params{Window: win}, false, &b); err != nil {
		return nil, err
	}
	var out []string
	for row := range b.Rows() {
		if name := strings.TrimSpace(row.Text("DataType")); name != "" {
			out = append(out, name)
		}
	}
	return out, nil
}
