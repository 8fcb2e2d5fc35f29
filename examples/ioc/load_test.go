package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// TestLoad runs the program over made-up syslogs whose indicators are known.
func TestLoad(t *testing.T) {
	gen := sharedtest.Dir(t, "bench/gen_ioc.py")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 to make the load with")
	}
	type counts struct{ right, wrong, missed int }
	sum := map[string]*counts{}
	for _, typ := range []string{"ipv4", "ipv6", "dns", "url", "email", "md5_hash", "sha1_hash", "sha256_hash"} {
		sum[typ] = &counts{}
	}
	for seed := 101; seed < 104; seed++ {
		name := filepath.Join(t.TempDir(), "syslog.txt")
		out, err := exec.Command(python, gen, name, "--mb", "3", "--seed", strconv.Itoa(seed), "--truth", "1000000").CombinedOutput()
		require.NoError(t, err, string(out))
		var found, notes bytes.Buffer
		require.Equal(t, 0, run([]string{"-all", name}, nil, &found, &notes), notes.String())
		got := map[int64]map[[2]string]bool{}
		for dec := json.NewDecoder(&found); dec.More(); {
			var o object
			require.NoError(t, dec.Decode(&o))
			if got[o.Line] == nil {
				got[o.Line] = map[[2]string]bool{}
			}
			got[o.Line][[2]string{o.Type, strings.ToLower(o.Value)}] = true
		}
		truth, err := os.ReadFile(name + ".truth.jsonl")
		require.NoError(t, err)
		lines := bufio.NewScanner(bytes.NewReader(truth))
		lines.Buffer(nil, 1<<20)
		for n := int64(1); lines.Scan(); n++ {
			var planted []struct{ Type, Value string }
			require.NoError(t, json.Unmarshal(lines.Bytes(), &planted))
			for _, p := range planted {
				k := [2]string{p.Type, strings.ToLower(p.Value)}
				if got[n][k] {
					sum[p.Type].right++
				} else {
					sum[p.Type].missed++
				}
				delete(got[n], k)
			}
			for k := range got[n] {
				if c := sum[k[0]]; c != nil {
					c.wrong++
				}
			}
		}
		require.NoError(t, lines.Err())
	}
	for typ, c := range sum {
		assert.GreaterOrEqual(t, float64(c.right)/float64(c.right+c.wrong), 0.99, "precision of %s: %+v", typ, *c)
		assert.GreaterOrEqual(t, float64(c.right)/float64(c.right+c.missed), 0.995, "recall of %s: %+v", typ, *c)
	}
}
