package logdir_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

func BenchmarkSyslog(b *testing.B) {
	text := long(100_000)
	for name, files := range map[string]map[string]string{
		"one log":     {"auth.log": text},
		"gzip":        {"auth.log.2.gz": gz(text)},
		"two logs":    {"auth.log": text, "secure": strings.ReplaceAll(text, "many", "few")},
		"two copies":  {"auth.log": text, "syslog": text},
		"two halves":  {"auth.log": text[len(text)/2:], "auth.log.1": text[:len(text)/2]},
		"two on disk": {"auth.log.1": text, "auth.log.1.gz": gz(text)},
	} {
		b.Run(name, func(b *testing.B) {
			var size int64
			for range files {
				size += int64(len(text))
			}
			if name == "two halves" {
				size /= 2
			}
			b.SetBytes(size)
			b.ReportAllocs()
			fsys := tree(files)
			for b.Loop() {
				d := openFS(b, fsys, logdir.Options{Year: 2026})
				for _, err := range d.Syslog(context.Background(), "", querytime.Window{}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	files := fstest.MapFS{}
	text := long(1000)
	for i := range 200 {
		files["auth.log."+string(rune('a'+i%26))+strings.Repeat("x", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	b.ReportAllocs()
	for b.Loop() {
		openFS(b, files, logdir.Options{})
	}
}
