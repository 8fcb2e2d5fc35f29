package hunt

// rank orders severities; an unknown one counts as the least.
func (s Severity) rank() int {
	switch s {
	case SeverityLow:
		return 1
	case SeverityMedium:
		return 2
	case SeverityHigh:
		return 3
	case SeverityCritical:
		return 4
	default:
		return 0
	}
}

// Compare returns -1, 0 or 1 as s is less, as much or more severe than o.
func (s Severity) Compare(o Severity) int {
	switch a, b := s.rank(), o.rank(); {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

func worse(a, b Severity) Severity {
	if b.Compare(a) > 0 {
		return b
	}
	return a
}
