package hunt

// buildSections fills the sections that are concluded from all others.
func (h *hunter) buildSections() {
	h.buildPlaces()
	h.buildLogonChart()
	h.buildAlerts()
	h.buildNetwork()
	h.buildApplications()
	h.buildCommands()
	h.buildSessionFacts()
	h.buildHostFacts()
	h.buildIntel()
	h.inv.AuditRows = int64(h.seen.audit)
	h.blindFor = append(h.blindFor, h.besides.blind...)
}
