package ti_test

import (
	"testing"

	"github.com/tuxtrail/tuxtrail/ti"
)

// BenchmarkPlan plans 10,000 addresses for three providers without a cache.
func BenchmarkPlan(b *testing.B) {
	c := open(b, ti.Options{}, newFake("A"), newFake("B"), newFake("C"))
	list := publics(10_000)
	b.ReportAllocs()
	for b.Loop() {
		c.Plan(list)
	}
}

// BenchmarkLookup looks 10,000 addresses up with a local provider that answers
// at once: the cost of the Client.
func BenchmarkLookup(b *testing.B) {
	p := newFake("Local")
	p.info.Local = true
	c := open(b, ti.Options{}, p)
	list := publics(10_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Lookup(b.Context(), list); err != nil {
			b.Fatal(err)
		}
		p.got = nil
	}
}
