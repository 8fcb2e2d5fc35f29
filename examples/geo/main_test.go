package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "addresses")
	require.NoError(t, os.WriteFile(file, []byte("# seen\n8.8.8.8 12 times\n\nnot-an-address\n\x1b[2J\n"), 0o600))
	const (
		dns  = `{"ip":"8.8.8.8","kind":"global"}` + "\n"
		test = `{"ip":"203.0.113.66","kind":"documentation","block":"203.0.113.0/24","name":"Documentation (TEST-NET-3)","source":"RFC 5737"}` + "\n"
		mapd = `{"ip":"::ffff:10.0.0.1","kind":"private","ipv4":"10.0.0.1","block":"10.0.0.0/8","name":"Private-Use","source":"RFC 1918"}` + "\n"
	)
	for _, tc := range []struct {
		name           string
		args           []string
		stdin          string
		code           int
		stdout, stderr string
	}{
		{"addresses", []string{"203.0.113.66", "8.8.8.8", "::ffff:10.0.0.1"}, "", 0, test + dns + mapd, ""},
		{"only global", []string{"-global", "203.0.113.66", "8.8.8.8"}, "", 0, dns, ""},
		{"file", []string{file}, "", 0, dns, "2 lines begin with no address"},
		{"stdin", []string{"-", "8.8.8.8"}, "203.0.113.66\n", 0, test + dns, ""},
		{"empty stdin", []string{"-"}, "", 0, "", ""},
		{"no such file", []string{"8.8.8.800", "8.8.8.8"}, "", 1, dns, "neither an address nor a file"},
		{"nothing", nil, "", 2, "", "name an address"},
		{"help", []string{"-h"}, "", 0, "", "example:"},
		{"unknown flag", []string{"-x"}, "", 2, "", "usage:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			assert.Equal(t, tc.code, run(tc.args, strings.NewReader(tc.stdin), &out, &errs), errs.String())
			assert.Equal(t, tc.stdout, out.String())
			assert.Contains(t, errs.String(), tc.stderr)
			assert.NotContains(t, errs.String(), "\x1b")
		})
	}
}
