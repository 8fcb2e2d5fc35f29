package visible_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/visible"
)

func TestJSONWriter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain é … 日本": `"plain é … 日本"`, "\u009b2J": `"\u009b2J"`, "a\u202eb\x7f": `"a\u202eb\u007f"`,
		"\U000e0041": `"\udb40\udc41"`, "\x1b": `"\u001b"`, "<&>": `"<&>"`, "\ufffd": "\"\ufffd\"",
	} {
		var b bytes.Buffer
		enc := json.NewEncoder(visible.JSONWriter(&b))
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(in))
		assert.Equal(t, want+"\n", b.String())
		var back string
		require.NoError(t, json.Unmarshal(b.Bytes(), &back))
		assert.Equal(t, in, back)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	n, err := visible.Lines(&b).Write([]byte("a\tb … \x1b[2J\r\nc\u202e\xff\n\n"))
	require.NoError(t, err)
	assert.Equal(t, len("a\tb … \x1b[2J\r\nc\u202e\xff\n\n"), n)
	assert.Equal(t, "a\tb … \\x1b[2J\\r\nc\\u202e\\xff\n\n", b.String())
}
