package hunt

import "slices"

// Rule is one rule of the house: what it looks at, what that is worth, and what
// a hunter would ask next. Commands are judged by the rules of package cmdline;
// what their hits are worth to a story is said here.
type Rule struct {
	ID         string       `json:"id"`
	Looks      string       `json:"looks"`      // what it looks at and when it fires
	Alone      Severity     `json:"alone"`      // what the act is worth by itself, at most
	InAttack   Severity     `json:"in_attack"`  // what it is worth in a story of high severity, at most
	Hypotheses []Hypothesis `json:"hypotheses"` // that it speaks to
	Normal     string       `json:"normal"`     // which ordinary work leaves the same trace
	Confirm    []string     `json:"confirm"`
	Refute     []string     `json:"refute"`
}

// The ids of the rules of the house.
const (
	ruleGuessing    = "guessing"
	ruleLogon       = "logon"
	ruleGuessedWay  = "logon_after_guessing"
	ruleKeyElse     = "key_from_new_address"
	ruleNewAccount  = "logon_of_new_account"
	ruleServerShell = "server_shell"
	ruleCommand     = "risky_command"
	ruleCronCommand = "risky_job"
	ruleLookAround  = "looked_around"
	ruleAccountMade = "account_made"
	ruleRights      = "rights_given"
	ruleAccount     = "account_changed"
	ruleConnection  = "connection"
	ruleFile        = "watched_file"
	ruleUnit        = "unit_started"
	ruleBecame      = "became_another"
	ruleRefused     = "privilege_refused"
	ruleAuditOff    = "auditing_cut_back"
	ruleSilence     = "silence"
	ruleWitness     = "witness_differs"
	ruleFetched     = "fetched"
	ruleRanFetched  = "ran_what_was_fetched"
	ruleSigma       = "sigma"
)

