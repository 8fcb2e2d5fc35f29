package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/ulikunitz/xz"
)

type unpackFunc func(u *unpacker, data []byte, depth int) ([]*Node, error)

// container returns what unpacks data by its first bytes, nil for none.
func container(data []byte) unpackFunc {
	switch sniff(data) {
	case "gzip":
		return stream(Gzip, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
	case "zlib":
		return stream(Zlib, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })
	case "bzip2":
		return stream(Bzip2, func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })
	case "xz":
		return unxz
	case "zip":
		return unzip
	case "tar":
		return untar
	}
	return nil
}

// stream unpacks one compressed stream.
func stream(e Encoding, open func(io.Reader) (io.Reader, error)) unpackFunc {
	return func(u *unpacker, data []byte, depth int) ([]*Node, error) {
		r, err := open(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e, err)
		}
		n := &Node{Encoding: e, End: len(data)}
		if z, ok := r.(*gzip.Reader); ok {
			n.Name = z.Name
		}
		n.Data, n.Err = u.read(r)
		if n.Err != nil && len(n.Data) == 0 {
			return nil, fmt.Errorf("%s: %w", e, n.Err)
		}
		nodes, ok := u.add(nil, n, depth)
		return nodes, countError(ok)
	}
}

// read reads r up to the limit. What it read before an error is returned with
// the error.
func (u *unpacker) read(r io.Reader) ([]byte, error) {
	limit, over := u.room()
	var b bytes.Buffer
	_, err := io.Copy(&b, io.LimitReader(r, limit+1))
	if int64(b.Len()) > limit {
		return b.Bytes()[:limit], over
	}
	return b.Bytes(), err
}

func unxz(u *unpacker, data []byte, depth int) ([]*Node, error) {
	dict, err := xzDictionary(data)
	if err != nil {
		return nil, fmt.Errorf("xz: %w", err)
	}
	if limit, over := u.room(); dict > max(limit, minDictionary) {
		return nil, fmt.Errorf("xz: a dictionary of %d bytes: %w", dict, over)
	}
	return stream(XZ, func(r io.Reader) (io.Reader, error) {
		return xz.ReaderConfig{SingleStream: true}.NewReader(r)
	})(u, data, depth)
}

// unzip unpacks the members of a zip archive.
func unzip(u *unpacker, data []byte, depth int) ([]*Node, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("zip: %w", err)
	}
	var nodes []*Node
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		n := &Node{Encoding: Zip, End: len(data), Name: f.Name}
		if r, err := f.Open(); err != nil {
			n.Err = err // encrypted, or a method that nobody uses
		} else {
			n.Data, n.Err = u.read(r)
			_ = r.Close() // nothing was written
		}
		var ok bool
		if nodes, ok = u.add(nodes, n, depth); !ok {
			return nodes, ErrCount
		}
	}
	return nodes, nil
}

// untar unpacks the regular members of a tar archive.
func untar(u *unpacker, data []byte, depth int) ([]*Node, error) {
	t := tar.NewReader(bytes.NewReader(data))
	var nodes []*Node
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nodes, nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return nodes, fmt.Errorf("tar: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		n := &Node{Encoding: Tar, End: len(data), Name: h.Name}
		n.Data, n.Err = u.read(t)
		var ok bool
		if nodes, ok = u.add(nodes, n, depth); !ok {
			return nodes, ErrCount
		}
	}
}
