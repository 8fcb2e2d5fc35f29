package cmdline

import (
	"slices"
	"strconv"
	"strings"
)

// Command is a command line understood: every simple command that it would
// run, in the order in which they stand, with the texts that were decoded on
// the way. Nothing of it was executed.
type Command struct {
	// Text is the command line as one text. For [FromArgv] it is the
	// arguments joined by spaces, quoted where needed.
	Text string
	// Calls are the simple commands: a wrapper such as sudo stands before
	// what it wraps, and the parts of a pipeline stand in its order.
	Calls []Call
	// Layers are the texts of code that were decoded from other text, outer
	// before inner.
	Layers []Layer
	// Facts say what the calls do, as far as their arguments tell.
	Facts []Fact
	// Problem says why the text, or a part of it, is not a complete shell
	// command; "" when it is. The calls are then a best effort.
	Problem string
	// Limited says that a limit of depth, size or count was reached and the
	// rest was left out.
	Limited bool

	code []string // texts run as code that are not constant
}

// Call is one simple command: a program and its arguments.
type Call struct {
	// Argv is the program and its arguments with quotes, constant variables
	// and constant substitutions resolved. What is not constant keeps its
	// source text, such as "$HOME/.ssh" or "$(date)".
	Argv []string
	// Env are the NAME=value assignments in front of the program, or the
	// assignments of a line that has no program (then Argv is empty).
	Env []string
	// Redirects are its redirections, in order.
	Redirects []Redirect
	// Via is the wrappers around it, outer first: "sudo", "bash -c".
	Via []string
	// Code is the program text given to an interpreter on its command line
	// or its standard input, such as the argument of python -c; else "".
	Code string
	// Text is the source text of the call, or its arguments quoted when it
	// has no source of its own.
	Text string
	// Layer is the number of the [Command.Layers] entry whose text the call
	// stands in, counted from one; 0 for the command line itself.
	Layer int
	// Planted is the file, or "crontab" or "at", into which the command line
	// writes this call to be run later; "" when it is run now.
	Planted string
	// Tricks are the ways in which the call hides what it runs, as short
	// phrases: "${IFS} for a blank", "quotes inside the program's name".
	Tricks []string

	decoded   bool // it stands in code that was decoded
	unknown   bool // some argument is not constant
	pipes     []stage
	subst     []string
	host      string // not empty when it runs on another host or in a container
	script    string // the script file that a shell or interpreter runs
	readsCode bool   // a shell or interpreter that runs its standard input
	input     string // what it reads on standard input, when that is known
}

// stage is a place in a pipeline.
type stage struct{ pipe, at int }

// Name returns the name of the program without its folder, or "".
func (c *Call) Name() string {
	if len(c.Argv) == 0 {
		return ""
	}
	return baseName(c.Argv[0])
}

// Args returns the arguments after the program.
func (c *Call) Args() []string {
	if len(c.Argv) < 2 {
		return nil
	}
	return c.Argv[1:]
}

// Elsewhere returns the host or container that the call runs on when it is
// not this host (ssh HOST COMMAND, docker exec NAME COMMAND), else "".
func (c *Call) Elsewhere() string { return c.host }

// Redirect is one redirection of a call.
type Redirect struct {
	// FD is the descriptor that is redirected; -1 for standard output and
	// standard error together.
	FD int
	// Op is the operator: ">", ">>", "<", "<>", ">&", "<&", "<<", "<<<".
	Op string
	// Target is the file or descriptor, or the text of a here-document.
	Target string
}

// String returns the redirection as a shell writes it, with its descriptor:
// "2>/dev/null", "0<&5", "&>file".
func (r Redirect) String() string {
	if r.FD < 0 {
		return r.Op + r.Target
	}
	return strconv.Itoa(r.FD) + r.Op + r.Target
}

// Layer is a text of code that was decoded from other text.
type Layer struct {
	// Text is what the decoding gave.
	Text string
	// Steps are how it came to be, first step first.
	Steps []Step
}

// Step is one step of a decoding.
type Step struct {
	// How names the step: "base64 -d", "xxd -r", "rev", "printf", "$'…'".
	How string
	// In and Out are the text before and after, cut to [MaxStepText] bytes.
	In, Out string
}

