package hunt_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// busy is a host where four people come and go all day, in sessions that
// overlap, with sudo in them, while strangers guess; in the middle of it one of
// the guesses is right.
func busy(sessions int) *world {
	w := newWorld()
	rng := rand.New(rand.NewPCG(7, 7))
	users := []string{"alice", "bob", "carol", "dave"}
	var open []stay
	for i := range sessions {
		w.wait(time.Duration(60+rng.IntN(400)) * time.Second)
		n := rng.IntN(len(users))
		s := w.login(users[n], 1000+n, fmt.Sprintf("10.0.0.%d", n*2+rng.IntN(2)), "publickey", fmt.Sprint("key", n))
		open = append(open, s)
		for range rng.IntN(3) {
			w.wait(time.Duration(rng.IntN(20)) * time.Second)
			w.sudo(open[rng.IntN(len(open))], []string{"/usr/bin/apt update", "/usr/bin/systemctl restart nginx", "/usr/bin/ls /root", "/usr/bin/cat /etc/shadow"}[rng.IntN(4)])
		}
		if rng.IntN(5) == 0 {
			w.su(s, "root", 0)
		}
		for len(open) > 3 {
			k := rng.IntN(len(open))
			w.logout(open[k])
			open = slices.Delete(open, k, k+1)
		}
		stranger := fmt.Sprintf("203.0.113.%d", rng.IntN(5))
		for range rng.IntN(4) {
			w.wait(time.Second)
			w.authf("sshd[%d]: Failed password for invalid user admin from %s port 4%04d ssh2", 20000+i, stranger, rng.IntN(10000))
		}
		if i == sessions/2 {
			for k := range 12 {
				w.wait(2 * time.Second)
				w.authf("sshd[%d]: Failed password for %s from 198.51.100.66 port 5%04d ssh2", 40000+k, users[k%4], k)
			}
			in := w.login("bob", 1001, "198.51.100.66", "password", "")
			w.sudo(in, "/usr/sbin/useradd -o -u 0 -g 0 -M -s /bin/bash sysd")
			w.authf("useradd[%d]: new user: name=sysd, UID=0, GID=0, home=/home/sysd, shell=/bin/bash, from=/dev/pts/0", 50000)
			w.wait(time.Minute)
			w.logout(in)
		}
	}
	return w
}

