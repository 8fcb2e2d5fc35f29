package auditd

import "strconv"

// MarshalJSON returns the object that [Event.AppendJSON] appends.
func (e *Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// AppendJSON appends the event to dst as one JSON object with these keys, in
// this order, each only where the event has it:
//
//	id time node types argv cmdline exe comm pid ppid uid auid euid gid ses
//	tty cwd success exit syscall result key proctitle paths saddr acct op
//	hostname addr terminal fields
//
// Ids are numbers; time is RFC 3339 in UTC; types has one entry for each
// record; success is "yes" or "no", result "success" or "fail"; exit is the
// number that the system call returned; key is a string, or an array where
// there are several; paths has the names of the PATH records in item order;
// saddr is an object with family and addr and port, or path. fields has
// everything else that the records hold, decoded, by its name in the log: a
// string, or an array of them where several records give different values.
//
// JSON strings hold text: a byte that is not part of valid UTF-8 is written
// as the four characters \xNN.
func (e *Event) AppendJSON(dst []byte) []byte {
	w := jsonWriter{append(dst, '{')}
	w.key("id")
	w.str(e.Stamp)
	w.key("time")
	w.b = append(w.b, '"')
	w.b = e.Time.AppendFormat(w.b, "2006-01-02T15:04:05.000Z")
	w.b = append(w.b, '"')
	w.text("node", e.Node)
	w.key("types")
	w.b = append(w.b, '[')
	for i := range e.Records {
		w.comma(i)
		w.str(string(e.Records[i].Type))
	}
	w.b = append(w.b, ']')
	w.list("argv", e.Argv)
	w.text("cmdline", e.Cmdline)
	w.text("exe", e.Exe)
	w.text("comm", e.Comm)
	w.num("pid", e.PID)
	w.num("ppid", e.PPID)
	w.num("uid", e.UID)
	w.num("auid", e.AUID)
	w.num("euid", e.EUID)
	w.num("gid", e.GID)
	w.num("ses", e.Ses)
	w.text("tty", e.TTY)
	w.text("cwd", e.CWD)
	switch e.Success {
	case ResultSuccess:
		w.text("success", "yes")
	case ResultFail:
		w.text("success", "no")
	}
	if e.HasExit {
		w.key("exit")
		w.b = strconv.AppendInt(w.b, e.Exit, 10)
	}
	w.text("syscall", e.Syscall)
	w.text("result", string(e.Result))
	if len(e.Keys) == 1 {
		w.text("key", e.Keys[0])
	} else {
		w.list("key", e.Keys)
	}
	w.text("proctitle", e.Proctitle)
	w.paths(e.Paths)
	w.socks(e.Socks)
	w.text("acct", e.Acct)
	w.text("op", e.Op)
	w.text("hostname", e.Hostname)
	w.text("addr", e.AddrText)
	w.text("terminal", e.Terminal)
	w.fields(e)
	return append(w.b, '}')
}

type jsonWriter struct{ b []byte }

func (w *jsonWriter) comma(i int) {
	if i > 0 {
		w.b = append(w.b, ',')
	}
}

// key starts a member; name is one of ours and needs no escapes.
func (w *jsonWriter) key(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *jsonWriter) text(name, s string) {
	if s != "" {
		w.key(name)
		w.str(s)
	}
}

func (w *jsonWriter) num(name string, n Num) {
	if n.OK {
		w.key(name)
		w.b = strconv.AppendUint(w.b, uint64(n.N), 10)
	}
}

func (w *jsonWriter) list(name string, list []string) {
	if len(list) == 0 {
		return
	}
	w.key(name)
	w.b = append(w.b, '[')
	for i, s := range list {
		w.comma(i)
		w.str(s)
	}
	w.b = append(w.b, ']')
}

func (w *jsonWriter) paths(paths []Path) {
	n := 0
	for i := range paths {
		if paths[i].Name == "" {
			continue
		}
		if n++; n == 1 {
			w.key("paths")
			w.b = append(w.b, '[')
		}
		w.comma(n - 1)
		w.str(paths[i].Name)
	}
	if n > 0 {
		w.b = append(w.b, ']')
	}
}

func (w *jsonWriter) socks(socks []Sock) {
	if len(socks) == 0 {
		return
	}
	w.key("saddr")
	if len(socks) == 1 {
		w.sock(&socks[0])
		return
	}
	w.b = append(w.b, '[')
	for i := range socks {
		w.comma(i)
		w.sock(&socks[i])
	}
	w.b = append(w.b, ']')
}

func (w *jsonWriter) sock(s *Sock) {
	w.b = append(w.b, '{')
	w.text("family", s.Family.String())
	if s.AddrPort.IsValid() {
		w.key("addr")
		w.b = append(w.b, '"')
		w.b = s.AddrPort.Addr().AppendTo(w.b)
		w.b = append(w.b, '"')
		w.key("port")
		w.b = strconv.AppendUint(w.b, uint64(s.AddrPort.Port()), 10)
	}
	if s.Path != "" {
		path := s.Path
		if s.Abstract {
			path = "@" + path
		}
		w.text("path", path)
	}
	w.b = append(w.b, '}')
}
