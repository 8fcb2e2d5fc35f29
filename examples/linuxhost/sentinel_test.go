package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Without any credentials the program says in two lines what to set.
func TestSentinelWithoutSetup(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	for _, name := range []string{"LOG_ANALYTICS_WORKSPACE_ID", "MSTICPYCONFIG", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"} {
		t.Setenv(name, "")
	}
	for _, args := range [][]string{
		{"-source", "sentinel"},
		{"-source", "sentinel", "-workspace", "01234567-89ab-cdef-0123-456789abcdef", "-credential", "environment"},
		{"-source", "sentinel", "-workspace", "01234567-89ab-cdef-0123-456789abcdef", "-credential", "secret"},
	} {
		code, out, errs := call(t, args...)
		assert.Equal(t, 1, code)
		assert.Empty(t, out)
		lines := strings.Split(strings.TrimRight(errs, "\n"), "\n")
		if assert.Len(t, lines, 2, errs) {
			assert.Contains(t, lines[0], "LOG_ANALYTICS_WORKSPACE_ID")
			assert.Contains(t, lines[1], "AZURE_CLIENT_SECRET")
			assert.Contains(t, lines[1], "devicecode")
		}
	}
	code, _, errs := call(t, "-source", "sentinel", "-workspace", "web")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "Workspace ID")
}
