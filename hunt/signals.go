package hunt

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// collectSignals finds the acts that may belong to an attack. Each rule says
// what an act is worth alone and, where it is worth more, inside an attack.
func (h *hunter) collectSignals() {
	planted := h.plantedAccounts()
	h.guessSignals()
	h.logonSignals(planted)
	h.serverSignals()
	h.serviceSignals()
	h.suSignals()
	h.commandSignals()
	h.unitSignals()
	h.fetchSignals()
	h.accountSignals(planted)
	h.connectionSignals()
	h.fileSignals()
	h.failedPrivilegeSignals()
	h.auditSignals()
	h.witnessSignals()
	h.silenceSignals()
}

func (h *hunter) signal(s signal) {
	s.refs = capped(s.refs, maxSignalRefs)
	h.signals = append(h.signals, &s)
}

// maxSignalRefs bounds the lines that one step cites.
const maxSignalRefs = 200

func capped[T any](list []T, n int) []T {
	if len(list) > n {
		return list[:n:n]
	}
	return list
}

// plantedAccounts returns when each account that the logs show being made was
// made.
func (h *hunter) plantedAccounts() map[string]time.Time {
	out := map[string]time.Time{}
	for i := range h.inv.Changes {
		c := &h.inv.Changes[i]
		if c.Kind == "user_add" && c.Account != "" {
			if _, ok := out[c.Account]; !ok {
				out[c.Account] = c.Time
			}
		}
	}
	return out
}

// guessSignals tells of each source that failed to log on, and of accounts
// that many sources tried. Alone that is the weather of the internet.
func (h *hunter) guessSignals() {
	for _, s := range h.inv.Logons.BySource {
		f := h.book.failed[s.Source]
		if f == nil {
			continue
		}
		sig := signal{
			rule: ruleGuessing, role: roleGuess, time: s.First, end: f.end, stage: StageCredentials, severity: SeverityInfo, raised: SeverityMedium,
			text:   fmt.Sprintf("%s failed %s to log on as %s.", quoteName(s.Source), times(f.tries), list(cleanNames(f.accounts))),
			object: s.Source, techniques: []string{"T1110"}, hypotheses: []Hypothesis{StolenCredentials}, refs: f.refs,
		}
		on := fmt.Sprintf("%s on %s (%s)", tries(f.tries), accounts(len(f.accounts)), list(cleanNames(f.accounts)))
		switch s.Pattern {
		case string(syslog.CampaignGuessing):
			sig.severity, sig.techniques = SeverityLow, []string{"T1110.001"}
			sig.text = fmt.Sprintf("%s guessed passwords: %s failed.", quoteName(s.Source), on)
		case string(syslog.CampaignSpraying):
			sig.severity, sig.techniques = SeverityLow, []string{"T1110.003"}
			sig.text = fmt.Sprintf("%s sprayed passwords over many accounts: %s failed.", quoteName(s.Source), on)
		}
		if s.Probes > 0 {
			sig.text += fmt.Sprintf(" It also connected %s without trying to log on.", times(s.Probes))
			if p := h.probes[s.Source]; p != nil {
				sig.refs = append(sig.refs, p.refs...)
			}
		}
		if a, err := netip.ParseAddr(s.Source); err == nil {
			sig.addr = a
			sig.keys = []string{addrKey(a)}
		}
		h.signal(sig)
	}
	for i := range h.campaigns {
		c := &h.campaigns[i]
		if c.Kind != syslog.CampaignDistributed {
			continue
		}
		h.signal(signal{
			rule: ruleGuessing, role: roleGuess, time: utc(c.First), end: utc(c.Last), stage: StageCredentials, severity: SeverityLow, raised: SeverityMedium,
			text:       fmt.Sprintf("%d sources guessed passwords of %s, few tries each: %s failed.", len(c.Sources), list(cleanNames(c.Users)), tries(c.Failures)),
			techniques: []string{"T1110"}, hypotheses: []Hypothesis{StolenCredentials}, refs: c.Refs,
		})
	}
	h.scatteredSignal()
}

// scatterMin is how many sources that never get in are more than people who
// mistype: those come back and succeed.
const scatterMin = 50