// TestListsAreBoundedAndCountsAreNot holds a hunt that lists little against one
// that lists all: what is counted is the same, what is listed says the same, and
// nothing is made up out of what is not listed.
func TestListsAreBoundedAndCountsAreNot(t *testing.T) {
	src := openDir(t, busy(600).files())
	full := investigate(t, src, hunt.Options{})
	require.Zero(t, full.Omitted)
	require.Greater(t, len(full.Sessions), 600)
	few := investigate(t, src, hunt.Options{MaxSessions: 60, MaxSudo: 50, MaxTries: 40})
	assert.Len(t, few.Sessions, 60)
	assert.Len(t, few.Sudo, 50)
	assert.LessOrEqual(t, len(few.Logons.Tries), 40)
	assert.Equal(t, len(full.Sessions), len(few.Sessions)+few.Omitted.Sessions)
	assert.Equal(t, len(full.Sudo), len(few.Sudo)+few.Omitted.Sudo)
	assert.Equal(t, len(full.Logons.Tries), len(few.Logons.Tries)+few.Logons.Omitted)

	one, other := full.Logons, few.Logons
	one.Tries, other.Tries, one.Omitted, other.Omitted = nil, nil, 0, 0
	assert.Equal(t, one, other, "attempts are counted, listed or not")
	counts := func(inv *hunt.Investigation) (out []string) {
		for _, u := range inv.Users {
			out = append(out, fmt.Sprint(u.Name, u.Known, u.UID != nil, u.Succeeded, u.Failed, u.SessionCount, u.Sudo, u.State, u.First, u.Last, len(u.Sources)))
		}
		return out
	}
	assert.Equal(t, counts(full), counts(few))
	commands := func(inv *hunt.Investigation) map[string]int {
		out := map[string]int{}
		for _, c := range inv.Commands {
			if slices.Contains(c.Where, "sudo") {
				out[c.Text] = c.Count
			}
		}
		return out
	}
	assert.Equal(t, commands(full), commands(few))

	byRef := map[evidence.Ref]*hunt.Session{} // a session's first line names it
	for i := range full.Sessions {
		byRef[full.Sessions[i].Refs[0]] = &full.Sessions[i]
	}
	was := map[string]string{} // the id in the full hunt, by that in the short one
	for _, s := range few.Sessions {
		f := byRef[s.Refs[0]]
		require.NotNil(t, f, "%s is made up: %+v", s.ID, s)
		was[s.ID] = f.ID
		assert.Equal(t, []any{f.User, f.Start, f.End, f.EndReason, f.Source, f.AuditSession, f.Witnesses, f.Refs},
			[]any{s.User, s.Start, s.End, s.EndReason, s.Source, s.AuditSession, s.Witnesses, s.Refs})
		assert.Equal(t, f.Facts.Sudo, s.Facts.Sudo, "sudo commands of %s, listed or not", f.ID)
		assert.Equal(t, f.Facts.Ratio, s.Facts.Ratio)
	}
	sudo := map[evidence.Ref]hunt.Command{}
	for _, c := range full.Sudo {
		sudo[c.Refs[0]] = c
	}
	for _, c := range few.Sudo {
		if c.Session != "" {
			assert.Equal(t, sudo[c.Refs[0]].Session, was[c.Session], "%s by %s", c.Text, c.User)
		}
	}
	require.NotEmpty(t, full.Findings)
	require.NotEmpty(t, few.Findings)
	assert.Equal(t, full.Findings[0].Title, few.Findings[0].Title)
	assert.Equal(t, full.Findings[0].Severity, few.Findings[0].Severity)
	assert.Equal(t, answersOf(full), answersOf(few))
	entry := func(inv *hunt.Investigation) string {
		for _, s := range inv.Sessions {
			if s.Source == "198.51.100.66" {
				return fmt.Sprint(s.User, s.Start, flagNames(&s))
			}
		}
		return "not listed"
	}
	assert.Equal(t, entry(full), entry(few), "what matters is kept")
	for _, s := range few.Silences {
		assert.Contains(t, kinds(full), s.Kind, "a silence that is none")
	}
	assert.NotEqual(t, full.Coverage.Notes, few.Coverage.Notes, "what is left out is said")
}

// TestNothingIsMadeUpOfWhatIsNotListed looks at captured hosts with nearly
// nothing listed: sessions that audit and wtmp know are no news.
func TestNothingIsMadeUpOfWhatIsNotListed(t *testing.T) {
	for _, name := range []string{"clean", "intrusion"} {
		t.Run(name, func(t *testing.T) {
			full := captured(t, name)
			few := investigate(t, openDir(t, os.DirFS(filepath.Join("testdata", name))), hunt.Options{MaxSessions: 2, MaxSudo: 2})
			assert.Equal(t, len(full.Sessions), len(few.Sessions)+few.Omitted.Sessions)
			for _, s := range few.Sessions {
				assert.Empty(t, s.Inferred, "%+v", s)
			}
			for _, f := range few.Findings {
				assert.NotContains(t, f.Rules, "witness_differs", f.Title)
			}
			assert.Len(t, few.Silences, len(full.Silences))
		})
	}
}

func answersOf(inv *hunt.Investigation) (out []hunt.Answer) {
	for _, v := range inv.Hypotheses {
		out = append(out, v.Answer)
	}
	return out
}

func flagNames(s *hunt.Session) (out []string) {
	for _, f := range s.Flags {
		out = append(out, f.Name)
	}
	return out
}

func kinds(inv *hunt.Investigation) (out []hunt.SilenceKind) {
	for _, s := range inv.Silences {
		out = append(out, s.Kind)
	}
	return out
}
