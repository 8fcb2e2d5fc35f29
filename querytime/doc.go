// Package querytime holds windows of time: half-open spans with a start and
// an end, made from what people type or from an origin with time before and
// after it.
package querytime
