// Package bench holds the benchmarks that compare tuxtrail with other
// modules, which tuxtrail itself does not need. Run them with
//
//	cd bench && go test -bench . -benchtime 2s
package bench
