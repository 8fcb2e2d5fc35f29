package sentineltest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

// WorkspaceID is the id of the workspace of a new server.
const WorkspaceID = "00000000-0000-4000-8000-000000000001"

// Token is what the server's own credential shows.
const Token = "token-of-the-test"

// Server is a workspace over HTTPS. It is safe for concurrent use.
type Server struct {
	// URL is where the API is, with its version.
	URL string

	srv     *httptest.Server
	mu      sync.Mutex
	tables  map[string]*Table
	ids     []string
	limits  Limits
	faults  Faults
	random  *rand.Rand
	drawn   [faultSlow + 1]int64
	starts  []time.Time
	running int
	most    int
	asked   []string
	total   int64
	refuse  *refusal
}

type refusal struct {
	status     int
	code, text string
}

// New starts a server with one workspace, [WorkspaceID], and no table.
func New() *Server {
	s := &Server{tables: map[string]*Table{}, ids: []string{WorkspaceID}, limits: Limits{}.withDefaults()}
	s.srv = httptest.NewTLSServer(s)
	s.URL = s.srv.URL + "/v1"
	return s
}

// Close stops the server and waits for its answers to end.
func (s *Server) Close() {
	s.srv.CloseClientConnections()
	s.srv.Close()
}

// Limit sets what the service allows.
func (s *Server) Limit(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = l.withDefaults()
}

// Break sets what goes wrong from now on.
func (s *Server) Break(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.random = f, nil
}

// Refuse lets every query fail from now on, as for an account without a role:
// 403 and InsufficientAccessError. Status 0 ends it.
func (s *Server) Refuse(status int, code, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = nil
	if status != 0 {
		s.refuse = &refusal{status, code, message}
	}
}

// AddWorkspace makes one more workspace known, with the same tables.
func (s *Server) AddWorkspace(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids = append(s.ids, id)
}

// Asked returns the queries that were sent, in the order in which they came.
// Only the last 10,000 are kept.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// Total returns how many queries were sent, and how many ran at a time at
// most.
func (s *Server) Total() (queries int64, atATime int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total, s.most
}

// Drawn returns how often each fault happened, by its name.
func (s *Server) Drawn() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int64{}
	for i, name := range []string{"", "throttle", "timeout", "internal", "partial", "cut", "slow"} {
		if name != "" {
			out[name] = s.drawn[i]
		}
	}
	return out
}

// Credential returns a credential that the server takes.
func (*Server) Credential() azcore.TokenCredential { return credential{} }

type credential struct{}

