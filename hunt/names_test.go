package hunt

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTellingsHoldEveryLine(t *testing.T) {
	var by tellings
	for line := range 70 {
		by.set(line, tellingKinds[line%len(tellingKinds)])
	}
	for line := range 64 {
		assert.Equal(t, line%len(tellingKinds), by.of(line), "line %d", line)
	}
	assert.Equal(t, WitnessLog, tellingKinds[by.of(64)], "beyond what a session keeps")
}

func TestMomentsKeepTheWorst(t *testing.T) {
	l := moments{h: &hunter{}, most: 3}
	severity := []Severity{SeverityInfo, SeverityLow, SeverityHigh}
	for i := range 60 {
		l.add(Moment{Time: time.Unix(int64(60-i), 0), Severity: severity[i%20/9]})
	}
	list, omitted := l.worst()
	assert.Equal(t, 57, omitted)
	var got []int64
	for _, m := range list {
		assert.Equal(t, SeverityHigh, m.Severity)
		got = append(got, m.Time.Unix())
	}
	assert.Equal(t, []int64{1, 2, 21}, got, "in order of time, the earliest of the worst")
	assert.LessOrEqual(t, cap(l.list), 4*l.most)
}

func TestNamesAreShared(t *testing.T) {
	var n names
	line := []byte("alice")
	a := n.of(string(line))
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = n.of(a) }))
	assert.Empty(t, n.of(""))
	assert.Len(t, n, 1)
}