// scatteredSignal tells of the sources that tried so little that each is nothing
// by itself, such as a botnet's that tries each account from elsewhere.
func (h *hunter) scatteredSignal() {
	n, failures, many := 0, 0, ""
	var first, last time.Time
	var refs []evidence.Ref
	for i := range h.inv.Logons.BySource {
		s := &h.inv.Logons.BySource[i]
		if s.Pattern != "" || s.Failed == 0 || s.Succeeded > 0 || s.Source == "" {
			continue
		}
		if s.Source == otherSources {
			many = "More than "
		} else {
			n++
		}
		failures += s.Failed
		first, last = widen(first, last, s.First, s.Last)
		if f := h.book.failed[s.Source]; f != nil && len(refs) < maxJobRefs {
			refs = append(refs, capped(f.refs, 1)...)
		}
	}
	if n < scatterMin {
		return
	}
	h.signal(signal{
		rule: ruleGuessing, role: roleGuess, time: first, end: last, stage: StageCredentials, severity: SeverityLow, raised: SeverityMedium,
		text:       fmt.Sprintf("%s%d sources tried to log on, few times each, and never got in: %s failed.", many, n, tries(failures)),
		techniques: []string{"T1110"}, hypotheses: []Hypothesis{StolenCredentials}, refs: refs,
	})
}

// What makes a logon after failures from its source one that was guessed.
const (
	forgetTries   = 10 // tries on the own account that a forgetful owner may need
	forgetWithin  = time.Hour
	othersMin     = 3 // accounts failed
	unknownMin    = 2 // tries on accounts that do not exist
	failuresRatio = 3 // failures to successes before: a gateway of many people has more successes
)

// logonSignals tells of each logon: what preceded it, whose account it is.
func (h *hunter) logonSignals(planted map[string]time.Time) {
	entered := map[string]bool{}
	foreign := h.foreignKeys()
	habits := map[string]*habit{}
	of := func(user string) *habit {
		b := habits[user]
		if b == nil {
			b = &habit{}
			habits[user] = b
		}
		return b
	}
	usual, stolen := []string{"T1078"}, []Hypothesis{StolenCredentials} // one list for all
	unlisted := h.ghosts.before(func(g *ghost) {
		if !g.is(ghostSu) {
			of(h.tags.text(g.user())).add(g.began(), h.tags.text(g.from()))
		}
	})
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		unlisted(startOf(s))
		if s.Start.IsZero() || isSu(s.Kind) {
			continue
		}
		mine := []string{sessionKey(s.ID)}
		sig := signal{
			rule: ruleLogon, role: roleContext, time: s.Start, stage: StageAccess, severity: SeverityInfo, raised: SeverityHigh, account: s.User, session: s.ID,
			techniques: usual, hypotheses: stolen, refs: s.Refs, object: s.User, keys: mine, owns: mine,
		}
		from := ""
		if s.Source != "" {
			from = " from " + quoteName(s.Source)
			if a, err := netip.ParseAddr(s.Source); err == nil {
				sig.addr = a
				sig.keys = append(sig.keys, addrKey(a))
			}
		}
		how := ""
		if s.Method != "" {
			how = " by " + quoteName(s.Method)
		}
		sig.text = fmt.Sprintf("%s logged on%s%s.", quoteName(s.User), from, how)
		before := of(s.User)
		sig.normal = tellHabit(*before, s)
		before.add(s.Start, s.Source)
		if told := foreign[i]; told != "" {
			sig.rule, sig.role, sig.severity, sig.techniques = ruleKeyElse, roleKeyEntry, SeverityLow, []string{"T1078", "T1552.004"}
			sig.text = fmt.Sprintf("%s logged on%s %s.", quoteName(s.User), from, told)
		}
		if made, ok := planted[s.User]; ok && made.Before(s.Start) {
			sig.rule, sig.role, sig.severity = ruleNewAccount, roleLaterLogon, SeverityLow
			sig.text = fmt.Sprintf("%s, an account made %s before, logged on%s.", quoteName(s.User), roughly(s.Start.Sub(made)), from)
			sig.keys = append(sig.keys, accountKey(s.User))
		}
		f := h.before[i]
		others := f.accounts
		if f.own > 0 {
			others--
		}
		if f.tries > 0 {
			sig.text = fmt.Sprintf("%s logged on%s%s, after %s failed from there on %s.", quoteName(s.User), from, how, tries(f.tries), accounts(f.accounts))
			switch {
			case (others >= othersMin || f.unknown >= unknownMin) && f.tries >= guessMin && f.tries >= failuresRatio*f.successes:
				sig.severity = SeverityHigh
			case others <= 0 && f.own >= forgetTries && s.Start.Sub(f.first) <= forgetWithin && f.successes == 0:
				sig.severity = SeverityMedium
			case sig.severity == SeverityInfo && f.tries >= guessMin && f.tries >= failuresRatio*f.successes:
				sig.severity = SeverityLow
			}
			if sig.severity.Compare(SeverityMedium) >= 0 {
				sig.rule = ruleGuessedWay
				if sig.role == roleContext || sig.role == roleKeyEntry {
					sig.role = roleEntry
					if entered[s.Source] {
						sig.role = roleLaterLogon
					}
				}
				entered[s.Source] = true
				sig.techniques = []string{"T1110", "T1078"}
				switch {
				case sig.role != roleEntry:
				case !guessable(s.Method):
					sig.techniques = []string{"T1078", "T1552.004"}
					sig.text = fmt.Sprintf("%s logged on%s%s, after %s failed from there on %s: guessing gives nobody a key, so that of %s was stolen, or the address is shared.",
						quoteName(s.User), from, how, tries(f.tries), accounts(f.accounts), quoteName(s.User))
				default:
					sig.text = fmt.Sprintf("%s got in as %s%s, after %s failed from there on %s.", quoteName(s.Source), quoteName(s.User), how, tries(f.tries), accounts(f.accounts))
				}
			}
		}
		if sig.addr.IsValid() && sig.severity.Compare(SeverityInfo) > 0 {
			// an address from which somebody came in as expected says nothing
			// about who else comes from there
			sig.owns = append(sig.owns, addrKey(sig.addr))
		}
		h.signal(sig)
	}
}

