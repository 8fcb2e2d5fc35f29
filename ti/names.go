package ti

import (
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// below reports whether name is suffix or a name below it.
func below(name, suffix string) bool {
	return name == suffix || len(name) > len(suffix) && strings.HasSuffix(name, suffix) && name[len(name)-len(suffix)-1] == '.'
}

// internalNames are suffixes that the public name system does not have, though
// some of them look as if it did.
var internalNames = []string{
	// RFC 6761, 6762, 8375, 9476; ICANN's resolution 2024.07.29.06 (.internal).
	"localhost", "local", "invalid", "test", "home.arpa", "arpa", "alt", "internal",
	// ICANN's name collision studies: widely used inside, never delegated.
	"corp", "home", "mail", "lan", "localdomain", "intranet", "private", "workgroup", "intern", "domain",
	// Names that clouds and clusters give their own machines.
	"internal.cloudapp.net", "cluster.local", "svc.cluster.local", "ec2.internal", "compute.internal", "google.internal",
}

// exampleNames are for documentation, RFC 2606 and RFC 6761.
var exampleNames = []string{"example", "example.com", "example.net", "example.org", "example.edu"}

// publicName returns why a name means nothing outside, or the zero Held.
func publicName(name string) Held {
	if !strings.Contains(name, ".") {
		return Held{HoldInternal, "a name of one label"}
	}
	for _, s := range exampleNames {
		if below(name, s) {
			return Held{HoldExample, "a name for documentation (RFC 2606)"}
		}
	}
	for _, s := range internalNames {
		if below(name, s) {
			return Held{HoldInternal, "an internal name (." + s + ")"}
		}
	}
	if below(name, "onion") {
		return Held{} // public, though not in the name system
	}
	suffix, icann := publicsuffix.PublicSuffix(name)
	if !icann && !strings.Contains(suffix, ".") {
		return Held{HoldInternal, "." + printable(suffix) + " is no public top-level domain"}
	}
	if name == suffix {
		return Held{HoldInternal, "a public suffix, nobody's name"}
	}
	return Held{}
}

// secretWords are names of parameters in URLs that hold what must not be shown
// to others, compared without case, hyphens and underscores.
var secretWords = map[string]bool{
	"password": true, "passwd": true, "pass": true, "pwd": true, "secret": true, "clientsecret": true,
	"token": true, "accesstoken": true, "refreshtoken": true, "idtoken": true, "authtoken": true, "sessiontoken": true,
	"apikey": true, "key": true, "accesskey": true, "authkey": true, "privatekey": true,
	"sig": true, "signature": true, "xamzsignature": true, "xamzsecuritytoken": true, "xamzcredential": true, "xgoogsignature": true,
	"session": true, "sessionid": true, "sid": true, "jsessionid": true, "phpsessid": true, "jwt": true, "auth": true, "authorization": true,
	"code": true, "otp": true, "credentials": true, "credential": true,
}

// secretParameter returns the name of a parameter of u that looks like a secret.
func secretParameter(u *url.URL) string {
	for _, part := range []string{u.RawQuery, u.Fragment} {
		for _, pair := range strings.FieldsFunc(part, func(r rune) bool { return r == '&' || r == ';' || r == '?' }) {
			name, value, ok := strings.Cut(pair, "=")
			if !ok || value == "" {
				continue
			}
			if plain, err := url.QueryUnescape(name); err == nil {
				name = plain
			}
			if secretWords[strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))] {
				return printable(name)
			}
		}
	}
	return ""
}
