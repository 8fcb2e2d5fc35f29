//go:build !race

package ioc_test

const raced = false
