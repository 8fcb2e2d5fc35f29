package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

const (
	databasePackage = "@ip-location-db/geo-whois-asn-country-mmdb"
	databaseFile    = "geo-whois-asn-country-"
)

// database returns geo/country's file. It begins with a line of text, "tuxtrail
// countries 1 DATE"; the rest is a deflate stream: how many codes, the codes of
// two letters, then for IPv4 and for the upper halves of IPv6 addresses each
// four columns: how many boundaries there are; the zero bits at the end of the
// distance from each boundary to the one before; the rest of the distance; the
// number of the code that begins there, 0 for none. Numbers are uvarints, zero
// bits and codes are bytes.
func database(npm string) ([]byte, error) {
	var codes []string
	var columns [][]run
	var built time.Time
	for _, version := range []string{"ipv4", "ipv6"} {
		data, err := os.ReadFile(filepath.Join(npm, databasePackage, databaseFile+version+".mmdb"))
		if err != nil {
			return nil, err
		}
		db, err := maxminddb.OpenBytes(data)
		if err != nil {
			return nil, err
		}
		runs, err := runsOf(db, &codes)
		if err != nil {
			return nil, err
		}
		columns = append(columns, runs)
		built = time.Unix(int64(db.Metadata.BuildEpoch), 0).UTC()
	}
	if len(codes) > 255 {
		return nil, fmt.Errorf("%d codes do not fit into a byte", len(codes))
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "tuxtrail countries 1 %s\n", built.Format(time.DateOnly))
	z, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	data := []byte{byte(len(codes))}
	for _, c := range codes {
		data = append(data, c...)
	}
	for _, runs := range columns {
		data = appendRuns(data, runs)
	}
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err = z.Close()
	return out.Bytes(), err
}

// run begins at an address: all 32 bits of IPv4, the upper 64 of IPv6.
type run struct {
	start uint64
	code  byte
}

// runsOf reads a database in the order of addresses. Of networks longer than
// /64 the first in each /64 holds.
func runsOf(db *maxminddb.Reader, codes *[]string) ([]run, error) {
	runs := []run{{0, 0}}
	at := uint64(0) // all below is said
	add := func(start uint64, code byte) {
		if last := &runs[len(runs)-1]; last.code == code {
			return
		} else if last.start == start {
			last.code = code
			return
		}
		runs = append(runs, run{start, code})
	}
	for network := range db.Networks() {
		var code string
		if err := network.DecodePath(&code, "country_code"); err != nil {
			return nil, err
		}
		if len(code) != 2 {
			continue
		}
		number := slices.Index(*codes, code) + 1
		if number == 0 {
			*codes = append(*codes, code)
			number = len(*codes)
		}
		start, size := span(network.Prefix())
		if start < at {
			continue
		}
		if start > at {
			add(at, 0)
		}
		add(start, byte(number))
		if at = start + size; at == 0 {
			return runs, nil // up to the last address
		}
	}
	add(at, 0)
	return runs, nil
}

// span returns the first address of a network and how many there are.
func span(p netip.Prefix) (start, size uint64) {
	if p.Addr().Is4() {
		b := p.Addr().As4()
		return uint64(binary.BigEndian.Uint32(b[:])), 1 << (32 - p.Bits())
	}
	b := p.Addr().As16()
	return binary.BigEndian.Uint64(b[:8]), 1 << max(64-p.Bits(), 0)
}

func appendRuns(data []byte, runs []run) []byte {
	data = binary.AppendUvarint(data, uint64(len(runs)))
	var zeros, rest, codes []byte
	for i, r := range runs {
		distance := r.start
		if i > 0 {
			distance -= runs[i-1].start
		}
		n := bits.TrailingZeros64(distance) % 64
		zeros = append(zeros, byte(n))
		rest = binary.AppendUvarint(rest, distance>>n)
		codes = append(codes, r.code)
	}
	return append(append(append(data, zeros...), rest...), codes...)
}
