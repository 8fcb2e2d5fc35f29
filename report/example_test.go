package report_test

import (
	"os"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
)

func ExampleText() {
	inv := &hunt.Investigation{
		Host: hunt.HostSummary{Name: "web01"},
		Findings: []hunt.Finding{{
			ID: "F1", Severity: hunt.SeverityHigh, Title: "A reverse shell was started by deploy",
			Summary: "deploy ran a shell that reads its commands from the network.",
			Steps:   []hunt.Step{{Time: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Severity: hunt.SeverityHigh, Text: "deploy ran bash"}},
			Refs:    []evidence.Ref{{File: "audit/audit.log", Line: 7}},
		}},
	}
	if err := report.Text(os.Stdout, inv, report.TextOptions{Top: 3}); err != nil {
		panic(err)
	}
	// Output:
	// tuxtrail: host web01
	//
	// HIGH: A reverse shell was started by deploy
	// Findings: 1 high. Read 0 of 0 inputs.
	//
	// HIGH F1 A reverse shell was started by deploy
	//   deploy ran a shell that reads its commands from the network.
	//   evidence: audit/audit.log:7
	//
	// Hypotheses
	//
	// Logons
	//   0 attempts: 0 succeeded, 0 failed; 0 connections that never tried
	//   none
	//
	// Sessions
	//   none
	//
	// Users
	//   none
	//
	// Indicators in findings
	//   none
	//
	// Coverage
	//   none
}
