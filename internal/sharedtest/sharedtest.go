// Package sharedtest finds the data that lies beside a developer's checkout
// and is not part of the repository. Tests that need it skip without it.
package sharedtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir returns the path of name ("corpus/host-a", "bench/gen_auth.py") in the
// folder "shared" next to a parent of the working directory, and skips the
// test where there is none.
func Dir(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		p := filepath.Join(dir, "shared", filepath.FromSlash(name))
		if _, err := os.Stat(p); err == nil {
			return p
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skipf("no shared/%s beside the checkout", name)
		}
		dir = up
	}
}
