package hunt

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// dropped is what a log daemon says that it lost or did not write.
type dropped struct {
	at    time.Time
	count int64
	what  string
	ref   evidence.Ref
}

// droppedLine keeps what rsyslog's imuxsock and imjournal, journald and the
// kernel's audit part say about messages that they threw away.
func (h *hunter) droppedLine(rec *syslog.Record) {
	m := rec.Message
	var n int64
	switch {
	case rec.Program == "rsyslogd" && (strings.HasSuffix(m, "] start") || strings.Contains(m, "exiting on signal")),
		rec.Program == "syslog-ng" && strings.Contains(m, "syslog-ng st"), rec.Program == "systemd-journald" && strings.HasPrefix(m, "Journal st"):
		if len(h.logStarts) < maxProbing {
			h.logStarts = append(h.logStarts, utc(rec.Time))
		}
		return
	case rec.Program == "rsyslogd" && strings.Contains(m, " messages lost due to rate-limiting"),
		rec.Program == "rsyslogd" && strings.Contains(m, "begin to drop messages due to rate-limiting"),
		rec.Program == "rsyslogd" && strings.Contains(m, " messages lost due to"):
		n = numberBefore(m, " messages lost")
	case rec.Program == "systemd-journald" && strings.HasPrefix(m, "Suppressed "), rec.Program == "systemd-journald" && strings.HasPrefix(m, "Missed "):
		n = numberBefore(m, " messages")
		if n == 0 {
			n = numberBefore(m, " kernel messages")
		}
	case rec.Program == "kernel" && (strings.Contains(m, "audit: backlog limit exceeded") || strings.Contains(m, "audit_lost=")):
	default:
		return
	}
	if len(h.drops) < maxProbing {
		h.drops = append(h.drops, dropped{utc(rec.Time), n, strings.Clone(m[:min(len(m), maxName)]), rec.Ref})
	}
}

// numberBefore returns the number that stands before a word, else 0.
func numberBefore(s, word string) int64 {
	i := strings.Index(s, word)
	if i < 0 {
		return 0
	}
	s = s[:i]
	n, err := strconv.ParseInt(s[strings.LastIndexByte(s, ' ')+1:], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// dropSlack is how far from a loss the lines may be that fell to it.
const dropSlack = 2 * time.Minute

func (h *hunter) droppedAt(at time.Time) bool {
	i, _ := slices.BinarySearchFunc(h.drops, at.Add(-dropSlack), func(d dropped, t time.Time) int { return d.at.Compare(t) })
	return i < len(h.drops) && near(h.drops[i].at, at, dropSlack)
}
