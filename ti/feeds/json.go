package feeds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// maxNesting bounds how deep records are looked for.
const maxNesting = 6

// readJSON reads all JSON: one value, or one after the other.
func readJSON(p *parser, r io.Reader) error {
	j := newJSONReader(r, p.o.MaxRecord)
	j.off = p.start
	for j.next() != 0 || j.i < j.n {
		ref := j.ref(p.name)
		if err := p.jsonValue(j, 0, ""); err != nil {
			if !errors.Is(err, errJSON) {
				return err
			}
			if p.format == STIX || p.format == MISPEvent || p.format == MISPManifest {
				return fmt.Errorf("the rest is not read: %w", j.ref(p.name).At(err))
			}
			// one broken value in JSON lines costs its line only
			if !p.bad(ref, err) {
				return errStop
			}
			// which may have been cut, so that the next line is good
			if j.bol && j.peek() == '{' && j.line > ref.Line {
				continue
			}
			if !j.toLineEnd() {
				break
			}
		}
	}
	p.st.Lines = j.line
	if j.err != nil && !errors.Is(j.err, io.EOF) {
		return j.err
	}
	return nil
}

// toLineEnd passes the rest of a line.
func (j *jsonReader) toLineEnd() bool {
	for {
		c := j.peek()
		if c == 0 && j.i == j.n {
			return false
		}
		j.skip()
		if c == '\n' {
			return true
		}
	}
}

// jsonValue reads a value in which indicators may be: an object, a list of
// them, or a text. under is the name that it has.
func (p *parser) jsonValue(j *jsonReader, depth int, under string) error {
	if depth > maxNesting {
		return j.pass()
	}
	ref := j.ref(p.name)
	switch j.next() {
	case '[':
		return j.array(func() error { return p.jsonValue(j, depth+1, under) })
	case '{':
		return p.jsonObject(j, depth, ref)
	}
	raw, err := j.value()
	if errors.Is(err, ErrRecordSize) {
		return p.went(p.bad(ref, err))
	}
	if err != nil {
		return err
	}
	if !json.Valid(raw) {
		err := fmt.Errorf("%w: %q is no value", errJSON, cut(string(raw), 100))
		if depth == 0 {
			return err
		}
		return p.went(p.bad(ref, err))
	}
	v := jsonText(raw)
	if v == "" || raw[0] != '"' {
		return nil
	}
	name := squash(under)
	f := field{name, rValue, v}
	if r := roles[name]; r == rTyped {
		f.role = r
	}
	_, more := p.record([]field{f}, ref)
	return p.went(more)
}

// went turns "go on" into an error.
func (p *parser) went(more bool) error {
	if more {
		return nil
	}
	return errStop
}

// object is a JSON object as it is read: its scalars, and what STIX has lists
// of.
type object struct {
	fields []field
	kept   bytes.Buffer // as JSON, for those who want all of it
	nested bool         // records were found in it
	listed bool         // lists of indicators were found in it
}

func (o *object) keep(name string, raw []byte) {
	if o.kept.Len() > 0 {
		o.kept.WriteByte(',')
	}
	quoted, err := json.Marshal(name)
	if err == nil {
		o.kept.Write(quoted)
		o.kept.WriteByte(':')
		o.kept.Write(raw)
	}
}

