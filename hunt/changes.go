package hunt

import "time"

// The bounds of what is listed of changes and of edits of crontabs.
const (
	maxChanges   = 50_000
	maxCronEdits = 20_000
)

// changeBook keeps changes to accounts, those that tell most.
type changeBook struct {
	keeper[AccountChange]
	likes nths[[3]string]
	made  map[string]time.Time // accounts, when they were made first
}

// addChange keeps a change; the several lines that one program writes about
// one change are one.
func (h *hunter) addChange(c AccountChange) {
	b := &h.changes
	for i := len(b.list) - 1; i >= 0 && !b.list[i].v.before(&c); i-- {
		if b.list[i].v.tells(&c) {
			return
		}
	}
	if b.made == nil {
		b.made, b.max = map[string]time.Time{}, maxChanges
	}
	class := 0
	switch {
	case c.Kind == "user_add":
		class = 3
		if _, ok := b.made[c.Account]; !ok && len(b.made) < maxNamed && c.Account != "" {
			b.made[c.Account] = c.Time
		}
	case c.Group != "" && c.Account != "" || c.What != "":
		class = 1
	}
	b.add(c, worthOf(class, b.likes.next([3]string{c.Kind, c.By, c.Program})))
}

// before reports whether the change is too early to be told by the lines of
// another.
func (p *AccountChange) before(c *AccountChange) bool { return c.Time.Sub(p.Time) > 2*time.Second }

// tells takes the lines of c where it is the same change.
func (p *AccountChange) tells(c *AccountChange) bool {
	if p.Kind != c.Kind || p.Account != c.Account || p.Group != c.Group || p.Program != c.Program || p.PID != c.PID {
		return false
	}
	p.Refs = append(p.Refs, c.Refs...)
	return true
}

// sameChange gives the lines of c to the change of the list that it is, and
// reports whether there is one.
func sameChange(list []AccountChange, c *AccountChange) bool {
	for i := len(list) - 1; i >= 0 && !list[i].before(c); i-- {
		if list[i].tells(c) {
			return true
		}
	}
	return false
}

// listChanges makes the lists of what is kept.
func (h *hunter) listChanges() {
	h.changes.cut()
	h.inv.Changes = append(h.inv.Changes, valuesOf(&h.changes.keeper)...)
	h.cronEdits.cut()
	h.inv.CronEdits = append(h.inv.CronEdits, valuesOf(&h.cronEdits)...)
	h.inv.Omitted.Changes += h.changes.omitted()
	h.inv.Omitted.CronEdits = h.cronEdits.omitted()
}

// takeCronEdit keeps somebody's hand on a crontab; looking at one tells least.
func (h *hunter) takeCronEdit(e CronEdit) {
	h.cronEdits.max = maxCronEdits
	class := 1
	if e.Action == "LIST" {
		class = 0
	}
	h.cronEdits.add(e, worthOf(class, h.cronLikes.next([2]string{e.User, e.Action})))
}
