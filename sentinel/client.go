package sentinel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/monitor/azquery"
)

// ClientOptions says how to reach the service. The zero value is the public
// cloud over the default HTTP client.
type ClientOptions struct {
	Cloud Cloud
	// Transport sends requests; nil is the default of Azure's library.
	Transport policy.Transporter
	// Endpoint and Audience stand in for those of the cloud, for a private
	// link or a test. The endpoint ends in the version: https://host/v1.
	Endpoint, Audience string
}

// Client is a [Querier] that asks Azure Monitor through the azquery library.
// Rows are read from the answer as they come; the library itself never sees
// them. It is safe for concurrent use.
type Client struct {
	logs *azquery.LogsClient
	now  func() time.Time
}

// NewClient returns a client that shows who it is by credential, such as
// [NewCredential] returns. Nothing is sent yet.
func NewClient(credential azcore.TokenCredential, o ClientOptions) (*Client, error) {
	if credential == nil {
		return nil, fmt.Errorf("a client of Azure Monitor: %w", ErrNoCredential)
	}
	config, err := o.Cloud.configuration()
	if err != nil {
		return nil, err
	}
	logs := config.Services[azquery.ServiceNameLogs]
	if o.Endpoint != "" {
		logs.Endpoint = strings.TrimSuffix(o.Endpoint, "/")
	}
	if o.Audience != "" {
		logs.Audience = o.Audience
	}
	config.Services[azquery.ServiceNameLogs] = logs
	c, err := azquery.NewLogsClient(credential, &azquery.LogsClientOptions{ClientOptions: azcore.ClientOptions{
		Cloud:     config,
		Transport: o.Transport,
		// what to repeat is decided by Workspace: a query that ran out of time
		// is cut, not sent again
		Retry:           policy.RetryOptions{MaxRetries: -1},
		PerCallPolicies: []policy.Policy{streamPolicy{}},
		Telemetry:       policy.TelemetryOptions{ApplicationID: "tuxtrail"},
	}})
	if err != nil {
		return nil, err
	}
	return &Client{logs: c, now: time.Now}, nil
}

// maxWait is how long the service works on a query at most.
const maxWait = 10 * time.Minute

// Query implements [Querier].
func (c *Client) Query(ctx context.Context, r Request, row func(Row) error) (Answer, error) {
	if len(r.Workspaces) == 0 {
		return Answer{}, ErrNoWorkspace
	}
	body := azquery.Body{Query: &r.KQL}
	for _, w := range r.Workspaces[1:] {
		body.AdditionalWorkspaces = append(body.AdditionalWorkspaces, &w)
	}
	wait := r.Wait
	if wait <= 0 || wait > maxWait {
		wait = maxWait
	}
	opt := &azquery.LogsClientQueryWorkspaceOptions{Options: &azquery.LogsQueryOptions{
		Wait: new(max(1, int(wait/time.Second))), Statistics: new(true),
	}}
	s := &sink{rows: row}
	_, err := c.logs.QueryWorkspace(context.WithValue(ctx, sinkKey{}, s), r.Workspaces[0], body, opt)
	a := Answer{Rows: s.out.rows, Bytes: s.bytes, Cost: Cost{Queries: 1, Rows: s.out.rows, Bytes: s.bytes}}
	a.Cost.addStatistics(s.out.statistics)
	if len(s.out.partial) > 0 {
		a.Partial = serviceError(http.StatusOK, s.out.partial)
	}
	switch {
	case s.err != nil:
		return a, s.err
	case ctx.Err() != nil:
		return a, ctx.Err()
	}
	return a, c.explain(err)
}

// explain turns an error of the library into one of ours.
func (c *Client) explain(err error) error {
	var response *azcore.ResponseError
	if err == nil {
		return nil
	}
	if !errors.As(err, &response) || response.RawResponse == nil {
		return explainLogin(err)
	}
	if response.RawResponse.Request != nil && !strings.Contains(response.RawResponse.Request.URL.Path, "/workspaces/") {
		return explainLogin(err)
	}
	body, _ := runtime.Payload(response.RawResponse) // kept by the library
	e := serviceError(response.StatusCode, body)
	if e.Code == "" {
		e.Code = response.ErrorCode
	}
	e.RetryAfter = retryAfter(response.RawResponse.Header, c.now())
	return e
}

