package hunt

import "time"

// Progress says how far an investigation is.
type Progress struct {
	Stage   string    // "syslog", "hosts", "audit", "logins", "digests", "evidence"
	Records int64     // read in this stage; 0 where they are not counted
	At      time.Time // the log's time, where it has come to

	// Of a source that knows its size, else zero.
	Done, Total int64         // bytes, over all stages
	Rate        float64       // bytes a second since the hunt began
	Left        time.Duration // that reading will go on for at this rate
}

// Stages without records.
const (
	stageHosts   = "hosts"
	stageDigests = "digests"
)

const (
	progressEvery = 1 << 14 // records
	progressAfter = time.Second
)

// progress notes where the hunt is, and reports it every so many records.
func (h *hunter) progress(stage string, n int64, at time.Time) {
	h.stage, h.at = stage, at
	if n%progressEvery == 0 {
		h.report(n)
	}
}

// report tells the caller where the hunt is.
func (h *hunter) report(n int64) {
	if h.o.Progress == nil {
		return
	}
	p := Progress{Stage: h.stage, Records: n, At: h.at}
	if s, ok := h.src.(SizedSource); ok {
		p.Done, p.Total = s.Position()
		if took := time.Since(h.begin).Seconds(); took > 0 && p.Done > h.doneBefore {
			p.Rate = float64(p.Done-h.doneBefore) / took
			p.Left = time.Duration(float64(p.Total-p.Done) / p.Rate * float64(time.Second))
		}
	}
	h.o.Progress(p)
}

// wait does what reads without giving records, and reports meanwhile how far it
// is, from the goroutine of the caller.
func (h *hunter) wait(stage string, work func()) {
	if h.o.Progress == nil {
		work()
		return
	}
	was := h.stage
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	tick := time.NewTicker(progressAfter)
	defer tick.Stop()
	for {
		select {
		case <-done:
			h.stage = was
			return
		case <-tick.C:
			h.stage = stage
			h.report(0)
		}
	}
}
