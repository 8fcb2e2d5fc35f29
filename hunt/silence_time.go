package hunt

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// What makes the times of files telling, and one of them strange.
const (
	timeSlack   = 2 * time.Minute  // between a line and the time of the file that it was written to
	timeLate    = 10 * time.Minute // after its last line a file is no longer written by its daemon
	timeWitness = 2                // files that show that times were kept when the evidence was copied
	timeOldest  = time.Hour        // these must be older than the latest time by that
)

// timed is a file with its time of change and the time of its last line.
type timed struct {
	file      string
	mod, last time.Time
	noZone    bool
}

// changedAfter tells of files that were changed after their last line was
// written, which cutting lines off and editing do. The times of files mean
// something only where others of the same evidence still have those of their
// last lines: a copy that made all files new says nothing.
func (h *hunter) changedAfter() {
	src, ok := h.src.(ModTimeSource)
	if !ok || !h.o.Window.Start.IsZero() || !h.o.Window.End.IsZero() {
		return // what lies behind the window was not read
	}
	files, odd := h.fileTimes(src.ModTimes())
	if len(odd) == 0 || len(odd) > len(files) {
		return // more files speak against the times than for them
	}
	slices.SortFunc(odd, func(a, b timed) int { return strings.Compare(a.file, b.file) })
	for _, f := range odd {
		if h.sharesTime(f, odd) || h.rotatedThen(f) || h.off(gap{from: f.last, to: f.mod}) {
			continue
		}
		log := logOf(f.file)
		s := Silence{
			Kind: SilenceModified, Log: f.file, Start: utc(f.last), End: utc(f.mod), Severity: SeverityLow,
			Text: fmt.Sprintf("%s was changed %s after its last line.", f.file, roughly(f.mod.Sub(f.last))),
			Why:  "A log is changed by its daemon, with a line. Editing or cutting it does so without, and so do restoring it and some rotations.",
		}
		if r := h.rhythms.byLog[log]; r != nil {
			s.Usual = r.habit()
			if near(r.last, f.last, timeSlack) {
				s.Refs = append(s.Refs, r.lastRef)
			}
			h.ask(&s, r)
		}
		if slices.ContainsFunc(s.Seen, func(w Sighting) bool { return w.Text != "" }) {
			s.Severity, s.Tampering = SeverityMedium, true
			s.Why = "Others saw after its last line what it must have told, and the file was still there and was changed: its end was cut off."
		}
		h.silence(s)
	}
}

// fileTimes returns the files whose time is that of their last line although
// others are newer, when they are enough to trust times, and those that were
// changed later.
func (h *hunter) fileTimes(mods map[string]time.Time) (good, odd []timed) {
	var newest time.Time
	for _, m := range mods {
		if m.After(newest) {
			newest = m
		}
	}
	var distinct []time.Time
	for _, s := range h.src.Stats() {
		f := timed{file: s.File, mod: mods[s.File], last: s.Last, noZone: strings.Contains(s.Format, "3164")}
		if f.mod.IsZero() || f.last.IsZero() || broken(s) || strings.HasPrefix(path.Base(f.file), "utmp") {
			continue
		}
		switch d := f.mod.Sub(f.last); {
		case near(f.mod, f.last, timeSlack):
			good = append(good, f)
			if newest.Sub(f.mod) >= timeOldest && !slices.ContainsFunc(distinct, func(t time.Time) bool { return near(t, f.mod, timeSlack) }) {
				distinct = append(distinct, f.mod)
			}
		case d < timeLate:
		case f.noZone && d < 15*time.Hour && (d+timeSlack)%(15*time.Minute) < 2*timeSlack:
			// a log that does not say its zone, read as another
		default:
			odd = append(odd, f)
		}
	}
	if len(distinct) < timeWitness {
		return good, nil
	}
	return good, odd
}

// broken reports whether a file could not be read to its end, so that its last
// line is not known.
func broken(s evidence.Stats) bool {
	return len(s.Errors) > 0 || s.Unknown > 0 || s.NUL > 0
}

// sharesTime reports whether other strange files have the same time: a copy or
// a restored backup gives all files its own.
func (h *hunter) sharesTime(f timed, odd []timed) bool {
	return slices.ContainsFunc(odd, func(o timed) bool { return o.file != f.file && near(o.mod, f.mod, timeSlack) })
}

// rotatedThen reports whether a file is a rotated one that got its time when it
// was rotated: its log goes on in a newer file, and not before. Rotation by
// copying gives the copy the time of the copying.
func (h *hunter) rotatedThen(f timed) bool {
	log := logOf(f.file)
	if log == f.file {
		return false
	}
	for _, s := range h.src.Stats() {
		if s.File != f.file && logOf(s.File) == log && s.First.After(f.last) && s.First.Before(f.mod.Add(-timeSlack)) {
			return false
		}
	}
	return true
}
