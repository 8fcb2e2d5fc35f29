package hunt

// Outcome is what a story comes to: how it began, and what there is to undo
// and to block. Its lists are in the order of the acts, each thing once.
type Outcome struct {
	WayIn     string   `json:"way_in,omitempty"`    // a sentence; "" where the logs do not show it
	Fetched   []string `json:"fetched,omitempty"`   // URLs and files that were fetched or run
	Accounts  []string `json:"accounts,omitempty"`  // that were made
	Rights    []string `json:"rights,omitempty"`    // that were given: "svc in group sudo"
	Planted   []string `json:"planted,omitempty"`   // files and units written so that they come back
	Started   []string `json:"started,omitempty"`   // what cron or systemd ran of it since
	Connected []string `json:"connected,omitempty"` // addresses and ports that were connected to
}

// outcome returns what the story comes to; nil where it is one act or nothing
// came of it.
func (st *story) outcome() *Outcome {
	if len(st.signals) == 1 {
		return nil
	}
	var o Outcome
	if w := st.wayIn(); w != nil {
		o.WayIn = firstOf(w.short, w.text)
	}
	o.Fetched = objects(st.of(roleFetchRun))
	o.Accounts = objects(st.of(rolePlantAccount))
	o.Rights = objects(st.of(roleGrant))
	o.Planted = objects(st.of(rolePersist))
	o.Started = objects(st.of(roleJob))
	o.Connected = objects(st.of(roleConnect))
	if o.WayIn == "" && len(o.Fetched)+len(o.Accounts)+len(o.Rights)+len(o.Planted)+len(o.Started)+len(o.Connected) == 0 {
		return nil
	}
	return &o
}
