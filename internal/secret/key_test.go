package secret_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/secret"
)

type holder struct {
	Name string
	key  secret.Key
	Open secret.Key
	in   *secret.Key
}

func TestKeyNeverPrints(t *testing.T) {
	const value = "MARKED-f00d-cafe"
	k := secret.New(" " + value + "\n")
	assert.Equal(t, value, k.Reveal())
	h := holder{"x", k, k, &k}
	var out strings.Builder
	for _, v := range []any{k, &k, h, &h, []secret.Key{k}, map[string]secret.Key{"a": k}, errors.Join(fmt.Errorf("failed with %v", k))} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	text, err := json.Marshal(h)
	require.NoError(t, err)
	out.Write(text)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "key", k, "holder", h)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "key", k, "holder", h)
	assert.NotContains(t, out.String(), "MARKED")
	assert.NotContains(t, out.String(), fmt.Sprintf("%x", value))
	assert.Contains(t, string(text), `"Open":"[key]"`)
}

func TestZeroKey(t *testing.T) {
	for _, k := range []secret.Key{{}, secret.New(""), secret.New(" \t\n")} {
		assert.True(t, k.IsZero())
		assert.Empty(t, k.Reveal())
		assert.Empty(t, k.String())
		assert.Equal(t, "<>", fmt.Sprintf("<%v>", k))
	}
}
