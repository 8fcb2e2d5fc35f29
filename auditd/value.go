package auditd

import "unsafe"

// hexName reports whether a bare value of the field called name is the
// untrusted-string form of the kernel's audit_log_untrustedstring: upper-case
// hex of bytes that a quoted string could not hold. The list follows the
// escaped fields of audit-userspace's lookup tables (auparse, typetab.h).
// That a value looks like hex says nothing: "inode=1442434" is a number.
func hexName(name string, exec bool) bool {
	switch name {
	case "path", "comm", "exe", "file", "name", "watch", "cwd", "cmd", "acct", "dir", "key", "vm",
		"old-chardev", "new-chardev", "old-disk", "new-disk", "old-fs", "new-fs", "old-net", "new-net",
		"old-rng", "new-rng", "device", "cgroup", "proctitle", "ocomm", "grp", "new_group",
		"invalid_context", "sw", "root_dir", "data",
		"apparmor", "operation", "denied_mask", "requested_mask", "info", "profile":
		return true
	}
	return exec && argName(name)
}

// argName reports whether name is an argument of EXECVE: a0, a12, a1[0].
func argName(name string) bool {
	if len(name) < 2 || name[0] != 'a' || !isDigit(name[1]) {
		return false
	}
	for i := 2; i < len(name); i++ {
		if c := name[i]; !isDigit(c) {
			return c == '['
		}
	}
	return true
}

var hexVal = func() (t [256]uint8) {
	for i := range t {
		t[i] = 0xff
	}
	for i := range 10 {
		t['0'+i] = uint8(i)
	}
	for i := range 6 {
		t['A'+i], t['a'+i] = uint8(10+i), uint8(10+i)
	}
	return t
}()

// decodeHex returns the bytes that s spells. It reports false where s is
// empty, has an odd number of digits or something else than digits: such a
// value is what it is. The bytes go to st where there is one.
func decodeHex(s string, st *store) (string, bool) {
	if len(s) == 0 || len(s)&1 != 0 {
		return "", false
	}
	var out []byte
	if st != nil {
		out = st.alloc(len(s) / 2)
	} else {
		out = make([]byte, len(s)/2)
	}
	var bad uint8
	for i := range out {
		hi, lo := hexVal[s[2*i]], hexVal[s[2*i+1]]
		bad |= hi | lo
		out[i] = hi<<4 | lo
	}
	if bad&0xf0 != 0 {
		return "", false
	}
	return str(out), true
}

// str returns b as a string without copying it. b must not change after.
func str(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