func (credential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: Token, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// HTTPClient returns a client that trusts the server.
func (s *Server) HTTPClient() *http.Client { return s.srv.Client() }

// Client returns the client of package sentinel for the server.
func (s *Server) Client() (*sentinel.Client, error) {
	return sentinel.NewClient(s.Credential(), sentinel.ClientOptions{Endpoint: s.URL, Transport: s.srv.Client()})
}

// Open returns the server's workspace. Where o names none it is [WorkspaceID].
func (s *Server) Open(o sentinel.Options) (*sentinel.Workspace, error) {
	c, err := s.Client()
	if err != nil {
		return nil, err
	}
	if len(o.Workspaces) == 0 {
		o.Workspaces = []string{WorkspaceID}
	}
	return sentinel.New(c, o)
}

// ServeHTTP answers POST /v1/workspaces/{id}/query.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutPrefix(r.URL.Path, "/v1/workspaces/")
	id, isQuery := strings.CutSuffix(id, "/query")
	switch {
	case !ok || !isQuery || r.Method != http.MethodPost:
		fail(w, http.StatusNotFound, "PathNotFoundError", "The requested path does not exist", "")
		return
	case r.Header.Get("Authorization") != "Bearer "+Token:
		fail(w, http.StatusUnauthorized, "InvalidTokenError", "The provided token "+r.Header.Get("Authorization")+" is not valid", "")
		return
	}
	var body struct {
		Query      string   `json:"query"`
		Workspaces []string `json:"workspaces"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		fail(w, http.StatusBadRequest, "BadArgumentError", err.Error(), "")
		return
	}
	if no := s.access(append([]string{id}, body.Workspaces...)); no != nil {
		fail(w, no.status, no.code, no.text, "")
		return
	}
	if after := s.enter(body.Query); after > 0 {
		throttle(w, after)
		return
	}
	defer s.leave()
	f, amid := s.draw()
	switch f {
	case faultThrottle:
		s.mu.Lock()
		after := s.limits.RetryAfter
		s.mu.Unlock()
		throttle(w, after)
		return
	case faultTimeout:
		fail(w, http.StatusGatewayTimeout, "GatewayTimeout", "The query did not end in time", "QueryTimeout")
		return
	case faultInternal:
		fail(w, http.StatusInternalServerError, "InternalServerError", "Something went wrong", "")
		return
	case faultSlow:
		select {
		case <-time.After(s.faults.Delay):
		case <-r.Context().Done():
			return
		}
	}
	s.answer(w, r, body.Query, f, amid)
}

func (s *Server) access(ids []string) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return s.refuse
	}
	for _, id := range ids {
		if !slices.Contains(s.ids, id) {
			return &refusal{http.StatusNotFound, "WorkspaceNotFoundError", "The workspace could not be found"}
		}
	}
	return nil
}

// enter takes a place among the queries that run, or says how long to wait.
func (s *Server) enter(kql string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total++
	if len(s.asked) < 10_000 {
		s.asked = append(s.asked, kql)
	}
	now := time.Now()
	s.starts = slices.DeleteFunc(s.starts, func(t time.Time) bool { return now.Sub(t) > 30*time.Second })
	if s.running >= s.limits.Concurrency || len(s.starts) >= s.limits.Pace {
		return s.limits.RetryAfter
	}
	s.starts = append(s.starts, now)
	s.running++
	s.most = max(s.most, s.running)
	return 0
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
}

func throttle(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	if after < time.Second {
		w.Header().Set("X-Ms-Retry-After-Ms", strconv.FormatInt(int64(after/time.Millisecond), 10))
	}
	fail(w, http.StatusTooManyRequests, "ThrottledError", "Too many requests", "")
}

func fail(w http.ResponseWriter, status int, code, message, inner string) {
	e := map[string]any{"code": code, "message": message}
	if inner != "" {
		e["innererror"] = map[string]any{"code": inner, "message": message}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	b, err := json.Marshal(map[string]any{"error": e})
	if err == nil {
		_, _ = w.Write(b) // the client may be gone
	}
}

var (
	errRows = errors.New("rows")
	errCut  = errors.New("cut")
	errScan = errors.New("scan")
	errGone = errors.New("gone")
)

// answer runs a query and writes its answer as it comes.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, kql string, f fault, amid int) {
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

// eval is one query.
type eval struct {
	s          *Server
	q          sentinel.Query
	p          sentinel.Params
	table      *Table
	everything []string // names of all tables
	limits     Limits
	faults     Faults
	seen       int64
	scanned    int64
	err        error
}

// columns returns the columns of the answer.
func (e *eval) columns() []sentinel.Column {
	if len(e.q.Columns) > 0 {
		return e.q.Columns
	}
	return slices.DeleteFunc(slices.Clone(e.table.Columns), func(c sentinel.Column) bool { return dropped[e.q.Name][c.Name] })
}

// rows yields the rows of the table in a window, as far as they came in, those
// that are there twice twice.
func (e *eval) rows(win querytime.Window) iter.Seq[record] {
	index := make(map[string]int, len(e.table.Columns))
	for i, c := range e.table.Columns {
		index[c.Name] = i
	}
	return func(yield func(record) bool) {
		if e.table.Rows == nil {
			return
		}
		for row := range e.table.Rows(win) {
			if chosen(row.Time, 1, e.faults.Late) && e.seen <= e.faults.LateAfter {
				continue
			}
			if e.scanned++; e.limits.Scan > 0 && e.scanned > e.limits.Scan {
				e.err = errScan
				return
			}
			n := 1
			if chosen(row.Time, 2, e.faults.Duplicate) {
				n = 2
			}
			for range n {
				if !yield(record{index, row}) {
					return
				}
			}
		}
	}
}

// record is a row with the names of its columns.
type record struct {
	index map[string]int
	row   Row
}

func (r record) raw(column string) json.RawMessage {
	if i, ok := r.index[column]; ok {
		return r.row.Cells[i]
	}
	return nil
}

func (r record) text(column string) string    { return text(r.raw(column)) }
func (r record) time(column string) time.Time { return timeOf(r.raw(column)) }
