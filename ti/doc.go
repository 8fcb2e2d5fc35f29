// Package ti asks threat intelligence about indicators: addresses, names, URLs
// and hashes that a hunt came across.
//
// Asking tells. Whoever is asked about an address learns that somebody has met
// it. So nothing is sent that was not planned: [Client.Plan] says what would go
// to whom, what is held back and why, what is known already and what the quotas
// leave; [Client.Lookup] does just that.
//
// A [Provider] answers for one indicator at a time. Those over HTTP are in
// ti/online, those from files and feeds, which ask nobody, in ti/feeds. One that
// fails never fails the others: its answers say so.
package ti
