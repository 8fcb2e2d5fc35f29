// Package ioc finds indicators of compromise in text: addresses, names, URLs,
// e-mails, hashes, paths and more, with their byte offsets, and also where
// they were written defanged (evil[.]com, hxxp://).
//
// [Scanner.Scan] is the easy form, [Scanner.AppendMatches] the fast one. Both
// pass over the text once, stop at bytes that can be part of an indicator and
// check what stands around them; there are no regular expressions, and the
// time is linear in the text for every input.
//
//	for m := range ioc.Default().Scan("GET http://evil.example.com/x from 203.0.113.9") {
//		fmt.Println(m.Type, m.Value)
//	}
//
// The text is data of an intruder: nothing is resolved, fetched or executed,
// and [Match.Raw] holds whatever bytes stood there. Escape it on output.
package ioc
