// Package punycode encodes labels of internationalised domain names.
package punycode

import "unicode/utf8"

// Append appends the Punycode of a label (RFC 3492, section 6.3), without
// "xn--" in front. The label is taken as it is, neither mapped nor checked; it
// may have up to some thousand characters.
func Append(dst []byte, label string) []byte {
	const base, tmin, tmax, skew, damp = 36, 1, 26, 38, 700
	runes := []rune(label)
	start := len(dst)
	for _, r := range runes {
		if r < utf8.RuneSelf {
			dst = append(dst, byte(r))
		}
	}
	basic := len(dst) - start
	handled := basic
	if basic > 0 {
		dst = append(dst, '-')
	}
	n, delta, bias := int64(0x80), int64(0), int64(72)
	for handled < len(runes) {
		next := int64(utf8.MaxRune + 1)
		for _, r := range runes {
			if int64(r) >= n && int64(r) < next {
				next = int64(r)
			}
		}
		delta += (next - n) * int64(handled+1)
		n = next
		for _, r := range runes {
			if int64(r) < n {
				delta++
			}
			if int64(r) != n {
				continue
			}
			q := delta
			for k := int64(base); ; k += base {
				t := min(max(k-bias, tmin), tmax)
				if q < t {
					break
				}
				dst = append(dst, digit(t+(q-t)%(base-t)))
				q = (q - t) / (base - t)
			}
			dst = append(dst, digit(q))
			// Adapt the bias, section 6.1.
			if handled == basic {
				delta /= damp
			} else {
				delta /= 2
			}
			delta += delta / int64(handled+1)
			k := int64(0)
			for ; delta > (base-tmin)*tmax/2; k += base {
				delta /= base - tmin
			}
			bias = k + (base-tmin+1)*delta/(delta+skew)
			delta = 0
			handled++
		}
		delta++
		n++
	}
	return dst
}

func digit(d int64) byte {
	if d < 26 {
		return byte('a' + d)
	}
	return byte('0' + d - 26)
}
