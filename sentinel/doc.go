// Package sentinel reads the evidence of a host where a company's logs live:
// in workspaces of Azure Monitor Log Analytics, on which Microsoft Sentinel
// runs.
//
// A [Workspace] is a source for package hunt, like a folder of logs: it yields
// the same records, with references that name the query and the row. It also
// has what files do not: alerts, bookmarks, incidents, heartbeats and network
// flows.
//
//	client, err := sentinel.NewClient(credential, sentinel.ClientOptions{})
//	ws, err := sentinel.New(client, sentinel.Options{Workspaces: []string{id}})
//	inv, err := hunt.Investigate(ctx, ws, hunt.Options{Host: "web01", Window: window})
//
// # Queries
//
// Every query is a file of KQL with typed parameters, see [Queries]. A value
// never becomes part of a query's text: it stands in a let statement before
// it, written as a literal by one function for each type, and names of tables
// are held against a pattern. What can be counted is counted by the service;
// rows come only for what is studied.
//
// # Truth
//
// The service gives at most 500,000 rows, 100 MB and ten minutes to a query.
// Queries of rows are cut into windows of time that fit, and cut again where
// one does not; every row comes once. An answer is handed on only when all of
// it was read and the service called it whole. What could not be read is an
// error that names its window, and the rest is still read. Tables that a
// workspace does not have are found out beforehand and told apart from empty
// ones ([ErrNoTable]).
//
// Numbers are kept as the service wrote them; nothing passes through a float.
//
// # Writing back
//
// Nothing is written to a workspace. [Bookmark] and [CommentBody] make bodies
// for the API of Microsoft Sentinel, for those who want to put them there.
//
// # Azure
//
// Only [Client] knows Azure's client library; everything else talks to a
// [Querier]. Package sentineltest has a workspace to test against.
package sentinel
