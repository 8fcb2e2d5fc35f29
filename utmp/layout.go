package utmp

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// Layout is the form of struct utmp that a file is made of.
type Layout uint8

// The layouts.
const (
	LayoutAuto Layout = iota // found out from the first records
	Layout384                // 32-bit session and times, 384 bytes
	Layout400                // 64-bit session and times, 400 bytes
)

// Sizes of the records in bytes.
const (
	Size384 = 384
	Size400 = 400
)

// Size returns the size of a record in bytes, 0 for LayoutAuto.
func (l Layout) Size() int {
	switch l {
	case Layout384:
		return Size384
	case Layout400:
		return Size400
	}
	return 0
}

// Offsets that both layouts share, then those that differ.
const (
	offPID  = 4
	offLine = 8
	offID   = 40
	offUser = 44
	offHost = 76
	offTerm = 332
	offExit = 334
	offSess = 336

	offSec384, offUsec384, offAddr384 = 340, 344, 348
	offSec400, offUsec400, offAddr400 = 344, 352, 360
)

// raw is one record that is not decoded yet, and how it is laid out.
type raw struct {
	b      []byte
	layout Layout
	order  binary.ByteOrder
}

func (r raw) typ() Type    { return Type(r.order.Uint16(r.b)) }
func (r raw) pid() int32   { return int32(r.order.Uint32(r.b[offPID:])) }
func (r raw) line() []byte { return field(r.b[offLine:offID]) }
func (r raw) id() []byte   { return field(r.b[offID:offUser]) }
func (r raw) user() []byte { return field(r.b[offUser:offHost]) }
func (r raw) host() []byte { return field(r.b[offHost:offTerm]) }

func (r raw) exit() Exit {
	return Exit{Termination: int16(r.order.Uint16(r.b[offTerm:])), Status: int16(r.order.Uint16(r.b[offExit:]))}
}

// clock returns the session and the seconds and microseconds.
func (r raw) clock() (session, sec, usec int64) {
	if r.layout == Layout400 {
		// the session is an int64 in glibc and an int32 with padding in musl
		return int64(r.order.Uint64(r.b[offSess:])), int64(r.order.Uint64(r.b[offSec400:])), int64(r.order.Uint64(r.b[offUsec400:]))
	}
	// seconds are unsigned: records go on until 2106 and never come from before 1970
	return int64(int32(r.order.Uint32(r.b[offSess:]))), int64(r.order.Uint32(r.b[offSec384:])), int64(int32(r.order.Uint32(r.b[offUsec384:])))
}

func (r raw) addr() []byte {
	if r.layout == Layout400 {
		return r.b[offAddr400 : offAddr400+16]
	}
	return r.b[offAddr384 : offAddr384+16]
}

// field cuts a fixed-width string at its first NUL.
func field(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}

// maxSec is the last second of the year 2261; later ones are no times.
const maxSec = 9214646400

func timeOf(sec, usec int64) time.Time {
	if sec == 0 && usec == 0 {
		return time.Time{}
	}
	return time.Unix(sec, usec*1000).UTC()
}

// address decodes ut_addr_v6, which is in network order: one word for IPv4,
// four for IPv6. An IPv6 address whose last 12 bytes are zero looks like an
// IPv4 address; the host field, where it is an address, decides.
func address(b []byte, host string) netip.Addr {
	a := netip.AddrFrom16([16]byte(b))
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	for _, c := range b[4:] {
		if c != 0 {
			return a.Unmap()
		}
	}
	if h, err := netip.ParseAddr(host); err == nil && h.WithZone("") == a {
		return a
	}
	return netip.AddrFrom4([4]byte(b[:4]))
}

// plausible reports whether r can be a record. A record that is zero all over
// can be one: it was erased.
func (r raw) plausible() bool {
	if !r.typ().known() {
		return false
	}
	_, sec, usec := r.clock()
	if sec < 0 || sec > maxSec || usec < 0 || usec >= 1_000_000 {
		return false
	}
	return r.pid() >= 0
}

// firm is plausible for places that were not reached record by record: it asks
// for something that only a record has.
func (r raw) firm() bool {
	if !r.plausible() || r.typ() == Empty || r.b[2] != 0 || r.b[3] != 0 {
		return false
	}
	_, sec, _ := r.clock()
	if sec < 1<<29 { // before 1987
		return false
	}
	for _, f := range [][]byte{r.b[offLine:offID], r.b[offUser:offHost], r.b[offHost:offTerm]} {
		text := field(f)
		for _, c := range f[len(text):] {
			if c != 0 {
				return false
			}
		}
		for _, c := range text {
			if c < 0x20 || c == 0x7f {
				return false
			}
		}
	}
	return true
}

// probe is how many bytes are looked at to find the layout: room for 25
// records of one size and 24 of the other.
const probe = Size384 * Size400 / 16

// detect returns the layout and byte order under which most of the start of a
// file are records; 384 bytes, little endian, where nothing tells.
func detect(b []byte) (Layout, binary.ByteOrder) {
	layout, order, best := Layout384, binary.ByteOrder(binary.LittleEndian), 0
	for _, l := range []Layout{Layout384, Layout400} {
		for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			score := 0
			for at := 0; at+l.Size() <= len(b); at += l.Size() {
				if (raw{b[at : at+l.Size()], l, o}).firm() {
					score++
				}
			}
			if score > best {
				layout, order, best = l, o, score
			}
		}
	}
	return layout, order
}
