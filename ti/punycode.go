package ti

import (
	"strings"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/internal/punycode"
)

// asciiName returns a name with its labels that are not ASCII as xn--…, as in
// the name system (RFC 3492, 5891). The name must be in lower case; it is not
// normalised further.
func asciiName(name string) string {
	labels := strings.Split(name, ".")
	for n, label := range labels {
		if strings.IndexFunc(label, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			labels[n] = string(punycode.Append([]byte("xn--"), label))
		}
	}
	return strings.Join(labels, ".")
}
