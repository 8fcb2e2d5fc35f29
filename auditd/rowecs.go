package auditd

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// str1 returns a leaf as text: a string, a number, or the first of a list.
func str1(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		if len(v) > 0 {
			return str1(v[0])
		}
	}
	return ""
}

// pick returns the first of the names that the row has.
func pick(flat map[string]any, names ...string) string {
	for _, name := range names {
		if s := str1(flat[name]); s != "" {
			return s
		}
	}
	return ""
}

// actorNames are where coalesced events keep the fields of SYSCALL: in ECS
// (auditbeat 7 and 8), in auditbeat 6, and in go-libaudit's own form.
var actorNames = []struct {
	field string
	from  []string
}{
	{"arch", []string{"auditd.data.arch", "data.arch"}},
	{"syscall", []string{"auditd.data.syscall", "data.syscall"}},
	{"exit", []string{"auditd.data.exit", "data.exit"}},
	{"a0", []string{"auditd.data.a0", "data.a0"}},
	{"a1", []string{"auditd.data.a1", "data.a1"}},
	{"a2", []string{"auditd.data.a2", "data.a2"}},
	{"a3", []string{"auditd.data.a3", "data.a3"}},
	{"ppid", []string{"process.parent.pid", "process.ppid"}},
	{"pid", []string{"process.pid"}},
	{"auid", []string{"user.audit.id", "user.auid", "user.ids.auid"}},
	{"uid", []string{"user.id", "user.uid", "user.ids.uid"}},
	{"gid", []string{"user.group.id", "user.gid", "user.ids.gid"}},
	{"euid", []string{"user.effective.id", "user.euid", "user.ids.euid"}},
	{"suid", []string{"user.saved.id", "user.suid", "user.ids.suid"}},
	{"fsuid", []string{"user.filesystem.id", "user.fsuid", "user.ids.fsuid"}},
	{"egid", []string{"user.effective.group.id", "user.egid", "user.ids.egid"}},
	{"sgid", []string{"user.saved.group.id", "user.sgid", "user.ids.sgid"}},
	{"fsgid", []string{"user.filesystem.group.id", "user.fsgid", "user.ids.fsgid"}},
	{"tty", []string{"auditd.data.tty", "data.tty"}},
	{"ses", []string{"auditd.session", "session"}},
	{"comm", []string{"process.name"}},
	{"exe", []string{"process.executable", "process.exe"}},
}

var tailNames = []enriched{
	{"AUID", []string{"user.audit.name", "user.names.auid"}},
	{"UID", []string{"user.name", "user.names.uid"}},
	{"GID", []string{"user.group.name", "user.names.gid"}},
	{"EUID", []string{"user.effective.name", "user.names.euid"}},
}

