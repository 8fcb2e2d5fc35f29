package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// investigation is what is read of the JSON.
type investigation struct {
	Schema string
	Host   struct {
		Name string `json:"name"`
	}
	Findings []finding
	Sources  []evidence.Digest
	Evidence []hunt.RawLine
}

// finding is what is read of a finding.
type finding struct {
	ID    string         `json:"id"`
	Title string         `json:"title"`
	Refs  []evidence.Ref `json:"refs"`
	Steps []struct {
		Refs []evidence.Ref `json:"refs"`
	} `json:"steps"`
}

// read reads what is checked, and passes over the rest one value at a time: it
// takes the memory of what it keeps and of the largest session or finding.
func read(r io.Reader, limit int64) (*investigation, error) {
	lr := &io.LimitedReader{R: r, N: limit + 1}
	var inv investigation
	err := inv.read(json.NewDecoder(lr))
	switch {
	case lr.N <= 0:
		return nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNoInvestigation, err)
	case inv.Schema != hunt.Schema:
		return nil, fmt.Errorf("%w: its schema is %q, known here is %q", ErrNoInvestigation, inv.Schema, hunt.Schema)
	case len(inv.Sources) == 0:
		return nil, ErrNoDigests
	}
	return &inv, nil
}

func (inv *investigation) read(dec *json.Decoder) error {
	return object(dec, func(key string) error {
		switch key {
		case "schema":
			return dec.Decode(&inv.Schema)
		case "host":
			return dec.Decode(&inv.Host)
		case "findings":
			return list(dec, &inv.Findings)
		case "coverage":
			return object(dec, func(key string) error {
				if key == "sources" {
					return list(dec, &inv.Sources)
				}
				return pass(dec, passLevels)
			})
		case "evidence":
			return list(dec, &inv.Evidence)
		}
		return pass(dec, passLevels)
	})
}

// errShape is the reason where a value is of another kind than it has to be.
var errShape = errors.New("a list or an object stands in the wrong place")

// begin reads the mark that begins an object or a list. It reports false for
// null.
func begin(dec *json.Decoder, mark json.Delim) (bool, error) {
	switch t, err := dec.Token(); {
	case err != nil:
		return false, ended(err)
	case t == nil:
		return false, nil
	case t != mark:
		return false, errShape
	}
	return true, nil
}

// ended is the error for a text that ends too early.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// object calls each for the keys of an object; it must read their values.
func object(dec *json.Decoder, each func(key string) error) error {
	if some, err := begin(dec, '{'); !some {
		return err
	}
	return inside(dec, func() error {
		key, err := dec.Token()
		if err != nil {
			return ended(err)
		}
		name, _ := key.(string)
		return each(name)
	})
}

// list reads the items of a list one by one.
func list[T any](dec *json.Decoder, to *[]T) error {
	*to = nil
	if some, err := begin(dec, '['); !some {
		return err
	}
	return inside(dec, func() error {
		var item T
		if err := dec.Decode(&item); err != nil {
			return ended(err)
		}
		*to = append(*to, item)
		return nil
	})
}

// inside calls each for the parts of what was begun, and reads its end.
func inside(dec *json.Decoder, each func() error) error {
	for dec.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return ended(err)
}

// passLevels is how deep in objects pass still goes part by part.
const passLevels = 3

// pass passes over a value: over the items of lists, also of those in objects,
// one by one.
func pass(dec *json.Decoder, levels int) error {
	if levels == 0 {
		return ended(dec.Decode(&passed{}))
	}
	switch t, err := dec.Token(); {
	case err != nil:
		return ended(err)
	case t == json.Delim('{'):
		return inside(dec, func() error {
			if _, err := dec.Token(); err != nil {
				return ended(err)
			}
			return pass(dec, levels-1)
		})
	case t == json.Delim('['):
		return inside(dec, func() error { return ended(dec.Decode(&passed{})) })
	}
	return nil
}

// passed is a value that is not looked at.
type passed struct{}

// UnmarshalJSON does nothing.
func (*passed) UnmarshalJSON([]byte) error { return nil }
