package visible_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/visible"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 漢 \\": "plain ü 漢 \\", "a\nb\tc\rd": `a\nb\tc\rd`, "\x1b[2J\x00": `\x1b[2J\x00`,
		"a\u202eb\u200b": `a\u202eb\u200b`, "\xff\xfe": `\xff\xfe`, "\U000e0041": `\U000e0041`, "": "",
	} {
		assert.Equal(t, want, visible.Text(in))
	}
}

func TestJSONKeepsItsMeaning(t *testing.T) {
	in := "a\u202eb\u0085\U000e0041ü"
	raw, err := json.Marshal(in)
	require.NoError(t, err)
	out := visible.JSON(raw)
	assert.NotContains(t, string(out), "\u202e")
	assert.Contains(t, string(out), `\u202e`)
	assert.Contains(t, string(out), "ü")
	var back string
	require.NoError(t, json.Unmarshal(out, &back))
	assert.Equal(t, in, back)
}
