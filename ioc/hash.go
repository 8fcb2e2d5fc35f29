package ioc

// hashes looks at every 32nd byte: a run of 32 hexadecimal digits cannot avoid
// all of them.
func (sc *scan) hashes() {
	text := sc.text
	done := 0
	for i := 31; i < len(text)+31; i += 32 {
		p := min(i, len(text)-1)
		if p < done || class[text[p]]&isHex == 0 {
			continue
		}
		l, r := p, p+1
		for l > done && class[text[l-1]]&isHex != 0 {
			l--
		}
		for r < len(text) && class[text[r]]&isHex != 0 {
			r++
		}
		done = r
		sc.hexRun(l, r)
	}
}

func (sc *scan) hexRun(l, r int) {
	k := kNone
	switch r - l {
	case 32:
		k = kMD5
	case 40:
		k = kSHA1
	case 64:
		k = kSHA256
	case 128:
		k = kSHA512
	default:
		return
	}
	if c := class[sc.at0(l-1)] | class[sc.at0(r)]; c&isAlpha != 0 {
		return
	}
	same := true
	for i := l + 1; i < r && same; i++ {
		same = sc.text[i] == sc.text[l]
	}
	if same {
		return
	}
	sc.add(k, lower(sc.text[l:r]), l, r, false, Span{})
}
