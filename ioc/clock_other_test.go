//go:build !unix

package ioc_test

import "time"

var began = time.Now()

func busy() time.Duration { return time.Since(began) }
