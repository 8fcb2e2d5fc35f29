// Package online holds the providers of ti that are asked over HTTP, each a
// small table: what is sent, how the answer is read, when it is severe.
//
//	vt, err := online.New("VirusTotal", online.Config{Key: ti.NewKey(os.Getenv("VT_KEY"))})
//	results, err := ti.New(vt).Lookup(ctx, indicators)
//
// Load makes them from msticpy's settings file and the environment. The names
// are msticpy's.
//
// # What is sent
//
// One request for each indicator, with the indicator and the key, to one host,
// over TLS; plain HTTP only to a server whose URL the user gave with "http://".
// Redirects to other hosts are not followed. A key stands in a header or a form
// wherever the provider takes it there, and is taken out of errors and answers.
//
// # What comes back
//
// Answers are data of strangers: at most 8 MiB are read, JSON is required, and
// nothing in them is trusted to be what its name says. "Not found" is
// ti.NoData; 401 and 403 are a refused key; 429 and 402 a used up quota, with
// Retry-After and X-RateLimit-Reset; 400 and 422 a value that the provider does
// not take; 5xx and a broken connection are tried again. Severities follow
// msticpy's rules where it has one; each table says which.
package online
