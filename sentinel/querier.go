package sentinel

import (
	"context"
	"time"
)

// Querier runs one query and hands on its answer. [Client] is the one that
// talks to Azure; another client library, or a test, can stand in its place.
//
// It does not retry: what to do about an error is decided here, by the kind
// of error. Errors of the service are [*ServiceError]; an error of rows ends
// the query and is returned. A Querier is safe for concurrent use.
type Querier interface {
	Query(ctx context.Context, r Request, row func(Row) error) (Answer, error)
}

// Request is one query.
type Request struct {
	Workspaces []string      // ids; the first is asked, the others are joined to it
	KQL        string        //
	Wait       time.Duration // how long the service may work on it; at most ten minutes
}

// Answer is what came beside the rows of a query.
type Answer struct {
	Rows int64 // how many were handed on
	// Bytes is how much JSON the answer was.
	Bytes int64
	// Partial is the error beside the rows where the service says that they
	// are not all; nil for a whole answer.
	Partial *ServiceError
	// Cost is what the query cost the service.
	Cost Cost
}

// Column is a column of an answer. Type is as the service writes it: bool,
// datetime, dynamic, int, long, real, string, guid, decimal, timespan.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Cost is what queries cost.
type Cost struct {
	Queries   int64         `json:"queries"`   // sent, those that failed included
	Rows      int64         `json:"rows"`      // received
	Bytes     int64         `json:"bytes"`     // received, as JSON
	Scanned   int64         `json:"scanned"`   // bytes that the service read to answer, as far as it says
	CPU       time.Duration `json:"cpu"`       // that the service used, in nanoseconds
	Throttled int64         `json:"throttled"` // times that it asked to wait (429)
	Split     int64         `json:"split"`     // windows that were too large and were cut
	Repeated  int64         `json:"repeated"`  // windows asked for again after a fault
}

// Add adds o to c.
func (c *Cost) Add(o Cost) {
	c.Queries += o.Queries
	c.Rows += o.Rows
	c.Bytes += o.Bytes
	c.Scanned += o.Scanned
	c.CPU += o.CPU
	c.Throttled += o.Throttled
	c.Split += o.Split
	c.Repeated += o.Repeated
}
