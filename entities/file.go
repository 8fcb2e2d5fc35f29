package entities

import (
	"cmp"
	"strings"
)

// File is a file on a host. Directory is empty for a bare name.
//
// MD5, SHA1 and SHA256 are the hashes of the content. Reading Sentinel's JSON
// fills both FileHashes and them; writing it adds to the FileHashes those that
// are not among them.
type File struct {
	Directory               string         `json:"directory,omitzero" v3:"Directory"`
	Name                    string         `json:"name,omitzero" v3:"Name"`
	AlternateDataStreamName string         `json:"alternate_data_stream_name,omitzero" v3:"AlternateDataStreamName"` // of NTFS
	Host                    *Host          `json:"host,omitempty" v3:"Host"`
	HostURL                 *URL           `json:"host_url,omitempty" v3:"HostUrl"`         // where it was downloaded
	ReferrerURL             *URL           `json:"referrer_url,omitempty" v3:"ReferrerUrl"` // page that led there
	WindowsSecurityZoneType string         `json:"windows_security_zone_type,omitzero" v3:"WindowsSecurityZoneType"`
	SizeInBytes             *int64         `json:"size_in_bytes,omitempty" v3:"SizeInBytes"`
	FileHashes              []*FileHash    `json:"file_hashes,omitempty" v3:"FileHashes"`
	MD5                     string         `json:"md5,omitzero"` // hashes in lower-case hex
	SHA1                    string         `json:"sha1,omitzero"`
	SHA256                  string         `json:"sha256,omitzero"`
	Extra                   map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// FilePath returns the File at path on host, cut into directory and name after
// the last slash. A path that has no slash but a backslash is cut after its
// last backslash. Nothing is cleaned: "/a/../b" stays what the log said.
func FilePath(host *Host, path string) *File {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		i = strings.LastIndexByte(path, '\\')
	}
	if i < 0 {
		return &File{Name: path, Host: host}
	}
	f := &File{Directory: path[:i], Name: path[i+1:], Host: host}
	if f.Path() != path { // the root, "//x", "a\\b/c": the separator stays with the directory
		f.Directory = path[:i+1]
	}
	return f
}

// Path returns directory and name joined by the separator that the directory
// uses.
func (f *File) Path() string {
	switch {
	case f == nil:
		return ""
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
func (*File) Type() Type { return TypeFile }

// Key is host and full path, with the case of the path. "" without a host or
// without a directory: a bare name is in no particular place. [Identify] adds
// Microsoft's rules: the full path of a file of which no host is known, and
// the name with a hash of the content. That /etc/passwd of two known hosts are
// two files is ours: Microsoft's rule of directory and name makes one of them.
func (f *File) Key() string {
	if f == nil || f.Host == nil {
		return ""
	}
	strong, _ := Identify(f, nil)
	if len(strong) == 0 || !strings.HasPrefix(strong[0], key(TypeFile, "path", "")) {
		return ""
	}
	return strong[0]
}

func (f *File) identify(ids *identifiers) {
	if f.Directory != "" && f.Name != "" {
		path := f.Path()
		if f.AlternateDataStreamName != "" {
			path += ":" + f.AlternateDataStreamName
		}
		if f.Host == nil {
			ids.add("anywhere", path)
		} else {
			ids.add("path", ids.of(f.Host), path)
		}
	}
	for _, h := range f.Hashes() {
		if h != nil {
			ids.add("content", f.Name, h.kind(), lower(h.Value))
		}
	}
	if f.Directory == "" {
		ids.addWeak("name", f.Name)
	}
}

// Hashes returns FileHashes and behind them MD5, SHA1 and SHA256 where they
// are not among them.
func (f *File) Hashes() []*FileHash {
	if f == nil {
		return nil
	}
	all := f.FileHashes[:len(f.FileHashes):len(f.FileHashes)]
	for _, h := range []FileHash{{Algorithm: "MD5", Value: f.MD5}, {Algorithm: "SHA1", Value: f.SHA1}, {Algorithm: "SHA256", Value: f.SHA256}} {
		known := h.Value == ""
		for _, o := range f.FileHashes {
			known = known || o != nil && o.kind() == h.kind() && strings.EqualFold(o.Value, h.Value)
		}
		if !known {
			all = append(all, &h)
		}
	}
	return all
}

// Equal reports whether f and o have the same key, see [File.Key].
func (f *File) Equal(o *File) bool { return Equal(f, o) }

// Compare orders by host, path, then hashes; nil first.
func (f *File) Compare(o *File) int {
	if f == nil || o == nil {
		return compareNil(f == nil, o == nil)
	}
	return cmp.Or(
		f.Host.Compare(o.Host),
		cmp.Compare(f.Path(), o.Path()),
		cmp.Compare(f.SHA256, o.SHA256),
		cmp.Compare(f.SHA1, o.SHA1),
		cmp.Compare(f.MD5, o.MD5),
	)
}

// String returns the path, else a hash, else "unknown file".
func (f *File) String() string {
	if f == nil {
		return "unknown file"
	}
	return printable(cmp.Or(f.Path(), f.SHA256, f.SHA1, f.MD5, "unknown file"))
}

// FileHash is a hash of a content.
type FileHash struct {
	Algorithm string         `json:"algorithm,omitzero" v3:"Algorithm"` // MD5, SHA1, SHA256 or SHA256AC
	Value     string         `json:"value,omitzero" v3:"Value"`         // hex, in any case
	Extra     map[string]any `json:"extra,omitempty"`                   // properties without a field, see [Parse]
}

// Type returns [TypeFileHash].
func (*FileHash) Type() Type { return TypeFileHash }

// Key is algorithm and value, without case.
func (h *FileHash) Key() string { return firstStrong(h) }

func (h *FileHash) identify(ids *identifiers) { ids.add("hash", h.kind(), lower(h.Value)) }

// kind is the algorithm without case and hyphens: "SHA-256" is "sha256".
func (h *FileHash) kind() string {
	if h == nil {
		return ""
	}
	return strings.ReplaceAll(lower(h.Algorithm), "-", "")
}

// String returns "SHA256 00ff…", or "unknown hash".
func (h *FileHash) String() string {
	if h == nil || h.Value == "" {
		return "unknown hash"
	}
	return printable(strings.TrimSpace(h.Algorithm + " " + h.Value))
}
