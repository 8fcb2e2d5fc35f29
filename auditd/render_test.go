package auditd

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
)

// manyEvents is a log of several batches with bad lines in it.
func manyEvents(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, line("SYSCALL", 1+i/100, i, fmt.Sprintf("pid=%d key=%s", i, strings.Repeat("k", i%300))))
		fmt.Fprintln(&b, line("CWD", 1+i/100, i, `cwd="/"`))
		if i%997 == 0 {
			fmt.Fprintln(&b, "rubbish", i)
		}
	}
	return b.String()
}

func TestRender(t *testing.T) {
	log := manyEvents(5000)
	show := func(dst []byte, e *Event) []byte { return append(e.AppendJSON(dst), '\n') }
	var outs []string
	for _, workers := range []int{0, 1, 2, 7} {
		r := NewReader(strings.NewReader(log), Options{Name: "x"})
		var b strings.Builder
		for out, err := range r.Render(workers, show) {
			if err != nil {
				fmt.Fprintln(&b, err)
			}
			b.Write(out)
		}
		outs = append(outs, b.String())
		assert.Equal(t, int64(5000), r.Stats().Records)
		assert.Equal(t, int64(6), r.Stats().Unknown)
	}
	for _, o := range outs[1:] {
		assert.Equal(t, outs[0], o)
	}
	var b strings.Builder
	for e, err := range NewReader(strings.NewReader(log), Options{Name: "x"}).All() {
		if err == nil {
			b.Write(show(nil, e))
		}
	}
	assert.Equal(t, 5000, strings.Count(b.String(), "\n"))
}

func TestRenderStops(t *testing.T) {
	log := manyEvents(5000)
	for _, workers := range []int{1, 4} {
		r := NewReader(strings.NewReader(log), Options{})
		for range r.Render(workers, func(dst []byte, e *Event) []byte { return e.AppendJSON(dst) }) {
			break
		}
		assert.Positive(t, r.Stats().Lines)
	}
	broken := errors.New("disk gone")
	r := NewReader(iotest.ErrReader(broken), Options{})
	for _, err := range r.Render(2, func(dst []byte, _ *Event) []byte { return dst }) {
		assert.ErrorIs(t, err, broken)
	}
}
