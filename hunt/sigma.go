package hunt

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/cmdline/sigma"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// RuleResult is what became of one Sigma rule.
type RuleResult struct {
	Title      string         `json:"title"`
	RuleID     string         `json:"rule_id,omitempty"`
	File       string         `json:"file,omitempty"`
	Line       int            `json:"line,omitempty"`
	Level      string         `json:"level,omitempty"` // as the rule has it
	LogSource  string         `json:"log_source,omitempty"`
	Techniques []string       `json:"techniques,omitempty"`
	Verdict    string         `json:"verdict"`           // "matched", "not matched", "could not have matched with these logs"
	Because    string         `json:"because,omitempty"` // why it could not have matched
	Considered int64          `json:"considered"`        // events of its log source
	Count      int64          `json:"count"`             // matches
	First      time.Time      `json:"first,omitzero"`
	Last       time.Time      `json:"last,omitzero"`
	Sessions   []string       `json:"sessions,omitempty"`
	Findings   []string       `json:"findings,omitempty"`
	Refs       []evidence.Ref `json:"refs,omitempty"` // of the first matches
}

// sigmaRef is what a match of a rule leads back to.
type sigmaRef struct {
	ref     evidence.Ref
	ses     string // the kernel's session number
	process int
}

// sigmaLine puts a log line through the rules.
func (h *hunter) sigmaLine(rec *syslog.Record) {
	if h.sigma != nil {
		e := sigma.Syslog(rec.Time, rec.Host, rec.Program, rec.Message)
		e.Ref = sigmaRef{ref: rec.Ref}
		h.sigma.Add(e)
	}
}

// sigmaEvent puts the records of an audit event through the rules.
func (h *hunter) sigmaEvent(ev *auditd.Event) {
	if h.sigma == nil {
		return
	}
	for i := range ev.Records {
		r := &ev.Records[i]
		fields := map[string]string{}
		for f := range r.Fields() {
			if _, ok := fields[f.Name]; !ok {
				fields[f.Name] = f.Text()
			}
		}
		e := sigma.Audit(ev.Time, string(r.Type), fields)
		e.Ref = sigmaRef{ref: r.Ref, ses: ev.Ses.String()}
		h.sigma.Add(e)
	}
}

// sigmaProcesses puts the programs that processes ran through the rules, once
// the tree is known.
func (h *hunter) sigmaProcesses() {
	if h.sigma == nil || h.seen.exec == 0 {
		return
	}
	for p := range h.tree.All() {
		h.sigmaProcess(p)
	}
}

// sigmaProcess puts the programs that a process ran through the rules.
func (h *hunter) sigmaProcess(p *ptree.Process) {
	if h.sigma == nil {
		return
	}
	var parent, parentLine string
	if up := p.ParentImage(); up != nil {
		parent, parentLine = up.Exe, up.CommandLine()
	}
	for _, im := range p.Images() {
		if im.Source != ptree.FromExec {
			continue
		}
		var ref evidence.Ref
		if refs := p.Evidence(); len(refs) > 0 {
			ref = refs[0]
		}
		h.sigma.Add(sigma.Process{
			Time: p.Start, Image: im.Exe, CommandLine: im.CommandLine(), ParentImage: parent, ParentCommandLine: parentLine, User: firstOf(p.User, p.UID),
			LogonID: p.Session, CurrentDirectory: im.CWD, ProcessID: int64(p.PID), ParentProcessID: int64(p.PPID),
			Ref: sigmaRef{ref: ref, ses: p.Session, process: p.ID()},
		}.Event())
		parent, parentLine = im.Exe, im.CommandLine()
	}
}