// houseRules is the one place where the rules are told. What a rule does stands
// in the file that its comment names.
var houseRules = [...]Rule{
	{ // signals.go
		ID: ruleGuessing, Alone: SeverityLow, InAttack: SeverityMedium, Hypotheses: []Hypothesis{StolenCredentials},
		Looks:   "Failed logons from one source, by their number and their spread over accounts, and from many sources that try little each; alone they are the weather of the internet.",
		Normal:  "Every host that can be reached from the internet is tried all day.",
		Confirm: []string{"A logon that succeeds from the same address or network afterwards.", "The same address in the logs of other hosts."},
		Refute:  []string{"The source is a scanner of your own, or a gateway behind which many people mistype."},
	},
	{ // signals.go
		ID: ruleLogon, Alone: SeverityInfo, InAttack: SeverityHigh, Hypotheses: []Hypothesis{StolenCredentials},
		Looks:   "A logon. It means something only by what was done in its session or by what went before it.",
		Normal:  "The account logs on like this.",
		Confirm: []string{"The owner did not log on at that time."},
		Refute:  []string{"The owner says that it was them, from that address."},
	},
	{ // signals.go
		ID: ruleGuessedWay, Alone: SeverityHigh, InAttack: SeverityHigh, Hypotheses: []Hypothesis{StolenCredentials},
		Looks:   "A logon after failures from its source: high when they went to several accounts or to ones that do not exist, medium when they were many, quick and on the account itself, low else. Sources from which more logons succeed than fail are gateways.",
		Normal:  "People mistype their own password a few times; they do not try the names of others.",
		Confirm: []string{"The owner was not at work, or never uses that network.", "The password is a weak or a known one.", "What was done in the session is not the account's work."},
		Refute:  []string{"The owner names the address as theirs and remembers the failures.", "The source is a shared gateway and the failures belong to others behind it."},
	},
	{ // signals_key.go
		ID: ruleKeyElse, Alone: SeverityLow, InAttack: SeverityHigh, Hypotheses: []Hypothesis{StolenCredentials},
		Looks:   "A key that logged on from other addresses before is used from one that never had a logon of the account; or an account whose list of keys was written is used from a new network, by a key that it did not use before.",
		Normal:  "People move: home, office, a train. A key that was used from one network only for long does not.",
		Confirm: []string{"The owner was not at the new address.", "The private key lies unencrypted on a host that others can read.", "The key is used from both addresses at the same time."},
		Refute:  []string{"The owner names the new address.", "The key belongs to automation that was moved."},
	},
	{ // signals.go
		ID: ruleNewAccount, Alone: SeverityLow, InAttack: SeverityHigh, Hypotheses: []Hypothesis{StolenCredentials},
		Looks:   "A logon of an account that these logs show being made.",
		Normal:  "New colleagues and new services log on for the first time too.",
		Confirm: []string{"Nobody asked for the account.", "It logs on from an address that others of the story came from."},
		Refute:  []string{"A ticket or a person stands behind the account."},
	},
	{ // signals_server.go, signals_service.go
		ID: ruleServerShell, Alone: SeverityHigh, InAttack: SeverityHigh, Hypotheses: []Hypothesis{HijackedApp},
		Looks:   "A shell, or a program that fetches or connects, below a program that serves the network and outside of any logon.",
		Normal:  "Some web applications and mail filters run programs of their own; those repeat.",
		Confirm: []string{"The server's access log has a request of the same second.", "A script under the server's folders is new or changed.", "The commands are what a person types to look around."},
		Refute:  []string{"The application's own code runs this command, and did so before."},
	},
	{ // signals_command.go
		ID: ruleCommand, Alone: SeverityHigh, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse, RemoteControl},
		Looks:   "A command of sudo or of a process that a rule of package cmdline marks, at the severity of that rule. Medium ones of one or two tactics are low, unless one of them hides something or reads secrets: administrators do each of these things. What half of the people of the host do, in a dozen sessions, is low; what one account runs on five days, and a key in one's own list, is worth less than the rule says, outside of an attack.",
		Normal:  "Installers, administrators and automation use the same programs.",
		Confirm: []string{"The owner of the account did not run it.", "What it fetched or wrote is still there: take a copy and its hash.", "The address or file is known to threat intelligence."},
		Refute:  []string{"It belongs to a documented installation or to automation that runs it elsewhere too."},
	},
	{ // fetched.go
		ID: ruleFetched, Alone: SeverityInfo, InAttack: SeverityMedium, Hypotheses: []Hypothesis{RemoteControl},
		Looks:   "A command that fetches from a URL or host.",
		Normal:  "People and scripts fetch things all day.",
		Confirm: []string{"What was fetched is still there: take a copy and its hash.", "The address is known to threat intelligence."},
		Refute:  []string{"The address is one that the host's work needs."},
	},
	{ // fetched.go
		ID: ruleRanFetched, Alone: SeverityLow, InAttack: SeverityHigh, Hypotheses: []Hypothesis{RemoteControl, AccountMisuse},
		Looks:   "A file that a command fetched before is run.",
		Normal:  "Installers are fetched and run.",
		Confirm: []string{"The file is still there: take a copy and its hash.", "No package and no documentation names it."},
		Refute:  []string{"It is the installer of a product that somebody asked for."},
	},
	{ // signals_command.go
		ID: ruleCronCommand, Alone: SeverityHigh, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse, RemoteControl},
		Looks:   "A command that cron ran and that a rule of package cmdline marks; worth less where the job is as old as the log that tells of it.",
		Normal:  "Jobs repeat for years; one that appears within the logs is new.",
		Confirm: []string{"No package and no configuration management owns the job's file.", "It fetches from an address that others of the story used."},
		Refute:  []string{"The job is older than the logs and somebody owns it."},
	},
	{ // signals_command.go
		ID: ruleLookAround, Alone: SeverityInfo, InAttack: SeverityLow, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "Commands that ask who and where one is. Everybody runs them; in an attack they come first.",
		Normal:  "Everybody runs them.",
		Confirm: []string{"They come within seconds of the logon."},
		Refute:  []string{"The account runs them at each logon, from a profile or a tool."},
	},
	{ // signals_host.go
		ID: ruleAccountMade, Alone: SeverityLow, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "An account is made.",
		Normal:  "Administrators and packages make accounts; those of packages have no shell.",
		Confirm: []string{"Nobody asked for it.", "It has a shell, rights, or the id 0."},
		Refute:  []string{"A package or a ticket stands behind it."},
	},
	{ // signals_host.go
		ID: ruleRights, Alone: SeverityLow, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "An account is put into a group whose members can become root or read everything, or runs sudo after it was put into one, and never before.",
		Normal:  "Administrators do so for colleagues.",
		Confirm: []string{"Nobody asked for it."},
		Refute:  []string{"A ticket stands behind it."},
	},
	{ // signals_host.go
		ID: ruleAccount, Alone: SeverityInfo, InAttack: SeverityMedium, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "An account or group is changed or deleted, or a password set.",
		Normal:  "Administrators and packages do so.",
		Confirm: []string{"The owner of the account did not ask for it."},
		Refute:  []string{"A ticket or the owner stands behind it."},
	},
	{ // signals_host.go
		ID: ruleConnection, Alone: SeverityInfo, InAttack: SeverityHigh, Hypotheses: []Hypothesis{RemoteControl},
		Looks:   "A connection to an address that the story's commands named or its logons came from.",
		Normal:  "Hosts connect to mirrors, resolvers and services all day; those are not told.",
		Confirm: []string{"Flow logs show data going out.", "The address is known to threat intelligence."},
		Refute:  []string{"The address belongs to a service that the host uses."},
	},
	{ // signals_host.go
		ID: ruleFile, Alone: SeverityInfo, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "A file that audit watches is changed; high in an attack where it can bring somebody back.",
		Normal:  "Packages and administrators change such files.",
		Confirm: []string{"What the file holds now names keys, hosts or commands that nobody knows."},
		Refute:  []string{"A package's log has the change, or configuration management made it."},
	},
	{ // signals_unit.go
		ID: ruleUnit, Alone: SeverityInfo, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse, RemoteControl},
		Looks:   "A service or timer that a command of the story wrote, enabled or started, and each time that systemd started it since.",
		Normal:  "Services that packages bring are started at boot and by upgrades.",
		Confirm: []string{"No package owns the unit's file.", "What the unit runs fetches or connects."},
		Refute:  []string{"The unit belongs to a documented installation."},
	},
	{ // signals_su.go
		ID: ruleBecame, Alone: SeverityInfo, InAttack: SeverityMedium, Hypotheses: []Hypothesis{AccountMisuse, StolenCredentials},
		Looks:   "A session becomes another account by su or by a shell of sudo.",
		Normal:  "Administrators work so; the same pair of accounts repeats.",
		Confirm: []string{"The pair of accounts was never seen before.", "Passwords of the other account were tried before."},
		Refute:  []string{"The person has a right to the other account."},
	},
	{ // signals_host.go
		ID: ruleRefused, Alone: SeverityInfo, InAttack: SeverityMedium, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "sudo or su refused somebody.",
		Normal:  "People mistype.",
		Confirm: []string{"The account has no business with sudo or with the other account."},
		Refute:  []string{"The same person succeeds a moment later."},
	},
	{ // signals_host.go
		ID: ruleAuditOff, Alone: SeverityLow, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "Auditing is switched off, loses a rule, or its daemon ends.",
		Normal:  "A restart of auditd, an upgrade and a shutdown do the same.",
		Confirm: []string{"Other logs show work in the silence that followed.", "The order came from a session and not from an upgrade."},
		Refute:  []string{"The host was shut down or auditd restarted at that moment."},
	},
	{ // silence_signs.go
		ID: ruleSilence, Alone: SeverityHigh, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "A log that went silent against its own rhythm, lost records, was cut, edited or removed; scored by what other witnesses saw meanwhile.",
		Normal:  "Reboots, full disks, crashes and rotation leave gaps that all logs share.",
		Confirm: []string{"Backups, a log server or the journal still hold what is missing.", "The file's times changed after its last line."},
		Refute:  []string{"The host was off, or nothing happened: the other logs are silent too.", "The copy that you were given was cut, not the log."},
	},
	{ // silence_signs.go
		ID: ruleWitness, Alone: SeverityMedium, InAttack: SeverityHigh, Hypotheses: []Hypothesis{StolenCredentials, AccountMisuse},
		Looks:   "A session that one log has and another, which was being written and has its neighbours, does not; or two that tell different things of it.",
		Normal:  "Rate limits and restarts of the log daemon lose single lines.",
		Confirm: []string{"A log server or the journal has the missing lines.", "More lines of the same moment are missing."},
		Refute:  []string{"The log daemon says that it dropped messages then."},
	},
	{ // sigma.go
		ID: ruleSigma, Alone: SeverityHigh, InAttack: SeverityHigh, Hypotheses: []Hypothesis{AccountMisuse},
		Looks:   "A Sigma rule that was handed in met an event, at the level that its author gave it.",
		Normal:  "As the rule's author says under false positives.",
		Confirm: []string{"The rule's own references."},
		Refute:  []string{"The rule's false positives."},
	},
}

// HouseRules returns the rules that findings are made by, in a fixed order. The
// Rules of a [Finding] name them by id.
func HouseRules() []Rule {
	out := slices.Clone(houseRules[:])
	for i := range out {
		r := &out[i]
		r.Hypotheses, r.Confirm, r.Refute = slices.Clone(r.Hypotheses), slices.Clone(r.Confirm), slices.Clone(r.Refute)
	}
	return out
}

func houseRule(id string) *Rule {
	for i := range houseRules {
		if houseRules[i].ID == id {
			return &houseRules[i]
		}
	}
	return nil
}
