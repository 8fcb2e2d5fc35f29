package floors

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// list returns the packages of our module and all that they import.
func list(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Dir,Standard,Module,Imports,GoFiles", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	graph := map[string]pkg{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return graph
		} else if err != nil {
			t.Fatal(err)
		}
		graph[p.ImportPath] = p
	}
}

func TestFloors(t *testing.T) {
	graph := list(t)
	require.Contains(t, graph, module+"/evidence")
	require.Contains(t, graph, "fmt")
	assert.Empty(t, check(graph))
}

func TestOnlyProgramsPrint(t *testing.T) {
	for path, p := range list(t) {
		name, mine := ours(path)
		if !mine || strings.HasPrefix(name, programs) || strings.HasPrefix(name, helpers) {
			continue
		}
		var files []string
		for _, f := range p.GoFiles {
			files = append(files, filepath.Join(p.Dir, f))
		}
		places, err := printsIn(files)
		require.NoError(t, err)
		assert.Empty(t, places)
	}
}

// The check must be able to fail: a made-up house with every fault.
func TestCheckFindsFaults(t *testing.T) {
	graph := map[string]pkg{}
	add := func(name string, imports ...string) {
		for i, imp := range imports {
			if strings.HasPrefix(imp, "./") {
				imports[i] = module + imp[1:]
			}
		}
		graph[module+"/"+name] = pkg{ImportPath: module + "/" + name, Imports: imports}
	}
	foreign := func(path, mod string, imports ...string) {
		graph[path] = pkg{ImportPath: path, Module: &struct{ Path string }{mod}, Imports: imports}
	}
	foreign("golang.org/x/net/publicsuffix", "golang.org/x/net")
	foreign("example.org/big", "example.org/big")
	foreign("example.org/wrap", "example.org/wrap", "example.org/big")
	foreign("github.com/Azure/azure-sdk-for-go/sdk/azidentity", "github.com/Azure/azure-sdk-for-go/sdk/azidentity")

	add("evidence", "fmt")
	add("querytime", "./evidence")                         // a neighbour on floor 1
	add("syslog", "./evidence", "./auditd")                // a neighbour on floor 2
	add("auditd", "./evidence", "./hunt", "html/template") // upwards, HTML
	add("ioc", "golang.org/x/net/publicsuffix")            // allowed
	add("ptree", "golang.org/x/net/publicsuffix")          // not allowed here
	add("geo", "example.org/wrap", "net/http")             // through another module, and the network
	add("geo/owner", "./geo", "./geo/country", "net/http") // its parent, and a neighbour
	add("geo/country")
	add("logdir", "./sample") // the sample
	add("sentinel", "github.com/Azure/azure-sdk-for-go/sdk/azidentity", "example.org/big")
	add("hunt", "./ioc", "github.com/Azure/azure-sdk-for-go/sdk/azidentity")
	add("report", "./hunt", "html/template", "./internal/sharedtest")
	add("extra", "fmt")
	add("ti", "./ioc", "./ti/online")                         // into its own folder
	add("ti/online", "./ti", "./internal/secret", "net/http") // out of it
	add("ti/feeds", "./ti/online")                            // a neighbour in it
	add("internal/secret", "fmt", "./internal/sharedtest")    // not a helper of tests
	add("sample", "embed", "./evidence")
	add("internal/sharedtest", "testing")
	add("examples/linuxhost", "./report", "./examples/linuxhost/tui", "./sample", "./sentinel", "log", "example.org/big")
	add("examples/other", "./examples/linuxhost", "./examples/linuxhost/tui")
	add("examples/linuxhost/tui", "./report")

	assert.Equal(t, []string{
		"auditd imports html/template, which is for [report] only",
		"auditd links github.com/Azure/azure-sdk-for-go/sdk/azidentity: only sentinel and programs link Azure",
		"auditd on floor 2 imports hunt on floor 4",
		"examples/other on floor 6 imports examples/linuxhost on floor 6",
		"examples/other on floor 6 imports examples/linuxhost/tui on floor 6",
		"extra stands on no floor: add it to rules.go",
		"geo imports net/http, which is for [ti/online ti/feeds sentinel sentinel/sentineltest geo/geolite2 geo/ipstack geo/owner] only",
		"geo links example.org/big, which rules.go does not allow it",
		"geo links example.org/wrap, which rules.go does not allow it",
		"geo/owner links example.org/big, which rules.go does not allow it",
		"geo/owner links example.org/wrap, which rules.go does not allow it",
		"geo/owner on floor 2 imports geo/country on floor 2",
		"hunt links github.com/Azure/azure-sdk-for-go/sdk/azidentity: only sentinel and programs link Azure",
		"internal/secret imports internal/sharedtest, which is for tests",
		"logdir imports the sample, which is for programs and tests",
		"ptree links golang.org/x/net, which rules.go does not allow it",
		"querytime on floor 1 imports evidence on floor 1",
		"report imports internal/sharedtest, which is for tests",
		"report links github.com/Azure/azure-sdk-for-go/sdk/azidentity: only sentinel and programs link Azure",
		"sample imports evidence, though it stands on no floor",
		"syslog links github.com/Azure/azure-sdk-for-go/sdk/azidentity: only sentinel and programs link Azure",
		"syslog on floor 2 imports auditd on floor 2",
		"ti on floor 3 imports ti/online on floor 3",
		"ti/feeds on floor 3 imports ti/online on floor 3",
	}, check(graph))
}

func TestPrintsFindsThem(t *testing.T) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", `package x
import (
	"fmt"
	out "os"
)
type s struct{ Stdout int }
func f(os s) {
	fmt.Println("a")
	fmt.Fprintln(out.Stderr, "b")
	_ = os.Stdout
	println()
	out.Exit(1)
	_ = fmt.Sprint("c")
}`, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"x.go:8: fmt.Println: only programs know it",
		"x.go:9: os.Stderr: only programs know it",
		"x.go:11: println: only programs know it",
		"x.go:12: os.Exit: only programs know it",
	}, prints(fset, f))
}
