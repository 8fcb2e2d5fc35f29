// Package querytime holds windows of time: half-open spans [Start, End), made
// from what people type ([Parse]) or from an origin with time before and after
// it ([Around]), and cut by number, by length or by what is the most
// ([Window.Split], [Window.SplitBy], [Window.SplitMax]).
//
// Seconds, minutes and hours are spans of exact length. Days and weeks are
// those of the calendar: a day before 08:00 is 08:00 of the day before, also
// when the clock was changed between the two and the day has 23 or 25 hours.
// A time that the clock skipped means the moment of the change. A time that
// it showed twice means the first where a window starts and the second where
// one ends.
package querytime