// retryAfter reads how long the service asks to wait.
func retryAfter(h http.Header, now time.Time) time.Duration {
	for _, name := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if n, err := strconv.ParseInt(h.Get(name), 10, 64); err == nil && n > 0 {
			return time.Duration(min(n, int64(time.Hour/time.Millisecond))) * time.Millisecond
		}
	}
	v := h.Get("Retry-After")
	if n, err := strconv.ParseInt(v, 10, 64); err == nil && n > 0 {
		return time.Duration(min(n, 3600)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return min(t.Sub(now), time.Hour)
	}
	return 0
}

// sink takes what streamPolicy reads.
type sink struct {
	rows  func(Row) error
	out   outcome
	bytes int64
	err   error
}

type sinkKey struct{}

// streamPolicy reads the rows of an answer as they come and hands an answer
// without rows to the library, which would decode numbers as floats.
type streamPolicy struct{}

// Do implements [policy.Policy].
func (streamPolicy) Do(req *policy.Request) (*http.Response, error) {
	s, ok := req.Raw().Context().Value(sinkKey{}).(*sink)
	if !ok {
		return req.Next()
	}
	runtime.SkipBodyDownload(req)
	resp, err := req.Next()
	if err != nil {
		return resp, err
	}
	switch resp.StatusCode {
	case http.StatusNoContent: // a workspace without data
		runtime.Drain(resp)
		resp.StatusCode = http.StatusOK
	case http.StatusOK:
		s.out, s.bytes, s.err = decodeAnswer(resp.Body, s.rows)
		if err := resp.Body.Close(); s.err == nil && err != nil {
			s.err = err
		}
	default:
		return resp, nil
	}
	const none = `{"tables":[]}`
	resp.Body = io.NopCloser(strings.NewReader(none))
	resp.ContentLength = int64(len(none))
	return resp, nil
}

// wireStatistics is the part of the statistics that says what a query cost.
type wireStatistics struct {
	Query struct {
		Usage struct {
			Cache struct {
				Shards struct {
					Hot    wireShards  `json:"hot"`
					Cold   wireShards  `json:"cold"`
					Bypass json.Number `json:"bypassbytes"`
				} `json:"shards"`
			} `json:"cache"`
			CPU struct {
				Total string `json:"totalCpu"`
				Plain string `json:"total cpu"`
			} `json:"cpu"`
		} `json:"resourceUsage"`
		Input struct {
			Rowstores struct {
				Size json.Number `json:"scannedValuesSize"`
			} `json:"rowstores"`
		} `json:"inputDatasetStatistics"`
	} `json:"query"`
}

type wireShards struct {
	Hit  json.Number `json:"hitbytes"`
	Miss json.Number `json:"missbytes"`
}

// addStatistics adds what the service says that a query cost. Statistics of
// another form add nothing.
func (c *Cost) addStatistics(raw []byte) {
	var s wireStatistics
	d := json.NewDecoder(bytes.NewReader(raw))
	if d.Decode(&s) != nil {
		return
	}
	shards := s.Query.Usage.Cache.Shards
	for _, n := range []json.Number{shards.Hot.Hit, shards.Hot.Miss, shards.Cold.Hit, shards.Cold.Miss, shards.Bypass, s.Query.Input.Rowstores.Size} {
		if v, err := n.Int64(); err == nil && v > 0 {
			c.Scanned += v
		}
	}
	cpu := s.Query.Usage.CPU.Total
	if cpu == "" {
		cpu = s.Query.Usage.CPU.Plain
	}
	var h, m, sec int64
	var rest string
	if n, _ := fmt.Sscanf(cpu, "%d:%d:%d.%s", &h, &m, &sec, &rest); n >= 3 {
		c.CPU += time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
		if f, err := strconv.ParseFloat("0."+rest, 64); err == nil {
			c.CPU += time.Duration(f * float64(time.Second))
		}
	}
}
