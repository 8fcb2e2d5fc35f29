package ti

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/tuxtrail/tuxtrail/internal/secret"
	"github.com/tuxtrail/tuxtrail/ioc"
)

// Provider knows something about indicators. It is used from several goroutines
// at once.
type Provider interface {
	// Info describes the provider. It is cheap and always says the same.
	Info() Info
	// Lookup asks about one indicator of a type that Info names. The result
	// has Severity, Status and what goes with them; Type, Value, Provider,
	// Asked, Age and Cached are filled in by the Client where they are empty. "Not
	// known here" is Status NoData and no error.
	//
	// An error says that there is no answer: the Client makes it a result
	// with QueryFailed, or RateLimited for a *RateError, goes on with the
	// others, and asks again where the error is a *TemporaryError. The text
	// of an error must hold no key.
	Lookup(ctx context.Context, indicator Indicator) (Result, error)
}

// BatchProvider is a Provider that answers for many indicators in one request.
type BatchProvider interface {
	Provider
	// LookupBatch asks about at most Info().Batch indicators and returns one
	// result for each, in their order.
	LookupBatch(ctx context.Context, indicators []Indicator) ([]Result, error)
}

// Info describes a Provider.
type Info struct {
	Name  string // as in output, and in msticpy's configuration
	Types []ioc.Type
	// Local says that nothing leaves the machine. Such a provider is asked
	// about everything, also about internal indicators and in offline mode;
	// it has no limits, and its answers are not cached.
	Local bool
	// Destination is the host that is asked, for the plan; empty for local
	// providers.
	Destination string
	// Limits are the provider's quotas, of requests; nil for none known.
	Limits []Limit
	// Lifetime is for how long an answer is good, NoDataLifetime for how long
	// "not known" is. 0 means DefaultLifetime and DefaultNoDataLifetime.
	Lifetime, NoDataLifetime time.Duration
	// Batch is how many indicators fit into one request of a BatchProvider.
	Batch int
	// Concurrency is how many requests may run at once; 0 means
	// DefaultConcurrency.
	Concurrency int
}

// Supports reports whether t is among the types.
func (i Info) Supports(t ioc.Type) bool { return slices.Contains(i.Types, t) }

// Limit is a quota: at most N requests within any span of length Per.
type Limit struct {
	N   int           `json:"n"`
	Per time.Duration `json:"per"`
}

// Spans of quotas, beside those of package time.
const (
	Day   = 24 * time.Hour
	Week  = 7 * Day
	Month = 31 * Day // the longest, so that no month's quota is exceeded
)

// Defaults of Info.
const (
	DefaultLifetime       = Day
	DefaultNoDataLifetime = 6 * time.Hour
	DefaultConcurrency    = 2
)

// RateError says that the provider refuses to answer for a while.
type RateError struct {
	RetryAfter time.Duration // 0 when it did not say
	Err        error         // what it said; may be nil
}

// Error returns the reason and the time to wait.
func (e *RateError) Error() string {
	text := "rate limited"
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.RetryAfter > 0 {
		text += ", retry after " + e.RetryAfter.String()
	}
	return text
}

// Unwrap returns what the provider said.
func (e *RateError) Unwrap() error { return e.Err }

// AuthError says that the provider does not accept the key: there is no sense
// in asking again.
type AuthError struct{ Err error }

// Error returns the reason.
func (e *AuthError) Error() string { return "the key was not accepted: " + e.Err.Error() }

// Unwrap returns what the provider said.
func (e *AuthError) Unwrap() error { return e.Err }

// TemporaryError says that asking again may help: the network, a server's own
// trouble.
type TemporaryError struct{ Err error }

// Error returns the reason.
func (e *TemporaryError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *TemporaryError) Unwrap() error { return e.Err }

// Key is a secret. It prints as "[key]" in every form: String, all verbs of fmt,
// JSON, and inside structs that are printed. Its method Reveal returns the
// value, IsZero says that there is none; NewKey makes one.
type Key = secret.Key

// NewKey returns a Key, without blanks around it; the zero Key for "".
func NewKey(value string) Key { return secret.New(value) }

// quote is strconv.Quote.
func quote(s string) string { return strconv.Quote(s) }
