package hunt

import (
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// Schema names the form of the JSON that an [Investigation] marshals to, and
// its version. It changes when a key changes its meaning or goes away; new keys
// may come without a change.
const Schema = "tuxtrail.investigation/2"

// Investigation is the hunt on one host: what was found, what it rests on and
// what could not be seen. It holds no functions and no pointers into the
// source; it marshals to JSON and back without loss. All times are UTC.
type Investigation struct {
	Schema     string           `json:"schema"`
	Window     querytime.Window `json:"window"`
	Host       HostSummary      `json:"host"`
	Partial    *Partial         `json:"partial,omitempty"` // not nil where the hunt was ended early
	Findings   []Finding        `json:"findings"`          // worst first
	Hypotheses []Verdict        `json:"hypotheses"`        // the four, in their fixed order
	Logons     Logons           `json:"logons"`
	Sessions   []Session        `json:"sessions"`           // in order of start
	Silences   []Silence        `json:"silences,omitempty"` // logs that went silent or were changed, in order of time

	// What happened, in order of time; Session says in which session, where
	// that is known. [Investigation.Detail] collects what belongs to one.
	Sudo        []Command       `json:"sudo,omitempty"`
	Jobs        []Job           `json:"jobs,omitempty"` // cron commands, each distinct one once
	CronEdits   []CronEdit      `json:"cron_edits,omitempty"`
	Units       []UnitStart     `json:"units,omitempty"`   // starts of units whose files were written within these logs
	Changes     []AccountChange `json:"changes,omitempty"` // to accounts and groups
	Connections []Connection    `json:"connections,omitempty"`
	Fetches     []Fetch         `json:"fetches,omitempty"`
	FileChanges []FileChange    `json:"file_changes,omitempty"`
	Processes   []Process       `json:"processes,omitempty"` // a parent comes before its children

	Users      []User      `json:"users"`
	Indicators []Indicator `json:"indicators"`
	Timeline   []Moment    `json:"timeline"`

	Applications []Application `json:"applications,omitempty"` // programs that log, those to look at first
	Network      Network       `json:"network,omitzero"`
	Alerts       Alerts        `json:"alerts,omitzero"`
	Intel        Intel         `json:"intel,omitzero"`
	Commands     []CommandUse  `json:"commands,omitempty"` // what people ran, rarest first
	AuditRows    int64         `json:"audit_rows"`         // audit events read: what the process tree rests on

	Sigma    []RuleResult `json:"sigma,omitempty"`  // of the rules handed in, in their order
	Omitted  Omitted      `json:"omitted,omitzero"` // what the lists above leave out
	Coverage Coverage     `json:"coverage"`
	Evidence []RawLine    `json:"evidence"` // the lines that findings and sessions cite, by file and offset
}

// Omitted counts what is too much to be listed: of each list those that tell
// least. They are counted with their accounts, sources and commands all the
// same.
type Omitted struct {
	Sessions  int `json:"sessions,omitempty"`
	Sudo      int `json:"sudo,omitempty"`
	Changes   int `json:"changes,omitempty"`
	CronEdits int `json:"cron_edits,omitempty"`
	Refused   int `json:"refused_su,omitempty"` // refusals of su that no finding tells of one by one

	Processes   int `json:"processes,omitempty"`
	Connections int `json:"connections,omitempty"`
	FileChanges int `json:"file_changes,omitempty"`
	AuditSudo   int `json:"audit_sudo,omitempty"` // sudo's reports to the audit system that were not held against the log
}

// HostSummary is what the logs say about the host itself.
type HostSummary struct {
	Name      string         `json:"name"`
	Others    []string       `json:"others,omitempty"` // further hosts in the same logs
	Kernel    string         `json:"kernel,omitempty"`
	Addresses []netip.Addr   `json:"addresses,omitempty"`
	First     time.Time      `json:"first,omitzero"` // first and last moment seen
	Last      time.Time      `json:"last,omitzero"`
	Boots     []time.Time    `json:"boots,omitempty"`
	Programs  []ProgramCount `json:"programs,omitempty"` // who wrote to the logs, most first
	Facts     HostFacts      `json:"facts,omitzero"`
}

// ProgramCount counts the messages of one program.
type ProgramCount struct {
	Program string `json:"program"`
	Count   int64  `json:"count"`
}

// Severity says how much a finding matters.
type Severity string

// The severities, from least to most.
const (
	SeverityInfo     Severity = "info"
	SeverityLow      Severity = "low"
	SeverityMedium   Severity = "medium"
	SeverityHigh     Severity = "high"
	SeverityCritical Severity = "critical"
)

// Hypothesis is one of the four questions that steer the hunt.
type Hypothesis string

// The hypotheses.
const (
	StolenCredentials Hypothesis = "stolen_credentials" // somebody logged on with an account that is not theirs
	AccountMisuse     Hypothesis = "account_misuse"     // an account was turned against the host
	HijackedApp       Hypothesis = "hijacked_application"
	RemoteControl     Hypothesis = "remote_control" // remote control or exfiltration over the network
)

// Answer is how a hypothesis ends.
type Answer string

// The answers.
const (
	Supported    Answer = "supported"
	NotSupported Answer = "not_supported"
	CannotTell   Answer = "cannot_be_told"
)

// Verdict is the answer to one hypothesis.
type Verdict struct {
	Hypothesis Hypothesis `json:"hypothesis"`
	Answer     Answer     `json:"answer"`
	Why        string     `json:"why"`
	Findings   []string   `json:"findings,omitempty"` // ids
	Blind      []Blind    `json:"blind,omitempty"`    // what it would need and could not see
}

// Finding is one thing that a hunter should look at. One attack is one
// finding: its steps tell it in order.
type Finding struct {
	ID         string         `json:"id"` // "F1", …; stable for the same input and options
	Severity   Severity       `json:"severity"`
	Title      string         `json:"title"`
	Summary    string         `json:"summary"`           // for a person: who, from where, what, with what outcome
	Outcome    *Outcome       `json:"outcome,omitempty"` // what it comes to; of findings above low
	Hypotheses []Hypothesis   `json:"hypotheses,omitempty"`
	Why        string         `json:"why"`                  // why it is worth its severity: the facts that decide
	Normal     string         `json:"normal"`               // what is normal on this host, as far as its logs tell
	Confirm    []string       `json:"confirm"`              // what else would confirm it
	Refute     []string       `json:"refute"`               // what else would refute it
	Paragraph  string         `json:"paragraph,omitempty"`  // the way in and what came of it in plain words; of findings above low
	Graph      *Graph         `json:"graph,omitempty"`      // the same as a graph; of the first 50 findings above low
	Rules      []string       `json:"rules"`                // ids of the rules of the house that made it, see [HouseRules]
	Tactics    []Stage        `json:"tactics,omitempty"`    // in the order of ATT&CK's matrix
	Techniques []string       `json:"techniques,omitempty"` // ATT&CK ids, in order of first use
	Start      time.Time      `json:"start,omitzero"`
	End        time.Time      `json:"end,omitzero"`
	Accounts   []string       `json:"accounts,omitempty"`
	Addresses  []netip.Addr   `json:"addresses,omitempty"`
	Sessions   []string       `json:"sessions,omitempty"` // ids
	Steps      []Step         `json:"steps,omitempty"`
	Omitted    int            `json:"omitted,omitempty"`  // steps beyond Options.MaxSteps
	Silences   []string       `json:"silences,omitempty"` // ids
	Blind      []Blind        `json:"blind,omitempty"`    // what limits it
	Refs       []evidence.Ref `json:"refs,omitempty"`     // every line that the finding rests on
}

// Stage is where in an attack a step stands, in the words of ATT&CK's tactics.
type Stage string

// The stages.
const (
	StageReconnaissance Stage = "reconnaissance"
	StageAccess         Stage = "initial_access"
	StageExecution      Stage = "execution"
	StagePersistence    Stage = "persistence"
	StagePrivilege      Stage = "privilege_escalation"
	StageEvasion        Stage = "defense_evasion"
	StageCredentials    Stage = "credential_access"
	StageDiscovery      Stage = "discovery"
	StageLateral        Stage = "lateral_movement"
	StageCollection     Stage = "collection"
	StageControl        Stage = "command_and_control"
	StageExfiltration   Stage = "exfiltration"
	StageImpact         Stage = "impact"
)

// Step is one act in a finding.
type Step struct {
	Time       time.Time      `json:"time"`
	End        time.Time      `json:"end,omitzero"` // where the step lasts, as guessing does
	Stage      Stage          `json:"stage"`
	Severity   Severity       `json:"severity"`
	Rule       string         `json:"rule"`             // id of the rule of the house that made it
	Text       string         `json:"text"`             // a sentence
	Detail     string         `json:"detail,omitempty"` // the command or line in full
	Techniques []string       `json:"techniques,omitempty"`
	Session    string         `json:"session,omitempty"` // id
	Inferred   string         `json:"inferred,omitempty"`
	Refs       []evidence.Ref `json:"refs"`
}

// Logons counts who tried to log on.
type Logons struct {
	Attempts  int           `json:"attempts"`
	Succeeded int           `json:"succeeded"`
	Failed    int           `json:"failed"`
	Probes    int           `json:"probes"` // connections that never tried to log on
	ByAccount []LogonCount  `json:"by_account,omitempty"`
	ByProgram []LogonCount  `json:"by_program,omitempty"`
	BySource  []SourceCount `json:"by_source,omitempty"`
	Tries     []Try         `json:"tries,omitempty"` // attempts in order; bounded by Options.MaxTries
	Omitted   int           `json:"omitted,omitempty"`
	Bucket    int64         `json:"bucket_seconds,omitempty"` // width of a slice of Timeline
	Timeline  []LogonVolume `json:"timeline,omitempty"`       // attempts per slice of time, in order; those with none left out
}

// LogonCount counts the attempts on an account or by a program.
type LogonCount struct {
	Name      string    `json:"name"`
	Known     bool      `json:"known"` // false for an account that the host does not have
	Succeeded int       `json:"succeeded"`
	Failed    int       `json:"failed"`
	Shares    Shares    `json:"shares"` // of all attempts of the hunt that succeeded and that failed
	First     time.Time `json:"first,omitzero"`
	Last      time.Time `json:"last,omitzero"`
}

// SourceCount counts the attempts from one source.
type SourceCount struct {
	Source    string      `json:"source"`         // address or name
	Kind      string      `json:"kind,omitempty"` // of an address, as package geo names it
	Place     geo.Place   `json:"place,omitzero"` // where it is thought to be
	Owner     geo.Network `json:"owner,omitzero"` // whose it is
	Succeeded int         `json:"succeeded"`
	Failed    int         `json:"failed"`
	Probes    int         `json:"probes,omitempty"`
	Accounts  []string    `json:"accounts,omitempty"` // tried, in order of first try
	Pattern   string      `json:"pattern,omitempty"`  // "guessing", "spraying" … where there is one
	First     time.Time   `json:"first,omitzero"`
	Last      time.Time   `json:"last,omitzero"`
}

// Try is one attempt to log on.
type Try struct {
	Time    time.Time      `json:"time"`
	Program string         `json:"program"`
	User    string         `json:"user"`
	Known   bool           `json:"known"`
	Source  string         `json:"source,omitempty"`
	Port    uint16         `json:"port,omitempty"`
	Method  string         `json:"method,omitempty"`
	Success bool           `json:"success"`
	Count   int            `json:"count"`             // how many tries of one connection this is
	Session string         `json:"session,omitempty"` // id of the session it opened
	Refs    []evidence.Ref `json:"refs"`
}

// Flag marks a session, and says why.
type Flag struct {
	Name     string   `json:"name"` // "root", "after_failures", "guessing_source", "new_account", "risky_commands", "still_open" …
	Severity Severity `json:"severity"`
	Why      string   `json:"why"`
}

// Session is one stay of somebody on the host, joined from all that saw it.
type Session struct {
	ID           string       `json:"id"`   // "S1", … in order of start
	Kind         string       `json:"kind"` // "sshd", "login", "sudo", "su", "cron" …
	User         string       `json:"user"`
	By           string       `json:"by,omitempty"`
	PID          int          `json:"pid,omitempty"`
	Start        time.Time    `json:"start,omitzero"`
	End          time.Time    `json:"end,omitzero"`
	EndReason    string       `json:"end_reason"`
	Source       string       `json:"source,omitempty"`
	SourceKind   string       `json:"source_kind,omitempty"`
	Port         uint16       `json:"port,omitempty"`
	Method       string       `json:"method,omitempty"`
	Key          string       `json:"key,omitempty"`
	TTY          string       `json:"tty,omitempty"`
	AuditSession string       `json:"audit_session,omitempty"` // the kernel's session number, where audit saw it
	Parent       string       `json:"parent,omitempty"`        // id of the session it runs in
	Inferred     string       `json:"inferred,omitempty"`      // what of it is concluded, and from what
	Witnesses    []Witness    `json:"witnesses,omitempty"`     // what each log says of it
	Flags        []Flag       `json:"flags,omitempty"`
	Facts        SessionFacts `json:"facts"` // what helps to choose it

	Refs []evidence.Ref `json:"refs,omitempty"`
}

// Command is a sudo command, and what is risky about it.
type Command struct {
	Time     time.Time      `json:"time"`
	User     string         `json:"user"`             // who ran it
	Target   string         `json:"target,omitempty"` // as whom
	Text     string         `json:"text"`
	PWD      string         `json:"pwd,omitempty"`
	TTY      string         `json:"tty,omitempty"`
	Result   string         `json:"result"` // "success", "fail"
	Reason   string         `json:"reason,omitempty"`
	Session  string         `json:"session,omitempty"`
	Inferred string         `json:"inferred,omitempty"` // how the session was concluded
	Hits     []Hit          `json:"hits,omitempty"`
	Refs     []evidence.Ref `json:"refs"`
}

// Job is a command that cron ran.
type Job struct {
	User  string         `json:"user"`
	Text  string         `json:"text"`
	Count int            `json:"count"`
	First time.Time      `json:"first"`
	Last  time.Time      `json:"last"`
	Hits  []Hit          `json:"hits,omitempty"`
	Refs  []evidence.Ref `json:"refs"` // the first few
}

// CronEdit is somebody's hand on a crontab.
type CronEdit struct {
	Time    time.Time      `json:"time"`
	User    string         `json:"user"`
	Target  string         `json:"target,omitempty"` // whose crontab
	PID     int            `json:"pid,omitempty"`
	Action  string         `json:"action"` // the program's word: "REPLACE", "LIST", "BEGIN EDIT" …
	Session string         `json:"session,omitempty"`
	Refs    []evidence.Ref `json:"refs"`
}

// FileChange is a change to a file that audit watched.
type FileChange struct {
	Time         time.Time      `json:"time"`
	Path         string         `json:"path"`
	Action       string         `json:"action"`         // as package auditd names it: "create", "write", "delete", "rename" …
	From         string         `json:"from,omitempty"` // the old name, where there is one
	Exe          string         `json:"exe,omitempty"`
	PID          int            `json:"pid,omitempty"`
	Process      int            `json:"process,omitempty"` // id, where the tree has it
	User         string         `json:"user,omitempty"`
	Key          string         `json:"key,omitempty"` // of the audit rule
	Result       string         `json:"result,omitempty"`
	Session      string         `json:"session,omitempty"`
	AuditSession string         `json:"audit_session,omitempty"`
	Refs         []evidence.Ref `json:"refs"`
}

// Hit is one risk in a command.
type Hit struct {
	Rule       string   `json:"rule"` // id in package cmdline
	Name       string   `json:"name"`
	Severity   Severity `json:"severity"`
	Why        string   `json:"why"`
	Techniques []string `json:"techniques,omitempty"` // ATT&CK ids
	Stage      Stage    `json:"stage,omitempty"`
	Part       string   `json:"part,omitempty"`        // the part of the command that it is about
	Target     string   `json:"target,omitempty"`      // the file, URL, address or account concerned
	TargetKind string   `json:"target_kind,omitempty"` // what is done to it, as package cmdline's facts name it
	Remote     []string `json:"remote,omitempty"`      // URLs and hosts that the command fetches from, sends or connects to
	Decoded    []string `json:"decoded,omitempty"`     // each layer that was decoded, outer first
}

// AccountChange is a change to an account or group.
type AccountChange struct {
	Time     time.Time      `json:"time"`
	Kind     string         `json:"kind"`           // "user_add", "user_modify", "group_add" …
	What     string         `json:"what,omitempty"` // what was changed: "password", "group", "shell" …
	Account  string         `json:"account,omitempty"`
	Group    string         `json:"group,omitempty"`
	By       string         `json:"by,omitempty"`
	Detail   string         `json:"detail"` // the program's words
	Program  string         `json:"program"`
	PID      int            `json:"pid,omitempty"`
	Process  int            `json:"process,omitempty"` // id, where the tree has it
	Session  string         `json:"session,omitempty"`
	Inferred string         `json:"inferred,omitempty"` // how the session was concluded
	Refs     []evidence.Ref `json:"refs"`
}

// Connection is a network connection that a process made.
type Connection struct {
	Time         time.Time      `json:"time"`
	Address      netip.AddrPort `json:"address"`
	Kind         string         `json:"kind"` // of the address, as package geo names it
	Exe          string         `json:"exe,omitempty"`
	PID          int            `json:"pid,omitempty"`
	Process      int            `json:"process,omitempty"` // id, where the tree has it
	User         string         `json:"user,omitempty"`
	Result       string         `json:"result,omitempty"`
	Session      string         `json:"session,omitempty"`
	AuditSession string         `json:"audit_session,omitempty"`
	Refs         []evidence.Ref `json:"refs"`
}

// User is an account as the logs show it.
type User struct {
	Name         string          `json:"name"`
	UID          *int64          `json:"uid,omitempty"`
	Known        bool            `json:"known"` // the host has or had it
	State        string          `json:"state"` // "used", "taken", "planted", "attacked", "guessed"
	Why          string          `json:"why,omitempty"`
	Succeeded    int             `json:"succeeded"`
	Failed       int             `json:"failed"`
	Sources      []string        `json:"sources,omitempty"`
	Sessions     []string        `json:"sessions,omitempty"` // ids of those listed
	SessionCount int             `json:"session_count"`      // all of them
	Sudo         int             `json:"sudo"`
	Commands     int             `json:"commands"`
	First        time.Time       `json:"first,omitzero"`
	Last         time.Time       `json:"last,omitzero"`
	Changes      []AccountChange `json:"changes,omitempty"`
}

// Indicator is something to look up elsewhere.
type Indicator struct {
	Type     string         `json:"type"` // as package ioc names it
	Value    string         `json:"value"`
	Kind     string         `json:"kind,omitempty"` // of an address, as package geo names it
	Count    int            `json:"count"`
	First    time.Time      `json:"first,omitzero"`
	Last     time.Time      `json:"last,omitzero"`
	Where    []string       `json:"where,omitempty"`    // "logon", "sudo", "command", "connection", "message"
	Programs []string       `json:"programs,omitempty"` // whose messages and commands name it
	Sessions []string       `json:"sessions,omitempty"` // ids
	Findings []string       `json:"findings,omitempty"` // ids
	Private  bool           `json:"private"`            // never to be sent to a third party
	Refs     []evidence.Ref `json:"refs,omitempty"`     // the first few
}

// Process is one process of the tree.
type Process struct {
	ID       int            `json:"id"`               // from 1
	Parent   int            `json:"parent,omitempty"` // 0 for a root
	Depth    int            `json:"depth"`
	PID      int            `json:"pid"`
	PPID     int            `json:"ppid,omitempty"`
	Exe      string         `json:"exe,omitempty"`
	Cmdline  string         `json:"cmdline,omitempty"` // of the last image that the process ran
	Earlier  []string       `json:"earlier,omitempty"` // command lines it ran before, by exec in place
	User     string         `json:"user,omitempty"`
	Session  string         `json:"session,omitempty"` // id
	Server   string         `json:"server,omitempty"`  // the program that serves the network above it, where a server should not start such a thing
	Unit     string         `json:"unit,omitempty"`    // the unit written within these logs that systemd started as this process began
	Start    time.Time      `json:"start,omitzero"`
	End      time.Time      `json:"end,omitzero"`
	Edge     string         `json:"edge,omitempty"`     // "observed", "inferred", "unknown"
	Reason   string         `json:"reason,omitempty"`   // why the edge is inferred
	Severity Severity       `json:"severity,omitempty"` // of the worst hit
	Hits     []Hit          `json:"hits,omitempty"`
	Refs     []evidence.Ref `json:"refs,omitempty"`
}

// Moment is one entry of the timeline.
type Moment struct {
	Time     time.Time    `json:"time"`
	End      time.Time    `json:"end,omitzero"`
	Lane     string       `json:"lane"` // "session", "logon", "sudo", "cron", "account", "command", "network", "host"
	Severity Severity     `json:"severity"`
	Text     string       `json:"text"`
	Session  string       `json:"session,omitempty"`
	Finding  string       `json:"finding,omitempty"`
	Ref      evidence.Ref `json:"ref,omitzero"`
}

// Coverage says what the investigation rests on.
type Coverage struct {
	Files   []evidence.Stats  `json:"files"`
	Sources []evidence.Digest `json:"sources,omitempty"` // the files as they lie on disk, with their SHA-256
	Blind   []Blind           `json:"blind,omitempty"`
	Unknown []evidence.Shape  `json:"unknown,omitempty"` // messages of programs that are read, of a shape that is not, most frequent first
	Notes   []string          `json:"notes,omitempty"`
}

// Blind is a section that cannot be relied on, and why.
type Blind struct {
	Section string    `json:"section"` // "logons", "sessions", "sudo", "cron", "accounts", "processes", "network", "indicators"
	Why     string    `json:"why"`
	Fix     string    `json:"fix,omitempty"`  // what would open it
	Start   time.Time `json:"start,omitzero"` // of the time that it is blind for; zero from the beginning
	End     time.Time `json:"end,omitzero"`   // zero to the end
}

// RawLine is a line that something cites, as the source holds it.
type RawLine struct {
	Ref  evidence.Ref `json:"ref"`
	Text string       `json:"text,omitempty"`   // where the bytes are valid UTF-8
	Data []byte       `json:"base64,omitempty"` // where they are not
}
