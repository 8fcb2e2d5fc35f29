package ti

import (
	"strings"
	"unicode/utf8"
)

// asciiName returns a name with its labels that are not ASCII as xn--…, as in
// the name system (RFC 3492, 5891). The name must be in lower case; it is not
// normalised further.
func asciiName(name string) string {
	labels := strings.Split(name, ".")
	for n, label := range labels {
		if strings.IndexFunc(label, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			labels[n] = "xn--" + punycode(label)
		}
	}
	return strings.Join(labels, ".")
}

// punycode encodes a label by RFC 3492, section 6.3.
func punycode(label string) string {
	const base, tmin, tmax, skew, damp = 36, 1, 26, 38, 700
	runes := []rune(label)
	var out []byte
	for _, r := range runes {
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	handled := basic
	if basic > 0 {
		out = append(out, '-')
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
				out = append(out, digit(t+(q-t)%(base-t)))
				q = (q - t) / (base - t)
			}
			out = append(out, digit(q))
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
	return string(out)
}

func digit(d int64) byte {
	if d < 26 {
		return byte('a' + d)
	}
	return byte('0' + d - 26)
}