func (o *object) get(name string) string {
	for _, f := range o.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// jsonObject reads an object: a record, or what holds records.
func (p *parser) jsonObject(j *jsonReader, depth int, ref evidence.Ref) error {
	var o object
	err := j.object(func(name string) error { return p.jsonMember(j, &o, name, depth) })
	if err != nil {
		return err
	}
	if o.get("pattern") != "" && o.get("type") == "indicator" {
		p.is(STIX)
		return p.stixText(append(append([]byte{'{'}, o.kept.Bytes()...), '}'), ref)
	}
	last := o.get("type") == "metadata" && o.get("timestamp") != "" // the last line of DROP
	switch {
	case last:
		p.declared(o.get("records"))
	case p.format == KEV && depth == 0:
		p.declared(o.get("count"))
	}
	if last || o.nested || len(o.fields) == 0 {
		return nil
	}
	if o.listed { // the address of what lists them is no indicator
		o.fields = slices.DeleteFunc(o.fields, func(f field) bool { return f.name == "url" || f.name == "uri" })
	}
	found, more := p.record(o.fields, ref)
	if found == 0 && depth > 0 && more && p.format != STIX && p.format != MISPEvent {
		p.st.Dropped++
	}
	return p.went(more)
}

// jsonMember reads one member of an object.
func (p *parser) jsonMember(j *jsonReader, o *object, name string, depth int) error {
	c := j.next()
	switch {
	case name == "objects" && c == '[':
		o.nested = true
		p.is(STIX)
		return j.array(func() error { return p.stixObject(j) })
	case name == "Event" && c == '{':
		o.nested = true
		p.is(MISPEvent)
		return p.mispEvent(j)
	case name == "Attribute" && c == '[':
		o.nested = true
		p.is(MISPEvent)
		ev := mispContext{p: p}
		return ev.attributes(j, "")
	case c == '{' && depth == 0 && p.format == MISPManifest:
		o.nested = true
		p.st.Understood++
		return j.pass()
	case c == '{':
		if strings.EqualFold(name, "meta") || strings.EqualFold(name, "metadata") {
			return j.pass()
		}
		before := p.st.Records
		err := p.jsonValue(j, depth+1, name)
		o.nested = o.nested || p.st.Records > before
		return err
	case c == '[':
		return p.jsonList(j, o, name, depth)
	}
	at := j.ref(p.name)
	raw, err := j.value()
	if errors.Is(err, ErrRecordSize) {
		return p.went(p.bad(at, err))
	}
	if err != nil {
		return err
	}
	if !json.Valid(raw) {
		return p.went(p.bad(at, fmt.Errorf("%w: %q is no value", errJSON, cut(string(raw), 100))))
	}
	o.add(name, raw)
	return nil
}

func (o *object) add(name string, raw []byte) {
	if v := jsonText(raw); v != "" && len(o.fields) < 200 {
		n := squash(name)
		o.fields = append(o.fields, field{n, roles[n], v})
	}
	if o.kept.Len() < 1<<20 {
		o.keep(name, raw)
	}
}

// jsonList reads a list: of records, of indicators, or of words that belong to
// the record around it.
func (p *parser) jsonList(j *jsonReader, o *object, name string, depth int) error {
	n := squash(name)
	switch name {
	case "external_references", "indicator_types", "kill_chain_phases", "object_marking_refs":
		raw, err := j.value()
		if err == nil {
			o.keep(name, bytes.Clone(raw))
		} else if errors.Is(err, ErrRecordSize) {
			err = nil
		}
		return err
	}
	r := roles[n]
	if r == rTags || r == rReference || r == rThreat || r == rDescription {
		raw, err := j.value()
		if errors.Is(err, ErrRecordSize) {
			return nil
		}
		if err != nil {
			return err
		}
		var words []string
		if json.Unmarshal(raw, &words) == nil && len(words) > 0 {
			o.fields = append(o.fields, field{n, r, strings.Join(words, ",")})
		}
		o.keep(name, bytes.Clone(raw))
		return nil
	}
	n = singular(n)
	r = roles[n]
	count := func() int64 { return p.st.Records + p.st.Unsupported + p.st.Unknown }
	return j.array(func() error {
		before := count()
		switch c := j.next(); {
		case c == '{', c == '[':
			err := p.jsonValue(j, depth+1, n)
			o.nested = o.nested || count() > before
			return err
		case r == rTyped, r == rValue:
			err := p.jsonValue(j, depth+1, n)
			o.listed = o.listed || count() > before
			return err
		case depth == 0 && r == rNone:
			err := p.jsonWord(j)
			o.listed = o.listed || count() > before
			return err
		}
		return j.pass()
	})
}

// jsonWord reads a text in a list whose name says nothing, where it is an
// indicator.
func (p *parser) jsonWord(j *jsonReader) error {
	ref := j.ref(p.name)
	raw, err := j.value()
	if err != nil {
		return sized(err)
	}
	v := jsonText(raw)
	if _, ok := classify(v); !ok || raw[0] != '"' {
		p.st.Dropped++
		return nil
	}
	_, more := p.record([]field{{"value", rValue, v}}, ref)
	return p.went(more)
}

// singular takes the s off the name of a list: "domains", "ips".
func singular(n string) string {
	if s, ok := strings.CutSuffix(n, "s"); ok && roles[s] != rNone {
		return s
	}
	if s, ok := strings.CutSuffix(n, "es"); ok && roles[s] != rNone {
		return s
	}
	return n
}

// declared notes how many entries a file says it has.
func (p *parser) declared(n string) {
	if v, err := strconv.ParseInt(n, 10, 64); err == nil && v > 0 {
		p.st.Declared += v
	}
}

// is notes which format JSON turned out to be.
func (p *parser) is(f Format) {
	if p.format == JSON {
		p.format = f
	}
}
