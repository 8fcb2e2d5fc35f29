package sentinel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// Errors of [Workspace.Raw].
var (
	// ErrUnknownRef is returned for a reference that no query of this package
	// made.
	ErrUnknownRef = errors.New("no reference of a workspace")
	// ErrChanged is returned where the service no longer has the row: it was
	// removed, or has gone by the table's retention.
	ErrChanged = errors.New("the workspace no longer has this row")
)

// maxKept is how many bytes of rows are kept for references to come.
const maxKept = 64 << 20

// kept are the rows of seconds that were asked for again.
type kept struct {
	seconds map[string][][]byte
	size    int
}

// Raw asks for the row of ref again and returns it as a JSON object, as the
// readers had it. The rows of the same second come with it and are kept, up to
// 64 MiB. [Workspace.RawAll] reads many with few queries.
//
// A row is known by what it holds, not by its number alone: one that others of
// its second were put before is found, and another row in its place is
// [ErrChanged].
func (w *Workspace) Raw(ctx context.Context, ref evidence.Ref) ([]byte, error) {
	query, p, number, err := ParseRef(ref)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	rows, err := w.second(ctx, query, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	if row := find(rows, ref, number); row != nil {
		return row, nil
	}
	return nil, fmt.Errorf("%s: %w", ref, ErrChanged)
}

// find returns the row of a reference among those of its second: of those that
// pass its check the one whose number is nearest.
func find(rows [][]byte, ref evidence.Ref, number int64) []byte {
	check := uint16(ref.Line % perRow)
	fits := func(i int64) bool {
		return i >= 0 && i < int64(len(rows)) && rows[i] != nil && (ref.Length == 0 || len(rows[i]) == ref.Length) && checkOf(rows[i]) == check
	}
	for away := range int64(len(rows)) + number {
		for _, i := range [...]int64{number - 1 + away, number - 1 - away} {
			if fits(i) {
				return rows[i]
			}
		}
	}
	return nil
}

// second returns the rows of a second as objects.
func (w *Workspace) second(ctx context.Context, query string, p Params) ([][]byte, error) {
	key := refName(query, p) + "/" + p.Window.Start.String()
	w.mu.Lock()
	rows, ok := w.seconds[key]
	w.mu.Unlock()
	if ok {
		return rows, nil
	}
	size := 0
	s := &stream{raw: query == "audit_lines"}
	for row, err := range w.Rows(ctx, query, p) {
		if err != nil {
			return nil, err
		}
		b := s.objectOf(row)
		rows = append(rows, b)
		size += len(b)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seconds == nil || w.size+size > maxKept {
		w.kept = kept{seconds: map[string][][]byte{}}
	}
	w.seconds[key] = rows
	w.size += size
	return rows, nil
}

// objectOf returns a row as the object that it was; nil, which keeps the numbers
// of the others, where it is none.
func (s *stream) objectOf(row Row) []byte {
	s.buf = nil
	b, err := s.object(row)
	if err != nil {
		return nil
	}
	return b
}

// ParseRef reads a reference that a [Workspace] gave: the query that gave the
// row, its parameters with the second that the row is of as their window, and
// the row's number in that second, from 1. The error is [ErrUnknownRef] for
// references of other sources.
func ParseRef(ref evidence.Ref) (query string, p Params, number int64, err error) {
	first, rest, ok := strings.Cut(ref.File, "/")
	i := strings.LastIndexByte(rest, '/')
	if !ok || i < 0 {
		return "", p, 0, ErrUnknownRef
	}
	query, table, _ := strings.Cut(first, ":")
	day, err := time.Parse(time.DateOnly, rest[i+1:])
	if err != nil {
		return "", p, 0, ErrUnknownRef
	}
	if q, err := LookupQuery(query); err != nil || q.Split != "TimeGenerated" || table != "" && !identifier(table) {
		return "", p, 0, ErrUnknownRef
	}
	p.Table = table
	if p.Host, ok = unquoteHost(rest[:i]); !ok {
		return "", Params{}, 0, ErrUnknownRef
	}
	clock := ref.Line / perRow / perSecond
	h, m, s := clock/10_000, clock/100%100, clock%100
	if ref.Line < 0 || h > 23 || m > 59 || s > 59 {
		return "", p, 0, ErrUnknownRef
	}
	at := day.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second)
	p.Window = querytime.Window{Start: at, End: at.Add(time.Second)}
	return query, p, ref.Line / perRow % perSecond, nil
}
