package msticpyconfig

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	yamlerrors "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/tuxtrail/tuxtrail/internal/secret"
)

// MaxFile is the largest file in bytes that is read.
const MaxFile = 4 << 20

// maxNodes bounds what aliases of aliases can grow to.
const maxNodes = 100_000

// Error is what is wrong in a file, and where.
type Error struct {
	File string
	Line int // from 1; 0 when it concerns the whole file
	Err  error
}

// Error returns "file:line: what is wrong". It holds no value of the file.
func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
	}
	return e.File + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// File is a file that was read.
type File struct {
	Path string
	Root Node
}

// Load reads the file at a path. Errors are *Error, or say that it cannot be
// opened.
func Load(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, &Error{File: path, Err: err}
	}
	return Parse(path, data)
}

// Parse reads a file's content; name stands in errors.
func Parse(name string, data []byte) (file *File, err error) {
	if len(data) > MaxFile {
		return nil, &Error{File: name, Err: errors.New("longer than 4 MiB")}
	}
	defer func() {
		if r := recover(); r != nil { // the YAML parser's own, on hostile input
			file, err = nil, &Error{File: name, Err: errors.New("not YAML")}
		}
	}()
	doc, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	file = &File{Path: name}
	b := builder{name: name, anchors: map[string]ast.Node{}}
	for _, d := range doc.Docs {
		if d.Body == nil {
			continue
		}
		if file.Root, err = b.node(d.Body, 0); err != nil {
			return nil, err
		}
		break
	}
	if k := file.Root.kind; k != mapping && k != null && k != absent {
		return nil, &Error{name, file.Root.Line, errors.New("settings must be a mapping")}
	}
	return file, nil
}

// quoted finds what a parser's message may have taken from the file.
var quoted = regexp.MustCompile("\"[^\"]*\"?|'[^']*'?|`[^`]*`?|\\[[^\\]]*\\]?")

// syntaxError keeps the place and the kind of an error, and leaves out what the
// parser quotes from the file: it may be a key.
func syntaxError(name string, err error) error {
	out := &Error{File: name, Err: errors.New("not YAML")}
	ye, ok := errors.AsType[yamlerrors.Error](err)
	if !ok {
		return out
	}
	if t := ye.GetToken(); t != nil && t.Position != nil {
		out.Line = t.Position.Line
	}
	message, _, _ := strings.Cut(ye.GetMessage(), "\n")
	if _, known, ok := strings.Cut(message, ": "); ok {
		message = known
	}
	out.Err = errors.New("not YAML: " + quoted.ReplaceAllString(message, "…"))
	return out
}

type kind uint8

const (
	absent kind = iota
	null
	scalar
	mapping
	sequence
)

// Node is a value in the file: a text, a mapping, a list, or nothing. The zero
// Node is what stands at a path that is not there. It prints as its place, never
// as its value.
type Node struct {
	Line int // from 1; 0 for what is not there
	kind kind
	text secret.Key
	keys []string
	list []Node // values of the keys, or the items
}

// Format writes where the node stands.
func (n Node) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[line %d]", n.Line) }

// Exists reports whether there is a value, were it null.
func (n Node) Exists() bool { return n.kind != absent }

// IsMap reports whether the node is a mapping.
func (n Node) IsMap() bool { return n.kind == mapping }

// IsList reports whether the node is a list.
func (n Node) IsList() bool { return n.kind == sequence }

// Secret returns the text of a single value; the zero Key for everything else.
func (n Node) Secret() secret.Key { return n.text }

// Text returns the text of a single value as it is written, without blanks
// around it; "" for everything else. Use Secret for what may be a key.
func (n Node) Text() string { return n.text.Reveal() }

// IsText reports whether the node is a single value that is not null.
func (n Node) IsText() bool { return n.kind == scalar }

// Bool reads a truth value as YAML 1.1 has them (true, yes, on, in any case);
// ok is false for everything that is neither true nor false.
func (n Node) Bool() (value, ok bool) {
	switch strings.ToLower(n.Text()) {
	case "true", "yes", "on", "y":
		return true, true
	case "false", "no", "off", "n":
		return false, true
	}
	return false, false
}

// Keys returns the keys of a mapping in the order of the file.
func (n Node) Keys() []string {
	if n.kind != mapping {
		return nil
	}
	return n.keys
}

// Items returns the items of a list.
func (n Node) Items() []Node {
	if n.kind != sequence {
		return nil
	}
	return n.list
}

// Get returns the value at a path of keys; the zero Node when it is not there.
// Keys are compared as they are, then without case. In a list an item is named
// by its number from 0.
func (n Node) Get(path ...string) Node {
	for _, key := range path {
		n = n.child(key)
	}
	return n
}

func (n Node) child(key string) Node {
	if n.kind == sequence {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.list) {
			return n.list[i]
		}
		return Node{}
	}
	if n.kind != mapping {
		return Node{}
	}
	for i, k := range n.keys {
		if k == key {
			return n.list[i]
		}
	}
	for i, k := range n.keys {
		if strings.EqualFold(k, key) {
			return n.list[i]
		}
	}
	return Node{}
}

// Get returns the value at a path ("AzureSentinel", "Workspaces"). At the top,
// AzureSentinel and its newer name MSSentinel are one.
func (f *File) Get(path ...string) Node {
	if f == nil || len(path) == 0 {
		return Node{}
	}
	n := f.Root.child(path[0])
	if !n.Exists() {
		switch strings.ToLower(path[0]) {
		case "azuresentinel":
			n = f.Root.child("MSSentinel")
		case "mssentinel":
			n = f.Root.child("AzureSentinel")
		}
	}
	return n.Get(path[1:]...)
}

// At returns the value at a path with dots ("AzureSentinel.Workspaces"), as in
// msticpy's get_config. A key that holds a dot needs Get.
func (f *File) At(path string) Node { return f.Get(strings.Split(path, ".")...) }

// Wrong returns an *Error about a node.
func (f *File) Wrong(n Node, format string, args ...any) error {
	return &Error{f.Path, n.Line, fmt.Errorf(format, args...)}
}
