package logdir_test

import (
	"context"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

func ExampleOpenFS() {
	// usually: dir, err := logdir.Open("/var/log", logdir.Options{})
	written := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	dir, err := logdir.OpenFS(fstest.MapFS{
		"auth.log":   {Data: []byte("Jan  1 10:00:00 web sshd[9]: Server listening on :: port 22.\n"), ModTime: written},
		"auth.log.1": {Data: []byte("Dec 31 23:00:00 web sshd[7]: Received signal 15; terminating.\n"), ModTime: written},
		"notes.txt":  {Data: []byte("call back tomorrow\n"), ModTime: written},
	}, logdir.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	for rec, err := range dir.Syslog(ctx, "web", querytime.Window{}) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(rec.Ref, rec.Time.Format(time.DateTime), rec.Message)
		raw, err := dir.Raw(ctx, rec.Ref)
		fmt.Println(len(raw), err)
	}
	for _, s := range dir.Stats() {
		fmt.Println(s.File, s.Format, s.Lines, s.Errors)
	}
	// Output:
	// auth.log.1:1 2025-12-31 23:00:00 Received signal 15; terminating.
	// 61 <nil>
	// auth.log:1 2026-01-01 10:00:00 Server listening on :: port 22.
	// 60 <nil>
	// auth.log rfc3164 1 []
	// auth.log.1 rfc3164 1 []
	// notes.txt not read 0 [notes.txt: text of no form that is read here]
}
