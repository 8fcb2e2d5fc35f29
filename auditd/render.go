package auditd

import (
	"iter"
	"runtime"
	"sync"
)

// batchBytes is about how many bytes of log one batch of Render holds.
const batchBytes = 128 << 10

// batch is a run of events on its way through Render.
type batch struct {
	events []*Event
	err    error // came after the events
	out    []byte
	ready  chan struct{}
}

// Render reads the log to its end and yields what appendEvent appends for
// each event, in the order of [Reader.All]. One slice yielded holds the
// output of many events; it is valid until the next one. Errors are yielded
// as All does, each after the output of the events before it.
//
// Events are decoded and appendEvent is called on workers goroutines, 0
// meaning GOMAXPROCS; the output does not depend on their number. appendEvent
// must not keep the event. Breaking out of the loop waits for a read in
// progress. Stats may be called when the loop is over.
func (r *Reader) Render(workers int, appendEvent func(dst []byte, e *Event) []byte) iter.Seq2[[]byte, error] {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if workers == 1 {
		return r.renderAlone(appendEvent)
	}
	return func(yield func([]byte, error) bool) {
		var (
			todo  = make(chan *batch, workers)
			order = make(chan *batch, 2*workers)
			used  = make(chan *batch, 4*workers) // back to the reading goroutine
			stop  = make(chan struct{})
			wg    sync.WaitGroup
		)
		wg.Go(func() {
			defer close(todo)
			defer close(order)
			for {
				b := r.fill(used)
				if len(b.events) == 0 && b.err == nil {
					return
				}
				select {
				case order <- b:
				case <-stop:
					return
				}
				todo <- b
			}
		})
		for range workers {
			wg.Go(func() {
				for b := range todo {
					b.render(appendEvent)
					b.ready <- struct{}{}
				}
			})
		}
		defer wg.Wait()
		defer close(stop)
		for b := range order {
			<-b.ready
			if len(b.out) > 0 && !yield(b.out, nil) {
				return
			}
			if b.err != nil && !yield(nil, b.err) {
				return
			}
			select {
			case used <- b:
			default:
			}
		}
	}
}

func (r *Reader) renderAlone(appendEvent func([]byte, *Event) []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		b := &batch{}
		for {
			r.refill(b)
			if len(b.events) == 0 && b.err == nil {
				return
			}
			b.render(appendEvent)
			if len(b.out) > 0 && !yield(b.out, nil) {
				return
			}
			if b.err != nil && !yield(nil, b.err) {
				return
			}
		}
	}
}

// fill returns the next batch, using again one that came back.
func (r *Reader) fill(used <-chan *batch) *batch {
	var b *batch
	select {
	case b = <-used:
	default:
		b = &batch{ready: make(chan struct{}, 1)}
	}
	r.refill(b)
	return b
}

// refill takes back b's events and puts the next ones into it: until there
// are enough, an error, or the end.
func (r *Reader) refill(b *batch) {
	for _, e := range b.events {
		r.join.recycle(e)
	}
	b.events, b.out, b.err = b.events[:0], b.out[:0], nil
	for size := 0; size < batchBytes; {
		e, err := r.next()
		if e == nil {
			b.err = err
			return
		}
		b.events = append(b.events, e)
		size += len(e.store.raw)
	}
}

func (b *batch) render(appendEvent func([]byte, *Event) []byte) {
	for _, e := range b.events {
		e.decode(e.store.lines)
		b.out = appendEvent(b.out, e)
	}
}
