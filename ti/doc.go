// Package ti asks threat intelligence about indicators: addresses, names, URLs
// and hashes that a hunt came across.
//
// Asking tells. Whoever is asked about an address learns that somebody has met
// it. So nothing is sent that was not planned: [Client.Plan] says what would go
// to whom, what is held back and why, what is known already and what the quotas
// leave; [Client.Lookup] does just that.
//
// # What is sent
//
// [Policy] says what may leave: never addresses that are not global, names that
// are not public, the user's own, documentation, URLs with passwords or tokens.
// A plan gives what the quotas and the budget leave to the most important
// indicators first. Local providers are asked about everything.
//
// # How often
//
// A quota is held for every span of its length, not only for calendar days, and
// by all processes that share a cache file. A provider that asks for patience
// (429) gets it, also from later runs; after failures there are pauses that
// double, with jitter; one that refuses the key, or fails five times in a row,
// is left alone for the rest of the run.
//
// # What is kept
//
// Answers, for as long as the provider's data is good, "not known" for a shorter
// time, failures never. The file is opened for single transactions only, so that
// several processes can share it; a kill at any moment leaves it whole. A file
// that cannot be used is said aloud, and done without. It holds indicators and
// answers, no keys, and is readable by its owner only.
//
// # Providers
//
// A [Provider] answers for one indicator at a time. Those over HTTP are in
// ti/online, those from files and feeds, which ask nobody, in ti/feeds. One that
// fails never fails the others: its answers say so.
package ti
