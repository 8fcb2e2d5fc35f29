// Package entities holds the nouns that the other packages share: [Host],
// [Account], [IPAddress], [Process], [HostLogonSession], [File] and the rest
// of Microsoft Sentinel's V3 entity model, with the alerts, incidents and
// bookmarks that are about them.
//
// They are named as in Microsoft's entity types reference, with Go fields
// (netip.Addr, time.Time) and with what a Linux host has and that model lacks
// (uid, terminal). Under encoding/json their keys are lower snake case; what
// is unknown is absent. [Parse] and [Marshal] read and write the JSON of
// Sentinel itself, with its names and its references.
//
// # Identity
//
// Two values describe the same thing when their Keys are equal and not empty.
// The Key of a value whose fields do not identify it is "", and such a value
// is Equal to nothing, not even to itself: two processes of which only the pid
// is known may well be two processes. The rule of each type is stated at its
// Key method; [Identify] gives all identifiers that Microsoft's documentation
// knows of, since an entity may have several and two sources may know
// different ones of them. Compare orders by the identifying fields, in the
// order of the rule, so that sorted output is the same in every run.
//
// String is for people: one line, with every control byte and every invalid
// byte escaped, since names on a host under attack are chosen by the attacker.
package entities
