package mmdb

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"time"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/tuxtrail/tuxtrail/geo"
)

// OldAfter is the age at which a database is old: addresses move, and MaxMind's
// licence wants no copies in use that are older.
const OldAfter = 30 * 24 * time.Hour

// Options for opening. The zero value is useful.
type Options struct {
	Cache int // how many distinct records are kept decoded; default 65536, negative for none
}

// DB is an open database. It is safe for concurrent use, but not together with
// Close.
type DB struct {
	name    string
	reader  *maxminddb.Reader
	maxmind *geoip2.Reader // nil when the type is none of MaxMind's
	decode  func(*DB, maxminddb.Result, netip.Addr) (geo.Info, error)
	shape   string
	cache   *cache
}

// Open opens a file. The name that its answers carry as their source is the
// last part of the path. An error says what the file is, as far as can be told.
func Open(file string, o Options) (*DB, error) {
	name := filepath.Base(file)
	reader, err := maxminddb.Open(filepath.Clean(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, explainFile(file, err))
	}
	maxmind, err := geoip2.Open(filepath.Clean(file))
	return open(name, file, reader, maxmind, err, o)
}

// OpenBytes opens a database that is in memory. The bytes must not change.
func OpenBytes(name string, data []byte, o Options) (*DB, error) {
	reader, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, explain(data[:min(len(data), headSize)], len(data), err))
	}
	maxmind, err := geoip2.OpenBytes(data)
	return open(name, name, reader, maxmind, err, o)
}

func open(name, path string, reader *maxminddb.Reader, maxmind *geoip2.Reader, maxErr error, o Options) (*DB, error) {
	db := &DB{name: name, reader: reader, cache: newCache(o.Cache)}
	var unknown geoip2.UnknownDatabaseTypeError
	switch {
	case maxErr == nil:
		db.maxmind = maxmind
	case !errors.As(maxErr, &unknown):
		return nil, errors.Join(fmt.Errorf("%s: %w", path, maxErr), reader.Close())
	}
	if err := db.detect(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return db, nil
}

// Close unmaps the file. Look-ups after it give an error.
func (db *DB) Close() error {
	err := db.reader.Close()
	if db.maxmind != nil {
		err = errors.Join(err, db.maxmind.Close())
	}
	return err
}

// Meta is what a database says of itself. Its text is the file's: escape it.
type Meta struct {
	Name  string    `json:"name"`  // the file's
	Type  string    `json:"type"`  // as in the file: "GeoLite2-City", "city ipv4"
	Shape string    `json:"shape"` // what it is read as: "city", "asn", "isp", "enterprise", "anonymous_ip", "anonymous_plus" of MaxMind, "flat", "ipinfo"
	Built time.Time `json:"built"` // UTC
	IPv6  bool      `json:"ipv6"`  // holds IPv6, and most often IPv4 too; else IPv4 only
}

// Meta returns what the database says of itself.
func (db *DB) Meta() Meta {
	m := db.reader.Metadata
	return Meta{Name: db.name, Type: limit(m.DatabaseType), Shape: db.shape, Built: m.BuildTime().UTC(), IPv6: m.IPVersion == 6}
}

// Old reports whether the database was older than [OldAfter] at a time.
func (db *DB) Old(now time.Time) bool { return now.Sub(db.Meta().Built) > OldAfter }

// Verify reads the whole file and returns what is damaged. It takes seconds for
// large files.
func (db *DB) Verify() error {
	if err := db.reader.Verify(); err != nil {
		return fmt.Errorf("%s: damaged: %w", db.name, err)
	}
	return nil
}

// Locate returns what the database knows of an address, or of the IPv4 address
// that it carries ([geo.Target]). An address that it does not hold is no error;
// a damaged record is.
func (db *DB) Locate(a netip.Addr) (geo.Info, error) {
	a, ok := geo.Target(a)
	if !ok || a.Is6() && db.reader.Metadata.IPVersion == 4 {
		return geo.Info{}, nil
	}
	found := db.reader.Lookup(a)
	if err := found.Err(); err != nil {
		return geo.Info{}, fmt.Errorf("%s: %s: %w", db.name, a, err)
	}
	if !found.Found() {
		return geo.Info{}, nil
	}
	info, ok := db.cache.get(found.Offset())
	if !ok {
		var err error
		if info, err = db.decode(db, found, a); err != nil {
			return geo.Info{}, fmt.Errorf("%s: %s: %w", db.name, a, err)
		}
		db.finish(&info)
		db.cache.put(found.Offset(), info)
	}
	if !info.Network.IsZero() {
		info.Network.Prefix = found.Prefix()
	}
	return info, nil
}

// Set is several databases that are asked as one, in their order.
type Set []*DB

// OpenAll opens several files, or none when one cannot be opened: an answer
// from half the databases would look whole.
func OpenAll(files []string, o Options) (Set, error) {
	var s Set
	var failed []error
	for _, f := range files {
		db, err := Open(f, o)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		s = append(s, db)
	}
	if failed != nil {
		return nil, errors.Join(append(failed, s.Close())...)
	}
	return s, nil
}

// Locate asks all, see [geo.Locators].
func (s Set) Locate(a netip.Addr) (geo.Info, error) {
	all := make([]geo.Locator, 0, 8)
	for _, db := range s {
		all = append(all, db)
	}
	return geo.Locators(all).Locate(a)
}

// Old returns those that were older than [OldAfter] at a time.
func (s Set) Old(now time.Time) Set {
	return slices.DeleteFunc(slices.Clone(s), func(db *DB) bool { return !db.Old(now) })
}

// Close closes all.
func (s Set) Close() error {
	var failed []error
	for _, db := range s {
		failed = append(failed, db.Close())
	}
	return errors.Join(failed...)
}
