package export_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/schemagen"
	"github.com/tuxtrail/tuxtrail/report"
)

const schemaFile = "investigation.schema.json"

// TestSchema holds the schema of docs to the types; -update writes it.
func TestSchema(t *testing.T) {
	g := schemagen.Generator{Root: "..", Module: "github.com/tuxtrail/tuxtrail"}
	want := g.Of(reflect.TypeFor[hunt.Investigation](), "https://github.com/tuxtrail/tuxtrail/docs/"+schemaFile, hunt.Schema)
	defs, _ := want["$defs"].(map[string]any)
	inv, _ := defs["hunt.Investigation"].(map[string]any)
	properties, _ := inv["properties"].(map[string]any)
	properties["schema"] = map[string]any{"const": hunt.Schema}
	text, err := json.MarshalIndent(want, "", "  ")
	require.NoError(t, err)
	text = append(text, '\n')
	name := filepath.Join("..", "docs", schemaFile)
	if *update {
		require.NoError(t, os.WriteFile(name, text, 0o600))
	}
	have, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(text), string(have), "the types changed: go test ./export -run TestSchema -update")
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", schemaFile))
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	require.NoError(t, c.AddResource(schemaFile, doc))
	s, err := c.Compile(schemaFile)
	require.NoError(t, err)
	return s
}

func TestSchemaHoldsForTheSample(t *testing.T) {
	s := compiled(t)
	var b bytes.Buffer
	require.NoError(t, report.JSON(&b, investigation(t)))
	valid, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	assert.NoError(t, s.Validate(valid))
	for name, change := range map[string][2]string{
		"another version": {`"schema": "` + hunt.Schema, `"schema": "tuxtrail.investigation/0`},
		"a missing key":   {`"findings":`, `"found":`},
		"a wrong type":    {`"audit_rows": `, `"audit_rows": "x", "was": `},
		"a bad time":      {`"first": "2026-`, `"first": "yesterday `},
	} {
		text := strings.Replace(b.String(), change[0], change[1], 1)
		require.NotEqual(t, b.String(), text, name)
		bad, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		assert.Error(t, s.Validate(bad), name)
	}
}
