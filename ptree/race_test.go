//go:build race

package ptree_test

const raceEnabled = true
