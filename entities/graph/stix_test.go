package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities/graph"
)

// The published JSON schemas come in no package that this project may fetch,
// so these are checks of our own, written after the standard and the schemas:
// for each type the properties it may have and what they hold, those it must
// have, and of which groups one must be there.
var stixTypes = map[string]struct {
	may, must string
	oneOf     []string
}{
	"identity":             {may: "name:text description:text identity_class:text", must: "name identity_class"},
	"infrastructure":       {may: "name:text", must: "name"},
	"malware":              {may: "name:text is_family:bool malware_types:texts sample_refs:refs(file)", must: "is_family"},
	"incident":             {may: "name:text description:text", must: "name"},
	"location":             {may: "name:text country:country administrative_area:text city:text latitude:number longitude:number", oneOf: []string{"country", "latitude longitude"}},
	"grouping":             {may: "name:text description:text context:text object_refs:refs()", must: "context object_refs"},
	"observed-data":        {may: "first_observed:time last_observed:time number_observed:number object_refs:refs(user-account,ipv4-addr,ipv6-addr)", must: "first_observed last_observed number_observed object_refs"},
	"relationship":         {may: "relationship_type:text description:text source_ref:ref() target_ref:ref() external_references:sources", must: "relationship_type source_ref target_ref"},
	"ipv4-addr":            {may: "value:text", must: "value"},
	"ipv6-addr":            {may: "value:text", must: "value"},
	"url":                  {may: "value:text", must: "value"},
	"domain-name":          {may: "value:text resolves_to_refs:refs(ipv4-addr,ipv6-addr,domain-name)", must: "value"},
	"mac-addr":             {may: "value:text", must: "value"},
	"email-addr":           {may: "value:text", must: "value"},
	"directory":            {may: "path:text", must: "path"},
	"user-account":         {may: "account_type:text user_id:text account_login:text display_name:text", oneOf: []string{"account_type", "user_id", "account_login", "display_name"}},
	"file":                 {may: "name:text hashes:hashes size:number parent_directory_ref:ref(directory)", oneOf: []string{"name", "hashes"}},
	"process":              {may: "pid:number created_time:time command_line:text image_ref:ref(file) creator_user_ref:ref(user-account) parent_ref:ref(process)", oneOf: []string{"pid", "created_time", "command_line", "image_ref"}},
	"windows-registry-key": {may: "key:text values:values", oneOf: []string{"key", "values"}},
	"email-message":        {may: "is_multipart:bool date:time subject:text message_id:text from_ref:ref(email-addr) to_refs:refs(email-addr)", must: "is_multipart"},
	"network-traffic":      {may: "start:time end:time src_ref:ref(ipv4-addr,ipv6-addr) dst_ref:ref(ipv4-addr,ipv6-addr) src_port:number dst_port:number protocols:texts", must: "protocols", oneOf: []string{"src_ref", "dst_ref"}},
}

var domainTypes = []string{"identity", "infrastructure", "malware", "incident", "location", "grouping", "observed-data", "relationship"}

