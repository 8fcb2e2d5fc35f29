package online

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tuxtrail/tuxtrail/ti"
)

// Bounds of an exchange.
const (
	maxBody      = 8 << 20
	maxRedirects = 3
	userAgent    = "tuxtrail"
	takesJSON    = "application/json"
)

// redirect follows only to the same server.
func (p *provider) redirect(to *http.Request, via []*http.Request) error {
	from := via[0].URL
	if to.URL.Scheme != from.Scheme || !strings.EqualFold(to.URL.Host, from.Host) {
		return fmt.Errorf("redirected to %s, which is not followed", printable(to.URL.Host))
	}
	if len(via) >= maxRedirects {
		return errors.New("redirected too often")
	}
	return nil
}

// ask sends a request. Either the answer, the result or the error says what
// came of it.
func (p *provider) ask(ctx context.Context, r request) (answer, *ti.Result, error) {
	req, err := p.build(ctx, r)
	if err != nil {
		return answer{}, nil, err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return answer{}, nil, &ti.TemporaryError{Err: p.clean(withoutURL(err))}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return answer{}, nil, &ti.TemporaryError{Err: p.clean(fmt.Errorf("the answer broke off: %w", withoutURL(err)))}
	}
	body = p.scrub(body)
	if res, err := p.status(resp, body); res != nil || err != nil {
		return answer{}, res, err
	}
	if len(body) > maxBody {
		return answer{}, nil, errors.New("the answer is longer than 8 MiB")
	}
	if !isJSON(resp.Header) {
		kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
		return answer{}, nil, p.clean(fmt.Errorf("the answer is %q, not JSON", cut(kind)))
	}
	a := answer{config: p.config, raw: body}
	if err := json.Unmarshal(body, &a.v); err != nil {
		return answer{}, nil, errors.New("the answer is not JSON, or broke off")
	}
	return a, nil, nil
}

func (p *provider) build(ctx context.Context, r request) (*http.Request, error) {
	u := *p.base
	u.RawPath = u.EscapedPath() + r.path
	path, err := url.PathUnescape(u.RawPath)
	if err != nil {
		return nil, errors.New("the value cannot be asked about")
	}
	u.Path, u.RawQuery = path, r.query.Encode()
	var body io.Reader
	kind := ""
	switch {
	case r.form != nil:
		body, kind = strings.NewReader(r.form.Encode()), "application/x-www-form-urlencoded"
	case r.json != nil:
		text, err := json.Marshal(r.json)
		if err != nil {
			return nil, errors.New("the value cannot be asked about")
		}
		body, kind = bytes.NewReader(text), takesJSON
	}
	method := r.method
	switch {
	case method != "":
	case body != nil:
		method = http.MethodPost
	default:
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, p.clean(withoutURL(err))
	}
	req.Header.Set("Accept", takesJSON)
	req.Header.Set("User-Agent", userAgent)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, v := range r.header {
		if v[0] != "" {
			req.Header[name] = v
		}
	}
	if r.basic {
		req.SetBasicAuth(p.config.ID.Reveal(), p.config.Key.Reveal())
	}
	return req, nil
}

// status deals with all answers but 200.
func (p *provider) status(resp *http.Response, body []byte) (*ti.Result, error) {
	code := resp.StatusCode
	say := func() error {
		text := "HTTP " + strconv.Itoa(code)
		if m := message(body); m != "" {
			text += ": " + m
		}
		return p.clean(errors.New(text))
	}
	switch {
	case code == http.StatusOK:
		return nil, nil
	case code == http.StatusNoContent:
		return &ti.Result{Status: ti.NoData}, nil
	case code == http.StatusNotFound && (isJSON(resp.Header) || len(body) == 0):
		return &ti.Result{Status: ti.NoData}, nil
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return nil, &ti.AuthError{Err: say()}
	case code == http.StatusTooManyRequests:
		return nil, &ti.RateError{RetryAfter: p.retryAfter(resp.Header), Err: say()}
	case code == http.StatusPaymentRequired: // a quota of days or months
		return nil, &ti.RateError{RetryAfter: max(p.retryAfter(resp.Header), 24*time.Hour), Err: say()}
	case code == http.StatusBadRequest, code == http.StatusUnprocessableEntity:
		return &ti.Result{Status: ti.BadFormat, Reason: "the provider does not take it: " + say().Error()}, nil
	case code >= 500, code == http.StatusRequestTimeout:
		return nil, &ti.TemporaryError{Err: say()}
	}
	return nil, say()
}

// retryAfter reads Retry-After (RFC 9110, seconds or a date), else
// X-RateLimit-Reset (seconds, or a time since 1970); 0 when neither says.
func (p *provider) retryAfter(h http.Header) time.Duration {
	now := p.config.Now()
	if text := strings.TrimSpace(h.Get("Retry-After")); text != "" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return seconds(n)
		}
		if at, err := http.ParseTime(text); err == nil {
			return max(at.Sub(now), time.Second)
		}
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(h.Get("X-Ratelimit-Reset")), 10, 64); err == nil {
		if n > 1e9 {
			n -= now.Unix()
		}
		return seconds(n)
	}
	return 0
}

func seconds(n int64) time.Duration {
	return time.Duration(min(max(n, 0), 366*24*3600)) * time.Second
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (kind == takesJSON || kind == "text/json" || strings.HasSuffix(kind, "+json"))
}

// message returns what an answer says of an error.
func message(body []byte) string {
	var n node
	if len(body) > maxBody || json.Unmarshal(body, &n.v) != nil {
		return ""
	}
	for _, path := range [][]string{{"error", "message"}, {"message"}, {"detail"}, {"error"}, {"query_status"}, {"errors"}, {"title"}} {
		at := n.get(path...)
		if s := at.str(); s != "" {
			return printable(s)
		}
		for _, item := range at.items() {
			for _, key := range []string{"detail", "message"} {
				if s := item.get(key).str(); s != "" {
					return printable(s)
				}
			}
		}
	}
	return ""
}

// withoutURL takes the URL out of an error: a key may stand in it.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// forms returns a secret as it could stand in a text.
func forms(s string) []string {
	if len(s) < 4 {
		return nil // would be found everywhere, and is no secret
	}
	out := []string{s}
	return add(out, url.QueryEscape(s), url.PathEscape(s), jsonText(s),
		base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)))
}

// jsonText returns s as it stands between the quotes of JSON.
func jsonText(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return strings.Trim(string(quoted), `"`)
}

func base64Basic(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// scrub takes the keys out of a text of others.
func (p *provider) scrub(text []byte) []byte {
	for _, s := range p.secrets {
		text = bytes.ReplaceAll(text, []byte(s), []byte("[key]"))
	}
	return text
}

// clean takes the keys out of an error; its kind is kept.
func (p *provider) clean(err error) error {
	text := string(p.scrub([]byte(err.Error())))
	var rate *ti.RateError
	var auth *ti.AuthError
	switch {
	case errors.As(err, &rate):
		return &ti.RateError{RetryAfter: rate.RetryAfter, Err: p.clean(errors.Unwrap(rate))}
	case errors.As(err, &auth):
		return &ti.AuthError{Err: p.clean(errors.Unwrap(auth))}
	}
	return errors.New(printable(text))
}

// printable escapes what a terminal would obey.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0 {
		return s
	}
	return strings.Trim(strconv.Quote(s), `"`)
}
