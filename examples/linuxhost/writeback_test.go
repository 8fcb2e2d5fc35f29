package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// What the API takes, by its description of version 2024-09-01.
var (
	bookmarkProperties = map[string]string{
		"displayName": "string", "query": "string", "notes": "string", "labels": "list", "queryResult": "string",
		"eventTime": "time", "queryStartTime": "time", "queryEndTime": "time",
	}
	commentProperties = map[string]string{"message": "string"}
)

// checkBody holds a body against the description of the API.
func checkBody(t *testing.T, body []byte, known map[string]string, required ...string) map[string]any {
	t.Helper()
	var b map[string]any
	require.NoError(t, json.Unmarshal(body, &b))
	require.Len(t, b, 1)
	p := b["properties"].(map[string]any)
	for name, v := range p {
		switch known[name] {
		case "string":
			require.IsType(t, "", v, name)
		case "time":
			_, err := time.Parse(time.RFC3339Nano, v.(string))
			require.NoError(t, err, name)
		case "list":
			for _, x := range v.([]any) {
				require.NotEmpty(t, x.(string), name)
			}
		default:
			require.Fail(t, "the API has no "+name)
		}
	}
	for _, name := range required {
		require.NotEmpty(t, p[name], name)
	}
	return p
}

// put reads what was written: the properties of each body by where it goes.
func put(t *testing.T, folder string) map[string]map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, "requests.jsonl"))
	require.NoError(t, err)
	out := map[string]map[string]any{}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var r putRequest
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		assert.Equal(t, "PUT", r.Method)
		assert.Equal(t, sentinel.APIVersion, r.APIVersion)
		assert.Equal(t, r.Path+".json", r.File)
		body, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(r.File)))
		require.NoError(t, err)
		parts := strings.Split(r.Path, "/")
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, parts[len(parts)-1])
		if parts[0] == "bookmarks" {
			out[r.Path] = checkBody(t, body, bookmarkProperties, "displayName", "query", "queryResult", "eventTime")
		} else {
			assert.Equal(t, []string{"incidents", "comments"}, []string{parts[0], parts[2]})
			out[r.Path] = checkBody(t, body, commentProperties, "message")
		}
	}
	return out
}

// With -export sentinel the findings are written as bookmarks, from files too;
// a second run writes the same files.
func TestWriteBackFromFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "put")
	code, _, errs := call(t, "-export", "sentinel="+folder)
	require.Equal(t, 0, code, errs)
	assert.Contains(t, errs, "knows no incident of this host, so no comment")
	all := put(t, folder)
	require.Len(t, all, 1, "one finding is above low")
	for _, p := range all {
		assert.Contains(t, p["displayName"], "Break-in")
		assert.Contains(t, p["labels"], "critical")
		assert.NotContains(t, p["notes"], "http://", "no link to click on")
		q, params, err := sentinel.ParseQuery(p["query"].(string))
		require.NoError(t, err, "the query is one of ours, and whole")
		assert.Contains(t, []string{"syslog_all", "audit_lines"}, q.Name)
		assert.Equal(t, "vm", params.Host)
		assert.True(t, params.Window.Contains(at(t, p["eventTime"])), "the query finds the row")
		var row map[string]any
		require.NoError(t, json.Unmarshal([]byte(p["queryResult"].(string)), &row))
		assert.Equal(t, "vm", row["Computer"])
	}
	before := tree(t, folder)
	code, _, errs = call(t, "-export", "sentinel="+folder)
	require.Equal(t, 0, code, errs)
	assert.Equal(t, before, tree(t, folder), "a second run writes the same")

	// another window: the same finding is the same bookmark
	other := filepath.Join(t.TempDir(), "put")
	code, _, errs = call(t, "-window", "2026-11-23", "-export", "sentinel="+other)
	require.Equal(t, 0, code, errs)
	for path := range put(t, other) {
		assert.Contains(t, all, path)
	}
	// and nothing is written without being asked for
	code, _, errs = call(t, "-export", "sentinel")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "sentinel")
	code, _, errs = call(t, "-export", "sentinel="+filepath.Join(folder, "requests.jsonl"))
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "-export sentinel")
	quiet := filepath.Join(t.TempDir(), "put")
	code, _, errs = call(t, "-window", "2026-11-23T08:26:30/08:26:36", "-export", "sentinel="+quiet)
	if code == 0 {
		assert.Contains(t, errs, "no finding above low, so no bookmark")
		assert.Empty(t, put(t, quiet))
	}
}

func at(t *testing.T, v any) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339Nano, v.(string))
	require.NoError(t, err)
	return out
}

// tree returns all files below a folder.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	}))
	return out
}

// From a workspace the row is the workspace's own, and its incidents get
// comments.
func TestWriteBackFromWorkspace(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	srv := sentineltest.New()
	t.Cleanup(srv.Close)
	f, err := os.Open(filepath.Join(dir, "syslog.sentinel.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, srv.AddJSON("Syslog", f))
	require.NoError(t, srv.AddJSON("SecurityAlert", strings.NewReader(`{"TimeGenerated":"2026-11-23T08:28:00Z","SystemAlertId":"a1","AlertName":"x","Entities":"[{\"$id\":\"1\",\"Type\":\"host\",\"HostName\":\"vm\"}]"}`)))
	require.NoError(t, srv.AddJSON("SecurityIncident", strings.NewReader(`
{"TimeGenerated":"2026-11-23T08:29:00Z","IncidentName":"0f8fad5b-d9cb-469f-a165-70867728950e","IncidentNumber":7,"Title":"<b>Break-in</b>","CreatedTime":"2026-11-23T08:29:00Z","AlertIds":["a1"]}
{"TimeGenerated":"2026-11-23T08:29:00Z","IncidentName":"../../x","IncidentNumber":8,"Title":"odd","CreatedTime":"2026-11-23T08:29:00Z","AlertIds":["a1"]}
`)))
	ws, err := srv.Open(sentinel.Options{})
	require.NoError(t, err)
	w, err := querytime.Parse("2026-11-23", time.Time{}, nil)
	require.NoError(t, err)
	inv, err := hunt.Investigate(t.Context(), ws, hunt.Options{Window: w})
	require.NoError(t, err)
	folder := t.TempDir()
	var notes bytes.Buffer
	require.NoError(t, writeBack(folder, inv, &notes))
	assert.Contains(t, notes.String(), "has no id that a comment could be put under")
	bookmarks, comments := 0, 0
	for path, p := range put(t, folder) {
		if strings.HasPrefix(path, "incidents/") {
			comments++
			assert.True(t, strings.HasPrefix(path, "incidents/0f8fad5b-d9cb-469f-a165-70867728950e/comments/"))
			text := p["message"].(string)
			assert.Contains(t, text, "tuxtrail hunted on host vm")
			assert.Contains(t, text, "<br>")
			assert.NotContains(t, strings.ReplaceAll(text, "<br>", ""), "<")
			continue
		}
		bookmarks++
		q, params, err := sentinel.ParseQuery(p["query"].(string))
		require.NoError(t, err)
		found := false // the query, run, gives the row
		for row, err := range ws.Rows(t.Context(), q.Name, params) {
			require.NoError(t, err)
			object, err := row.AppendObject(nil)
			require.NoError(t, err)
			found = found || string(object) == p["queryResult"]
		}
		assert.True(t, found)
	}
	assert.Positive(t, bookmarks)
	assert.Equal(t, 1, comments)
}