var (
	stixID   = regexp.MustCompile(`^[a-z][a-z0-9-]+[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	stixTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	lengths  = map[string]int{"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-512": 128}
)

// checkBundle checks a bundle and returns its objects.
func checkBundle(t testing.TB, text []byte) []map[string]any {
	t.Helper()
	var bundle struct {
		Type, ID string
		Objects  []map[string]any
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&bundle))
	assert.Equal(t, "bundle", bundle.Type)
	assert.Regexp(t, stixID, bundle.ID)
	ids := map[string]bool{}
	for _, o := range bundle.Objects {
		id, _ := o["id"].(string)
		assert.False(t, ids[id], "%s comes twice", id)
		ids[id] = true
	}
	for _, o := range bundle.Objects {
		for _, wrong := range checkObject(o, ids) {
			t.Errorf("%v: %s", o, wrong)
		}
	}
	return bundle.Objects
}

func checkObject(o map[string]any, ids map[string]bool) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	typ, _ := o["type"].(string)
	rule, ok := stixTypes[typ]
	if !ok {
		return []string{"unknown type"}
	}
	id, _ := o["id"].(string)
	if !stixID.MatchString(id) || !strings.HasPrefix(id, typ+"--") {
		say("id")
	}
	if o["spec_version"] != "2.1" {
		say("spec_version")
	}
	kinds := map[string]string{"type": "text", "spec_version": "text", "id": "text"}
	must := strings.Fields(rule.must)
	if slices.Contains(domainTypes, typ) {
		kinds["created"], kinds["modified"] = "time", "time"
		must = append(must, "created", "modified")
	}
	for f := range strings.FieldsSeq(rule.may) {
		name, kind, _ := strings.Cut(f, ":")
		kinds[name] = kind
	}
	for _, name := range must {
		if _, ok := o[name]; !ok {
			say("%s is missing", name)
		}
	}
	some := len(rule.oneOf) == 0
	for _, group := range rule.oneOf {
		all := true
		for name := range strings.FieldsSeq(group) {
			_, ok := o[name]
			all = all && ok
		}
		some = some || all
	}
	if !some {
		say("none of %v", rule.oneOf)
	}
	if (o["latitude"] == nil) != (o["longitude"] == nil) {
		say("half a point")
	}
	for name, value := range o {
		kind, ok := kinds[name]
		if !ok {
			say("%s is no property of it", name)
		} else if !holds(kind, value, ids) {
			say("%s does not hold a %s", name, kind)
		}
	}
	if first, ok := o["first_observed"].(string); ok && first > fmt.Sprint(o["last_observed"]) {
		say("observed backwards")
	}
	return wrong
}

func holds(kind string, value any, ids map[string]bool) bool {
	kind, arg, _ := strings.Cut(kind, "(")
	text, isText := value.(string)
	list, isList := value.([]any)
	switch kind {
	case "text":
		return isText && text != ""
	case "country":
		return regexp.MustCompile(`^[A-Z]{2}$`).MatchString(text)
	case "time":
		return stixTime.MatchString(text)
	case "bool":
		_, ok := value.(bool)
		return ok
	case "number":
		_, ok := value.(float64)
		return ok
	case "ref":
		types := strings.Split(strings.TrimSuffix(arg, ")"), ",")
		typ, _, _ := strings.Cut(text, "--")
		return ids[text] && (types[0] == "" && typ != "relationship" || slices.Contains(types, typ))
	case "refs", "texts":
		for _, e := range list {
			if kind == "refs" && !holds("ref("+arg, e, ids) || kind == "texts" && !holds("text", e, ids) {
				return false
			}
		}
		return isList && len(list) > 0
	case "hashes":
		m, _ := value.(map[string]any)
		for name, v := range m {
			s, _ := v.(string)
			if len(s) != lengths[name] || strings.Trim(s, "0123456789abcdef") != "" {
				return false
			}
		}
		return len(m) > 0
	case "values":
		for _, e := range list {
			m, _ := e.(map[string]any)
			if _, ok := m["name"].(string); !ok {
				return false
			}
		}
		return len(list) > 0
	case "sources":
		for _, e := range list {
			m, _ := e.(map[string]any)
			if s, _ := m["source_name"].(string); s == "" || m["description"] == nil && len(m) > 1 {
				return false
			}
		}
		return len(list) > 0
	}
	return false
}

// The check must be able to fail.
func TestCheckFindsFaults(t *testing.T) {
	ids := map[string]bool{}
	good := map[string]any{"type": "url", "spec_version": "2.1", "id": "url--c1477287-23ac-5971-a010-5c287877fa60", "value": "x"}
	assert.Empty(t, checkObject(good, ids))
	for name, value := range map[string]any{"type": "url2", "spec_version": "2.0", "id": "url--1", "value": "", "x": 1} {
		bad := maps.Clone(good)
		bad[name] = value
		assert.NotEmpty(t, checkObject(bad, ids), name)
	}
	assert.False(t, holds("ref(file)", "file--x", ids))
	assert.False(t, holds("hashes", map[string]any{"MD5": "00"}, ids))
	assert.False(t, holds("time", "2026-11-23 08:00:00", ids))
	assert.False(t, holds("refs()", []any{}, ids))
}

func TestSTIX(t *testing.T) {
	g := sample(t)
	var out, again bytes.Buffer
	left, err := g.STIX(&out, graph.STIXOptions{})
	require.NoError(t, err)
	objects := checkBundle(t, out.Bytes())
	_, err = sample(t).STIX(&again, graph.STIXOptions{})
	require.NoError(t, err)
	assert.Equal(t, out.String(), again.String())

	var names []string
	for _, n := range left {
		names = append(names, n.String())
	}
	assert.Equal(t, []string{"teapot teapot"}, names[:1])
	count := map[string]int{}
	related := map[string]int{}
	for _, o := range objects {
		typ := o["type"].(string)
		count[typ]++
		switch typ {
		case "relationship":
			related[o["description"].(string)]++
			assert.NotEmpty(t, o["external_references"])
		case "process":
			if o["pid"] == 100.0 {
				assert.NotNil(t, o["parent_ref"])
				assert.NotNil(t, o["image_ref"])
				assert.NotNil(t, o["creator_user_ref"])
				assert.Equal(t, "curl \"x\"\n| sh", o["command_line"])
			}
		case "observed-data":
			assert.Len(t, o["object_refs"], 2)
		case "identity":
			assert.Equal(t, "2026-11-23T09:00:00.000Z", o["created"], "the latest time in the graph")
		}
	}
	for typ := range stixTypes {
		if typ != "ipv6-addr" {
			assert.Positive(t, count[typ], typ)
		}
	}
	assert.Zero(t, related["ParentProcess"], "is a property")
	assert.Zero(t, related["IpAddresses"], "is a property")
	assert.Zero(t, related["SourceAddress"], "is a property")
	assert.Positive(t, related["Host"])
	assert.Positive(t, related["Location"])

	later := start.Add(24 * time.Hour)
	out.Reset()
	_, err = g.STIX(&out, graph.STIXOptions{Time: later})
	require.NoError(t, err)
	assert.Contains(t, out.String(), "2026-11-24T08:00:00.000Z")
	_, err = g.STIX(failing{}, graph.STIXOptions{})
	assert.Error(t, err)
	out.Reset()
	_, err = (&graph.Graph{}).STIX(&out, graph.STIXOptions{})
	require.NoError(t, err)
	assert.Empty(t, checkBundle(t, out.Bytes()))
}

// The first is the standard's own example, section 2.9; the others are what
// other implementations give.
func TestObservableIDs(t *testing.T) {
	var b graph.Builder
	b.Add(hunt, parse(t, `[
		{"Type":"ip","Address":"198.51.100.3"},{"Type":"ip","Address":"2001:db8::1"},{"Type":"dns","DomainName":"example.com"},
		{"Type":"nic","MacAddress":"d2:fb:49:24:37:18"},{"Type":"mailbox","MailboxPrimaryAddress":"john@example.com"},
		{"Type":"file","Directory":"C:\\Windows\\System32","Name":"foo.exe"}]`)...)
	var out bytes.Buffer
	_, err := b.Build().STIX(&out, graph.STIXOptions{})
	require.NoError(t, err)
	checkBundle(t, out.Bytes())
	for _, id := range []string{
		"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
		"ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26",
		"domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
		"mac-addr--757b1725-9903-54f5-a855-1240691d7659",
		"directory--0a58d0c1-59e6-5afd-8252-dcd3f13e5622",
	} {
		assert.Contains(t, out.String(), id)
	}
}
