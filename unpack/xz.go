package unpack

import "errors"

// minDictionary is a dictionary that is always allowed: that of xz -6, which
// is what everybody uses.
const minDictionary = 8 << 20

var errXZ = errors.New("the stream is broken")

// xzDictionary returns the largest dictionary that the blocks of the first
// stream ask for. A decoder allocates what the header says, up to 4 GiB, so it
// must be known before. The chunks of LZMA2 have their sizes in front and can
// be stepped over without being decoded.
// (The .xz file format, version 1.2.1, and the headers of LZMA2 chunks.)
func xzDictionary(data []byte) (int64, error) {
	p := 12 // stream header
	var most int64
	for {
		if p >= len(data) || data[p] == 0 { // the index
			return most, nil
		}
		size := (int(data[p]) + 1) * 4
		if p+size > len(data) {
			return 0, errXZ
		}
		head := data[p+1 : p+size]
		dict, ok := dictionary(head)
		if !ok {
			return 0, errXZ
		}
		most = max(most, dict)
		start := p + size
		end := chunks(data, start)
		if end < 0 { // cut: nothing comes behind
			return most, nil
		}
		p = end + (4-(end-start)%4)%4
		p += checkSizes[data[7]&15]
	}
}

var checkSizes = [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}

// dictionary reads a block header behind its size: flags, sizes, filters.
func dictionary(h []byte) (int64, bool) {
	if len(h) < 1 {
		return 0, false
	}
	flags := h[0]
	h = h[1:]
	number := func() (v uint64) {
		for shift := 0; len(h) > 0 && shift < 63; shift += 7 {
			c := h[0]
			h = h[1:]
			v |= uint64(c&0x7f) << shift
			if c < 0x80 {
				return v
			}
		}
		return v
	}
	if flags&0x40 != 0 {
		number()
	}
	if flags&0x80 != 0 {
		number()
	}
	for range int(flags&3) + 1 {
		id, n := number(), number()
		if n > uint64(len(h)) {
			return 0, false
		}
		if id == 0x21 && n == 1 {
			bits := h[0] & 0x3f
			if bits > 40 {
				return 0, false
			}
			if bits == 40 {
				return 1<<32 - 1, true
			}
			return (2 | int64(bits&1)) << (bits/2 + 11), true
		}
		h = h[n:]
	}
	return 0, false
}

// chunks returns the end of the LZMA2 chunks at p, -1 where they are cut.
func chunks(data []byte, p int) int {
	for p < len(data) {
		c := data[p]
		switch {
		case c == 0:
			return p + 1
		case c < 0x80:
			if p+3 > len(data) {
				return -1
			}
			p += 3 + (int(data[p+1])<<8 | int(data[p+2])) + 1
		default:
			if p+5 > len(data) {
				return -1
			}
			n := 5 + (int(data[p+3])<<8 | int(data[p+4])) + 1
			if c >= 0xc0 {
				n++
			}
			p += n
		}
	}
	return -1
}
