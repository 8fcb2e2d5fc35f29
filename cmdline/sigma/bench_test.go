package sigma_test

import (
	"testing"

	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
)

func BenchmarkAdd(b *testing.B) {
	var text string
	for range 100 {
		text += "---\ntitle: T\nlogsource: {product: linux, category: process_creation}\ndetection:\n  i: {Image|endswith: [/curl, /wget]}\n  c: {CommandLine|contains: [' -O ', ' --output ', http]}\n  condition: i and c\n"
	}
	run := load(b, text).NewRun()
	e := sigma.Process{Time: noon, Image: "/usr/bin/python3", CommandLine: "python3 /srv/app/manage.py runserver", ParentImage: "/usr/bin/bash", User: "app"}.Event()
	b.ReportAllocs()
	for b.Loop() {
		run.Add(e)
	}
}
