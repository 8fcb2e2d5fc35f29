package sentinel_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

func TestBookmarkBody(t *testing.T) {
	row := sentinel.NewRow([]sentinel.Column{{Name: "TimeGenerated", Type: "datetime"}, {Name: "n", Type: "long"}, {Name: "none", Type: "string"}},
		[]byte(`["2026-11-23T08:00:00.5Z",9007199254740993,null]`))
	b := sentinel.Bookmark{
		Name: "Break-in", Notes: `a "note"`, Labels: []string{"tuxtrail"}, Query: "Syslog", Row: row,
		Window: querytime.Window{Start: time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 3600))},
	}
	id, body, err := b.Body()
	require.NoError(t, err)
	assert.JSONEq(t, `{"properties":{"displayName":"Break-in","notes":"a \"note\"","labels":["tuxtrail"],"query":"Syslog",
		"queryResult":"{\"TimeGenerated\":\"2026-11-23T08:00:00.5Z\",\"n\":9007199254740993}",
		"eventTime":"2026-11-23T08:00:00.5Z","queryStartTime":"2026-11-23T08:00:00Z"}}`, string(body))
	assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
	again, _, err := b.Body()
	require.NoError(t, err)
	assert.Equal(t, id, again)

	b.Name = " "
	_, _, err = b.Body()
	require.Error(t, err)
	b.Name = strings.Repeat("x", 251)
	_, _, err = b.Body()
	require.ErrorIs(t, err, sentinel.ErrTooLong)
}

func TestCommentBody(t *testing.T) {
	_, body, err := sentinel.CommentBody("<script>alert(1)</script> & \xff")
	require.NoError(t, err)
	var got struct{ Properties struct{ Message string } }
	require.NoError(t, json.Unmarshal(body, &got))
	assert.Equal(t, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \ufffd", got.Properties.Message)
	_, _, err = sentinel.CommentBody(strings.Repeat("x", 30_001))
	require.ErrorIs(t, err, sentinel.ErrTooLong)
	_, _, err = sentinel.CommentBody("")
	require.Error(t, err)
}
