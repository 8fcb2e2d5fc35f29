package hunt

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// role is what a signal is in a story; the summary is told by roles.
type role int

const (
	roleOther        role = iota
	roleGuess             // passwords were guessed
	roleEntry             // a logon that followed guessing from its source
	roleKeyEntry          // a logon by a key that was used from elsewhere before
	roleLaterLogon        // a logon of a new account, or of root from outside
	roleServer            // a program that serves the network started a shell
	roleFetchRun          // something was fetched, run, or both
	rolePlantAccount      // an account was made
	roleGrant             // an account got rights
	rolePersist           // a file was written that brings the intruder back
	roleConnect           // a connection out
	roleBecame            // su to another account
	roleJob               // cron or a timer ran it
	roleSilence           // a log was switched off, cut or changed
	roleContext           // what is told only inside a story
)

// signal is one act that may belong to an attack, before acts are joined into
// findings.
type signal struct {
	rule       string // id of a rule of the house
	role       role
	time, end  time.Time
	stage      Stage
	severity   Severity // of the act alone
	raised     Severity // of the act inside an attack
	text       string
	short      string // text without its reason, for titles; "" where text is short
	act        string // the act in a clause without who did it; "" where text serves
	detail     string
	object     string // the account, file, URL or address that it is about
	techniques []string
	session    string
	account    string
	addr       netip.Addr
	inferred   string
	hypotheses []Hypothesis
	refs       []evidence.Ref
	process    int           // id of the process that did it, 0 where unknown
	normal     func() string // says what is normal on this host in this matter; nil where nothing is known
	command    bool          // judged by package cmdline's severity alone
	by         string        // who did it, where that is no account of the act
	habit      string        // what it is a case of, where many accounts of the host do the same
	count      int           // acts that it stands for, 0 for one
	others     []string      // what else other rules say of the same act

	// keys are the things that this act has to do with; two acts that are
	// suspicious by themselves and share one belong together.
	keys []string
	// owns are the things that the act puts into the intruder's hands, if it
	// is the intruder's: a session, an account, an address. Weaker acts with
	// such a key among their keys are drawn into the story.
	owns []string
}

func sessionKey(id string) string { return "session:" + id }

func accountKey(name string) string { return "account:" + name }

func addrKey(a netip.Addr) string { return "addr:" + a.Unmap().WithZone("").String() }

func urlKey(u string) string { return "url:" + u }

func fileKey(p string) string { return "file:" + p }

// maxName is how many bytes of a name stand in a sentence; what the log holds of
// it stands in the evidence.
const maxName = 200

// quoteName returns a name as it can stand in a sentence: plain where it is an
// ordinary name, quoted and escaped where it is not.
func quoteName(s string) string {
	if s == "" {
		return `""`
	}
	if len(s) > maxName {
		return strconv.Quote(s[:maxName]) + "… (" + strconv.Itoa(len(s)) + " bytes)"
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.', c == '$', c == '@', c == '/', c == ':', c == '+':
		default:
			return strconv.Quote(s)
		}
	}
	return s
}
