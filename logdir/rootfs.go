package logdir

import (
	"io/fs"
	"os"
)

// rootFS is the folder at a path. Unlike os.DirFS it does not follow links
// that lead out of the folder: a copied folder is evidence, and may hold any.
type rootFS string

// Open opens the named file; the folder is not kept open.
func (r rootFS) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(r))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return root.Open(name)
}

// Stat describes the named file, or what a link leads to.
func (r rootFS) Stat(name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(string(r))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Stat(name)
}
