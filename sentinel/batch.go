package sentinel

import (
	"iter"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// Batch is all rows of a query in one window: the service has called the
// answer whole. It is what can be kept, and gone on from, when a long query is
// interrupted.
type Batch struct {
	Query  string
	Window querytime.Window

	columns []Column
	data    []byte
	ends    []int // of the rows in data
}

// Len returns how many rows the batch has.
func (b *Batch) Len() int { return len(b.ends) }

// Columns returns the columns of the rows; none where the service named none.
func (b *Batch) Columns() []Column { return b.columns }

// Rows yields the rows. They are valid as long as the batch.
func (b *Batch) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		from := 0
		for _, to := range b.ends {
			if !yield(Row{b.columns, b.data[from:to:to]}) {
				return
			}
			from = to
		}
	}
}

func (b *Batch) add(row Row) {
	b.columns = row.columns
	b.data = append(b.data, row.text...)
	b.ends = append(b.ends, len(b.data))
}

func (b *Batch) reset() {
	b.columns, b.data, b.ends = nil, b.data[:0], b.ends[:0]
}