// buildSigma says what became of each rule, and tells of those that matched.
func (h *hunter) buildSigma() {
	if h.sigma == nil {
		return
	}
	for _, r := range h.sigma.Results() {
		out := RuleResult{
			Title: r.Rule.Title, RuleID: r.Rule.ID, File: r.Rule.File, Line: r.Rule.Line, Level: r.Rule.Level, Techniques: r.Rule.Techniques,
			Verdict: string(r.Verdict), Because: r.Because, Considered: r.Considered, Count: r.Count,
		}
		if s := r.Rule.LogSource; s != (sigma.LogSource{}) {
			out.LogSource = s.String()
		}
		bySession := map[string]*signal{}
		var order []string
		for i := range r.Matches {
			m := &r.Matches[i]
			out.First, out.Last = widen(out.First, out.Last, m.Start, m.End)
			session, process := "", 0
			var refs []evidence.Ref
			for _, mark := range m.Refs {
				if x, ok := mark.(sigmaRef); ok {
					session = firstOf(session, h.auditSessionAt(x.ses, m.Start))
					process = max(process, x.process)
					refs = append(refs, x.ref)
				}
			}
			if session != "" && len(out.Sessions) < maxAccounts {
				out.Sessions = appendNew(out.Sessions, session)
			}
			out.Refs = append(out.Refs, capped(refs, maxSignalRefs-min(maxSignalRefs, len(out.Refs)))...)
			sig := bySession[session]
			if sig == nil {
				sig = h.sigmaSignal(r.Rule, m, session, process)
				bySession[session] = sig
				order = append(order, session)
			}
			sig.end = utc(m.End)
			if len(sig.refs) < maxSignalRefs {
				sig.refs = append(sig.refs, refs...)
			}
		}
		for _, s := range order {
			h.signal(*bySession[s])
		}
		h.inv.Sigma = append(h.inv.Sigma, out)
	}
}

func (h *hunter) sigmaSignal(r *sigma.Rule, m *sigma.Match, session string, process int) *signal {
	sig := signal{
		rule: ruleSigma, role: roleOther, command: true, process: process, time: utc(m.Start), stage: sigmaStage(r.Tags), severity: sigmaLevel(r.Level), session: session,
		text: fmt.Sprintf("The rule %s met what %s did.", quoteName(r.Title), h.who(session, "")), detail: r.ID, object: r.Title,
		techniques: r.Techniques, hypotheses: []Hypothesis{AccountMisuse},
	}
	sig.short = "Sigma rule met: " + quoteName(r.Title)
	sig.raised = sig.severity
	h.inPlace(&sig)
	if process > 0 && process <= len(h.inv.Processes) { // what the command reaches joins it to who reached that too
		for _, hit := range h.inv.Processes[process-1].Hits {
			for _, to := range hit.Remote {
				sig.keys = append(sig.keys, urlKey(to))
				if a, ok := addressIn(to); ok {
					sig.keys = append(sig.keys, addrKey(a))
				}
			}
		}
	}
	if session != "" && sig.severity.Compare(SeverityHigh) >= 0 {
		sig.owns = append(sig.owns, sessionKey(session))
	}
	return &sig
}

func sigmaLevel(level string) Severity {
	switch s := Severity(level); s {
	case SeverityLow, SeverityMedium, SeverityHigh, SeverityCritical:
		return s
	default:
		return SeverityInfo
	}
}

// sigmaStage returns the tactic that a rule's tags name: "attack.execution".
func sigmaStage(tags []string) Stage {
	for _, t := range tags {
		if name, ok := strings.CutPrefix(t, "attack."); ok {
			if s := Stage(strings.ReplaceAll(name, "-", "_")); slices.Contains(matrix[:], s) {
				return s
			}
		}
	}
	return StageExecution
}

// linkSigma says which findings tell of which rules.
func (h *hunter) linkSigma() {
	for i := range h.inv.Sigma {
		r := &h.inv.Sigma[i]
		for _, f := range h.inv.Findings {
			if slices.ContainsFunc(f.Steps, func(s Step) bool {
				return s.Rule == ruleSigma && s.Detail == r.RuleID && len(r.Refs) > 0 && slices.Contains(r.Refs, firstRef(s.Refs))
			}) {
				r.Findings = append(r.Findings, f.ID)
			}
		}
	}
}