// guessable reports whether a logon by a method can be the fruit of guessing: a
// key or a ticket cannot.
func guessable(method string) bool {
	switch method {
	case "publickey", "hostbased", "gssapi-with-mic", "gssapi-keyex":
		return false
	}
	return true
}

// describeTarget sets what a hit's target means for a story.
func describeTarget(sig *signal, hit *Hit) {
	strong := hit.Severity.Compare(SeverityMedium) >= 0
	if !strong {
		return
	}
	for _, to := range hit.Remote { // what a planted job would fetch joins it to who fetched that
		sig.keys = append(sig.keys, urlKey(to))
		if a, ok := addressIn(to); ok {
			sig.keys = append(sig.keys, addrKey(a))
		}
	}
	if hit.Target == "" {
		return
	}
	switch hit.TargetKind {
	case "fetch", "fetched", "send":
		if sig.role = roleFetchRun; hit.TargetKind == "send" {
			sig.role = roleConnect
		}
		sig.keys = append(sig.keys, urlKey(hit.Target))
		if a, ok := addressIn(hit.Target); ok {
			sig.addr = a
			sig.owns = append(sig.owns, addrKey(a))
		}
	case "connect":
		sig.role = roleConnect
		if a, ok := addressIn(hit.Target); ok {
			sig.addr = a
			sig.owns = append(sig.owns, addrKey(a))
		}
	case "run":
		sig.role = roleFetchRun
		sig.keys = append(sig.keys, fileKey(hit.Target))
	case "account":
		sig.role = rolePlantAccount
		sig.keys = append(sig.keys, accountKey(hit.Target))
	case "group":
		sig.role = roleGrant
	case "write", "change", "unit", "module":
		sig.keys = append(sig.keys, fileKey(hit.Target))
		if stem := unitOfFile(hit.Target); stem != "" {
			sig.keys, sig.owns = append(sig.keys, unitKey(stem)), append(sig.owns, unitKey(stem))
		}
		if hit.Stage == StagePersistence {
			sig.role = rolePersist
		}
	}
}

// addressIn returns the address that a URL, host:port or address names.
func addressIn(s string) (netip.Addr, bool) {
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
		if j := strings.IndexAny(s, "/?#"); j >= 0 {
			s = s[:j]
		}
		if j := strings.LastIndexByte(s, '@'); j >= 0 {
			s = s[j+1:]
		}
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap(), true
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap(), err == nil
}

func stageHypotheses(s Stage) []Hypothesis {
	switch s {
	case StageControl, StageExfiltration:
		return []Hypothesis{RemoteControl}
	case StageCredentials:
		return []Hypothesis{StolenCredentials, AccountMisuse}
	}
	return []Hypothesis{AccountMisuse}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

func tries(n int) string {
	if n == 1 {
		return "1 try"
	}
	return strconv.Itoa(n) + " tries"
}

func accounts(n int) string {
	if n == 1 {
		return "1 account"
	}
	return strconv.Itoa(n) + " accounts"
}

func quoteNonEmpty(s string) string {
	if s == "" {
		return ""
	}
	return quoteName(s)
}

func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return string(s[0]|0x20) + s[1:]
	}
	return s
}

// roughly returns a duration as people say it.
func roughly(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than a second"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " seconds"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " minutes"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " hours"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days"
}
