package online_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

// canned answers every request with one text.
type canned string

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(c))),
	}, nil
}

func Example() {
	p, err := online.New("VirusTotal", online.Config{
		Key:       ti.NewKey("secret"),
		Transport: canned(`{"data":{"attributes":{"last_analysis_stats":{"malicious":7,"harmless":60}}}}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	results, err := ti.New(p).Lookup(context.Background(), []ti.Indicator{{Type: ioc.DNS, Value: "evil.ru"}})
	if err != nil {
		fmt.Println(err)
	}
	for _, r := range results {
		fmt.Println(r.Provider, r.Value, r.Severity, *r.Details.Score, "of", r.Details.ScoreMax)
	}
	// Output: VirusTotal evil.ru high 7 of 67
}
