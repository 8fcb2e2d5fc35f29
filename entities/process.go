package entities

import (
	"cmp"
	"strconv"
	"time"
)

// Process is one run of a program on a host.
type Process struct {
	ProcessID     uint32            `json:"process_id,omitzero"`
	CreationTime  time.Time         `json:"creation_time,omitzero"`
	CommandLine   string            `json:"command_line,omitzero"`
	ImageFile     File              `json:"image_file,omitzero"`
	Account       Account           `json:"account,omitzero"`
	Host          Host              `json:"host,omitzero"`
	ParentProcess *Process          `json:"parent_process,omitempty"`
	LogonSession  *HostLogonSession `json:"logon_session,omitempty"`
}

// Type returns [TypeProcess].
func (Process) Type() Type { return TypeProcess }

// Key is host, pid and creation time. All three: pids are used again, often
// within minutes. "" when one of them is unknown.
func (p Process) Key() string {
	h := p.Host.Key()
	if h == "" || p.ProcessID == 0 || p.CreationTime.IsZero() {
		return ""
	}
	return key(TypeProcess, h, strconv.FormatUint(uint64(p.ProcessID), 10), timeKey(p.CreationTime))
}

// Equal reports whether p and o have the same key, see [Process.Key].
func (p Process) Equal(o Process) bool { return Equal(p, o) }

// Compare orders by host, creation time and pid.
func (p Process) Compare(o Process) int {
	return cmp.Or(
		p.Host.Compare(o.Host),
		p.CreationTime.Compare(o.CreationTime),
		cmp.Compare(p.ProcessID, o.ProcessID),
	)
}

// String returns the command line, else the path of the image, followed by
// the pid: "curl -s http://198.51.100.7/x [1234]".
func (p Process) String() string {
	s := printable(cmp.Or(p.CommandLine, p.ImageFile.Path(), "unknown process"))
	if p.ProcessID != 0 {
		s += " [" + strconv.FormatUint(uint64(p.ProcessID), 10) + "]"
	}
	return s
}
