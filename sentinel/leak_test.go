package sentinel_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// ours returns the goroutines that run code of this package. One whose function
// has returned, and that only the runtime has not taken away yet, runs none.
func ours() string {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var out []string
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		if _, frames, _ := strings.Cut(g, "\n"); strings.HasPrefix(frames, "runtime.goexit") {
			continue
		}
		if strings.Contains(g, "sentineltest.(*Server).ServeHTTP") { // the test's workspace, which also reads queries
			continue
		}
		if strings.Contains(g, "tuxtrail/sentinel.") && !strings.Contains(g, "sentinel_test.ours") {
			out = append(out, g)
		}
	}
	return strings.Join(out, "\n\n")
}

// shortly waits, but not long.
func shortly(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(min(d, 3*time.Millisecond)):
		return nil
	}
}

// Wherever a query is cancelled, or the loop left, nothing goes on.
func TestCancelAtAnyMoment(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", made(20_000, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Second))
	srv.Limit(sentineltest.Limits{Pace: 1 << 30, RetryAfter: 2 * time.Millisecond})
	srv.Break(sentineltest.Faults{Seed: 5, Throttle: 0.1, Timeout: 0.05, Internal: 0.1, Partial: 0.05, Cut: 0.1, Slow: 0.3, Delay: 20 * time.Millisecond})
	random := rand.New(rand.NewPCG(1, 2))
	cancelled, tried := 0, 0
	for i := range 100 { // every second one is cancelled, the others are left
		ws, err := srv.Open(sentinel.Options{WindowRows: 1000, Pace: 10_000, Sleep: shortly})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		if i%2 == 0 {
			tried++
			time.AfterFunc(time.Duration(random.IntN(60_000))*time.Microsecond, cancel)
		}
		leaveAt := random.IntN(8000)
		rows := 0
		for _, err := range ws.Syslog(ctx, "", querytime.Window{}) {
			if err != nil && errors.Is(err, context.Canceled) {
				cancelled++
			}
			if rows++; i%2 == 1 && rows > leaveAt {
				break
			}
		}
		assert.Empty(t, ours(), "after moment %d", i)
		cancel()
	}
	assert.Equal(t, 50, tried)
	assert.Greater(t, cancelled, 10, "most end while rows come")
}

const (
	aSecret   = "S3cr3t~Value.of-the.application"
	aPassword = "pass-of-the-certificate"
)

// What the service or the login answers may hold what was sent to it; none of
// it comes out, and neither do secrets that a program holds.
func TestNoSecretComesOut(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", sentineltest.Table{})
	var out strings.Builder
	see := func(err error) {
		require.Error(t, err)
		out.WriteString(err.Error() + "\n")
		for e := err; e != nil; e = errors.Unwrap(e) {
			out.WriteString(e.Error() + "\n")
		}
	}
	first := func(ws *sentinel.Workspace) error {
		_, err := ws.Hosts(t.Context())
		return err
	}
	// the service repeats the header
	c, err := sentinel.NewClient(fixed("eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"), sentinel.ClientOptions{Endpoint: srv.URL, Transport: srv.HTTPClient()})
	require.NoError(t, err)
	ws, err := sentinel.New(c, sentinel.Options{Workspaces: []string{sentineltest.WorkspaceID}})
	require.NoError(t, err)
	see(first(ws))
	// the login repeats the form
	login := newLogin(t, "invalid_client", "AADSTS7000215: Invalid client secret "+aSecret+" client_secret="+aSecret+" provided.")
	cred, err := sentinel.NewCredential(sentinel.CredentialOptions{
		Kind: sentinel.CredentialSecret, Tenant: "11111111-2222-3333-4444-555555555555", Client: "app", Secret: aSecret,
		Transport: login, DisableInstanceDiscovery: true,
	})
	require.NoError(t, err)
	ws = through(t, srv, cred)
	err = first(ws)
	see(err)
	var l *sentinel.LoginError
	require.ErrorAs(t, err, &l)
	assert.Equal(t, "AADSTS7000215", l.Code)
	assert.Contains(t, l.Advice, "secret")
	assert.Positive(t, login.asked)
	assert.Contains(t, login.sent, "client_secret=", "the secret was sent")
	for _, s := range []string{aSecret, aPassword, "eyJ0eXAi", "c2lnbmF0dXJl", sentineltest.Token} {
		assert.NotContains(t, out.String(), s)
	}
}

// The code of a device login goes to where the caller says, and nothing else.
func TestDeviceCodePrompt(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", sentineltest.Table{})
	var prompt strings.Builder
	login := newLogin(t, "expired_token", "AADSTS70020: the code has expired")
	cred, err := sentinel.NewCredential(sentinel.CredentialOptions{
		Kind: sentinel.CredentialDeviceCode, Tenant: "11111111-2222-3333-4444-555555555555", Client: "app",
		Prompt: &prompt, Transport: login, DisableInstanceDiscovery: true,
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err = through(t, srv, cred).Hosts(ctx)
	require.Error(t, err)
	assert.Equal(t, "To log on, open https://login.test/device and enter the code ABCD?1234\n", prompt.String())
	assert.NotContains(t, err.Error(), "the-device-code")

	_, err = sentinel.NewCredential(sentinel.CredentialOptions{Kind: sentinel.CredentialDeviceCode})
	require.ErrorIs(t, err, sentinel.ErrNoCredential, "nowhere to write the code to")
}
