package sentineltest

import (
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

// eval is one query.
type eval struct {
	s          *Server
	q          sentinel.Query
	p          sentinel.Params
	table      *Table
	everything []string // names of all tables
	limits     Limits
	faults     Faults
	seen       int64
	scanned    int64
	err        error
}

// columns returns the columns of the answer.
func (e *eval) columns() []sentinel.Column {
	if len(e.q.Columns) > 0 {
		return e.q.Columns
	}
	return slices.DeleteFunc(slices.Clone(e.table.Columns), func(c sentinel.Column) bool { return dropped[e.q.Name][c.Name] })
}

// rows yields the rows of the table in a window, as far as they came in, those
// that are there twice twice.
func (e *eval) rows(win querytime.Window) iter.Seq[record] {
	index := make(map[string]int, len(e.table.Columns))
	for i, c := range e.table.Columns {
		index[c.Name] = i
	}
	return func(yield func(record) bool) {
		if e.table.Rows == nil {
			return
		}
		for row := range e.table.Rows(win) {
			if chosen(row.Time, 1, e.faults.Late) && e.seen <= e.faults.LateAfter {
				continue
			}
			if e.scanned++; e.limits.Scan > 0 && e.scanned > e.limits.Scan {
				e.err = errScan
				return
			}
			n := 1
			if chosen(row.Time, 2, e.faults.Duplicate) {
				n = 2
			}
			for range n {
				if !yield(record{index, row}) {
					return
				}
			}
		}
	}
}

// record is a row with the names of its columns.
type record struct {
	index map[string]int
	row   Row
}

func (r record) raw(column string) json.RawMessage {
	if i, ok := r.index[column]; ok {
		return r.row.Cells[i]
	}
	return nil
}

// size is what the service bills for a row, where its table says that, else how
// long its values are.
func (r record) size() int64 {
	if v, err := strconv.ParseFloat(r.text("_BilledSize"), 64); err == nil {
		return int64(v)
	}
	var n int64
	for _, c := range r.row.Cells {
		n += int64(len(c))
	}
	return n
}

func (r record) text(column string) string    { return text(r.raw(column)) }
func (r record) time(column string) time.Time { return timeOf(r.raw(column)) }
