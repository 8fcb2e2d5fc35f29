package geolite2

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/internal/secret"
)

// Attribution is the text that MaxMind's licence wants where the data is used.
const Attribution = "This product includes GeoLite2 data created by MaxMind, available from https://www.maxmind.com."

// Editions that free accounts can download.
const (
	City    = "GeoLite2-City"
	Country = "GeoLite2-Country"
	ASN     = "GeoLite2-ASN"
)

// Errors that callers branch on.
var (
	ErrCredentials = errors.New("account or licence key refused")
	ErrLimit       = errors.New("downloaded too often today")
	ErrChecksum    = errors.New("the download is not what its checksum says")
	ErrArchive     = errors.New("the archive is not one of a database")
)

// Options of a Downloader. The zero value is useful.
type Options struct {
	HTTP    *http.Client  // default a new client. Its CheckRedirect is replaced
	Timeout time.Duration // for one edition; default 10 minutes
	Base    string        // default https://download.maxmind.com/geoip/databases
}

// Downloader downloads with the credentials of one account.
type Downloader struct {
	account, key secret.Key
	o            Options
}

// New returns a Downloader. Blanks around the account's number and the key are
// cut. Both are needed.
func New(account, key string, o Options) (*Downloader, error) {
	d := &Downloader{account: secret.New(account), key: secret.New(key), o: o}
	if d.account.IsZero() || d.key.IsZero() {
		return nil, errors.New("geolite2: an account id and a licence key are both needed")
	}
	client := http.Client{}
	if o.HTTP != nil {
		client = *o.HTTP
	}
	client.CheckRedirect = checkRedirect
	d.o.HTTP = &client
	if d.o.Timeout <= 0 {
		d.o.Timeout = 10 * time.Minute
	}
	if d.o.Base == "" {
		d.o.Base = "https://download.maxmind.com/geoip/databases"
	}
	return d, nil
}

// checkRedirect follows MaxMind to its store of files. net/http sends the
// credentials to no other host.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > 5 {
		return errors.New("too many redirects")
	}
	if req.URL.Scheme != "https" {
		return errors.New("redirected to an address that is not https")
	}
	return nil
}

// Limits: of the archive, of the database in it, and of the checksum's file.
const (
	maxArchive  = 512 << 20
	maxDatabase = 1 << 30
	maxChecksum = 4096
)

// Update downloads an edition such as [City] into a folder, which must exist,
// as EDITION.mmdb, unless the file that is there is the newest already. It
// returns the path, and whether the file is new. The file's time is that of
// the edition. On an error what was there is left as it was.
func (d *Downloader) Update(ctx context.Context, folder, edition string) (path string, updated bool, err error) {
	if edition == "" || strings.Trim(edition, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return "", false, fmt.Errorf("geolite2: %.40q is no edition", edition)
	}
	ctx, cancel := context.WithTimeout(ctx, d.o.Timeout)
	defer cancel()
	path = filepath.Join(folder, edition+".mmdb")
	var have time.Time
	if info, err := os.Stat(path); err == nil {
		have = info.ModTime()
	}
	if updated, err = d.update(ctx, path, edition, have); err != nil {
		return path, false, fmt.Errorf("%s: %w", edition, err)
	}
	return path, updated, nil
}

func (d *Downloader) update(ctx context.Context, path, edition string, have time.Time) (updated bool, err error) {
	resp, err := d.get(ctx, edition, "tar.gz", have)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified {
		return false, nil
	}
	built, err := http.ParseTime(resp.Header.Get("Last-Modified"))
	if err != nil {
		built = time.Time{}
	}
	archive, sum, err := store(filepath.Dir(path), resp.Body)
	if err != nil {
		return false, err
	}
	defer func() { _ = os.Remove(archive) }()
	want, err := d.checksum(ctx, edition)
	if err != nil {
		return false, err
	}
	if sum != want {
		return false, ErrChecksum
	}
	fresh, err := extract(archive, filepath.Dir(path), edition+".mmdb")
	if err != nil {
		return false, err
	}
	if !built.IsZero() {
		err = os.Chtimes(fresh, built, built)
	}
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return false, errors.Join(err, os.Remove(fresh))
	}
	return true, nil
}

// get asks for a file of an edition. The caller closes the body.
func (d *Downloader) get(ctx context.Context, edition, suffix string, since time.Time) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.o.Base+"/"+edition+"/download?suffix="+suffix, http.NoBody)
	if err != nil {
		return nil, errors.New("bad base address")
	}
	req.SetBasicAuth(d.account.Reveal(), d.key.Reveal())
	if !since.IsZero() {
		req.Header.Set("If-Modified-Since", since.UTC().Format(http.TimeFormat))
	}
	resp, err := d.o.HTTP.Do(req)
	if err != nil {
		return nil, without(err)
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusNotModified:
		return resp, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		err = ErrCredentials
	case http.StatusTooManyRequests:
		err = ErrLimit
	case http.StatusNotFound:
		err = errors.New("no such edition")
	default:
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil, errors.Join(err, resp.Body.Close())
}

// without returns an error of net/http without its address: those that MaxMind
// redirects to are signed, and so are keys for some minutes.
func without(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// checksum reads "HEX  NAME".
func (d *Downloader) checksum(ctx context.Context, edition string) (string, error) {
	resp, err := d.get(ctx, edition, "tar.gz.sha256", time.Time{})
	if err != nil {
		return "", fmt.Errorf("checksum: %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxChecksum))
	if err != nil {
		return "", fmt.Errorf("checksum: %w", without(err))
	}
	sum, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size {
		return "", fmt.Errorf("%w: no SHA-256 was given", ErrChecksum)
	}
	return strings.ToLower(sum), nil
}

// store writes a body into a new file of a folder and returns its name and
// SHA-256.
func store(folder string, body io.Reader) (name, sum string, err error) {
	f, err := os.CreateTemp(folder, ".geolite2-*.tar.gz")
	if err != nil {
		return "", "", err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, hash), io.LimitReader(body, maxArchive+1))
	if err != nil {
		err = without(err)
	} else if n > maxArchive {
		err = fmt.Errorf("longer than %d MB", maxArchive>>20)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), hex.EncodeToString(hash.Sum(nil)), nil
}
