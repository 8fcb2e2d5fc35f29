package utmp_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/utmp"
)

var wtmpStart = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// wtmp makes records of short forms: "login alice pts/0 5" is a logon at the
// fifth minute.
func wtmp(t *testing.T, forms ...string) []byte {
	t.Helper()
	var recs []utmp.Record
	for _, f := range forms {
		var what, user, tty string
		var minute int
		_, err := fmt.Sscan(f, &what, &user, &tty, &minute)
		require.NoError(t, err)
		r := utmp.Record{TTY: tty, Time: wtmpStart.Add(time.Duration(minute) * time.Minute)}
		switch what {
		case "login":
			r.Type, r.User, r.PID = utmp.UserProcess, user, 100+int32(minute)
			r.Host, r.Addr = "198.51.100.7", netip.MustParseAddr("198.51.100.7")
		case "logout":
			r.Type, r.PID = utmp.DeadProcess, 99 // of another process
		case "boot":
			r.Type, r.User = utmp.BootTime, "reboot"
		case "runlevel":
			r.Type, r.User = utmp.RunLevel, user
		}
		recs = append(recs, r)
	}
	return encodeAll(recs, utmp.Layout384, binary.LittleEndian)
}

func TestSessions(t *testing.T) {
	for _, tc := range []struct {
		name  string
		forms []string
		want  []string
	}{
		{"closed", []string{"login alice pts/0 1", "logout - pts/0 5"}, []string{"alice pts/0 1 5 closed"}},
		{"open", []string{"login alice pts/0 1"}, []string{"alice pts/0 1 - open"}},
		{"two of one user", []string{"login alice pts/0 1", "login alice pts/1 2", "logout - pts/0 3", "logout - pts/1 4"}, []string{"alice pts/0 1 3 closed", "alice pts/1 2 4 closed"}},
		{"logout without logon", []string{"logout - pts/0 3", "login bob pts/0 4", "logout - pts/0 5", "logout - pts/0 6"}, []string{"bob pts/0 4 5 closed"}},
		{"logout was lost", []string{"login alice pts/0 1", "login bob pts/0 4", "logout - pts/0 5"}, []string{"alice pts/0 1 - replaced", "bob pts/0 4 5 closed"}},
		{"shutdown", []string{"login alice pts/0 1", "runlevel shutdown ~ 3", "boot - ~ 4", "login bob pts/0 5"}, []string{"alice pts/0 1 3 shutdown", "bob pts/0 5 - open"}},
		{"crash", []string{"login alice pts/0 1", "login bob pts/1 2", "boot - ~ 9"}, []string{"alice pts/0 1 9 crash", "bob pts/1 2 9 crash"}},
		{"crash after a shutdown", []string{"runlevel shutdown ~ 1", "boot - ~ 2", "login alice pts/0 3", "boot - ~ 9"}, []string{"alice pts/0 3 9 crash"}},
		{"change of the run level", []string{"login alice pts/0 1", "runlevel runlevel ~ 2", "logout - pts/0 5"}, []string{"alice pts/0 1 5 closed"}},
		{"nothing", nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data := wtmp(t, tc.forms...)
			var got []string
			for _, s := range utmp.Sessions(utmp.NewReader(bytes.NewReader(data), utmp.Options{Name: "wtmp"}).All()) {
				end := "-"
				if !s.End.IsZero() {
					end = fmt.Sprint(s.End.Sub(wtmpStart).Minutes())
				}
				got = append(got, fmt.Sprint(s.User, " ", s.TTY, " ", s.Start.Sub(wtmpStart).Minutes(), " ", end, " ", s.EndReason))
				assert.Equal(t, "198.51.100.7", s.Addr.String())
				assert.Equal(t, s.EndReason != utmp.EndOpen, len(s.Refs) == 2)
				for _, ref := range s.Refs {
					assert.Equal(t, "wtmp", ref.File)
				}
			}
			assert.Equal(t, tc.want, got)
		})
	}
	refused := utmp.Sessions(utmp.NewReader(bytes.NewReader(wtmp(t, "login alice pts/0 1")), utmp.Options{Name: "btmp"}).All())
	assert.Empty(t, refused)
}

func ExampleSessions() {
	// usually: file, err := os.Open("/var/log/wtmp")
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	file := bytes.NewReader(encodeAll([]utmp.Record{
		{Type: utmp.UserProcess, User: "alice", TTY: "pts/0", Host: "198.51.100.7", Time: at},
		{Type: utmp.DeadProcess, TTY: "pts/0", Time: at.Add(time.Hour)},
	}, utmp.Layout384, binary.LittleEndian))
	for _, s := range utmp.Sessions(utmp.NewReader(file, utmp.Options{Name: "wtmp"}).All()) {
		fmt.Println(s.User, s.TTY, s.Host, s.End.Sub(s.Start), s.EndReason)
	}
	// Output:
	// alice pts/0 198.51.100.7 1h0m0s closed
}