// MaxStepText is the length in bytes at which the texts of a [Step] are cut.
const MaxStepText = 4096

// FactKind says what a call does to the value of a [Fact].
type FactKind string

// The kinds of facts. A path is as written, made plain by path.Clean, and "~" or
// "$HOME" is kept as "~".
const (
	FactRead    FactKind = "read"    // a file is read
	FactWrite   FactKind = "write"   // a file is made or its content changed
	FactDelete  FactKind = "delete"  // a file is removed
	FactChange  FactKind = "change"  // a file's mode, owner, times or attributes are changed
	FactRun     FactKind = "run"     // a program or script is executed, by its path
	FactFetch   FactKind = "fetch"   // something is fetched from a URL or host
	FactSend    FactKind = "send"    // something is sent to a URL or host
	FactConnect FactKind = "connect" // a connection to host:port
	FactListen  FactKind = "listen"  // a port is listened on
	FactAccount FactKind = "account" // an account is made or changed
	FactGroup   FactKind = "group"   // a group gets a member
	FactUnit    FactKind = "unit"    // a service or timer is started, stopped, enabled …
	FactModule  FactKind = "module"  // a kernel module is loaded or removed
	FactFetched FactKind = "fetched" // a file that this command line fetched is then executed
)

// Fact is one thing that a call does.
type Fact struct {
	Kind  FactKind
	Value string
	// Call is the index in [Command.Calls].
	Call int
}

// Downstream returns the calls that read, through pipes, what call i prints.
func (c Command) Downstream(i int) []int { return c.along(i, 1) }

// Upstream returns the calls whose output call i reads through pipes.
func (c Command) Upstream(i int) []int { return c.along(i, -1) }

func (c *Command) along(i, dir int) []int {
	if i < 0 || i >= len(c.Calls) {
		return nil
	}
	var out []int
	for j := range c.Calls {
		if pipeOrder(c.Calls[i].pipes, c.Calls[j].pipes) == dir {
			out = append(out, j)
		}
	}
	return out
}

// executes returns the call that runs what call i prints as code, or -1.
func (c *Command) executes(i int) int {
	call := &c.Calls[i]
	for j := range c.Calls {
		if o := &c.Calls[j]; o.readsCode && pipeOrder(call.pipes, o.pipes) == 1 && !o.reads() {
			return j
		}
	}
	for _, src := range call.subst {
		for j := range c.Calls {
			if o := &c.Calls[j]; len(o.Argv) > 0 && (o.Argv[0][:min(1, len(o.Argv[0]))] == "$" || strings.HasPrefix(o.Argv[0], "`")) && strings.Contains(o.Argv[0], src) {
				return j
			}
		}
		for _, code := range c.code {
			if !strings.Contains(code, src) {
				continue
			}
			for j := range c.Calls { // the call that was given the code
				if contains(c.Calls[j].Argv, code) && len(c.Calls[j].subst) < len(call.subst) {
					return j
				}
			}
			return i
		}
	}
	return -1
}

// reads reports whether the call's standard input is redirected from a file.
func (c *Call) reads() bool {
	for _, r := range c.Redirects {
		if r.FD == 0 {
			return true
		}
	}
	return false
}

// pipeOrder returns 1 when b reads what a prints, -1 when a reads what b
// prints, and 0 when no pipe joins them.
func pipeOrder(a, b []stage) int {
	for k := 0; k < len(a) && k < len(b) && a[k].pipe == b[k].pipe; k++ {
		switch {
		case a[k].at < b[k].at:
			return 1
		case a[k].at > b[k].at:
			return -1
		}
	}
	return 0
}

// Values returns the values of the facts of one kind, in order, without
// repeats.
func (c Command) Values(kind FactKind) []string {
	var out []string
	for _, f := range c.Facts {
		if f.Kind == kind && !contains(out, f.Value) {
			out = append(out, f.Value)
		}
	}
	return out
}

func contains(list []string, s string) bool {
	return slices.Contains(list, s)
}

func baseName(p string) string {
	if i := strings.LastIndexByte(p, '/'); i >= 0 {
		return p[i+1:]
	}
	return p
}
