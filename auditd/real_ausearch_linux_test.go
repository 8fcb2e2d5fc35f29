package auditd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	stampLine   = regexp.MustCompile(`(?m)^type=\S+ msg=audit\(([^)]+)\)`)
	valueLine   = regexp.MustCompile(`(?m)^type=(SYSCALL|CWD|SOCKADDR) msg=audit\([^)]*\.(\d+:\d+)\) : (.*?) ?$`)
	callValues  = regexp.MustCompile(`^arch=(\S+) syscall=(\S+)(?: success=(\S+) exit=(.*?))? a0=.* ppid=(\d+) pid=(\d+) auid=(\S+) uid=(\S+) .* comm=(.*?) exe=(.*?)(?: subj=\S*)? key=`)
	saddrValues = regexp.MustCompile(`^saddr=\{ saddr_fam=(\S+) (?:laddr=(\S+) lport=(\d+)|path=(.*)) \}$`)
)

// compareWithAusearch holds the events against the audit system's own tool: it
// sees the same ones, and of each the same call, result, process and address.
func compareWithAusearch(t *testing.T, dir string, data []byte, events []*Event) {
	t.Helper()
	copied := filepath.Join(dir, "copy.log")
	require.NoError(t, os.WriteFile(copied, data, 0o600))
	ausearch := func(args ...string) string {
		out, err := exec.Command("ausearch", append(args, "--input", copied)...).Output()
		require.NoError(t, err)
		return string(out)
	}
	seen := map[string]bool{}
	for _, m := range stampLine.FindAllStringSubmatch(ausearch("--format", "raw"), -1) {
		seen[m[1]] = true
	}
	byID := map[string]*Event{}
	for _, e := range events {
		assert.True(t, seen[e.Stamp], "ausearch does not know %s", e.Stamp)
		delete(seen, e.Stamp)
		_, id, _ := strings.Cut(e.Stamp, ".")
		byID[id] = e
	}
	assert.Empty(t, seen, "ausearch has more")

	var want, got []string
	for _, m := range valueLine.FindAllStringSubmatch(ausearch("-i", "--escape", "tty"), -1) {
		e := byID[m[2]]
		require.NotNil(t, e, m[2])
		text := m[3]
		switch m[1] {
		case "CWD":
			want = append(want, m[2]+" "+text)
			got = append(got, m[2]+" cwd="+ttyEscape(e.CWD))
		case "SYSCALL":
			c := callValues.FindStringSubmatch(text)
			require.NotNil(t, c, text)
			want = append(want, fmt.Sprintf("%s %q", m[2], c[1:]))
			success := map[Result]string{ResultSuccess: "yes", ResultFail: "no"}[e.Success]
			got = append(got, fmt.Sprintf("%s %q", m[2], []string{
				e.Arch, e.Syscall, success, exitText(e, c[4]), e.PPID.String(), e.PID.String(),
				name(e.AUIDName), name(e.UIDName), ttyEscape(e.Comm), ttyEscape(e.Exe),
			}))
		case "SOCKADDR":
			s := saddrValues.FindStringSubmatch(text)
			if s == nil || len(e.Socks) == 0 {
				assert.Contains(t, text, "netlink", "ausearch reads an address that we do not know")
				continue
			}
			want = append(want, fmt.Sprintf("%s %q", m[2], s[2:]))
			ours := []string{"", "", ttyEscape(e.Socks[0].Path)}
			if ap := e.Socks[0].AddrPort; ap.IsValid() {
				ours = []string{ap.Addr().String(), fmt.Sprint(ap.Port()), ""}
			}
			got = append(got, fmt.Sprintf("%s %q", m[2], ours))
		}
	}
	assert.Greater(t, len(want), len(events)/3, "ausearch -i says nothing")
	assert.Equal(t, want, got)
}

// name returns a name as ausearch shows it: an unset id's is "unset".
func name(s string) string {
	if s == "" {
		return "unset"
	}
	return s
}

// exitText returns the return value as ausearch shows it: errors as a name
// with a text, which is the C library's and not compared.
func exitText(e *Event, theirs string) string {
	if !e.HasExit {
		return ""
	}
	if no := e.Errno(); no != "" {
		_, text, _ := strings.Cut(theirs, "(")
		return no + "(" + text
	}
	return fmt.Sprint(e.Exit)
}

// ttyEscape does what ausearch does to control characters.
func ttyEscape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] < 0x20 {
			fmt.Fprintf(&b, `\%03o`, s[i])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
