package hunt_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// endingSource cancels the hunt after some log lines.
type endingSource struct {
	*logdir.Dir
	after  int
	cancel context.CancelFunc
}

func (s endingSource) Syslog(ctx context.Context, host string, w querytime.Window) iter.Seq2[syslog.Record, error] {
	return func(yield func(syslog.Record, error) bool) {
		n := 0
		for rec, err := range s.Dir.Syslog(ctx, host, w) {
			if n++; n == s.after {
				s.cancel()
				return
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// TestEndedEarly: a hunt that is cancelled gives what it knows, says where it
// was, and calls nothing unsupported.
func TestEndedEarly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	inv, err := hunt.Investigate(ctx, endingSource{open(t, sample.FS()), 150, cancel}, hunt.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, inv)
	require.NotNil(t, inv.Partial)
	assert.Equal(t, "syslog", inv.Partial.Stage)
	assert.False(t, inv.Partial.Until.IsZero())
	assert.Positive(t, inv.Logons.Failed)
	assert.NotEmpty(t, inv.Evidence, "the lines that show it are there")
	for _, v := range inv.Hypotheses {
		assert.NotEqual(t, hunt.NotSupported, v.Answer, v.Hypothesis)
		if v.Answer == hunt.CannotTell {
			assert.Contains(t, v.Why, "ended early")
		}
	}
	for _, s := range inv.Silences {
		assert.NotEqual(t, hunt.SilenceTruncated, s.Kind, "what was not read is not silent")
	}
	for _, s := range inv.Sessions {
		for _, w := range s.Witnesses {
			assert.NotEqual(t, hunt.Missing, w.Says)
		}
	}
}

func TestProgressTellsRateAndTimeLeft(t *testing.T) {
	var texts []string
	for range 40_000 {
		texts = append(texts, "sshd[10]: Failed password for root from 192.0.2.1 port 22 ssh2")
	}
	var last hunt.Progress
	n := 0
	investigate(t, open(t, mapFile("auth.log", lines(texts...))), hunt.Options{Progress: func(p hunt.Progress) {
		assert.GreaterOrEqual(t, p.Done, last.Done)
		assert.LessOrEqual(t, p.Done, p.Total)
		n++
		last = p
	}})
	assert.Positive(t, n)
	assert.Positive(t, last.Total)
	assert.Positive(t, last.Rate)
	assert.GreaterOrEqual(t, last.Left, time.Duration(0))
}

func TestSourcesHaveTheirSums(t *testing.T) {
	inv := onSample(t)
	require.NotEmpty(t, inv.Coverage.Sources)
	for _, d := range inv.Coverage.Sources {
		b, err := fs.ReadFile(sample.FS(), d.File)
		require.NoError(t, err)
		sum := sha256.Sum256(b)
		assert.Equal(t, hex.EncodeToString(sum[:]), d.SHA256, d.File)
		assert.EqualValues(t, len(b), d.Size)
	}
}

const sigmaRules = `
title: Curl piped to a shell
id: 11111111-1111-4111-8111-111111111111
status: test
level: high
tags: [attack.execution, attack.t1059.004]
logsource: {product: linux, category: process_creation}
detection:
  selection: {CommandLine|contains: '| sh'}
  condition: selection
---
title: Never there
id: 22222222-2222-4222-8222-222222222222
level: low
logsource: {product: linux, category: process_creation}
detection:
  selection: {CommandLine|contains: 'no such thing anywhere'}
  condition: selection
---
title: Needs another log
id: 33333333-3333-4333-8333-333333333333
level: low
logsource: {product: linux, category: network_connection}
detection:
  selection: {DestinationPort: 4444}
  condition: selection
---
title: Failed passwords
id: 44444444-4444-4444-8444-444444444444
level: informational
logsource: {product: linux, service: sshd}
detection:
  keywords: ['Failed password']
  condition: keywords
---
title: Somebody logged on
id: 55555555-5555-4555-8555-555555555555
level: low
logsource: {product: linux, service: auditd}
detection:
  selection: {type: USER_LOGIN}
  condition: selection
`

func TestSigmaRulesEndInOneOfThree(t *testing.T) {
	set, err := sigma.Load("rules.yml", strings.NewReader(sigmaRules), sigma.Options{})
	require.NoError(t, err)
	inv := investigate(t, open(t, sample.FS()), hunt.Options{Sigma: set})
	require.Len(t, inv.Sigma, 5)
	curl := inv.Sigma[0]
	assert.Equal(t, string(sigma.Matched), curl.Verdict)
	assert.NotEmpty(t, curl.Refs)
	assert.NotEmpty(t, curl.Sessions)
	assert.Equal(t, []string{"F1"}, curl.Findings, "it belongs to the break-in")
	assert.Equal(t, string(sigma.NotMatched), inv.Sigma[1].Verdict)
	assert.Positive(t, inv.Sigma[1].Considered)
	assert.Equal(t, string(sigma.CouldNotMatch), inv.Sigma[2].Verdict)
	assert.NotEmpty(t, inv.Sigma[2].Because)
	assert.EqualValues(t, 22, inv.Sigma[3].Count)
	assert.Equal(t, string(sigma.Matched), inv.Sigma[4].Verdict)
}

// TestHouseRulesAreAllThatFind: each step names a rule of the house, and says no
// more than the rule does.
func TestHouseRulesAreAllThatFind(t *testing.T) {
	rules := map[string]hunt.Rule{}
	for _, r := range hunt.HouseRules() {
		assert.NotContains(t, rules, r.ID)
		rules[r.ID] = r
		assert.NotEmpty(t, r.Looks, r.ID)
		assert.NotEmpty(t, r.Normal, r.ID)
		assert.NotEmpty(t, r.Confirm, r.ID)
		assert.NotEmpty(t, r.Refute, r.ID)
		assert.NotEmpty(t, r.Hypotheses, r.ID)
		assert.LessOrEqual(t, r.Alone.Compare(r.InAttack), 0, r.ID)
	}
	seen := map[string]bool{}
	for _, inv := range []*hunt.Investigation{
		onSample(t), captured(t, "clean"), captured(t, "intrusion"), investigate(t, open(t, otherIntrusion().files()), hunt.Options{}),
	} {
		for _, f := range inv.Findings {
			assert.NotEmpty(t, f.Why, f.ID)
			assert.NotEmpty(t, f.Normal, f.ID)
			assert.NotEmpty(t, f.Confirm, f.ID)
			assert.NotEmpty(t, f.Refute, f.ID)
			assert.True(t, slices.IsSortedFunc(f.Steps, func(a, b hunt.Step) int { return a.Time.Compare(b.Time) }), f.ID)
			if f.Severity.Compare(hunt.SeverityLow) > 0 {
				assert.NotEmpty(t, f.Paragraph)
				assert.NotNil(t, f.Graph)
			}
			for _, s := range f.Steps {
				r, ok := rules[s.Rule]
				require.True(t, ok, "%q of %q", s.Rule, s.Text)
				seen[s.Rule] = true
				if s.Rule != "risky_command" { // these have the severity of their command's rule
					assert.LessOrEqual(t, s.Severity.Compare(r.InAttack), 0, "%s: %s", s.Rule, s.Text)
				}
			}
		}
	}
	assert.Greater(t, len(seen), 14)
}
