package online

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

const (
	nameTAXII  = "TAXII"
	taxiiMedia = "application/taxii+json;version=2.1"
	// Bounds of a collection.
	maxPages   = 2000
	maxObjects = 512 << 20 // bytes
	taxiiAge   = time.Hour
)

// taxiiSpec: the indicators of a collection on a TAXII 2.1 server. TAXII cannot
// be asked about a value: the collection is fetched, once an hour at most, and
// searched here. So the server learns nothing about the indicators. They are
// read and judged as by the package feeds.
//
// Source: https://docs.oasis-open.org/cti/taxii/v2.1/ (section 5.4, paging by
// "more" and "next"). URL is that of the collection,
// https://host/api-root/collections/ID/; the key alone is a Bearer token, with
// an ID a password.
var taxiiSpec = spec{name: nameTAXII, needs: needURL, keyless: true, types: feeds.Types()}

// taxii is a provider that holds what it fetched.
type taxii struct {
	*provider
	mu      sync.Mutex
	objects [][]byte // of a fetch that is not done
	size    int
	pages   int
	next    string
	set     ti.Provider
	fetched time.Time
}

// Lookup searches the collection, and fetches it before where it is not there or
// an hour old. A fetch that breaks off goes on with the next call.
func (t *taxii) Lookup(ctx context.Context, i ti.Indicator) (ti.Result, error) {
	set, at, err := t.fetch(ctx)
	if err != nil {
		return ti.Result{}, err
	}
	r, err := set.Lookup(ctx, i)
	r.Asked = at
	return r, err
}

func (t *taxii) fetch(ctx context.Context) (ti.Provider, time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	if t.set != nil && now.Sub(t.fetched) < taxiiAge {
		return t.set, t.fetched, nil
	}
	for more := true; more; {
		var err error
		if more, err = t.page(ctx); err != nil {
			return nil, time.Time{}, err
		}
	}
	var bundle bytes.Buffer
	bundle.WriteString(`{"type":"bundle","objects":[`)
	bundle.Write(bytes.Join(t.objects, []byte(",")))
	bundle.WriteString(`]}`)
	t.reset()
	set, err := feeds.LoadReader(&bundle, t.base.Host+".json", feeds.Options{Now: t.config.Now})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("the collection cannot be read: %w", t.clean(err))
	}
	t.set, t.fetched = feeds.NewProvider(nameTAXII, set), now.UTC().Truncate(time.Second)
	return t.set, t.fetched, nil
}

func (t *taxii) reset() { t.objects, t.size, t.pages, t.next = nil, 0, 0, "" }

// page fetches one page and reports whether there are more.
func (t *taxii) page(ctx context.Context) (bool, error) {
	q := url.Values{"match[type]": {"indicator"}, "limit": {"1000"}}
	if t.next != "" {
		q.Set("next", t.next)
	}
	r := request{path: "/objects/", query: q, header: header("Accept", taxiiMedia)}
	switch {
	case !t.config.ID.IsZero():
		r.basic = true
	case !t.config.Key.IsZero():
		r.header.Set("Authorization", "Bearer "+t.config.Key.Reveal())
	}
	a, res, err := t.ask(ctx, r)
	if err != nil {
		return false, err
	}
	if res != nil {
		t.reset()
		return false, errors.New("no collection at the URL " + res.Reason)
	}
	var envelope struct {
		More    bool              `json:"more"`
		Next    string            `json:"next"`
		Objects []json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(a.raw, &envelope); err != nil {
		t.reset()
		return false, errors.New("the answer is no TAXII envelope")
	}
	for _, o := range envelope.Objects {
		if o = bytes.TrimSpace(o); len(o) > 0 {
			t.objects = append(t.objects, o)
			t.size += len(o)
		}
	}
	t.pages++
	if !envelope.More {
		return false, nil
	}
	if strings.TrimSpace(envelope.Next) == "" || envelope.Next == t.next || t.pages >= maxPages || t.size > maxObjects {
		t.reset()
		return false, fmt.Errorf("the collection does not end: more than %d pages or %d MiB, or no way on", maxPages, maxObjects>>20)
	}
	t.next = envelope.Next
	return true, nil
}
