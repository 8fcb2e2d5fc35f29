package ioc

// Span is a range of bytes in a text and what was found there. The zero Span
// stands for none.
type Span struct {
	Type       Type
	Start, End int // text[Start:End]
}

// IsZero reports whether s stands for no match.
func (s Span) IsZero() bool { return s == Span{} }

// Match is one indicator in a text.
//
// Value is canonical: refanged; host names in lower case without a final dot,
// as they were written as to IDN (xn--… stays, ü stays); IPv6 as RFC 5952 says; networks
// with their host bits as written; hashes in lower case; CVE and ATT&CK ids
// in upper case; AS numbers as "AS64496"; MACs as aa:bb:cc:dd:ee:ff; URLs with
// scheme and host in lower case; paths as written.
//
// Raw is text[Start:End], the bytes as they stood there. Value and Raw share
// memory with the text that was scanned where they can; clone them
// (strings.Clone) to keep them longer than a large text.
type Match struct {
	Type       Type
	Value      string
	Raw        string
	Start, End int  // bytes in the text
	Defanged   bool // Raw was written so that nobody clicks it
	// Parent is the match in which this one lies as a part: the URL of a host,
	// the e-mail of a domain, the network of an address.
	Parent Span
}