// coalescedLines reads an event of auditbeat or go-libaudit, which keep one
// object per event and not its records.
func coalescedLines(flat map[string]any) ([]string, error) {
	stamp, err := stampOf(flat["@timestamp"], firstOf(flat, "auditd.sequence", "sequence"))
	if err != nil {
		return nil, err
	}
	node := nodeOf(flat)
	typ := strings.ToUpper(pick(flat, "auditd.message_type", "record_type"))
	call := pick(flat, "auditd.data.syscall", "data.syscall")
	var lines []string
	if call == "" {
		return []string{coalescedUser(flat, typ, node, stamp)}, nil
	}
	l := newLine(string(TypeSyscall), node, stamp)
	l.coalescedActor(flat)
	switch pick(flat, "auditd.result", "result", "event.outcome") {
	case "success":
		l.word("success=yes")
	case "fail", "failure", "failed":
		l.word("success=no")
	}
	if tags, ok := flat["tags"].([]any); ok && len(tags) > 0 {
		l.value("key", tags)
	}
	l.coalescedTail(flat)
	lines = append(lines, l.String())
	if args, ok := flat["process.args"].([]any); ok && strings.HasPrefix(call, "execve") {
		l := newLine(string(TypeExecve), node, stamp)
		l.args(texts(args))
		lines = append(lines, l.String())
	}
	if cwd := pick(flat, "process.working_directory", "process.cwd"); cwd != "" {
		l := newLine(string(TypeCWD), node, stamp)
		l.text("cwd", cwd)
		lines = append(lines, l.String())
	}
	lines = append(lines, coalescedPaths(flat, node, stamp)...)
	l = newLine(string(TypeSockaddr), node, stamp)
	if l.sockaddr(pick(flat, "auditd.data.socket.addr", "data.socket_addr", "destination.ip", "source.ip"),
		pick(flat, "auditd.data.socket.port", "data.socket_port", "destination.port", "source.port"),
		pick(flat, "auditd.data.socket.path", "data.socket_path", "destination.path")) {
		lines = append(lines, l.String())
	}
	if title := pick(flat, "process.title"); title != "" {
		l := newLine(string(TypeProctitle), node, stamp)
		l.text("proctitle", title)
		lines = append(lines, l.String())
	}
	if typ != "" && typ != string(TypeSyscall) && !strings.HasPrefix(typ, "UNKNOWN") {
		l := newLine(typ, node, stamp) // LOGIN, ANOM_PROMISCUOUS … beside the call
		for _, name := range order(flat) {
			if short, ok := dataName(name); ok && !ofCall(short) {
				l.value(short, flat[name])
			}
		}
		lines = append(lines, l.String())
	}
	return lines, nil
}

// dataName returns the name that a field had in its record.
func dataName(name string) (string, bool) {
	short, ok := strings.CutPrefix(name, "auditd.data.")
	if !ok {
		short, ok = strings.CutPrefix(name, "data.")
	}
	return short, ok && !strings.Contains(short, ".")
}

// ofCall reports whether the field is of the call's own records, or what the
// tool makes of the result.
func ofCall(name string) bool {
	switch name {
	case "arch", "syscall", "exit", "success", "items", "per", "a0", "a1", "a2", "a3", "tty", "ses", "auid", "result":
		return true
	}
	return strings.HasPrefix(name, "socket_")
}

func firstOf(flat map[string]any, names ...string) any {
	for _, name := range names {
		if v := flat[name]; v != nil {
			return v
		}
	}
	return ""
}

func (l *lineMaker) coalescedActor(flat map[string]any) {
	for _, a := range actorNames {
		if s := pick(flat, a.from...); s != "" {
			l.value(a.field, s)
		}
	}
}

func (l *lineMaker) coalescedTail(flat map[string]any) { l.names(flat, tailNames) }

// enriched is where a row has the names of the ids of a record.
type enriched struct {
	field string
	from  []string
}

// names writes the ENRICHED tail.
func (l *lineMaker) names(flat map[string]any, all []enriched) {
	sep := "\x1d"
	for _, a := range all {
		if s := pick(flat, a.from...); s != "" {
			l.b.WriteString(sep + a.field + `="` + strings.Map(plainText, s) + `"`)
			sep = " "
		}
	}
}

func coalescedPaths(flat map[string]any, node, stamp string) []string {
	list, ok := flat["auditd.paths"].([]any)
	if !ok {
		list, _ = flat["paths"].([]any)
	}
	var lines []string
	for _, p := range list {
		rec, ok := p.(map[string]any)
		if !ok {
			continue
		}
		l := newLine(string(TypePath), node, stamp)
		for _, name := range order(rec) {
			l.value(name, rec[name])
		}
		lines = append(lines, l.String())
	}
	return lines
}

