// Package floors holds the rules of which package may import which, and a
// test that reads the real imports with "go list -deps" and the sources of the
// packages. A new package needs a line in rules.go.
package floors
