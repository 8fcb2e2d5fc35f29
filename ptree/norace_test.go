//go:build !race

package ptree_test

const raceEnabled = false
