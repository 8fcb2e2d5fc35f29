//go:build race

package ioc_test

// raced: the race detector multiplies the time of each byte looked at.
const raced = true
