// Package sentineltest is a workspace of Log Analytics to test against: an
// HTTPS server in the process that answers the queries of package sentinel.
//
// A test fills it with tables, asks through the real client, and breaks what
// breaks in the field:
//
//	srv := sentineltest.New()
//	defer srv.Close()
//	err := srv.AddJSON("Syslog", file)
//	srv.Break(sentineltest.Faults{Seed: 1, Throttle: 0.1, Cut: 0.05})
//	ws, err := srv.Open(sentinel.Options{})
//
// Queries are answered by their meaning: the window, the host and the filters
// that a query's parameters name are applied to the rows. KQL is not read; a
// query that package sentinel did not make is answered as the service answers
// one that it does not understand. A table that was not added does not exist.
//
// The limits that the service documents are enforced: rows and bytes of an
// answer, time, queries at a time and in half a minute. See [Limits].
package sentineltest
