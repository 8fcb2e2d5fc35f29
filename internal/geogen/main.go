package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	npm := flag.String("npm", "", "the folder node_modules")
	out := flag.String("o", "", "the file to write")
	flag.Parse()
	if err := generate(flag.Arg(0), *npm, *out); err != nil {
		fmt.Fprintln(os.Stderr, "geogen:", err)
		os.Exit(1)
	}
}

func generate(what, npm, out string) error {
	var data []byte
	var err error
	switch what {
	case "countries":
		data, err = countries(npm)
	case "database":
		data, err = database(npm)
	case "outlines":
		data, err = outlines(npm)
	default:
		return errors.New("usage: geogen -npm node_modules -o FILE countries|outlines|database")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return os.WriteFile(filepath.Clean(out), data, 0o644) //nolint:gosec // a source file
}
