package feeds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// UpdateOptions sets how feeds are fetched. The zero value works.
type UpdateOptions struct {
	// Client does the requests; nil means a new one with the system's proxies
	// and certificates. Its policy for redirects and its cookies are not used.
	Client *http.Client
	// Feeds are those that are wanted; nil means Keyless().
	Feeds []Feed
	// Timeout is for one feed, from the first byte to the last; 0 means
	// DefaultTimeout.
	Timeout time.Duration
	// MaxSize is how many bytes an answer may have, after decompression; 0
	// means DefaultMaxSize.
	MaxSize int64
	// MinPart is the part of the old file's entries that the new one must have
	// at least, where the old one has MinEntries or more; 0 means
	// DefaultMinPart. Below it, the old file is kept.
	MinPart float64
	// Force asks also where Feed.Every says that it is too early.
	Force bool
	// Now gives the time; nil means time.Now.
	Now func() time.Time
}

// Defaults of UpdateOptions, and what an answer must be like.
const (
	DefaultTimeout = 2 * time.Minute
	DefaultMaxSize = 512 << 20
	DefaultMinPart = 0.5
	// MinEntries is how many entries a file must have for its shrinking to
	// mean anything.
	MinEntries = 50
	// MaxBroken is the part of an answer's entries that may be broken.
	MaxBroken = 0.1
)

// Why an answer is not taken; the old file is kept then.
var (
	ErrNotTLS    = errors.New("not https")
	ErrRedirect  = errors.New("redirected to another site")
	ErrStatus    = errors.New("refused")
	ErrBroken    = errors.New("the answer is broken")
	ErrShrunken  = errors.New("the answer has far fewer entries than the file")
	ErrTruncated = errors.New("the answer has other entries than it says")
)

// UpdateStatus says what became of a feed.
type UpdateStatus string

// The statuses of an update.
const (
	Updated   UpdateStatus = "updated"   // the file is new
	Unchanged UpdateStatus = "unchanged" // asked; the file is the newest there is
	NotDue    UpdateStatus = "not_due"   // not asked: it is too early
	Kept      UpdateStatus = "kept"      // the update failed, the old file is as it was
	Missing   UpdateStatus = "missing"   // the update failed, and there is no file
)

// UpdateResult says what became of one feed.
type UpdateResult struct {
	Feed    Feed
	Status  UpdateStatus
	Entries int64 // of the file that is there now
	Before  int64 // of the file that was there
	Err     error // why the update failed
}

// Update fetches feeds into a folder, which it makes if need be: the only thing
// in this package that opens connections. It sends a GET for each feed, with
// the validators of the last answer (ETag, Last-Modified), and nothing about the
// indicators of a hunt.
//
// An answer replaces the file in one step (rename), and only if it came in full
// over TLS from the feed's own site, is of the feed's format, has entries, of
// which at most MaxBroken are broken, and not absurdly fewer than before.
// Otherwise the old file stays as it is, and the result says why. Feeds are
// fetched one after the other; one that fails does not hold up the others. The
// error is of the folder or the context only; the results so far come with it.
//
// Validators and times are kept in the file ".feeds.json" of the folder.
func Update(ctx context.Context, dir string, o UpdateOptions) ([]UpdateResult, error) {
	u, err := newUpdater(dir, o)
	if err != nil {
		return nil, fmt.Errorf("update feeds: %w", err)
	}
	var results []UpdateResult
	for _, f := range u.feeds {
		if err := ctx.Err(); err != nil {
			return results, fmt.Errorf("update feeds: %w", err)
		}
		results = append(results, u.feed(ctx, f))
		if err := u.state.save(dir); err != nil {
			return results, fmt.Errorf("update feeds: %w", err)
		}
	}
	return results, nil
}

type updater struct {
	UpdateOptions

	dir    string
	feeds  []Feed
	client http.Client
	state  feedState
}

