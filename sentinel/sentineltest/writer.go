package sentineltest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/sentinel"
)

var (
	errRows = errors.New("rows")
	errCut  = errors.New("cut")
	errScan = errors.New("scan")
	errGone = errors.New("gone")
)

// answer runs a query and writes its answer as it comes; before the end of it,
// it calls leave.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, kql string, f fault, amid int, leave func()) {
	q, p, err := sentinel.ParseQuery(kql)
	if err != nil {
		fail(w, http.StatusBadRequest, "BadArgumentError", "The request had some invalid properties", "SyntaxError")
		return
	}
	s.mu.Lock()
	e := &eval{s: s, q: q, p: p, limits: s.limits, faults: s.faults, seen: s.total}
	if len(s.tables) == 0 {
		s.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
		return
	}
	for _, name := range q.Tables {
		if name == "{table}" {
			name = p.Table
		}
		e.table = s.tables[name]
		if e.table == nil && name == "Usage" {
			e.table = &Table{Columns: []sentinel.Column{{Name: "DataType", Type: "string"}}}
		}
		if e.table == nil {
			s.mu.Unlock()
			fail(w, http.StatusBadRequest, "BadArgumentError", fmt.Sprintf("'where' operator: Failed to resolve table or column expression named '%s'", name), "SemanticError")
			return
		}
	}
	for name := range s.tables {
		e.everything = append(e.everything, name)
	}
	s.mu.Unlock()
	out := &writer{w: bufio.NewWriterSize(w, 64<<10), e: e, gone: r.Context().Done(), limit: -1}
	if f == faultPartial || f == faultCut {
		out.limit = amid
	}
	if e.limits.Scan > 0 && q.Split != "" { // the service tells before the first row
		for range e.rows(p.Window) {
		}
		if e.err != nil {
			fail(w, http.StatusGatewayTimeout, "GatewayTimeout", "The query did not end in time", "QueryTimeout")
			return
		}
		e.scanned = 0
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	out.open(e.columns())
	err = e.run(out.row)
	switch {
	case errors.Is(err, errScan) && out.rows == 0:
		fail(w, http.StatusGatewayTimeout, "GatewayTimeout", "The query did not end in time", "QueryTimeout")
		return
	case errors.Is(err, errScan), errors.Is(err, errGone), f == faultCut:
		_ = out.w.Flush()
		panic(http.ErrAbortHandler) //nolint:forbidigo // how a handler breaks the connection
	}
	var partial string
	switch {
	case errors.Is(err, errRows):
		partial = "Query result set has exceeded the internal record count limit " + strconv.Itoa(e.limits.Rows)
	case errors.Is(err, errTooBig):
		partial = "Query result set has exceeded the allowed data size limit"
	case errors.Is(err, errCut):
		partial = "A shard did not answer"
	}
	leave() // who has read the end may ask the next
	out.close(partial, strings.Contains(r.Header.Get("Prefer"), "include-statistics=true"))
	_ = out.w.Flush()
}

// writer writes an answer.
type writer struct {
	w      *bufio.Writer
	e      *eval
	gone   <-chan struct{}
	rows   int
	bytes  int
	limit  int // rows after which a fault happens; -1: none
	buffer []byte
}

var errTooBig = errors.New("too big")

func (w *writer) open(columns []sentinel.Column) {
	b, err := json.Marshal(columns)
	if err != nil {
		return
	}
	_, _ = w.w.WriteString(`{"tables":[{"name":"PrimaryResult","columns":`)
	_, _ = w.w.Write(b)
	_, _ = w.w.WriteString(`,"rows":[`)
}

func (w *writer) row(cells []json.RawMessage) error {
	switch {
	case w.limit >= 0 && w.rows >= w.limit:
		return errCut
	case w.rows >= w.e.limits.Rows:
		return errRows
	case w.bytes > w.e.limits.Bytes:
		return errTooBig
	}
	if w.rows%1000 == 0 {
		select {
		case <-w.gone:
			return errGone
		default:
		}
	}
	b := w.buffer[:0]
	if w.rows > 0 {
		b = append(b, ',')
	}
	b = append(b, '[')
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		if c == nil {
			b = append(b, "null"...)
			continue
		}
		b = append(b, c...)
	}
	b = append(b, ']')
	w.buffer = b
	w.rows++
	w.bytes += len(b)
	if _, err := w.w.Write(b); err != nil {
		return errGone
	}
	return nil
}

func (w *writer) close(partial string, statistics bool) {
	_, _ = w.w.WriteString(`]}]`)
	if statistics {
		_, _ = fmt.Fprintf(w.w, `,"statistics":{"query":{"executionTime":0.01,"resourceUsage":{"cache":{"shards":{"hot":{"hitbytes":%d,"missbytes":0},"cold":{"hitbytes":0,"missbytes":0},"bypassbytes":0}},"cpu":{"totalCpu":"00:00:00.0156250"}},"inputDatasetStatistics":{"rows":{"total":%d,"scanned":%d},"rowstores":{"scannedRows":0,"scannedValuesSize":0}}}}`,
			w.e.scanned*200, w.e.scanned, w.e.scanned)
	}
	if partial != "" {
		e, err := json.Marshal(map[string]any{
			"code": "PartialError", "message": "There were some errors when processing your query.",
			"details": []map[string]any{{"code": "EngineError", "message": "Something went wrong processing your query on the server.", "innererror": map[string]any{"code": "-2133196797", "message": partial}}},
		})
		if err != nil {
			return
		}
		_, _ = w.w.WriteString(`,"error":`)
		_, _ = w.w.Write(e)
	}
	_, _ = w.w.WriteString(`}`)
}
