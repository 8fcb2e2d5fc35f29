package entities

import (
	"cmp"
	"strings"
)

// File is a file on a host. Directory is empty for a bare name.
type File struct {
	Directory string `json:"directory,omitzero"`
	Name      string `json:"name,omitzero"`
	Host      Host   `json:"host,omitzero"`
	MD5       string `json:"md5,omitzero"` // hashes in lower-case hex
	SHA1      string `json:"sha1,omitzero"`
	SHA256    string `json:"sha256,omitzero"`
}

// FilePath returns the File at path on host, cut into directory and name after
// the last slash. A path that has no slash but a backslash is cut after its
// last backslash. Nothing is cleaned: "/a/../b" stays what the log said.
func FilePath(host Host, path string) File {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		i = strings.LastIndexByte(path, '\\')
	}
	if i < 0 {
		return File{Name: path, Host: host}
	}
	f := File{Directory: path[:i], Name: path[i+1:], Host: host}
	if f.Path() != path { // the root, "//x", "a\\b/c": the separator stays with the directory
		f.Directory = path[:i+1]
	}
	return f
}

// Path returns directory and name joined by the separator that the directory
// uses.
func (f File) Path() string {
	switch {
	case f.Directory == "":
		return f.Name
	case strings.HasSuffix(f.Directory, "/") || strings.HasSuffix(f.Directory, `\`):
		return f.Directory + f.Name
	case !strings.Contains(f.Directory, "/") && (strings.Contains(f.Directory, `\`) || strings.HasSuffix(f.Directory, ":")):
		return f.Directory + `\` + f.Name
	}
	return f.Directory + "/" + f.Name
}

// Type returns [TypeFile].
func (File) Type() Type { return TypeFile }

// Key is host and full path, with the case of the path; hashes are of a
// content, which many files share, and are not part of it. "" without a host
// or without a directory: a bare name is in no particular place.
func (f File) Key() string {
	h := f.Host.Key()
	if h == "" || f.Directory == "" || f.Name == "" {
		return ""
	}
	return key(TypeFile, h, f.Path())
}

// Equal reports whether f and o have the same key, see [File.Key].
func (f File) Equal(o File) bool { return Equal(f, o) }

// Compare orders by host, path, then hashes.
func (f File) Compare(o File) int {
	return cmp.Or(
		f.Host.Compare(o.Host),
		cmp.Compare(f.Path(), o.Path()),
		cmp.Compare(f.SHA256, o.SHA256),
		cmp.Compare(f.SHA1, o.SHA1),
		cmp.Compare(f.MD5, o.MD5),
	)
}

// String returns the path, else a hash, else "unknown file".
func (f File) String() string {
	return printable(cmp.Or(f.Path(), f.SHA256, f.SHA1, f.MD5, "unknown file"))
}
