package hunt

import (
	"slices"
	"sort"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
)

// auditOff is an act against the auditing itself.
type auditOff struct {
	at       time.Time
	what     string
	who, ses string
	refs     []evidence.Ref
}

// auditSwitch follows what ended or blinded the auditing, and what brought it
// back. Of the acts those are kept that tell most; when auditing was off, of all.
type auditSwitch struct {
	acts  keeper[auditOff]
	likes nths[[3]string]
	cuts  []int64 // nanoseconds since 1970, when it was cut back that was not before
	isOff bool
}

// maxOffs is how many acts against the auditing are told.
const maxOffs = 2_000

// maxSwitches bounds how many times auditing may come and go.
const maxSwitches = 1 << 17

// auditOff notes what ended or blinded the auditing itself.
func (h *hunter) auditOff(ev *auditd.Event) {
	v, ok := ev.ConfigChange()
	if !ok || v.Result == auditd.ResultFail {
		return
	}
	s := &h.audit.switched
	if !v.Blinds && (v.Op == "start" || v.Op == "add_rule" || v.Name == "audit_enabled" && v.New != "0") {
		if on := h.audit.on; s.isOff && len(on) < maxSwitches || len(on) < maxFiles {
			h.audit.on = append(on, utc(ev.Time))
			s.isOff = false
		}
		return
	}
	if !v.Blinds {
		return
	}
	if !s.isOff && len(s.cuts) < maxSwitches {
		s.cuts = append(s.cuts, ev.Time.UnixNano())
		s.isOff = true
	}
	n := &h.names
	o := auditOff{at: ev.Time.UTC(), who: n.of(actor(ev)), ses: n.of(ev.Ses.String()), refs: ev.Refs()}
	switch {
	case v.Op == "remove_rule":
		o.what = "a rule was removed"
	case v.Name == "audit_enabled":
		o.what = "it was switched off"
	case v.Name != "":
		o.what = n.of(v.Name + " was set to " + v.New)
	default:
		o.what = "the daemon ended"
	}
	class := 0
	if o.ses != "" {
		class = 2 // somebody who was logged on did it
	}
	s.acts.max = maxOffs
	s.acts.add(o, worthOf(class, s.likes.next([3]string{o.what, o.who, o.ses})))
}

// endSwitches puts what is known of the auditing in order.
func (h *hunter) endSwitches() {
	s := &h.audit.switched
	h.audit.offs = s.acts.came
	s.acts.cut()
	h.audit.off = valuesOf(&s.acts)
	s.acts, s.likes = keeper[auditOff]{}, nths[[3]string]{}
	if !slices.IsSorted(s.cuts) {
		slices.Sort(s.cuts)
	}
	h.audit.back = slices.Clone(h.audit.on)
	slices.SortFunc(h.audit.back, time.Time.Compare)
}

// auditOffAt reports whether auditing was cut back before a moment and not
// since switched on again.
func (h *hunter) auditOffAt(at time.Time) bool {
	cuts := h.audit.switched.cuts
	i := sort.Search(len(cuts), func(i int) bool { return cuts[i] > at.UnixNano() })
	if i == 0 {
		return false
	}
	until, back := h.auditBack(time.Unix(0, cuts[i-1]))
	return !back || until.After(at)
}

// auditBack returns when auditing came back first after a moment.
func (h *hunter) auditBack(after time.Time) (at time.Time, ok bool) {
	back := h.audit.back
	i := sort.Search(len(back), func(i int) bool { return back[i].After(after) })
	if i == len(back) {
		return time.Time{}, false
	}
	return back[i], true
}
