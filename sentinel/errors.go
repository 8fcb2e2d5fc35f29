package sentinel

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// ErrNoTable is wrapped by the error for a query of a table that the workspace
// does not have: nothing can be said of what would be in it.
var ErrNoTable = errors.New("the workspace has no such table")

// MissingError says which tables of a workspace would have been needed; any
// one of them would do. It wraps [ErrNoTable].
type MissingError struct {
	What   string // what is not seen for that: "alerts"
	Tables []string
}

// Error names what is not seen and what would be needed.
func (e *MissingError) Error() string {
	return fmt.Sprintf("%s: %v: %s", e.What, ErrNoTable, strings.Join(e.Tables, ", "))
}

// Unwrap returns [ErrNoTable].
func (*MissingError) Unwrap() error { return ErrNoTable }

// GapError says that rows of a window were not read. What lies outside the
// window is not touched by it.
type GapError struct {
	Query  string
	Window querytime.Window
	Err    error
}

// Error names the query, the window and the reason.
func (e *GapError) Error() string {
	return fmt.Sprintf("%s: the rows of %v are not read: %v", e.Query, e.Window, e.Err)
}

// Unwrap returns the reason.
func (e *GapError) Unwrap() error { return e.Err }

// ServiceError is an error that the service answered with.
type ServiceError struct {
	Status     int           // HTTP; 200 for an error beside rows
	Code       string        // "InsufficientAccessError", "PartialError" …
	Inner      []string      // the codes of the errors inside it, outermost first
	Message    string        // in the service's words; hostile as any text
	RetryAfter time.Duration // how long the service asks to wait; 0 where it does not
}

// Error returns what the service said and, where that is known, what to do.
func (e *ServiceError) Error() string {
	s := fmt.Sprintf("the service answered %d", e.Status)
	if e.Status == http.StatusOK {
		s = "the service gave only part of the rows"
	}
	if e.Code != "" {
		s += " " + e.Code
	}
	if len(e.Inner) > 0 {
		s += " (" + strings.Join(e.Inner, ", ") + ")"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if a := e.Advice(); a != "" {
		s += ": " + a
	}
	return s
}

// Advice says what a person can do about the error; "" where nothing is known.
func (e *ServiceError) Advice() string {
	has := func(words ...string) bool {
		for _, w := range words {
			if e.Code == w || strings.Contains(strings.Join(e.Inner, " "), w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("InsufficientAccessError", "AuthorizationFailed") || e.Status == http.StatusForbidden:
		return "give the account the role Log Analytics Reader or Microsoft Sentinel Reader on the workspace, and check that the tenant is the workspace's"
	case has("InvalidTokenError", "InvalidAuthenticationTokenTenant", "WrongTenantError") || e.Status == http.StatusUnauthorized:
		return "the token was not taken: name the tenant of the workspace and the cloud that it is in"
	case has("WorkspaceNotFoundError", "PathNotFoundError") || e.Status == http.StatusNotFound:
		return "check the workspace id: it is the GUID called Workspace ID, not the workspace's name"
	case e.Status == http.StatusTooManyRequests:
		return "others use the workspace with the same account: try again later or ask for less at a time"
	case e.Status == http.StatusGatewayTimeout:
		return "ask for a shorter time"
	}
	return ""
}

// tooMuch reports whether the answer was cut because the query gives or needs
// more than the service allows, so that asking for less helps.
func (e *ServiceError) tooMuch() bool {
	if e.Status == http.StatusGatewayTimeout || e.Status == http.StatusRequestEntityTooLarge {
		return true
	}
	all := strings.ToLower(e.Code + " " + strings.Join(e.Inner, " ") + " " + e.Message)
	for _, sign := range []string{
		"too_large", "toolarge", "record count limit", "exceeded the allowed", "exceeded the internal",
		"exceeded the limit", "size limit", "e_runaway", "low_memory", "query_timeout", "querytimeout", "timed out", "truncat",
	} {
		if strings.Contains(all, sign) {
			return true
		}
	}
	return false
}

// transient reports whether the same request may well succeed.
func (e *ServiceError) transient() bool {
	switch e.Status {
	case http.StatusOK, http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable:
		return true
	}
	return false
}

// noSuchTable reports whether the query failed because a name in it means
// nothing to the workspace.
func (e *ServiceError) noSuchTable() bool {
	return e.Status == http.StatusBadRequest && (strings.Contains(strings.Join(e.Inner, " "), "Semantic") ||
		strings.Contains(strings.Join(e.Inner, " "), "SEM0100") || strings.Contains(e.Message, "Failed to resolve table"))
}

// wireError is an error as the service writes it.
type wireError struct {
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Inner   *wireError  `json:"innererror"`
	Details []wireError `json:"details"`
}

const maxMessage = 1000

// serviceError reads the body of an error, or the error beside rows.
func serviceError(status int, body []byte) *ServiceError {
	e := &ServiceError{Status: status}
	var outer struct {
		Error *wireError `json:"error"`
	}
	var w wireError
	switch {
	case json.Unmarshal(body, &outer) == nil && outer.Error != nil:
		w = *outer.Error
	case json.Unmarshal(body, &w) == nil:
	default:
		w.Message = string(body)
	}
	e.Code = w.Code
	var messages []string
	var walk func(w *wireError, depth int)
	walk = func(w *wireError, depth int) {
		if depth > 0 && w.Code != "" {
			e.Inner = append(e.Inner, w.Code)
		}
		if m := strings.TrimSpace(w.Message); m != "" {
			messages = append(messages, m)
		}
		if depth > 8 {
			return
		}
		if w.Inner != nil {
			walk(w.Inner, depth+1)
		}
		for i := range w.Details {
			walk(&w.Details[i], depth+1)
		}
	}
	walk(&w, 0)
	e.Message = scrub(strings.Join(messages, "; "))
	if len(e.Message) > maxMessage {
		e.Message = strings.ToValidUTF8(e.Message[:maxMessage], "") + " …"
	}
	return e
}

var (
	bearer = regexp.MustCompile(`(?i)\bbearer\s+[^\s"',;]+`)
	jwt    = regexp.MustCompile(`\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)*`)
	field  = regexp.MustCompile(`(?i)\b(client_secret|client_assertion|refresh_token|access_token|id_token|password|device_code)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+`)
)

// scrub takes tokens and secrets out of a text that others wrote, such as an
// answer that repeats the request.
func scrub(s string) string {
	s = bearer.ReplaceAllString(s, "Bearer [removed]")
	s = jwt.ReplaceAllString(s, "[removed]")
	return field.ReplaceAllString(s, "$1$2[removed]")
}

// ErrNoWorkspace says that no workspace was named.
var ErrNoWorkspace = errors.New("no workspace: give its Workspace ID")
