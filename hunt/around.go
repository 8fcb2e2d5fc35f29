package hunt

import (
	"fmt"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// UnknownIDError says that an investigation has nothing of that id.
type UnknownIDError struct{ ID string }

// Error names the id.
func (e *UnknownIDError) Error() string {
	return fmt.Sprintf("%s: the investigation has no finding, session, silence, alert, bookmark or incident of this id", quoteName(e.ID))
}

// Around returns the window from before what has the id began to after it
// ended, to hunt in again: of a finding ("F1"), session ("S4"), silence ("N1"),
// alert ("A1"), bookmark ("B1") or incident ("I1"). What has no end is taken to
// end where it began. The error is a [*UnknownIDError], or says that before or
// after is negative or that no time is known of it.
func (inv *Investigation) Around(id string, before, after time.Duration) (querytime.Window, error) {
	if before < 0 || after < 0 {
		return querytime.Window{}, fmt.Errorf("around %s: a time before or after it is negative", quoteName(id))
	}
	start, end, ok := inv.spanOf(id)
	if !ok {
		return querytime.Window{}, &UnknownIDError{ID: id}
	}
	start = firstTime(start, end)
	if start.IsZero() {
		return querytime.Window{}, fmt.Errorf("around %s: nothing says when it was", quoteName(id))
	}
	if end.Before(start) {
		end = start
	}
	// a window does not hold its end, but what happens in the last moment is asked for
	return querytime.Window{Start: start.Add(-before), End: end.Add(after + time.Nanosecond)}, nil
}

func (inv *Investigation) spanOf(id string) (start, end time.Time, ok bool) {
	for _, f := range inv.Findings {
		if f.ID == id {
			return f.Start, f.End, true
		}
	}
	for _, s := range inv.Sessions {
		if s.ID == id {
			return s.Start, s.End, true
		}
	}
	for _, s := range inv.Silences {
		if s.ID == id {
			return s.Start, s.End, true
		}
	}
	for _, a := range inv.Alerts.Alerts {
		if a.ID == id { // as the notebook does: around the time that it was raised at
			return a.Time, a.Time, true
		}
	}
	for _, b := range inv.Alerts.Bookmarks {
		if b.ID == id {
			return b.Time, b.Time, true
		}
	}
	for _, i := range inv.Alerts.Incidents {
		if i.ID == id {
			return firstTime(i.Start, i.Time), i.End, true
		}
	}
	return time.Time{}, time.Time{}, false
}
