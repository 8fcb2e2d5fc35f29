package auditd

import "strconv"

//go:generate go run gen.go

// errnoName returns the name of error number n, or n in decimal.
func errnoName(n int) string {
	if n > 0 && n < len(errnoNames) && errnoNames[n] != "" {
		return errnoNames[n]
	}
	return strconv.Itoa(n)
}

// errnoNumber returns the number of the error called name, 0 where there is
// none.
func errnoNumber(name string) int64 {
	for n, s := range errnoNames {
		if s == name {
			return int64(n)
		}
	}
	return 0
}

// arch returns the architecture that the hex number of arch= stands for.
func arch(s string) (name string, number uint32) {
	if len(s) == 0 || len(s) > 8 {
		return s, 0
	}
	for i := range len(s) {
		v := hexVal[s[i]]
		if v > 15 {
			return s, 0
		}
		number = number<<4 | uint32(v)
	}
	if name = archName(number); name == "" {
		name = s
	}
	return name, number
}

// bigEndian reports whether the architecture stores numbers big end first.
// linux/audit.h marks the other ones.
func bigEndian(arch uint32) bool { return arch != 0 && arch&0x40000000 == 0 }

// x32 marks system calls of the x32 ABI, which share x86-64's arch=.
const x32 = 0x40000000

// syscallName returns the name of system call n on the architecture called
// arch, "" where it is unknown.
func syscallName(arch string, n uint32) string {
	var table []string
	switch arch {
	case "x86_64":
		table = syscallsX86_64[:]
		n &^= x32
	case "i386":
		table = syscallsI386[:]
	case "aarch64":
		table = syscallsAArch64[:]
	case "arm", "armeb":
		table = syscallsARM[:]
	case "ppc", "ppc64", "ppc64le":
		table = syscallsPPC[:]
	case "s390":
		table = syscallsS390[:]
	case "s390x":
		table = syscallsS390X[:]
	case "riscv64":
		table = syscallsRISCV64[:]
	}
	if n < uint32(len(table)) {
		return table[n]
	}
	return ""
}
