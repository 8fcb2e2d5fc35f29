package schemagen_test

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/schemagen"
)

type inner struct {
	A netip.Addr `json:"a,omitzero"`
}

type outer struct {
	inner

	At    time.Time      `json:"at"`
	Next  *outer         `json:"next,omitempty"`
	List  []uint16       `json:"list"`
	Bytes []byte         `json:"bytes,omitempty"`
	By    map[string]int `json:"by,omitempty"`
	Not   string         `json:"-"`
}

func TestOf(t *testing.T) {
	g := schemagen.Generator{}
	b, err := json.Marshal(g.Of(reflect.TypeFor[outer](), "id", "title"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"id","title":"title","$ref":"#/$defs/schemagen_test.outer",
		"$defs":{"schemagen_test.outer":{"type":"object","required":["at","list"],"properties":{
		"a":{"type":"string"},"at":{"type":"string","format":"date-time"},"next":{"$ref":"#/$defs/schemagen_test.outer"},
		"list":{"type":"array","items":{"type":"integer","minimum":0}},"bytes":{"type":"string","contentEncoding":"base64"},
		"by":{"type":"object","additionalProperties":{"type":"integer"}}}}}}`, string(b))
}
