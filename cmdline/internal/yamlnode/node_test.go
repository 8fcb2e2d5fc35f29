package yamlnode_test

import (
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline/internal/yamlnode"
)

func TestNodes(t *testing.T) {
	file, err := parser.ParseBytes([]byte("a: 0x40\n'b c': 'it''s'\n7: |\n  two\n  lines\nnil:\ninf: .inf\nt: TRUE\nlist: [1]\none:\n  x: 1.50\n"), 0)
	require.NoError(t, err)
	entries, ok := yamlnode.Mapping(file.Docs[0].Body)
	require.True(t, ok)
	got := map[string]string{}
	lines := map[string]int{}
	nodes := map[string]ast.Node{}
	for _, e := range entries {
		k := yamlnode.Key(e)
		lines[k], nodes[k] = yamlnode.Line(e), e.Value
		if s, ok := yamlnode.Scalar(e.Value); ok {
			got[k] = s
		}
	}
	assert.Equal(t, map[string]string{"a": "0x40", "b c": "it's", "7": "two\nlines", "nil": "", "inf": ".inf", "t": "TRUE"}, got)
	assert.Equal(t, map[string]int{"a": 1, "b c": 2, "7": 3, "nil": 6, "inf": 7, "t": 8, "list": 9, "one": 10}, lines)
	one, ok := yamlnode.Mapping(nodes["one"])
	require.True(t, ok, "a mapping of one entry")
	assert.Equal(t, "x", yamlnode.Key(one[0]))
	_, ok = yamlnode.Mapping(nodes["list"])
	assert.False(t, ok)
	assert.Zero(t, yamlnode.Line(nil))
}
