package cmdline

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSchema holds rules/schema.json to what the loader reads.
func TestSchema(t *testing.T) {
	data, err := os.ReadFile("rules/schema.json")
	require.NoError(t, err)
	var schema struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(data, &schema))
	for def, v := range map[string]any{"rule": rawRule{}, "condition": rawCond{}} {
		var keys []string
		for f := range reflect.TypeOf(v).Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			keys = append(keys, name)
		}
		var have []string
		for k := range schema.Defs[def].Properties {
			have = append(have, k)
		}
		assert.ElementsMatch(t, keys, have, def)
	}
	var rule struct {
		Tactic struct{ Enum []string }
		Target struct{ Items struct{ Enum []string } }
	}
	require.NoError(t, json.Unmarshal(mustJSON(t, schema.Defs["rule"].Properties), &rule))
	var kinds []string
	for _, k := range factKinds {
		kinds = append(kinds, string(k))
	}
	assert.ElementsMatch(t, kinds, rule.Target.Items.Enum)
	for x := range DefaultRules().All() {
		assert.Contains(t, rule.Tactic.Enum, x.Tactic, x.ID)
		assert.True(t, strings.HasSuffix(x.Why, "."), x.ID)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}
