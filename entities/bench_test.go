package entities_test

import (
	"testing"

	"github.com/tuxtrail/tuxtrail/entities"
)

func BenchmarkParse(b *testing.B) {
	text := []byte(large(1000))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := entities.Parse(text, entities.ParseOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	list := parse(b, large(1000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := entities.Marshal(list); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKey(b *testing.B) {
	p := parse(b, large(2))[1]
	b.ReportAllocs()
	for b.Loop() {
		if p.Key() == "" {
			b.Fatal("no key")
		}
	}
}
