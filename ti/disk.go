package ti

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// disk is a store in one bbolt file. bbolt lets one process in at a time, so the
// file is open only for as long as one transaction takes. A transaction is
// written beside what is there and takes effect with its last page: a process
// that is killed leaves the file as it was before.
//
// Buckets: "answers" hash → time, JSON of a Result; "ages" time, hash → nothing,
// to find the oldest; "usage" provider → JSON; "meta" "bytes" → sum of the
// answers' lengths.
type disk struct {
	path     string
	wait     time.Duration // for another process
	maxBytes int64
}

// DefaultCacheBytes is the size of the answers that a cache keeps when Options
// names no other.
const DefaultCacheBytes = 64 << 20

// maxAnswer is the longest answer that is kept with its raw form.
const maxAnswer = 64 << 10

var (
	bucketAnswers = []byte("answers")
	bucketAges    = []byte("ages")
	bucketUsage   = []byte("usage")
	bucketMeta    = []byte("meta")
	keyBytes      = []byte("bytes")
	keyVersion    = []byte("version")
	version       = []byte("tuxtrail ti 1")
)

var errBusy = errors.New("in use by another process")

// use opens the file for one transaction.
func (d *disk) use(write bool, f func(*bbolt.Tx) error) (err error) {
	if write {
		if err := d.create(); err != nil {
			return err
		}
	}
	// A damaged file makes bbolt panic, one that was cut short is a memory
	// fault: both are an error here.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the file is damaged")
		}
	}()
	db, err := bbolt.Open(d.path, 0o600, &bbolt.Options{Timeout: d.wait, ReadOnly: !write})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return errBusy
	case err != nil:
		return err
	}
	defer db.Close()
	if !write {
		return db.View(func(tx *bbolt.Tx) error {
			if name, _ := tx.Cursor().First(); name == nil {
				return nil // made, and killed before anything was put into it
			}
			if meta := tx.Bucket(bucketMeta); meta == nil || !bytes.Equal(meta.Get(keyVersion), version) {
				return errors.New("not a cache of this version")
			}
			return f(tx)
		})
	}
	return db.Update(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketMeta) == nil {
			if name, _ := tx.Cursor().First(); name != nil {
				return errors.New("not a cache of ours")
			}
			for _, b := range [][]byte{bucketAnswers, bucketAges, bucketUsage, bucketMeta} {
				if _, err := tx.CreateBucketIfNotExists(b); err != nil {
					return err
				}
			}
			if err := tx.Bucket(bucketMeta).Put(keyVersion, version); err != nil {
				return err
			}
		}
		if !bytes.Equal(tx.Bucket(bucketMeta).Get(keyVersion), version) {
			return errors.New("not a cache of this version")
		}
		return f(tx)
	})
}

// create makes the file, where there is none, under another name first: a kill
// in the middle of it leaves no half of a file.
func (d *disk) create() error {
	if info, err := os.Stat(d.path); err == nil && info.Size() > 0 {
		return nil
	}
	dir := filepath.Dir(d.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(d.path)+".new")
	if err != nil {
		return err
	}
	name := f.Name()
	defer os.Remove(name)
	if err := f.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(name, 0o600, &bbolt.Options{Timeout: d.wait})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	if info, err := os.Stat(d.path); err == nil && info.Size() == 0 {
		_ = os.Remove(d.path)
	}
	if err := os.Link(name, d.path); err != nil && !errors.Is(err, fs.ErrExist) {
		return os.Rename(name, d.path) // where there are no links
	}
	return nil
}

func (d *disk) load(pairs []pair, providers []string) ([]*Result, map[string]*usage, error) {
	out := make([]*Result, len(pairs))
	used := map[string]*usage{}
	for _, p := range providers {
		used[p] = &usage{}
	}
	if info, err := os.Stat(d.path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return out, used, nil
	}
	err := d.use(false, func(tx *bbolt.Tx) error {
		answers := tx.Bucket(bucketAnswers)
		for i, p := range pairs {
			data := answers.Get(p.hash())
			if len(data) < 8 {
				continue
			}
			r := &Result{}
			if json.Unmarshal(data[8:], r) == nil && pairOf(r) == p {
				out[i] = r
			}
		}
		for _, p := range providers {
			if data := tx.Bucket(bucketUsage).Get([]byte(p)); data != nil {
				used[p] = parseUsage(data)
			}
		}
		return nil
	})
	if err != nil {
		clear(out)
	}
	return out, used, err
}

func (d *disk) settle(s settlement) (granted int, next time.Time, err error) {
	err = d.use(true, func(tx *bbolt.Tx) error {
		if err := d.keep(tx, s.answers); err != nil {
			return err
		}
		usages := tx.Bucket(bucketUsage)
		u := parseUsage(usages.Get([]byte(s.provider)))
		granted, next = s.apply(u)
		data, err := json.Marshal(u)
		if err != nil {
			return err
		}
		return usages.Put([]byte(s.provider), data)
	})
	if err != nil {
		granted = 0
	}
	return granted, next, err
}

// keep writes answers and removes the oldest beyond the size.
func (d *disk) keep(tx *bbolt.Tx, list []Result) error {
	answers, ages, meta := tx.Bucket(bucketAnswers), tx.Bucket(bucketAges), tx.Bucket(bucketMeta)
	var sum int64
	if b := meta.Get(keyBytes); len(b) == 8 {
		sum = int64(binary.BigEndian.Uint64(b))
	}
	for i := range list {
		r := list[i]
		data, err := json.Marshal(&r)
		if err == nil && len(data) > maxAnswer {
			r.Raw = nil
			data, err = json.Marshal(&r)
		}
		if err != nil || len(data) > maxAnswer {
			continue // asked again the next time
		}
		hash := pairOf(&r).hash()
		at := binary.BigEndian.AppendUint64(nil, uint64(max(r.Asked.UnixNano(), 0)))
		if old := answers.Get(hash); len(old) >= 8 {
			sum -= int64(len(old))
			if err := ages.Delete(append(append([]byte{}, old[:8]...), hash...)); err != nil {
				return err
			}
		}
		value := append(at, data...)
		sum += int64(len(value))
		if err := answers.Put(hash, value); err != nil {
			return err
		}
		if err := ages.Put(append(append([]byte{}, value[:8]...), hash...), nil); err != nil {
			return err
		}
	}
	for c := ages.Cursor(); sum > d.maxBytes; {
		k, _ := c.First()
		if len(k) < 8 {
			break
		}
		sum -= int64(len(answers.Get(k[8:])))
		if err := answers.Delete(k[8:]); err != nil {
			return err
		}
		if err := c.Delete(); err != nil {
			return err
		}
	}
	return meta.Put(keyBytes, binary.BigEndian.AppendUint64(nil, uint64(max(sum, 0))))
}

// wrap names the file in an error.
func (d *disk) wrap(err error) error { return fmt.Errorf("cache %s: %w", d.path, err) }
