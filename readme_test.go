package tuxtrail_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadmeExample holds the README's Go code to the example that is compiled
// and run.
func TestReadmeExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	code, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, after, ok := strings.Cut(string(code), "func Example() {\n")
	require.True(t, ok)
	body, _, ok := strings.Cut(after, "\t// Output:")
	require.True(t, ok)
	_, block, ok := strings.Cut(string(readme), "```go\n")
	require.True(t, ok, "the README has a Go example")
	block, _, ok = strings.Cut(block, "```")
	require.True(t, ok)
	assert.Equal(t, strings.ReplaceAll("\n"+body, "\n\t", "\n"), "\n"+block)
}

// TestReadmeNamesWhatIsThere holds the README's paths and packages to the
// repository.
func TestReadmeNamesWhatIsThere(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(string(readme), -1) {
		if !strings.Contains(m[1], "://") {
			assert.FileExists(t, strings.TrimSuffix(filepath.Join(m[1], "doc.go"), ifFile(m[1])), m[1])
		}
	}
	folders, err := filepath.Glob("*/doc.go")
	require.NoError(t, err)
	for _, f := range folders {
		if _, err := os.Stat(filepath.Join(filepath.Dir(f), "go.mod")); err == nil {
			continue // a module of its own, for development
		}
		assert.Contains(t, string(readme), "["+filepath.Dir(f)+"]("+filepath.Dir(f)+")", "the table of packages")
	}
	programs, err := filepath.Glob("examples/*/main.go")
	require.NoError(t, err)
	for _, f := range programs {
		assert.Contains(t, string(readme), filepath.ToSlash(filepath.Dir(f)), "the table of programs")
	}
}

// ifFile returns what to cut off a joined path so that a link to a file names
// the file itself.
func ifFile(link string) string {
	if info, err := os.Stat(link); err == nil && !info.IsDir() {
		return string(filepath.Separator) + "doc.go"
	}
	return ""
}