func newUpdater(dir string, o UpdateOptions) (*updater, error) {
	u := &updater{UpdateOptions: o, dir: dir, feeds: o.Feeds}
	if u.feeds == nil {
		u.feeds = Keyless()
	}
	if u.Timeout <= 0 {
		u.Timeout = DefaultTimeout
	}
	if u.MaxSize <= 0 {
		u.MaxSize = DefaultMaxSize
	}
	if u.MinPart <= 0 {
		u.MinPart = DefaultMinPart
	}
	if u.Now == nil {
		u.Now = time.Now
	}
	if o.Client != nil {
		u.client = *o.Client
	}
	u.client.Jar = nil
	u.client.CheckRedirect = redirect
	for _, f := range u.feeds {
		if f.File != filepath.Base(f.File) || f.File == "" || strings.HasPrefix(f.File, ".") || strings.ContainsAny(f.File, `/\:`) {
			return nil, fmt.Errorf("%q is no name of a file in the folder", f.File)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // others may read what is public
		return nil, err
	}
	u.state = loadState(dir)
	u.sweep()
	return u, nil
}

// sweep removes what an update that was killed has left.
func (u *updater) sweep() {
	names, _ := filepath.Glob(filepath.Join(u.dir, ".feed-*.tmp"))
	for _, n := range names {
		if info, err := os.Stat(n); err == nil && u.Now().Sub(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(n) // the next update tries again
		}
	}
}

// redirect follows only within a site, and only over TLS.
func redirect(r *http.Request, via []*http.Request) error {
	switch {
	case r.URL.Scheme != "https":
		return fmt.Errorf("%w: redirected to %q", ErrNotTLS, r.URL.Redacted())
	case len(via) >= 5:
		return fmt.Errorf("%w: too often", ErrRedirect)
	case !sameSite(r.URL, via[0].URL):
		return fmt.Errorf("%w: %q", ErrRedirect, r.URL.Redacted())
	}
	return nil
}

func sameSite(a, b *url.URL) bool {
	if a.Host == b.Host {
		return true
	}
	x, err := publicsuffix.EffectiveTLDPlusOne(a.Hostname())
	if err != nil {
		return false
	}
	y, err := publicsuffix.EffectiveTLDPlusOne(b.Hostname())
	return err == nil && x == y && a.Port() == b.Port()
}

// feed updates one feed.
func (u *updater) feed(ctx context.Context, f Feed) UpdateResult {
	r := UpdateResult{Feed: f}
	old := u.state[f.File]
	path := filepath.Join(u.dir, f.File)
	before, err := inspect(path, f)
	have := err == nil
	if have {
		r.Before, r.Entries = before.Records, before.Records
	}
	if !have || old.URL != f.URL || old.Sum != before.sum {
		old = fileState{} // not what was fetched: ask without conditions
	}
	every := f.Every
	if every <= 0 {
		every = DefaultEvery
	}
	since := u.Now().Sub(old.Asked)
	if !old.Asked.IsZero() && since >= 0 && since < every && !u.Force {
		r.Status = NotDue
		return r
	}
	now := u.Now()
	fresh, tmp, err := u.fetch(ctx, f, old)
	if tmp != "" {
		defer os.Remove(tmp) // which is not there any more when all went well
	}
	if err == nil && tmp == "" {
		old.Asked = now
		u.state[f.File] = old
		r.Status = Unchanged
		return r
	}
	var after inspected
	if err == nil {
		after, err = inspect(tmp, f)
		if err != nil {
			err = fmt.Errorf("%w: %w", ErrBroken, err)
		}
	}
	if err == nil {
		err = u.accept(f, before, after)
	}
	if err == nil {
		err = replace(tmp, path)
	}
	if err != nil {
		r.Err = fmt.Errorf("%s: %w", f.Name, err)
		r.Status = Kept
		if _, err := os.Stat(path); err != nil {
			r.Status = Missing
		}
		return r
	}
	fresh.Asked, fresh.Sum, fresh.URL = now, after.sum, f.URL
	u.state[f.File] = fresh
	r.Status, r.Entries = Updated, after.Records
	return r
}

// accept says why an answer is not taken.
func (u *updater) accept(f Feed, before, after inspected) error {
	switch {
	case after.Bytes == 0:
		return fmt.Errorf("%w: it is empty", ErrBroken)
	case after.Kind != f.Format:
		return fmt.Errorf("%w: it is %s, not %s", ErrBroken, after.Kind, f.Format)
	case after.Declared > 0 && after.Declared != after.Records:
		return fmt.Errorf("%w: %d read, %d said", ErrTruncated, after.Records, after.Declared)
	case after.Records == 0 && !f.MayBeEmpty:
		return fmt.Errorf("%w: it lists nothing", ErrBroken)
	case float64(after.Unknown) > MaxBroken*float64(after.Records+after.Unknown):
		return fmt.Errorf("%w: %d of %d entries are not understood", ErrBroken, after.Unknown, after.Records+after.Unknown)
	case before.Records >= MinEntries && float64(after.Records) < u.MinPart*float64(before.Records) && !f.MayBeEmpty:
		return fmt.Errorf("%w: %d, before %d", ErrShrunken, after.Records, before.Records)
	}
	return nil
}

// fetch gets a feed into a file of its own, whose name it returns; "" when the
// old one is still good.
func (u *updater) fetch(ctx context.Context, f Feed, old fileState) (fresh fileState, tmp string, err error) {
	at, err := url.Parse(f.URL)
	if err != nil || at.Scheme != "https" || at.Host == "" {
		return fresh, "", fmt.Errorf("%w: %q", ErrNotTLS, f.URL)
	}
	ctx, cancel := context.WithTimeout(ctx, u.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, http.NoBody)
	if err != nil {
		return fresh, "", err
	}
	req.Header.Set("User-Agent", "tuxtrail")
	if old.ETag != "" {
		req.Header.Set("If-None-Match", old.ETag)
	}
	if old.Modified != "" {
		req.Header.Set("If-Modified-Since", old.Modified)
	}
	res, err := u.client.Do(req)
	if err != nil {
		return fresh, "", err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotModified && (old.ETag != "" || old.Modified != ""):
		return fresh, "", nil
	case res.StatusCode != http.StatusOK:
		return fresh, "", fmt.Errorf("%w: %d %s", ErrStatus, res.StatusCode, http.StatusText(res.StatusCode))
	case res.TLS == nil:
		return fresh, "", ErrNotTLS
	case res.ContentLength > u.MaxSize:
		return fresh, "", ErrFileSize
	}
	fresh.ETag, fresh.Modified = header(res, "ETag"), header(res, "Last-Modified")
	tmp, err = u.store(res.Body)
	if err == nil {
		// a server that sees us hang up may end its answer as if it were all
		err = ctx.Err()
	}
	return fresh, tmp, err
}

// header returns a header of an answer that can be sent back.
func header(res *http.Response, name string) string {
	v := res.Header.Get(name)
	if len(v) > 512 {
		return ""
	}
	return v
}

// store writes a body into a temporary file in the folder.
func (u *updater) store(body io.Reader) (name string, err error) {
	f, err := os.CreateTemp(u.dir, ".feed-*.tmp")
	if err != nil {
		return "", err
	}
	n, err := io.Copy(f, io.LimitReader(body, u.MaxSize+1))
	if err == nil && n > u.MaxSize {
		err = ErrFileSize
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return f.Name(), err
}
