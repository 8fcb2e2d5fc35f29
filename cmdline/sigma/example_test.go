package sigma_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
)

const rules = `
title: Shell started by a web server
logsource: {product: linux, category: process_creation}
detection:
  parent: {ParentImage|endswith: [/nginx, /apache2]}
  shell: {Image|endswith: [/sh, /bash]}
  condition: parent and shell
---
title: Key file changed
logsource: {product: linux, category: file_event}
detection:
  file: {TargetFilename|endswith: /.ssh/authorized_keys}
  condition: file
`

func Example() {
	set, err := sigma.Load("rules.yml", strings.NewReader(rules), sigma.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := set.NewRun()
	run.Add(sigma.Process{Time: time.Now(), Image: "/usr/bin/bash", CommandLine: "bash -i", ParentImage: "/usr/sbin/nginx"}.Event())
	for _, r := range run.Results() {
		fmt.Printf("%s: %s\n", r.Rule.Title, r.Verdict)
		if r.Because != "" {
			fmt.Println(" ", r.Because)
		}
	}
	// Output:
	// Shell started by a web server: matched
	// Key file changed: could not have matched with these logs
	//   No event of product linux, category file_event was read.
}
