// Package entities holds the nouns that the other packages share: [Host],
// [Account], [IPAddress], [Process], [HostLogonSession] and [File].
//
// They are named as in Microsoft Sentinel's V3 entity model, with Go fields
// (netip.Addr, time.Time) and with what a Linux host has and that model lacks
// (uid, terminal). JSON keys are lower snake case; what is unknown is absent.
//
// # Identity
//
// Two values describe the same thing when their Keys are equal and not empty.
// The Key of a value whose fields do not identify it is "", and such a value
// is Equal to nothing, not even to itself: two processes of which only the pid
// is known may well be two processes. The rule of each type is stated at its
// Key method. Compare orders by the identifying fields, in the order of the
// rule, so that sorted output is the same in every run.
//
// String is for people: one line, with every control byte and every invalid
// byte escaped, since names on a host under attack are chosen by the attacker.
package entities
