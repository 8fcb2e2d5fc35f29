package auditd

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNextAllocatesNothing(t *testing.T) {
	one := manyEvents(1000)
	two := manyEvents(9000)
	run := func(log string) float64 {
		return testing.AllocsPerRun(3, func() {
			r := NewReader(strings.NewReader(log), Options{Window: 64})
			for {
				e, err := r.Next()
				if e == nil && err == nil {
					return
				}
			}
		})
	}
	perEvent := (run(two) - run(one)) / 8000
	assert.Less(t, perEvent, 0.02, "the bad lines may cost something, the events nothing")
}
