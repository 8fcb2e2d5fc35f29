// Package graph joins the entities of alerts, bookmarks, incidents and hunts
// into one graph: nodes are things, edges say how they are related and who
// said so.
//
// Entities become one node when they share a strong identifier by the rules of
// Microsoft's entity types reference, see [entities.Identify]. Identifiers
// have other entities as parts (a process is known by its host); those are
// joined first, and count as what they became. Weak identifiers, such as the
// bare name of a host, join entities within one source only ([Source.Name]),
// or everywhere with [Options.Weak]; and never two entities that have
// different strong identifiers.
//
// A [Graph] is walked, searched and filtered, and written as DOT, as JSON, and
// as a STIX 2.1 bundle.
package graph
