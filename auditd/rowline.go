package auditd

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// lineMaker writes a record as auditd does.
type lineMaker struct {
	b    strings.Builder
	exec bool
}

func newLine(typ, node, stamp string) *lineMaker {
	l := &lineMaker{exec: typ == string(TypeExecve)}
	if node != "" {
		l.b.WriteString("node=" + node + " ")
	}
	typ = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, typ)
	l.b.WriteString("type=" + typ + " msg=audit(" + stamp + "):")
	return l
}

func (l *lineMaker) String() string { return l.b.String() }

// word writes a part of a record as it is.
func (l *lineMaker) word(s string) {
	l.b.WriteByte(' ')
	l.b.WriteString(strings.Map(harmless, s))
}

// harmless takes out of text what would end the line.
func harmless(r rune) rune {
	if r == '\n' || r == '\r' {
		return '?'
	}
	return r
}

// text writes a field with a string for its value: quoted, or in hex where
// the name says that it may be.
func (l *lineMaker) text(name, s string) {
	l.b.WriteByte(' ')
	l.b.WriteString(name)
	l.b.WriteByte('=')
	if hexName(name, l.exec) {
		l.b.WriteString(quoteOrHex(s))
		return
	}
	switch {
	case strings.ContainsAny(s, " ,'(){}=\""), s == "":
		l.b.WriteString(`"` + strings.Map(plainText, s) + `"`)
	default:
		l.b.WriteString(strings.Map(plainText, s))
	}
}

// plainText takes out of text what a value without an encoding cannot hold.
func plainText(r rune) rune {
	switch {
	case r == '"':
		return '\''
	case r < 0x20:
		return '?'
	}
	return r
}

// quoteOrHex writes s as the kernel writes what it does not trust.
func quoteOrHex(s string) string {
	for i := range len(s) {
		if c := s[i]; c == '"' || c < 0x21 || c > 0x7e {
			return strings.ToUpper(hex.EncodeToString([]byte(s)))
		}
	}
	return `"` + s + `"`
}

// value writes a field of whatever kind of value; nested objects are left
// out.
func (l *lineMaker) value(name string, v any) {
	if name == "" || strings.ContainsAny(name, " =\"'\x1d\n\r") {
		return
	}
	switch v := v.(type) {
	case nil:
		l.word(name + "=(null)")
	case string:
		switch v {
		case "(null)", "(none)", "?":
			l.word(name + "=" + v)
		default:
			l.text(name, v)
		}
	case json.Number:
		l.word(name + "=" + v.String())
	case float64:
		l.word(name + "=" + strconv.FormatFloat(v, 'f', -1, 64))
	case int, int64, uint32:
		l.word(fmt.Sprintf("%s=%d", name, v))
	case bool:
		l.word(name + "=" + map[bool]string{true: "yes", false: "no"}[v])
	case []any:
		if name == "key" {
			l.text(name, strings.Join(texts(v), "\x01"))
		}
	}
}

// texts returns the strings of a list.
func texts(list []any) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case json.Number:
			out = append(out, v.String())
		}
	}
	return out
}

// args writes EXECVE's arguments.
func (l *lineMaker) args(args []string) {
	l.word("argc=" + strconv.Itoa(len(args)))
	for i, a := range args {
		l.text("a"+strconv.Itoa(i), a)
	}
}

// sockaddr writes saddr= for an address in parts.
func (l *lineMaker) sockaddr(addr, port, path string) bool {
	var b []byte
	switch ip, err := netip.ParseAddr(addr); {
	case path != "":
		b = append([]byte{byte(FamilyUnix), 0}, strings.Replace(path, "@", "\x00", map[bool]int{true: 1}[path[0] == '@'])...)
		b = append(b, 0)
	case err != nil:
		return false
	default:
		n, _ := strconv.ParseUint(port, 10, 16)
		if ip.Is4() {
			b = append([]byte{byte(FamilyIPv4), 0, byte(n >> 8), byte(n)}, ip.AsSlice()...)
			b = append(b, make([]byte, 8)...)
			break
		}
		b = append([]byte{byte(FamilyIPv6), 0, byte(n >> 8), byte(n), 0, 0, 0, 0}, ip.WithZone("").AsSlice()...)
		scope, _ := strconv.ParseUint(ip.Zone(), 10, 32)
		b = append(b, byte(scope), byte(scope>>8), byte(scope>>16), byte(scope>>24))
	}
	l.word("saddr=" + strings.ToUpper(hex.EncodeToString(b)))
	return true
}

// stampOf makes a stamp from a time as rows write it and a serial.
func stampOf(at, serial any) (string, error) {
	var t time.Time
	var err error
	switch v := at.(type) {
	case string:
		if t, err = time.Parse(time.RFC3339Nano, v); err != nil {
			var sec float64
			if sec, err = strconv.ParseFloat(v, 64); err == nil {
				t = time.UnixMilli(int64(sec*1000 + 0.5))
			}
		}
	case json.Number:
		var sec float64
		sec, err = v.Float64()
		t = time.UnixMilli(int64(sec*1000 + 0.5))
	case time.Time:
		t = v
	default:
		err = ErrStamp
	}
	n := parseNum(fmt.Sprint(serial))
	if err != nil || !n.OK || t.Unix() < 0 {
		return "", fmt.Errorf("%w: no time and serial", ErrRow)
	}
	return fmt.Sprintf("%d.%03d:%d", t.Unix(), t.Nanosecond()/int(time.Millisecond), n.N), nil
}
