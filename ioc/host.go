package ioc

import "strings"

// dot handles the first dot of a run of labels: an IPv4 address, a name, or
// neither. It returns where to go on.
func (sc *scan) dot(i int) int {
	text := sc.text
	if i == 0 || class[text[i-1]]&isLabel == 0 || i < sc.hostEnd {
		return i + 1
	}
	if !sc.is(i+1, isLabel) {
		if sc.is(i+1, isShut) { // evil.]com
			return sc.defangedRun(i, i)
		}
		return i + 1
	}
	l := i
	flags := uint16(0)
	for l > sc.hostEnd {
		cl := class[text[l-1]]
		if cl&isLabel == 0 {
			break
		}
		flags |= cl
		l--
	}
	r, last, dots := i+1, i, 1
	for r < len(text) {
		cl := class[text[r]]
		if cl&isLabel == 0 {
			if text[r] != '.' || !sc.is(r+1, isLabel) {
				break
			}
			last = r
			dots++
		}
		flags |= cl
		r++
	}
	if next := sc.at(r); next != '\n' && (class[next]&isOpen != 0 || next == '\\' || next == '.' || next == ' ' && sc.is(r+1, isOpen)) {
		if sc.separator(r) > 0 {
			return sc.defangedRun(i, r)
		}
	}
	sc.hostEnd = r
	switch {
	case flags&isHigh != 0:
		return sc.hostRun(l)
	case flags&(isAlpha|isDash) == 0:
		if dots == 3 {
			sc.ipv4(l, r, text[l:r], false)
		}
	case text[last+1]-'0' < 10: // no top-level domain begins with a digit
		sc.mixed(l, r, dots)
	case sc.name(l, r, text[l:r], false, Span{}):
	case flags&isDash != 0:
		return sc.hostRun(l)
	default:
		sc.mixed(l, r, dots)
	}
	return r
}

// label is one label of a host in the text.
type label struct{ start, end int }

// maxLabels bounds a host: a name of 253 bytes has at most 127 labels, but
// nobody writes that many.
const maxLabels = 40

// run is a host as it stands in the text, label by label.
type run struct {
	labels   [maxLabels]label
	n        int
	end      int
	defanged bool
}

// parseRun reads labels and what separates them, plain or defanged, from l.
func (sc *scan) parseRun(l int, words bool) (h run) {
	p := l
	for h.n < maxLabels {
		e := sc.labelEnd(p)
		if e == p {
			break
		}
		h.labels[h.n] = label{p, e}
		h.n++
		h.end = e
		next := sc.separator(e)
		if next == 0 && words {
			next = sc.dotWordSeparator(e)
		}
		if next == 0 {
			break
		}
		if next != e+1 {
			h.defanged = true
		}
		p = next
	}
	return h
}

// text joins labels i and on with dots.
func (h *run) text(text string, i int) string {
	if h.n == 0 || i >= h.n {
		return ""
	}
	s, e := h.labels[i].start, h.labels[h.n-1].end
	plain := true
	for k := i + 1; k < h.n && plain; k++ {
		plain = h.labels[k].start == h.labels[k-1].end+1 && text[h.labels[k].start-1] == '.'
	}
	if plain {
		return text[s:e]
	}
	var b strings.Builder
	for k := i; k < h.n; k++ {
		if k > i {
			b.WriteByte('.')
		}
		b.WriteString(text[h.labels[k].start:h.labels[k].end])
	}
	return b.String()
}

// defangedRun handles a run whose separator at e is a defanged one; i is the
// byte that led here. The label before e is where the run begins, or further
// left where plain dots join more labels.
func (sc *scan) defangedRun(i, e int) int {
	l := e
	for l > sc.hostEnd && (sc.is(l-1, isLabel) || sc.text[l-1] == '.' && l-2 >= sc.hostEnd && sc.is(l-2, isLabel)) {
		l--
	}
	if l == e || sc.separator(e) == 0 {
		return i + 1
	}
	return max(i+1, sc.hostRun(l))
}

// hostRun judges the run that begins at l, whose labels may be separated by
// defanged dots or hold letters of any script.
func (sc *scan) hostRun(l int) int {
	// what stands in front of the first letter, such as a quotation mark
	for l < len(sc.text) && sc.labelEnd(l) == l {
		l++
		if l >= sc.hostEnd && !sc.is(l, isLabel) {
			return max(l, sc.hostEnd)
		}
	}
	h := sc.parseRun(l, false)
	sc.hostEnd = max(sc.hostEnd, h.end)
	if sc.mailFollows(h.end) {
		sc.hostEnd = h.end
		return h.end
	}
	sc.judgeRun(&h)
	// rubbish of other scripts can part one plain run into several
	for p := h.end; p < sc.hostEnd; {
		for p < sc.hostEnd && sc.labelEnd(p) == p {
			p++
		}
		if p >= sc.hostEnd {
			break
		}
		h = sc.parseRun(p, false)
		if sc.mailFollows(h.end) {
			sc.hostEnd = h.end
			return h.end
		}
		sc.judgeRun(&h)
		p = h.end
	}
	return max(h.end, sc.hostEnd)
}

func (sc *scan) judgeRun(h *run) {
	text := sc.text
	if h.n < 2 {
		return
	}
	if h.n == 4 && h.defanged {
		if sc.defangedIPv4(h) {
			return
		}
	}
	// a label cannot begin or end with a hyphen: what stands before it is
	// another thing
	first := 0
	for k := range h.n {
		lab := &h.labels[k]
		for lab.start < lab.end && text[lab.start] == '-' {
			lab.start++
			first = k
		}
		for lab.end > lab.start && text[lab.end-1] == '-' {
			lab.end--
			if k < h.n-1 {
				first = k + 1
			}
		}
		if lab.start == lab.end {
			first = k + 1
		}
	}
	if h.n-first < 2 {
		return
	}
	if tld := text[h.labels[h.n-1].start:h.labels[h.n-1].end]; h.defanged || tld == "com" || tld == "net" || tld == "org" {
		// name_evil.com: no name can be registered with an underscore; below
		// other top-level domains it is a file (pam_unix.so) or a key
		if k := h.n - 2; k == first {
			lab := &h.labels[k]
			if u := strings.LastIndexByte(text[lab.start:lab.end], '_'); u > 0 && lab.start+u+1 < lab.end {
				lab.start += u + 1
			}
		}
	}
	s, e := h.labels[first].start, h.labels[h.n-1].end
	value := h.text(text, first)
	if sc.name(s, e, value, h.defanged, Span{}) && h.defanged {
		sc.mailBefore(s, e, value)
		return
	}
	if !h.defanged {
		sc.mixed(s, e, h.n-1)
	}
}

// host judges the host of a URL or the domain of an e-mail. For a URL any
// name will do; it returns whether it can be a host at all.
func (sc *scan) host(l, r int, value string, defanged bool, parent Span) {
	if v, ok := canonicalIPv4(value); ok {
		sc.add(kIPv4, v, l, r, defanged, parent)
		return
	}
	sc.name(l, r, value, defanged, parent)
}
