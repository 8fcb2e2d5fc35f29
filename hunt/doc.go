// Package hunt investigates one Linux host: it reads the evidence of a
// [Source], joins it into logons, sessions, commands and processes, and says
// what a hunter should look at, with the lines that show it.
//
// [Investigate] reads the log lines and the audit events once each, in order of
// time. Sessions are joined from sshd's, login's and PAM's lines and from what
// audit says of the same process; sudo commands, changes to accounts, processes,
// connections and watched files are put into the session that they belong to:
// by the kernel's session number where audit saw them, else by account and
// time, which is marked as inferred. Times that a log cuts to seconds are made
// finer by a witness that has them finer.
//
// # Findings
//
// Every rule makes signals: one act, what it is worth alone, and what it is
// worth as part of an attack. Acts that are suspicious by themselves and share
// a session, a planted account, an address, a URL or a file are one story.
// A story that is worth high takes in what else happened under the same hand:
// the rest of its sessions, the logons of accounts that it made, the guessing
// that went before from its addresses. An address is taken to be in one hand
// for a day; who came from it before that is not suspected for coming again.
// Nor does an address join that several accounts were at home at before (a
// gateway), nor a URL, file or host that many accounts use, nor a file that two
// wrote: who runs it belongs to who put it there. One story is one [Finding], told
// in its steps: what several witnesses saw of one act, or what came again in the
// same words, is one step that cites all. What is left over stands alone, or with
// its like, and is worth little:
//
//   - guessing without success is low: it is the weather of the internet;
//   - a logon after failures from its source is high when the failures went to
//     several accounts or to ones that do not exist, medium when they were many
//     and on the account itself, low else (people mistype). A source from which
//     more logons succeed than fail is a gateway, not a guesser;
//   - commands of sudo, cron and audit are judged by package cmdline; what half of
//     the people do in many sessions is a habit, low and told once, and is no deed
//     of an intruder's; what one account runs on many days, and a job as old as the
//     log, are worth a step less;
//   - a shell below a program that serves the network is high;
//   - an account that is made, gets rights or logs on for the first time, a
//     watched file that changes, a refused sudo, auditing cut back: low alone,
//     more inside a story.
//
// An attack with a way in and anything done after it is critical.
//
// The rules of the house stand in one place, [HouseRules]: what each looks at,
// what that is worth, what ordinary work leaves the same trace, and what would
// confirm or refute it. A finding says why it is worth its severity, what is
// normal on this host, and what to ask next. Findings above low carry their
// [Graph], from the address over the logon to all that came of it, each edge
// observed or inferred with the lines that show it, and the same in a paragraph of
// a few sentences: way in, what was taken, what was done, what stays, what left;
// [Investigation.Walk] does so for any line. Sigma rules that are handed in end
// as matched, not matched, or as ones that could not have matched.
//
// # Witnesses and silence
//
// A session names its witnesses: the daemon's lines, PAM's, logind's, audit's and
// wtmp's, and whether each agrees, contradicts, or is missing though its log was
// being written and tells of the others. A [Silence] is a log that stopped
// against its own rhythm, numbers of audit events that never come, a rotated file
// that is not there, a clock that was set, lines out of their place, records
// overwritten, auditing or a shell's history switched off; what other witnesses
// saw meanwhile decides what it is worth, and for its time the sections that
// need the log are blind.
//
// # Bounds
//
// What a hunt holds grows with what is distinct, not with what is read. Attempts
// are counted in the order of their time while lines come in, and those of the
// last day are remembered to say what was failed before a logon. Sessions, sudo
// commands, changes and attempts are listed up to the limits of [Options]: those
// that stand out (failures before them, risky commands in them, new accounts,
// witnesses that are missing) and the first of each account from each source.
// Of a session that is not listed 28 bytes stay, of a command 12: so counts stay
// exact, nothing is given to another session that was open at the time, no other
// witness's word about it is taken for news, and what is said to be normal rests
// on all of them. [Omitted] counts what the lists leave out.
//
// # Honesty
//
// [Coverage] says what was read, what was not understood, and which sections
// are blind because their logs are not there; a hypothesis that would need a
// blind section ends as [CannotTell] instead of [NotSupported]. A hunt that is
// cancelled returns what it knows, marked as [Partial].
//
// Nothing found in a log is executed, fetched or looked up. Strings come from
// hostile hands and are not escaped here: package report does that.
package hunt
