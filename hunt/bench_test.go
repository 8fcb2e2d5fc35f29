package hunt_test

import (
	"testing"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/sample"
)

func BenchmarkInvestigateSample(b *testing.B) {
	dir := open(b, sample.FS())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := hunt.Investigate(b.Context(), dir, hunt.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
