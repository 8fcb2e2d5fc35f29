package floors

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// pkg is what the check needs to know of a package, as "go list -deps -json"
// gives it.
type pkg struct {
	ImportPath string
	Dir        string
	Standard   bool
	Module     *struct{ Path string }
	Imports    []string
	GoFiles    []string
}

// ours returns the path of p in our module, and whether it is part of it.
func ours(path string) (string, bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

// floorOf returns the floor of one of our packages; 0 for those that stand on
// none.
func floorOf(name string) (int, bool) {
	f, ok := floors[name]
	switch {
	case ok:
		return f, true
	case name == "" || name == sample || isHelper(name):
		return 0, true
	case strings.HasPrefix(name, programs):
		return programFloor, true
	}
	return 0, false
}

// isHelper reports whether a package is for tests only: those in internal that
// stand on no floor.
func isHelper(name string) bool {
	_, ok := floors[name]
	return !ok && strings.HasPrefix(name, helpers)
}

// inside reports whether a package lies in the folder of another one, whose
// part it is, or beside it as rules.go allows: it may import it, though they
// stand on one floor.
func inside(name, other string) bool {
	return strings.HasPrefix(name, other+"/") || slices.Contains(beside[name], other)
}

// check returns what breaks the rules in a graph of packages, sorted.
func check(graph map[string]pkg) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for path, p := range graph {
		name, mine := ours(path)
		if !mine {
			continue
		}
		floor, ok := floorOf(name)
		if !ok {
			say("%s stands on no floor: add it to rules.go", name)
			continue
		}
		for _, imported := range p.Imports {
			checkImport(name, floor, imported, say)
		}
		if floor > 0 && floor < programFloor && !anyModule[name] {
			checkModules(name, path, graph, say)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// checkImport checks one import statement.
func checkImport(name string, floor int, imported string, say func(string, ...any)) {
	if other, mine := ours(imported); mine {
		below, _ := floorOf(other)
		switch {
		case isHelper(other):
			if !isHelper(name) {
				say("%s imports %s, which is for tests", name, other)
			}
		case other == sample && floor != programFloor:
			say("%s imports the sample, which is for programs and tests", name)
		case floor == 0:
			say("%s imports %s, though it stands on no floor", name, other)
		case floor == programFloor && inside(other, name): // a program's own parts
		case other != sample && below >= floor && (below > floor || !inside(name, other)):
			say("%s on floor %d imports %s on floor %d", name, floor, other, below)
		}
		return
	}
	allowed, limited := only[imported]
	if limited && floor > 0 && floor < programFloor && !slices.Contains(allowed, name) {
		say("%s imports %s, which is for %v only", name, imported, allowed)
	}
}

// checkModules checks the modules that a program links when it imports the
// package at path, through whatever it imports.
func checkModules(name, path string, graph map[string]pkg, say func(string, ...any)) {
	linked := map[string]bool{}
	may := map[string]bool{}
	seen := map[string]bool{}
	var walk func(string)
	walk = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		if other, mine := ours(path); mine {
			for _, m := range modules[other] {
				may[m] = true
			}
		} else if m := graph[path].Module; m != nil && !graph[path].Standard {
			linked[m.Path] = true
		}
		for _, i := range graph[path].Imports {
			walk(i)
		}
	}
	walk(path)
	for m := range maps.Keys(linked) {
		switch {
		case strings.HasPrefix(m, azure):
			say("%s links %s: only sentinel and programs link Azure", name, m)
		case !may[m]:
			say("%s links %s, which rules.go does not allow it", name, m)
		}
	}
}

// prints returns the places in a source file that write to the process's own
// streams or end it: only programs do.
func prints(fset *token.FileSet, file *ast.File) []string {
	names := map[string]string{} // local name of an import, its path
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		local := path[strings.LastIndexByte(path, '/')+1:]
		if i.Name != nil {
			local = i.Name.Name
		}
		names[local] = path
	}
	var places []string
	ast.Inspect(file, func(n ast.Node) bool {
		what := ""
		switch n := n.(type) {
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if !ok {
				return true
			}
			what = names[x.Name] + "." + n.Sel.Name
		case *ast.CallExpr:
			f, ok := n.Fun.(*ast.Ident)
			if !ok {
				return true
			}
			what = f.Name
		}
		switch what {
		case "os.Stdout", "os.Stderr", "os.Stdin", "os.Exit", "fmt.Print", "fmt.Printf", "fmt.Println", "print", "println":
			at := fset.Position(n.Pos())
			places = append(places, fmt.Sprintf("%s:%d: %s: only programs know it", at.Filename, at.Line, what))
		}
		return true
	})
	return places
}

// printsIn reads the source files of a package for prints.
func printsIn(files []string) ([]string, error) {
	var places []string
	fset := token.NewFileSet()
	for _, name := range files {
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		places = append(places, prints(fset, f)...)
	}
	return places, nil
}
