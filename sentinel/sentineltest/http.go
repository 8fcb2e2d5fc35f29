package sentineltest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

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
	leave := sync.OnceFunc(s.leave)
	defer leave()
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
	s.answer(w, r, body.Query, f, amid, leave)
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
