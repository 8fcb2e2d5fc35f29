package country

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/tuxtrail/tuxtrail/geo"
)

//go:generate go run ../../internal/geogen -npm ../../.ci/out/npm/node_modules -o countries.bin database

//go:embed countries.bin
var file []byte

// DB is a decoded database. It is safe for concurrent use and never changes.
type DB struct {
	date   time.Time
	places []geo.Place // by number; the first is of none
	four   column[uint32]
	six    column[uint64]
}

// column holds where runs of addresses begin, ascending from 0, and whose they
// are.
type column[T uint32 | uint64] struct {
	starts []T
	codes  []byte
}

// Open decodes the embedded database, which takes some 20 ms the first time;
// later calls return the same one.
func Open() (*DB, error) { return opened() }

var opened = sync.OnceValues(func() (*DB, error) { return decode(file) })

// Date is the day on which the data was put together.
func (db *DB) Date() time.Time { return db.date }

// Source is the name of the data, as in [geo.Place.Source].
const Source = "geo-whois-asn-country"

// Locate returns the country of a global address, or of the IPv4 address that
// it carries ([geo.Target]), with the country's middle as the point. Nothing is
// known of other addresses. The error is always nil.
func (db *DB) Locate(a netip.Addr) (geo.Info, error) {
	a, ok := geo.Target(a)
	if !ok {
		return geo.Info{}, nil
	}
	var code byte
	if a.Is4() {
		b := a.As4()
		code = db.four.find(binary.BigEndian.Uint32(b[:]))
	} else {
		b := a.As16()
		code = db.six.find(binary.BigEndian.Uint64(b[:8]))
	}
	return geo.Info{Place: db.places[code]}, nil
}

func (c column[T]) find(a T) byte {
	i, found := slices.BinarySearch(c.starts, a)
	if !found {
		i--
	}
	return c.codes[i]
}

var errDamaged = errors.New("country database: damaged")

// maxSize is far above what the file unpacks to.
const maxSize = 32 << 20

// decode reads the form that internal/geogen describes.
func decode(file []byte) (*DB, error) {
	head, packed, _ := bytes.Cut(file, []byte("\n"))
	day, ok := bytes.CutPrefix(head, []byte("tuxtrail countries 1 "))
	if !ok {
		return nil, fmt.Errorf("%w: no header", errDamaged)
	}
	date, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		return nil, fmt.Errorf("%w: no date", errDamaged)
	}
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxSize))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	db := &DB{date: date}
	if len(data) == 0 || len(data) < 1+2*int(data[0]) {
		return nil, fmt.Errorf("%w: no codes", errDamaged)
	}
	n := int(data[0])
	db.places = make([]geo.Place, 1, 1+n)
	for i := range n {
		db.places = append(db.places, place(string(data[1+2*i:3+2*i])))
	}
	data = data[1+2*n:]
	if db.four, data, err = decodeColumn[uint32](data, n); err != nil {
		return nil, err
	}
	if db.six, data, err = decodeColumn[uint64](data, n); err != nil {
		return nil, err
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", errDamaged, len(data))
	}
	return db, nil
}

// place returns the country's middle; a code of no country, as databases have
// for regions ("EU"), stays alone.
func place(code string) geo.Place {
	p, ok := geo.Centroid(code)
	if !ok {
		p.CountryCode = code
	}
	p.Source = Source
	return p
}

func decodeColumn[T uint32 | uint64](data []byte, codes int) (column[T], []byte, error) {
	var c column[T]
	size, read := binary.Uvarint(data)
	if read <= 0 || size == 0 || size > uint64(len(data)) {
		return c, nil, fmt.Errorf("%w: no length", errDamaged)
	}
	n := int(size) // not more than the length of data
	zeros, rest := data[read:min(read+n, len(data))], data[min(read+n, len(data)):]
	c.starts = make([]T, n)
	var at uint64
	for i := range zeros {
		distance, read := binary.Uvarint(rest)
		if read <= 0 {
			break
		}
		rest = rest[read:]
		next := at + distance<<(zeros[i]%64)
		if i == 0 && next != 0 || i > 0 && next <= at || uint64(T(next)) != next || bits.LeadingZeros64(distance) < int(zeros[i]) {
			return c, nil, fmt.Errorf("%w: boundary %d out of order", errDamaged, i)
		}
		at = next
		c.starts[i] = T(next)
	}
	if len(zeros) < n || len(rest) < n || n > 1 && c.starts[n-1] == 0 {
		return c, nil, fmt.Errorf("%w: cut off", errDamaged)
	}
	c.codes = rest[:n:n]
	if int(slices.Max(c.codes)) > codes {
		return c, nil, fmt.Errorf("%w: no such code", errDamaged)
	}
	return c, rest[n:], nil
}
