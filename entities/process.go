package entities

import (
	"cmp"
	"strconv"
	"time"
)

// Process is one run of a program on a host.
type Process struct {
	ProcessID      uint32            `json:"process_id,omitzero" v3:"ProcessId,string"`
	CreationTime   time.Time         `json:"creation_time,omitzero" v3:"CreationTimeUtc"`
	CommandLine    string            `json:"command_line,omitzero" v3:"CommandLine"`
	ElevationToken string            `json:"elevation_token,omitzero" v3:"ElevationToken"`
	ImageFile      *File             `json:"image_file,omitempty" v3:"ImageFile"`
	Account        *Account          `json:"account,omitempty" v3:"Account"`
	Host           *Host             `json:"host,omitempty" v3:"Host"`
	ParentProcess  *Process          `json:"parent_process,omitempty" v3:"ParentProcess"`
	LogonSession   *HostLogonSession `json:"logon_session,omitempty" v3:"LogonSession"`
	Extra          map[string]any    `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeProcess].
func (*Process) Type() Type { return TypeProcess }

// Key is host, pid and creation time; else host, pid of the parent, creation
// time and command line. Never the pid alone: pids are used again, often
// within minutes. "" when a part is unknown.
func (p *Process) Key() string { return firstStrong(p) }

func (p *Process) identify(ids *identifiers) {
	host, at := ids.of(p.Host), timeKey(p.CreationTime)
	ids.add("pid", host, pidKey(p), at)
	ids.add("parent", host, pidKey(p.ParentProcess), at, p.CommandLine)
	if p.Host == nil {
		ids.addWeak("command", pidKey(p), at, p.CommandLine)
		ids.addWeak("image", pidKey(p), at, p.ImageFile.Path())
	}
}

func pidKey(p *Process) string {
	if p == nil || p.ProcessID == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(p.ProcessID), 10)
}

// Equal reports whether p and o have the same key, see [Process.Key].
func (p *Process) Equal(o *Process) bool { return Equal(p, o) }

// Compare orders by host, creation time and pid; nil first.
func (p *Process) Compare(o *Process) int {
	if p == nil || o == nil {
		return compareNil(p == nil, o == nil)
	}
	return cmp.Or(
		p.Host.Compare(o.Host),
		p.CreationTime.Compare(o.CreationTime),
		cmp.Compare(p.ProcessID, o.ProcessID),
	)
}

// String returns the command line, else the path of the image, followed by
// the pid: "curl -s http://198.51.100.7/x [1234]".
func (p *Process) String() string {
	if p == nil {
		return "unknown process"
	}
	s := printable(cmp.Or(p.CommandLine, p.ImageFile.Path(), "unknown process"))
	if p.ProcessID != 0 {
		s += " [" + strconv.FormatUint(uint64(p.ProcessID), 10) + "]"
	}
	return s
}
