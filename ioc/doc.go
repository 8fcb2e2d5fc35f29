// Package ioc finds indicators of compromise in text: addresses, names, URLs,
// e-mails, hashes, paths and more, with their byte offsets, and also where
// they were written defanged (evil[.]com, hxxp://).
//
//	for m := range ioc.Default().Scan("GET http://evil.example.com/x from 203.0.113.9") {
//		fmt.Println(m.Type, m.Value)
//	}
//
// [Scanner.Scan] is the easy form, [Scanner.AppendMatches] the fast one. Both
// pass over the text once, stop at bytes that can be part of an indicator and
// look at what stands around them. There are no regular expressions, and the
// time is linear in the text for every input.
//
// # What is one
//
// Logs are full of things that look like indicators. The rules by which they
// are told apart are stated where they are applied; the main ones:
//
//   - An IPv4 address is four numbers up to 255 and no fifth. It is an object
//     identifier behind the word OID, and below 2.5 where an = or a name such as
//     keyUsage stands beside it (2.5.4.5=42, 2.5.29.15 keyUsage). It is a version
//     behind a product and a slash (Chrome/120.0.0.0), behind "version" and its
//     like, glued to fewer than four letters (v1.2.3.4), and where a hyphen
//     joins it to anything but another address (5.15.0.91-generic).
//   - An IPv6 address follows RFC 4291. With "::" it has a digit (dead::beef is
//     C++); groups of two digits only are a MAC or a fingerprint. Its zone is
//     kept where zones have a meaning, on links.
//   - A name ends in a top-level domain of the IANA, is not a public suffix
//     itself, and has no underscore in the label that is registered. It is a
//     file, where its suffix is also an extension and it is a component of a
//     path or has two labels (/x/run.sh, main.rs:42); a package, where it begins
//     like one and does not end like a host (com.example.app); a field or a
//     call (self.name, user.name=, obj.info(); a version (1.2.0.dev). Inside
//     URLs and e-mails, and defanged, a name is a name.
//   - A URL ends before what was put around it: a final stop or comma, a
//     bracket that it did not open, a quote that stood before it. A host and a
//     path make a URL without a scheme (curl evil.com/x.sh).
//   - An e-mail has a name, not a unit, behind the @ (user@1000.service).
//   - A hash is not part of longer hexadecimal digits, not a number, and not
//     text or a socket address in the hexadecimal form of audit logs.
//   - A path begins where a word begins and ends at a blank. The target of an
//     HTTP request is none.
//
// Defanged forms: [.] (.) {.} <.> [. .] [dot] (dot) with blanks inside the
// brackets, \. for dots; [@] [at] (at) and the words "user at evil dot com" for
// e-mails; [:] [://] :[/][/] for colons, also in IPv6 addresses; hxxp, hXXps, h**p, htxp, h[tt]p, meow,
// fxp for schemes; http__example.com for "://", and the blanks of a mail gateway
// (http:// example .com /path). URLs in base64, in percent encoding and in
// hexadecimal digits (the command lines of audit logs) are found as well; the
// range of such a match is that of the encoded text.
//
// How all this compares with 19 other extractors is in differences.md.
//
// The text is data of an intruder: nothing is resolved, fetched or executed,
// and [Match.Raw] holds whatever bytes stood there. Escape it on output.
package ioc
