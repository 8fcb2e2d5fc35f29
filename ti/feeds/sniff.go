package feeds

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
)

// readFunc reads a file of one family of formats.
type readFunc func(*parser, io.Reader) error

// sniff tells what a file is by its beginning, and by its name where the
// content leaves it open. whole says that head is all.
func (p *parser) sniff(head []byte, whole bool) (readFunc, error) {
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.IndexByte(head, 0) >= 0:
		return nil, fmt.Errorf("%w: it is not text", ErrNotIntel)
	case len(trimmed) == 0:
		p.format = p.named()
		if p.format == "" {
			p.format = List
		}
		return readList, nil
	case trimmed[0] == '<':
		return nil, fmt.Errorf("%w: it is HTML or XML", ErrNotIntel)
	case trimmed[0] == '{', trimmed[0] == '[' && !bytes.HasPrefix(trimmed, []byte("[Adblock")) && !bytes.HasPrefix(trimmed, []byte("[:")):
		p.format = p.jsonFormat(head)
		return readJSON, nil
	}
	lines := strings.Split(string(head), "\n")
	if !whole && len(lines) > 1 {
		lines = lines[:len(lines)-1] // perhaps not all of it
	}
	p.format = p.textFormat(lines)
	if p.format == MISPHashes {
		return readHashes, nil
	}
	t, ok := findTable(lines)
	if ok {
		if p.format == "" {
			p.format = tableFormat(t.header)
		}
		if p.format == "" {
			p.format = CSV
		}
		return t.read, nil
	}
	if p.format == "" {
		p.format = List
	}
	if p.format == List && !listLike(lines) {
		return nil, ErrNotIntel
	}
	return readList, nil
}

// named tells the format by the file's name.
func (p *parser) named() Format {
	n := squash(path.Base(p.name))
	for _, k := range []struct {
		word string
		f    Format
	}{
		{"exitaddresses", TorExits},
		{"torbulkexit", TorExits},
		{"torexit", TorExits},
		{"feodo", Feodo},
		{"urlhaus", URLhaus},
		{"threatfox", ThreatFox},
		{"bazaar", Bazaar},
		{"sslbl", SSLBL},
		{"sslipblacklist", SSLBL},
		{"dropv4", DROP},
		{"dropv6", DROP},
		{"asndrop", DROP},
		{"spamhaus", DROP},
		{"knownexploitedvulnerabilities", KEV},
	} {
		if strings.Contains(n, k.word) {
			return k.f
		}
	}
	return ""
}

// jsonFormat tells what JSON is by the names in its beginning.
func (p *parser) jsonFormat(head []byte) Format {
	has := func(names ...string) bool {
		for _, n := range names {
			if !bytes.Contains(head, []byte(`"`+n+`"`)) {
				return false
			}
		}
		return true
	}
	switch {
	case has("type", "objects", "bundle"), has("objects", "spec_version"):
		return STIX
	case has("Event", "Attribute"), has("Event", "info"):
		return MISPEvent
	case has("Orgc", "timestamp") && !has("Attribute") && strings.Contains(path.Base(p.name), "manifest"):
		return MISPManifest
	case has("sblid", "rir"), has("asn", "rir", "asname"):
		return DROP
	case has("catalogVersion", "vulnerabilities"), has("cveID", "vendorProject"):
		return KEV
	case has("urlhaus_link"), has("urlhaus_reference"):
		return URLhaus
	case has("ioc_value", "malware_printable"), has("ioc", "malware_printable"):
		return ThreatFox
	case has("sha256_hash", "signature"):
		return Bazaar
	case has("ip_address", "malware", "last_online"):
		return Feodo
	}
	if f := p.named(); f != "" {
		return f
	}
	return JSON
}

// textFormat tells what text is by what its comments say and its first lines
// look like; "" when they leave it open.
func (p *parser) textFormat(lines []string) Format {
	digests, rows, drops, exits := 0, 0, 0, 0
	for i, l := range lines {
		l = strings.TrimSpace(l)
		if comment(l) {
			if i < 40 {
				if f := announced(l); f != "" {
					return f
				}
			}
			continue
		}
		if l == "" {
			continue
		}
		rows++
		if i := strings.Index(l, " ; SBL"); i > 0 {
			drops++
		}
		if strings.HasPrefix(l, "ExitAddress ") {
			exits++
		}
		if isDigest(l) {
			digests++
		}
		if rows == 200 {
			break
		}
	}
	switch {
	case rows > 0 && digests == rows:
		return MISPHashes
	case exits > 0:
		return TorExits
	case rows > 0 && drops > rows/2:
		return DROP
	}
	return p.named()
}

// announced tells the format by a comment at the top of a file.
func announced(l string) Format {
	for _, k := range []struct {
		words string
		f     Format
	}{
		{"Spamhaus DROP", DROP},
		{"Spamhaus EDROP", DROP},
		{"Spamhaus DROPv6", DROP},
		{"URLhaus Database Dump", URLhaus},
		{"abuse.ch URLhaus", URLhaus},
		{"ThreatFox IOCs", ThreatFox},
		{"abuse.ch ThreatFox", ThreatFox},
		{"MalwareBazaar", Bazaar},
		{"Feodo Tracker", Feodo},
		{"SSLBL", SSLBL},
	} {
		if strings.Contains(l, k.words) {
			return k.f
		}
	}
	return ""
}

// tableFormat tells the format by the header of a table.
func tableFormat(header []string) Format {
	has := map[string]bool{}
	for _, h := range header {
		has[squash(h)] = true
	}
	switch {
	case has["urlhauslink"]:
		return URLhaus
	case has["iocvalue"] && has["malwareprintable"]:
		return ThreatFox
	case has["sha256hash"] && has["signature"]:
		return Bazaar
	case has["c2status"] && has["dstip"]:
		return Feodo
	case has["cveid"] && has["vendorproject"]:
		return KEV
	case has["listingdate"] && has["listingreason"]:
		return SSLBL
	}
	return ""
}

// isDigest reports whether a line is of MISP's hashes.csv: an MD5 and the UUID
// of an event.
func isDigest(l string) bool {
	sum, id, ok := strings.Cut(l, ",")
	return ok && len(sum) == 32 && hashLike(sum) && isUUID(id)
}

func hashLike(s string) bool {
	for i := range len(s) {
		if hexDigit(s[i]) > 15 {
			return false
		}
	}
	return true
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && hexDigit(s[i]) > 15 {
			return false
		}
	}
	return true
}

// comment reports whether a line of a list or table is a comment.
func comment(l string) bool {
	if l == "" {
		return false
	}
	switch l[0] {
	case '#', ';', '!':
		return true
	}
	return strings.HasPrefix(l, "//")
}

// listLike reports whether at least one in five of the first lines is an
// indicator: else the file is some other text.
func listLike(lines []string) bool {
	good, rows := 0, 0
	for _, l := range lines {
		if l = strings.TrimSpace(l); l == "" || comment(l) {
			continue
		}
		if rows++; len(lineIndicators(l)) > 0 {
			good++
		}
		if rows == 500 {
			break
		}
	}
	return good*5 >= rows
}
