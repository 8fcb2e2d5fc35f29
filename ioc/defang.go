package ioc

import "strings"

// Defang returns s, a URL, host or address, in a form that nobody follows by
// accident: "https://evil.com" becomes "hxxps[://]evil[.]com". [Refang] undoes it.
func Defang(s string) string {
	if i := strings.Index(s, "://"); i >= 0 {
		scheme := strings.NewReplacer("tt", "xx", "ft", "fx").Replace(s[:i])
		return scheme + "[://]" + strings.ReplaceAll(s[i+3:], ".", "[.]")
	}
	return strings.NewReplacer(".", "[.]", "@", "[@]").Replace(s)
}

var refanger = strings.NewReplacer(
	"[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "(dot)", ".", "[@]", "@", "[at]", "@", "(at)", "@",
	"[:]", ":", "[://]", "://", "hxxp", "http", "hXXp", "http", "fxp", "ftp",
)

// Refang returns s with the usual ways of defanging undone.
func Refang(s string) string { return refanger.Replace(s) }
