package hunt_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// TestHistoryOff: each way to leave no history is told once, with the session,
// and none of the look-alikes is.
func TestHistoryOff(t *testing.T) {
	for _, tc := range []struct {
		command string
		kind    hunt.SilenceKind // "" for ordinary work
	}{
		{"unset HISTFILE", hunt.SilenceHistory},
		{"export HISTFILE=/dev/null", hunt.SilenceHistory},
		{"HISTFILE=/dev/null bash -i", hunt.SilenceHistory},
		{"export HISTSIZE=0", hunt.SilenceHistory},
		{"HISTFILESIZE=0; export HISTFILESIZE", hunt.SilenceHistory},
		{"set +o history", hunt.SilenceHistory},
		{"history -c", hunt.SilenceHistory},
		{"history -cw", hunt.SilenceHistory},
		{"ln -sf /dev/null ~/.bash_history", hunt.SilenceHistory},
		{"rm -f /home/ann/.bash_history", hunt.SilenceHistory},
		{"cat /dev/null > ~/.bash_history", hunt.SilenceHistory},
		{"shred -u ~/.zsh_history", hunt.SilenceHistory},
		{"truncate -s 0 /root/.bash_history", hunt.SilenceHistory},
		{"kill -9 $$", hunt.SilenceHistory},
		{"rm -rf /var/log/audit", hunt.SilenceLogRemoved},
		{"echo > /var/log/auth.log", hunt.SilenceLogRemoved},
		{"sed -i /192.0.2.9/d /var/log/auth.log", hunt.SilenceLogRemoved},
		{"journalctl --rotate --vacuum-time=1s", hunt.SilenceLogRemoved},
		{"auditctl -e 0", hunt.SilenceAuditOff},
		{"auditctl -D", hunt.SilenceAuditOff},
		{"systemctl stop rsyslog", hunt.SilenceLogOff},
		{"history", ""},
		{"history 20", ""},
		{"export HISTSIZE=100000", ""},
		{"export HISTFILE=$HOME/.history", ""},
		{"export HISTTIMEFORMAT='%F %T '", ""},
		{"set -o history", ""},
		{"cat ~/.bash_history", ""},
		{"grep ssh ~/.bash_history", ""},
		{"kill -9 4711", ""},
		{"tail -f /var/log/auth.log", ""},
		{"auditctl -l", ""},
		{"journalctl -u ssh --since today", ""},
		{"systemctl restart rsyslog", ""},
		{"logrotate -f /etc/logrotate.conf", ""},
	} {
		t.Run(tc.command, func(t *testing.T) {
			w := ordinary(2, nil)
			s := w.login("ann", 1000, "192.0.2.9", "publickey", "k1")
			w.run(s, 1000, "/usr/bin/bash", "bash", "-c", tc.command)
			w.wait(time.Second)
			w.logout(s)
			inv := investigate(t, open(t, w.files()), hunt.Options{})
			if tc.kind == "" {
				assert.Empty(t, inv.Silences)
				assert.Empty(t, aboveLow(inv))
				return
			}
			list := silencesOf(inv, tc.kind)
			require.Len(t, list, 1, "%v", inv.Silences)
			assert.Equal(t, inv.Sessions[len(inv.Sessions)-1].ID, list[0].Session)
			assert.True(t, list[0].Tampering)
			assert.NotEmpty(t, list[0].Refs)
			for _, f := range inv.Findings { // alone it is worth a look, no more
				assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityHigh), 0, f.Title)
			}
		})
	}
}
