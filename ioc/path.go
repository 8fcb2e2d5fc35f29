package ioc

import "strings"

// slash handles the first slash of an absolute path.
func (sc *scan) slash(i int) {
	if i < sc.pathEnd {
		return
	}
	text := sc.text
	if i > 0 && class[text[i-1]]&isBlank == 0 && strings.IndexByte("=:'\"([<>,;|", text[i-1]) < 0 {
		return
	}
	r := i
	for r < len(text) && class[text[r]]&isPathOK != 0 {
		r++
	}
	sc.pathEnd = r
	for r > i && strings.IndexByte(".,", text[r-1]) >= 0 {
		r--
	}
	if r-i < 2 || text[i+1] == '/' || i > 0 && text[i-1] == ':' && i > 1 && class[text[i-2]]&isBlank == 0 && sc.at0(i+1) == '/' {
		return
	}
	sc.add(kLinuxPath, text[i:r], i, r, false, Span{})
}
