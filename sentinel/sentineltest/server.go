package sentineltest

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

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
