package geo

import (
	"math"
	"net/netip"
	"slices"
	"time"
)

// Visit is somebody seen at a time from an address, such as a logon.
type Visit struct {
	Time time.Time
	Addr netip.Addr
	Info Info
}

// Trip is what must have been travelled between two visits if one person made
// both. Places are uncertain, so the distance is given as least and most; only
// the least carries a claim.
type Trip struct {
	From, To   Visit
	KM         float64       // between the points
	LeastKM    float64       // when both are as near to each other as their uncertainty allows
	MostKM     float64       // when both are as far as it allows
	Elapsed    time.Duration // between the visits, at least the slack of the options
	LeastKMH   float64       // LeastKM over Elapsed
	Impossible bool          // LeastKMH is above the limit and LeastKM is far enough
	Hidden     bool          // an end is known for hiding who speaks (VPN, proxy, Tor, hosting): it shows the exit, not the person
}

// TravelOptions say what is too fast. The zero value is useful.
type TravelOptions struct {
	LimitKMH float64       // faster is impossible; default 1000, somewhat above airliners
	FarKM    float64       // shorter trips are never impossible, as databases err; default 100
	Slack    time.Duration // what the times can be wrong against each other; default one second, the step of syslog
}

func (o TravelOptions) limits() (kmh, far float64, slack time.Duration) {
	kmh, far, slack = 1000, 100, time.Second
	if o.LimitKMH > 0 {
		kmh = o.LimitKMH
	}
	if o.FarKM > 0 {
		far = o.FarKM
	}
	if o.Slack > 0 {
		slack = o.Slack
	}
	return kmh, far, slack
}

// Travel returns the trip between two visits in the order of their times. It
// is false when nothing can be said: a place without a point, or a point
// without a known uncertainty.
func Travel(a, b Visit, o TravelOptions) (Trip, bool) {
	if b.Time.Before(a.Time) {
		a, b = b, a
	}
	ra, okA := a.Info.Place.Uncertainty()
	rb, okB := b.Info.Place.Uncertainty()
	if !okA || !okB {
		return Trip{}, false
	}
	kmh, far, slack := o.limits()
	t := Trip{From: a, To: b, KM: DistanceKM(a.Info.Place.Point, b.Info.Place.Point)}
	t.LeastKM, t.MostKM = math.Max(0, t.KM-ra-rb), math.Min(farthestKM, t.KM+ra+rb)
	t.Elapsed = max(b.Time.Sub(a.Time)+slack, slack)
	t.LeastKMH = t.LeastKM / t.Elapsed.Hours()
	t.Impossible = t.LeastKMH > kmh && t.LeastKM >= far
	t.Hidden = !a.Info.Anonymity.IsZero() || !b.Info.Anonymity.IsZero()
	return t, true
}

// Trips returns the trips between the visits of one account, each to the next
// in time that has a place, where the address changed. Visits whose place is
// unknown are passed over. The input is left as it is; visits of the same time
// keep their order.
func Trips(visits []Visit, o TravelOptions) []Trip {
	sorted := slices.Clone(visits)
	slices.SortStableFunc(sorted, func(a, b Visit) int { return a.Time.Compare(b.Time) })
	var trips []Trip
	var last *Visit
	for i := range sorted {
		v := &sorted[i]
		if _, ok := v.Info.Place.Uncertainty(); !ok {
			continue
		}
		if last != nil && last.Addr != v.Addr {
			if t, ok := Travel(*last, *v, o); ok {
				trips = append(trips, t)
			}
		}
		last = v
	}
	return trips
}
