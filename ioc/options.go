package ioc

import (
	"errors"
	"fmt"
	"sync"
)

// ErrType is wrapped by the error of [New] for a type that it does not know.
var ErrType = errors.New("unknown indicator type")

// Options sets what a Scanner looks for. The zero value asks for
// [DefaultTypes].
type Options struct {
	// Types are the types to look for; nil means DefaultTypes.
	Types []Type
	// Custom are types of the caller's own, looked for in the same pass.
	Custom []Custom
	// NoParts leaves out matches that are a part of another (the host of a
	// URL, the domain of an e-mail), those with a Parent.
	NoParts bool
}

// Scanner finds indicators in texts. It does not change after [New] and is
// safe for concurrent use.
type Scanner struct {
	want      [kCount]bool
	noParts   bool
	wantHash  bool
	tokenStep int
	custom    []Custom
	trigger   [256]uint8
	pool      sync.Pool // of *scan
}

// New returns a Scanner. The error wraps [ErrType] and names the type.
func New(o Options) (*Scanner, error) {
	types := o.Types
	if types == nil {
		types = DefaultTypes()
	}
	s := &Scanner{noParts: o.NoParts}
	for _, t := range types {
		k := kindOf(t)
		if k == kNone {
			return nil, fmt.Errorf("ioc: %w: %q", ErrType, string(t))
		}
		s.want[k] = true
	}
	for _, c := range o.Custom {
		if err := c.check(); err != nil {
			return nil, err
		}
		s.custom = append(s.custom, c)
	}
	s.setTriggers()
	return s, nil
}

var defaultScanner = sync.OnceValue(func() *Scanner {
	s, err := New(Options{})
	if err != nil {
		return &Scanner{}
	}
	return s
})

// Default returns the Scanner for [DefaultTypes].
func Default() *Scanner { return defaultScanner() }
