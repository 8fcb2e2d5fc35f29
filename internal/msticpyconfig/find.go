package msticpyconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Names of the file and of the variable that may say where it is.
const (
	FileName = "msticpyconfig.yaml"
	Variable = "MSTICPYCONFIG"
)

// ErrNotFound says that there is no file at any of the usual places.
var ErrNotFound = errors.New("no " + FileName + " in $" + Variable + ", the working directory or ~/.msticpy")

// Places are where the file is looked for. The zero value names none; Usual
// returns those of the process.
type Places struct {
	Env     func(string) string // returns a variable of the environment
	WorkDir string
	Home    string
}

// Usual returns the environment, working directory and home of the process.
func Usual() Places {
	home, _ := os.UserHomeDir()
	return Places{Env: os.Getenv, WorkDir: ".", Home: home}
}

// Find returns the path of the first file that there is: the one that the
// variable MSTICPYCONFIG names, msticpyconfig.yaml in the working directory, the
// same in .msticpy in the home directory. A variable that names no file is an
// error, other than in msticpy, which goes on without a word. The error is
// ErrNotFound where there is none.
func (p Places) Find() (string, error) {
	if p.Env != nil {
		if path := p.Env(Variable); path != "" {
			info, err := os.Stat(path)
			switch {
			case err != nil:
				return "", fmt.Errorf("$%s: %w", Variable, err)
			case info.IsDir():
				path = filepath.Join(path, FileName)
				if _, err := os.Stat(path); err != nil {
					return "", fmt.Errorf("$%s: %w", Variable, err)
				}
			}
			return path, nil
		}
	}
	var places []string
	if p.WorkDir != "" {
		places = append(places, filepath.Join(p.WorkDir, FileName))
	}
	if p.Home != "" {
		places = append(places, filepath.Join(p.Home, ".msticpy", FileName))
	}
	for _, path := range places {
		info, err := os.Stat(path)
		switch {
		case err == nil && info.Mode().IsRegular():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	return "", ErrNotFound
}
