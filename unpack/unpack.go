package unpack

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"
)

// What a [Node] could not unpack, and why.
var (
	// ErrDepth: a layer lies deeper than Options.MaxDepth.
	ErrDepth = errors.New("layers are nested deeper than the limit")
	// ErrSize: one layer is larger than Options.MaxSize, or its decoder would
	// need more memory than that.
	ErrSize = errors.New("unpacked data is larger than the limit")
	// ErrTotal: all layers together are larger than Options.MaxTotal.
	ErrTotal = errors.New("all unpacked data together is larger than the limit")
	// ErrCount: there are more nodes than Options.MaxNodes.
	ErrCount = errors.New("more layers than the limit")
)

// Defaults of [Options].
const (
	DefaultMaxDepth  = 8
	DefaultMaxSize   = 16 << 20
	DefaultMaxTotal  = 64 << 20
	DefaultMaxNodes  = 1000
	DefaultMinLength = 16
)

// Options limits what is unpacked. The zero value works.
type Options struct {
	MaxDepth  int   // layers within layers; 0 means DefaultMaxDepth
	MaxSize   int64 // bytes of one layer; 0 means DefaultMaxSize
	MaxTotal  int64 // bytes of all layers; 0 means DefaultMaxTotal
	MaxNodes  int   // layers and archive members; 0 means DefaultMaxNodes
	MinLength int   // bytes of the shortest base64 or hexadecimal text looked at; 0 means DefaultMinLength
}

// Encoding says how a layer is packed.
type Encoding string

// The encodings that are unpacked.
const (
	Base64    Encoding = "base64"
	Base64URL Encoding = "base64url"
	Hex       Encoding = "hex"
	HexEscape Encoding = "hex_escape" // \x41\x42
	UTF16     Encoding = "utf16"      // little or big endian, as text
	Gzip      Encoding = "gzip"
	Zlib      Encoding = "zlib"
	Bzip2     Encoding = "bzip2"
	XZ        Encoding = "xz"
	Zip       Encoding = "zip" // one node for each member
	Tar       Encoding = "tar" // one node for each member
)

// Node is one unpacked layer.
type Node struct {
	Encoding Encoding
	// Start and End are its range in the bytes of the layer above, or in the
	// text given. For a member of an archive they are the whole archive.
	Start, End int
	// Name is that of a member of an archive, or the name that gzip kept. It
	// is what the archive says, never a path to be opened.
	Name string
	// Data is what was unpacked; with Err, what there was of it.
	Data []byte
	// Type says what Data is: "text", "elf", "script", "gzip", … or "data".
	Type string
	// MD5, SHA1 and SHA256 are of Data, in lower-case hexadecimal digits.
	MD5, SHA1, SHA256 string
	// Err says why Data is not all, or why nothing deeper was looked at. It
	// wraps one of the errors of this package for a limit, or is what the
	// decoder says of broken data.
	Err      error
	Children []*Node
}

// Text returns what is packed inside text, in the order in which it stands
// there. Words that happen to be in the alphabet of an encoding are told from
// it by what they decode to: text, or a known kind of file.
func Text(text string, o Options) []*Node { return Bytes([]byte(text), o) }

// Bytes is [Text] for bytes, which may also be a compressed file or an
// archive themselves.
func Bytes(data []byte, o Options) []*Node {
	u := unpacker{Options: o}
	if u.MaxDepth <= 0 {
		u.MaxDepth = DefaultMaxDepth
	}
	if u.MaxSize <= 0 {
		u.MaxSize = DefaultMaxSize
	}
	if u.MaxTotal <= 0 {
		u.MaxTotal = DefaultMaxTotal
	}
	if u.MaxNodes <= 0 {
		u.MaxNodes = DefaultMaxNodes
	}
	if u.MinLength <= 0 {
		u.MinLength = DefaultMinLength
	}
	nodes, _ := u.inside(data, 1)
	return nodes
}

// All returns the nodes below and including n in the order of the tree, each
// with the encodings from n to it.
func (n *Node) All() iter.Seq2[[]Encoding, *Node] {
	return func(yield func([]Encoding, *Node) bool) { n.walk(nil, yield) }
}

func (n *Node) walk(path []Encoding, yield func([]Encoding, *Node) bool) bool {
	path = append(path[:len(path):len(path)], n.Encoding)
	if !yield(path, n) {
		return false
	}
	for _, c := range n.Children {
		if !c.walk(path, yield) {
			return false
		}
	}
	return true
}

// unpacker is the state of one call.
type unpacker struct {
	Options
	nodes int
	total int64
}

// room returns how many bytes the next layer may have, and the error for more.
func (u *unpacker) room() (int64, error) {
	if left := u.MaxTotal - u.total; left < u.MaxSize {
		return max(left, 0), ErrTotal
	}
	return u.MaxSize, ErrSize
}

// add completes a node with Data and looks inside it. It reports false when
// there are too many.
func (u *unpacker) add(nodes []*Node, n *Node, depth int) ([]*Node, bool) {
	if u.nodes >= u.MaxNodes {
		return nodes, false
	}
	u.nodes++
	u.total += int64(len(n.Data))
	n.Type = sniff(n.Data)
	h1, h2, h3 := md5.Sum(n.Data), sha1.Sum(n.Data), sha256.Sum256(n.Data)
	n.MD5, n.SHA1, n.SHA256 = hex.EncodeToString(h1[:]), hex.EncodeToString(h2[:]), hex.EncodeToString(h3[:])
	var err error
	n.Children, err = u.inside(n.Data, depth+1)
	if n.Err == nil {
		n.Err = err
	}
	return append(nodes, n), true
}

// inside returns what is packed in data.
func (u *unpacker) inside(data []byte, depth int) ([]*Node, error) {
	if len(data) < 4 {
		return nil, nil
	}
	if depth > u.MaxDepth {
		if u.anything(data) {
			return nil, ErrDepth
		}
		return nil, nil
	}
	if unpack := container(data); unpack != nil {
		return unpack(u, data, depth)
	}
	if s, ok := utf16Text(data); ok {
		limit, err := u.room()
		n := &Node{Encoding: UTF16, End: len(data), Data: s}
		if int64(len(s)) > limit {
			n.Data, n.Err = s[:limit], err
		}
		nodes, ok := u.add(nil, n, depth)
		return nodes, countError(ok)
	}
	return u.find(data, depth)
}

func countError(ok bool) error {
	if ok {
		return nil
	}
	return ErrCount
}

// anything reports whether there is something packed in data, without
// unpacking it.
func (u *unpacker) anything(data []byte) bool {
	if container(data) != nil {
		return true
	}
	if _, ok := utf16Text(data); ok {
		return true
	}
	return u.findOnly(data)
}
