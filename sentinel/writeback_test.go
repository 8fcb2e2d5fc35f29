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

const guidForm = `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`

func TestBookmarkBody(t *testing.T) {
	row := sentinel.NewRow([]sentinel.Column{{Name: "TimeGenerated", Type: "datetime"}, {Name: "n", Type: "long"}, {Name: "none", Type: "string"}},
		[]byte(`["2026-11-23T08:00:00.5Z",9007199254740993,null]`))
	result, err := row.AppendObject(nil)
	require.NoError(t, err)
	b := sentinel.Bookmark{
		Name: "Break-in", Notes: `a "note"`, Labels: []string{"tuxtrail", " "}, Query: "Syslog", Result: result,
		Window: querytime.Window{Start: time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 3600))},
	}
	id, body, err := b.Body()
	require.NoError(t, err)
	assert.JSONEq(t, `{"properties":{"displayName":"Break-in","notes":"a \"note\"","labels":["tuxtrail"],"query":"Syslog",
		"queryResult":"{\"TimeGenerated\":\"2026-11-23T08:00:00.5Z\",\"n\":9007199254740993}",
		"eventTime":"2026-11-23T08:00:00.5Z","queryStartTime":"2026-11-23T08:00:00Z"}}`, string(body))
	assert.Regexp(t, guidForm, id)
	again, _, err := b.Body()
	require.NoError(t, err)
	assert.Equal(t, id, again)

	keyed := b
	keyed.Key = "web01 F1"
	one, _, err := keyed.Body()
	require.NoError(t, err)
	assert.Regexp(t, guidForm, one)
	assert.NotEqual(t, id, one)
	keyed.Notes, keyed.Window = "more is known", querytime.Window{}
	two, body, err := keyed.Body()
	require.NoError(t, err)
	assert.Equal(t, one, two, "the same bookmark, in a new state")
	assert.Contains(t, string(body), "more is known")

	for want, spoil := range map[string]func(*sentinel.Bookmark){
		"needs a name":   func(b *sentinel.Bookmark) { b.Name = " " },
		"needs a query":  func(b *sentinel.Bookmark) { b.Query = "" },
		"name of a":      func(b *sentinel.Bookmark) { b.Name = strings.Repeat("x", 251) },
		"notes of a":     func(b *sentinel.Bookmark) { b.Notes = strings.Repeat("é", 10_001) },
		"no JSON object": func(b *sentinel.Bookmark) { b.Result = json.RawMessage(`[1]`) },
	} {
		bad := b
		spoil(&bad)
		_, _, err := bad.Body()
		require.ErrorContains(t, err, want)
		assert.Equal(t, strings.HasSuffix(want, "of a"), strings.Contains(err.Error(), sentinel.ErrTooLong.Error()))
	}
}

func TestCommentBody(t *testing.T) {
	id, body, err := sentinel.CommentBody("", "<script>alert(1)</script> & \xff\r\nit's \"x\"\n")
	require.NoError(t, err)
	assert.Regexp(t, guidForm, id)
	var got struct{ Properties struct{ Message string } }
	require.NoError(t, json.Unmarshal(body, &got))
	assert.Equal(t, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \ufffd<br>it&#39;s &quot;x&quot;", got.Properties.Message)
	_, _, err = sentinel.CommentBody("", strings.Repeat("x", 30_001))
	require.ErrorIs(t, err, sentinel.ErrTooLong)
	_, _, err = sentinel.CommentBody("", strings.Repeat("&", 10_000))
	require.ErrorIs(t, err, sentinel.ErrTooLong, "with its markup")
	_, _, err = sentinel.CommentBody("", " \n")
	require.Error(t, err)
	a, _, err := sentinel.CommentBody("k", "one")
	require.NoError(t, err)
	b, _, err := sentinel.CommentBody("k", "two")
	require.NoError(t, err)
	assert.Equal(t, a, b)
}
