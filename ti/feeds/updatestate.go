package feeds

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// stateFile is where an update keeps what it needs the next time.
const stateFile = ".feeds.json"

// fileState is what is known of a file that was fetched.
type fileState struct {
	URL      string    `json:"url"`
	ETag     string    `json:"etag,omitempty"`
	Modified string    `json:"last_modified,omitempty"`
	Asked    time.Time `json:"asked"`
	Sum      string    `json:"sha256"` // of the file: one that was changed since is fetched anew
}

// feedState is the state by file.
type feedState map[string]fileState

// loadState reads the state; one that is missing or broken is no state.
func loadState(dir string) feedState {
	s := feedState{}
	if f, err := os.Open(filepath.Join(dir, stateFile)); err == nil {
		defer f.Close()
		if json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&s) != nil || s == nil {
			return feedState{}
		}
	}
	return s
}

func (s feedState) save(dir string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".feed-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = replace(f.Name(), filepath.Join(dir, stateFile))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// replace puts tmp in the place of path, so that at any moment there is one of
// the two in full.
func replace(tmp, path string) error {
	if err := os.Chmod(tmp, 0o644); err != nil { //nolint:gosec // others may read what is public
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync() // not all systems can; the rename holds without a crash
		dir.Close()
	}
	return nil
}

// inspected is what a file is like.
type inspected struct {
	Stats

	sum string
}

// inspect reads a file as the feed that it should be.
func inspect(path string, f Feed) (inspected, error) {
	var in inspected
	file, err := os.Open(path)
	if err != nil {
		return in, err
	}
	defer file.Close()
	sum := sha256.New()
	p := parser{o: Options{}.withDefaults(), name: f.File, st: &in.Stats}
	p.yield = func(*Entry) bool { return true }
	p.fail = func(*evidence.LineError) bool { return true }
	if err := p.read(io.TeeReader(file, sum)); err != nil {
		return in, err
	}
	in.sum = hex.EncodeToString(sum.Sum(nil))
	return in, nil
}
