module github.com/tuxtrail/tuxtrail/bench

go 1.26.0

require (
	github.com/elastic/go-libaudit/v2 v2.6.2
	github.com/leodido/go-syslog/v4 v4.5.0
	github.com/tuxtrail/tuxtrail v0.0.0
)

require (
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
	mvdan.cc/xurls/v2 v2.6.0
)

replace github.com/tuxtrail/tuxtrail => ../
