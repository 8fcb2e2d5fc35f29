package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folders are where the packages lie that docs/notebook.md names.
var folders = map[string]string{
	"hunt": "hunt", "querytime": "querytime", "sentinel": "sentinel", "online": "ti/online", "feeds": "ti/feeds",
}

// TestNotebookIsTrue walks the table of docs/notebook.md: every call is in the
// code, every flag in the program's help, every section in a report.
func TestNotebookIsTrue(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "notebook.md"))
	require.NoError(t, err)
	_, _, help := call(t, "-h")
	page := filepath.Join(t.TempDir(), "r.html")
	code, _, errs := call(t, "-html", page)
	require.Equal(t, 0, code, errs)
	html, err := os.ReadFile(page)
	require.NoError(t, err)

	declared := map[string]map[string]bool{}
	quoted := regexp.MustCompile("`([^`]+)`")
	words := func(cell string) []string {
		var out []string
		for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
			out = append(out, m[1])
		}
		return out
	}
	rows, calls, flags, sections := 0, 0, 0, 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || len(cells) != 4 || strings.HasPrefix(line, "|---") || strings.Contains(cells[0], "cell") {
			continue
		}
		rows++
		for _, name := range words(cells[1]) {
			calls++
			pkg, rest, _ := strings.Cut(name, ".")
			require.Contains(t, folders, pkg, name)
			if declared[pkg] == nil {
				declared[pkg] = declarations(t, filepath.Join(root, folders[pkg]))
			}
			assert.True(t, declared[pkg][rest], "%s is not in package %s", name, pkg)
		}
		for _, name := range words(cells[2]) {
			flags++
			assert.Regexp(t, `(?m)^  `+regexp.QuoteMeta(name)+`\b`, help, "the flag "+name)
		}
		for _, name := range words(cells[3]) {
			sections++
			id := strings.TrimPrefix(name, "#")
			assert.Regexp(t, `<(section|div|details|main|article)[^>]*\sid="?`+regexp.QuoteMeta(id)+`["\s>]`, string(html), "the section "+name)
		}
	}
	assert.Greater(t, rows, 40)
	assert.Greater(t, calls, 60)
	assert.Greater(t, flags, 40)
	assert.Greater(t, sections, 30)
}

// declarations returns what a package exports: functions, types, and their
// fields and methods as Type.Name.
func declarations(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					out[d.Name.Name] = true
					continue
				}
				of := d.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of = star.X
				}
				if id, ok := of.(*ast.Ident); ok {
					out[id.Name+"."+d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if ts, ok := s.(*ast.TypeSpec); ok {
						out[ts.Name.Name] = true
						members(ts, out)
					}
				}
			}
		}
	}
	return out
}

func members(ts *ast.TypeSpec, out map[string]bool) {
	var list *ast.FieldList
	switch x := ts.Type.(type) {
	case *ast.StructType:
		list = x.Fields
	case *ast.InterfaceType:
		list = x.Methods
	default:
		return
	}
	for _, f := range list.List {
		for _, n := range f.Names {
			out[ts.Name.Name+"."+n.Name] = true
		}
	}
}
