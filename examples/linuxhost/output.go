package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
)

// writeFile writes a file under another name first, so that a hunt that fails
// leaves what was there. What is there and is no ordinary file (a device, a pipe,
// a link) is written to and never replaced.
func writeFile(name string, write func(io.Writer) error) (err error) {
	if fi, err := os.Lstat(name); err == nil && !fi.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := partOf(name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// partOf makes a new file beside name, for its owner alone, as it will hold lines
// of logs. One that somebody else put there, or a link to elsewhere, is not used.
func partOf(name string) (*os.File, error) {
	const tries = 100
	for i := range tries {
		f, err := os.OpenFile(name+"."+strconv.Itoa(os.Getpid()+i)+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("%s: %d files of unfinished hunts lie beside it: remove them (NAME.*.part)", name, tries)
}
