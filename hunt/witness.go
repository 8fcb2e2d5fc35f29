package hunt

import "github.com/tuxtrail/tuxtrail/evidence"

// WitnessKind is who can tell of a session.
type WitnessKind string

// The witnesses.
const (
	WitnessDaemon WitnessKind = "daemon" // the daemon that let somebody in: "Accepted …", "LOGIN ON …"
	WitnessPAM    WitnessKind = "pam"    // "session opened", "session closed"
	WitnessLogind WitnessKind = "logind" // "New session …"
	WitnessAudit  WitnessKind = "audit"  // LOGIN, USER_START, USER_END
	WitnessWtmp   WitnessKind = "wtmp"   // the binary log of logons
	WitnessLog    WitnessKind = "log"    // lines of the log whose writer is not told apart
)

// Testimony is what a witness says of a session.
type Testimony string

// The testimonies.
const (
	Agrees      Testimony = "agrees"      // it tells the same
	Missing     Testimony = "missing"     // its log was being written, it tells of other sessions, and not of this one
	Contradicts Testimony = "contradicts" // it tells something else
)

// Witness is what one log says of a session.
type Witness struct {
	Kind  WitnessKind    `json:"kind"`
	Files []string       `json:"files,omitempty"` // where it says so
	Says  Testimony      `json:"says"`
	Why   string         `json:"why,omitempty"` // what is missing or contradicts
	Refs  []evidence.Ref `json:"refs,omitempty"`
}

// witnessesOf tells which files saw what refs cite, each as one witness.
func witnessesOf(kind WitnessKind, refs []evidence.Ref) Witness {
	return Witness{Kind: kind, Files: files(refs), Says: Agrees, Refs: refs}
}

// SeenBy returns the files whose lines tell of the session, each once.
func (s Session) SeenBy() []string {
	var out []string
	for _, w := range s.Witnesses {
		if w.Says != Missing {
			for _, f := range w.Files {
				out = appendNew(out, f)
			}
		}
	}
	return out
}
