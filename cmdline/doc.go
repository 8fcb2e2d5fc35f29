// Package cmdline understands the commands that people and programs ran on a
// Linux host, and says which of them are worth a hunter's time.
//
// [Parse] (a shell line), [FromArgv] (exact arguments, as audit records give
// them), [FromSudo] (the COMMAND= field of sudo's log) and [FromCron] (a
// crontab's command) read a command without running anything. The result
// lists every simple command that it would run: wrappers such as sudo, env,
// xargs, find -exec, ssh or docker exec are peeled, constant variables and
// quotes resolved, and texts hidden by base64, hex, rev, tr or printf decoded,
// with each step shown. [Command.Facts] say which files, addresses and
// accounts it touches.
//
// [DefaultRules] are rules written to the ATT&CK matrix for Linux over that
// understanding, not over the text. [Rules.Match] returns a [Hit] for each
// rule that a command meets: its ATT&CK ids, a severity, a sentence why, and
// the target that it acts on. Own rules are loaded by [LoadRules].
//
// [Speed] finds bursts of commands, and [Past] tells how common a command is on this host.
//
// All input may be hostile. Depth, size and count are limited by the constants
// of this package, and no call panics or blocks.
package cmdline