// coalescedUser writes an event of a single user-space record. Its data was
// inside msg='…', and the process's fields outside.
func coalescedUser(flat map[string]any, typ, node, stamp string) string {
	l := newLine(typ, node, stamp)
	in := &lineMaker{}
	for _, a := range actorNames {
		s := pick(flat, a.from...)
		switch {
		case s == "":
		case a.field == "exe" || a.field == "comm":
			in.value(a.field, s)
		default:
			l.value(a.field, s)
		}
	}
	for _, name := range order(flat) {
		short, ok := dataName(name)
		switch short {
		case "arch", "tty", "exit", "hostname", "addr":
			continue
		}
		if ok {
			in.value(short, flat[name])
		}
	}
	if s := pick(flat, "process.working_directory", "process.cwd"); s != "" {
		in.value("cwd", s)
	}
	if s := pick(flat, "auditd.data.hostname", "data.hostname", "source.domain", "source.hostname"); s != "" {
		in.value("hostname", s)
	}
	if s := pick(flat, "auditd.data.addr", "data.addr", "source.ip"); s != "" {
		in.value("addr", s)
	}
	switch pick(flat, "auditd.result", "result", "event.outcome") {
	case "success":
		in.word("res=success")
	case "fail", "failure", "failed":
		in.word("res=failed")
	}
	l.word("msg='" + strings.TrimLeft(in.String(), " ") + "'")
	l.coalescedTail(flat)
	return l.String()
}

// filebeatLines reads a document of filebeat's auditd module: one record,
// its fields under auditd.log and, moved there, under process, user and
// source.
func filebeatLines(flat map[string]any) ([]string, error) {
	stamp, err := stampOf(firstOf(flat, "auditd.log.epoch", "@timestamp"), flat["auditd.log.sequence"])
	if err != nil {
		return nil, err
	}
	typ := pick(flat, "auditd.log.record_type")
	l := newLine(typ, nodeOf(flat), stamp)
	for _, a := range actorNames {
		if s := pick(flat, a.from...); s != "" {
			l.value(a.field, s)
		}
	}
	for _, name := range order(flat) {
		short, ok := strings.CutPrefix(name, "auditd.log.")
		switch short {
		case "record_type", "sequence", "epoch":
			continue
		}
		if ok && !strings.Contains(short, ".") {
			l.value(short, flat[name])
		}
	}
	if args, ok := flat["process.args"].([]any); ok && typ == string(TypeExecve) {
		l.args(texts(args))
	}
	if s := pick(flat, "source.ip", "source.address"); s != "" {
		l.value("addr", s)
	}
	return []string{l.String()}, nil
}

// columnNames are where LinuxAuditLog keeps them.
var columnNames = []enriched{
	{"AUID", []string{"audit_user"}},
	{"UID", []string{"user"}},
	{"GID", []string{"group"}},
	{"EUID", []string{"effective_user"}},
	{"EGID", []string{"effective_group"}},
}

func isColumnName(name string) bool {
	return slices.ContainsFunc(columnNames, func(n enriched) bool { return n.from[0] == name })
}

// columnLines reads a row of LinuxAuditLog that has no RawRecord.
func columnLines(flat map[string]any) ([]string, error) {
	stamp := str1(flat["AuditID"])
	if !isStamp(stamp) {
		var err error
		if stamp, err = stampOf(firstOf(flat, "Timestamp", "TimeGenerated"), flat["SerialNumber"]); err != nil {
			return nil, err
		}
	}
	typ := str1(flat["RecordType"])
	l := newLine(typ, nodeOf(flat), stamp)
	argc := uint32(0)
	if l.exec { // the table has columns for ten arguments, and none is ever null
		argc = min(parseNum(str1(flat["argc"])).N, 10)
	}
	isArg := func(name string) bool { return argc > 0 && len(name) == 2 && name[0] == 'a' && isDigit(name[1]) }
	for _, name := range order(flat) {
		if name != strings.ToLower(name) || strings.HasPrefix(name, "_") || isArg(name) || isColumnName(name) { // the service's own columns
			continue
		}
		if s := str1(flat[name]); s != "" && name != "node" {
			l.value(name, s)
		}
	}
	for i := range argc {
		name := "a" + strconv.Itoa(int(i))
		l.text(name, str1(flat[name]))
	}
	l.names(flat, columnNames)
	return []string{l.String()}, nil
}
