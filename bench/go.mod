module github.com/tuxtrail/tuxtrail/bench

go 1.26.0

require (
	github.com/leodido/go-syslog/v4 v4.5.0
	github.com/tuxtrail/tuxtrail v0.0.0
)

replace github.com/tuxtrail/tuxtrail => ../
