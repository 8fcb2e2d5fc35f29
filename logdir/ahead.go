package logdir

import (
	"io"
	"runtime"
)

// What is read ahead of each file, and of how many files at once.
const (
	aheadBlock  = 64 << 10
	aheadBlocks = 3
	aheadFiles  = 64
)

// ahead reads a stream, unpacks it and sums it up while what it gave before is
// looked at. It gives the stream's bytes, and its problems once they are all
// given.
type ahead struct {
	s     *stream
	full  chan []byte   // blocks that were read; closed at the end
	free  chan []byte   // blocks that were looked at
	stop  chan struct{} // closed when no more is wanted
	given []byte        // the block that is looked at
	rest  []byte        // of it, what is not given yet
	off   int64         // bytes given
	ended bool          // all were
}

// readAhead begins to read s. Where too many files are read at once, or nothing
// can be done at once, it reads when it is asked. It owns s.
func (d *Dir) readAhead(s *stream) *ahead {
	a := &ahead{s: s}
	if d.reading.Add(1) > aheadFiles || runtime.GOMAXPROCS(0) == 1 {
		d.reading.Add(-1)
		return a
	}
	a.full, a.free, a.stop = make(chan []byte, aheadBlocks), make(chan []byte, aheadBlocks), make(chan struct{})
	for range aheadBlocks {
		a.free <- nil // made when it is needed: most files are small
	}
	go func() {
		defer d.reading.Add(-1)
		defer close(a.full)
		for {
			select {
			case <-a.stop:
				return
			case b := <-a.free:
				if b == nil {
					b = make([]byte, aheadBlock)
				}
				n, err := s.Read(b[:cap(b)])
				if n > 0 {
					a.full <- b[:n] // has room for all
				}
				if err != nil {
					return
				}
			}
		}
	}()
	return a
}

// Read never returns an error but io.EOF.
func (a *ahead) Read(p []byte) (int, error) {
	if a.full == nil {
		n, err := a.s.Read(p)
		a.off += int64(n)
		a.ended = a.ended || err != nil
		return n, err
	}
	if len(a.rest) == 0 {
		if a.given != nil {
			a.free <- a.given
			a.given = nil
		}
		b, more := <-a.full
		if !more {
			a.ended = true
			return 0, io.EOF
		}
		a.given, a.rest = b, b
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	a.off += int64(n)
	return n, nil
}

// problems returns what was wrong with the stream, when it has ended.
func (a *ahead) problems() []error {
	if !a.ended {
		return nil
	}
	return a.s.problems
}

// Close ends the reading and frees what it holds.
func (a *ahead) Close() {
	if a.full != nil {
		close(a.stop)
		for range a.full { // until nothing reads any more
		}
	}
	a.s.Close()
}
