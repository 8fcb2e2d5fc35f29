package contract

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/sample"
)

var bin string // the folder of the programs

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "contract")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "../../examples/...").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	bin = dir
	return m.Run()
}

// readers are the programs that read files, with flags and a file of their kind.
var readers = map[string]struct {
	flags []string
	file  string
}{
	"syslog": {nil, "auth.log"},
	"auditd": {nil, "audit.log"},
	"ptree":  {nil, "audit.log"},
	"ioc":    {nil, "auth.log"},
	"geo":    {nil, "addresses"},
	"ti":     {[]string{"-plan", "-cache", "-", "-config", "-", "-providers", "shodan"}, "auth.log"},
}

type result struct {
	code     int
	out, err string
}

// run runs a program in dir.
func run(t *testing.T, dir, stdin, program string, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, program), args...)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// files returns a folder with what the programs are asked to read.
func files(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, in := range map[string]string{"auth.log": "auth.log", "audit.log": "audit/audit.log"} {
		data, err := sample.FS().(interface {
			ReadFile(string) ([]byte, error)
		}).ReadFile(in)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "addresses"), []byte("192.0.2.1\n2001:db8::1, of a test\n\n# no\nno\n"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	return dir
}

var (
	timeKeys = map[string]bool{"time": true, "start": true, "end": true, "end_before": true, "last": true}
	places   = regexp.MustCompile(`"(offset|length)":\d+`)
	keyForm  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// jsonLines holds that out is objects of known things only.
func jsonLines(t *testing.T, out string) int {
	t.Helper()
	n := 0
	for line := range strings.Lines(out) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object), line)
		for k, v := range object {
			assert.Regexp(t, keyForm, k)
			assert.NotContains(t, []any{nil, ""}, v, "%s is unknown and not absent: %s", k, line)
			if s, ok := v.(string); ok && timeKeys[k] {
				assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`, s, k)
			}
		}
		n++
	}
	return n
}

func packed(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	require.NoError(t, errors.Join(err, z.Close()))
	out["gz"] = bytes.Clone(b.Bytes())
	b.Reset()
	x, err := xz.NewWriter(&b)
	require.NoError(t, err)
	_, err = x.Write(data)
	require.NoError(t, errors.Join(err, x.Close()))
	out["xz"] = bytes.Clone(b.Bytes())
	e, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	out["zst"] = e.EncodeAll(data, nil)
	return out
}

func TestReaders(t *testing.T) {
	t.Parallel()
	for program, p := range readers {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			dir := files(t)
			call := func(stdin string, names ...string) result {
				return run(t, dir, stdin, program, append(append([]string{}, p.flags...), names...)...)
			}
			plain := call("", p.file)
			require.Zero(t, plain.code, plain.err)
			require.Positive(t, jsonLines(t, plain.out))
			data, err := os.ReadFile(filepath.Join(dir, p.file))
			require.NoError(t, err)

			// names differ in the objects, so what is compared comes by one name
			named := call(string(data), "-")
			assert.Zero(t, named.code)
			for form, b := range packed(t, data) {
				got := call(string(b), "-")
				assert.Zero(t, got.code, "%s %s", form, got.err)
				assert.Equal(t, named.out, got.out, form)
				require.NoError(t, os.WriteFile(filepath.Join(dir, p.file), b, 0o600))
				got = call("", p.file)
				assert.Zero(t, got.code, "%s %s", form, got.err)
				assert.Equal(t, plain.out, got.out, form)
				require.NoError(t, os.WriteFile(filepath.Join(dir, p.file), data, 0o600))
			}

			for _, bad := range []string{"missing", "folder"} {
				got := call("", bad)
				assert.Equal(t, 1, got.code, bad)
				assert.Contains(t, got.err, bad)
				got = call("", bad, p.file)
				assert.Equal(t, 1, got.code, bad)
				assert.Equal(t, jsonLines(t, plain.out), jsonLines(t, got.out), "the rest is still read")
			}
			half := packed(t, data)["gz"]
			require.NoError(t, os.WriteFile(filepath.Join(dir, "half.gz"), half[:len(half)/2], 0o600))
			got := call("", "half.gz", p.file)
			assert.Equal(t, 1, got.code)
			assert.Contains(t, got.err, "half.gz")
			assert.GreaterOrEqual(t, jsonLines(t, got.out), jsonLines(t, plain.out))

			for name, text := range map[string]string{
				"empty": "", "nul": strings.Repeat("\x00", 5000), "rubbish": "\xff\xfe\x80\n\x1b[2J\r\n" + strings.Repeat("\x07\xc3", 999) + "\nlast",
				"no line end": "\n\n\n.", "long": strings.Repeat("a", 3<<20) + "\n" + strings.Repeat("=", 3<<20),
			} {
				got := call(text, "-")
				assert.Zero(t, got.code, "%s: %s", name, got.err)
				jsonLines(t, got.out)
				assert.NotContains(t, got.out+got.err, "\x1b", name)
			}
			crlf := call(strings.ReplaceAll(string(data), "\n", "\r\n"), "-")
			assert.Equal(t, places.ReplaceAllString(named.out, ""), places.ReplaceAllString(crlf.out, ""), "CRLF")
		})
	}
}

// What a log says cannot act on the terminal that shows it.
func TestHostileText(t *testing.T) {
	t.Parallel()
	const evil = "\u009b2J\u202e\x7f\u061c\ufeffx"
	name := hex.EncodeToString([]byte(evil + "\x1b[2J\r\n"))
	audit := "type=SYSCALL msg=audit(1763888401.000:6): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=5 uid=0 comm=" + name + " exe=" + name +
		"\ntype=EXECVE msg=audit(1763888401.000:6): argc=2 a0=" + name + " a1=" + name + "\n"
	logon := "Nov 23 08:00:00 h sshd[1]: Failed password for invalid user " + evil + "\x1b[2J from 192.0.2.1 port 22 ssh2\n"
	for _, test := range []struct{ args, in string }{
		{"auditd -", audit},
		{"ptree -", audit},
		{"ptree -text -", audit},
		{"ptree -dot -", audit},
		{"syslog -", logon},
		{"syslog -unknown -", logon + evil + "\n"},
		{"syslog -sessions -", logon},
		{"ioc -all -", "http://evil.example/" + evil + " /tmp/" + evil + "\n"},
		{"geo -", "fe80::1%" + evil + "\n"},
		{"syslog -sessions " + evil, ""},
		{"auditd " + evil, ""},
		{"ptree " + evil, ""},
		{"ioc " + evil, ""},
		{"geo " + evil, ""},
		{"ti -cache - -config - -plan -providers shodan " + evil, ""},
		{"linuxhost -source " + evil, ""},
	} {
		f := strings.Fields(test.args)
		got := run(t, "", test.in, f[0], f[1:]...)
		require.NotEmpty(t, got.out+got.err, test.args)
		for line := range strings.Lines(got.out + got.err) {
			line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", " ")
			assert.Equal(t, visible.Text(line), line, test.args)
		}
	}
}

func TestSameBytes(t *testing.T) {
	dir := files(t)
	for name := range map[string]bool{"auth.log": true, "audit.log": true} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), bytes.Repeat(data, 40), 0o600))
	}
	for _, args := range []string{"syslog auth.log", "syslog -sessions auth.log", "auditd audit.log", "ptree audit.log", "ioc -all auth.log", "linuxhost -json -"} {
		f := strings.Fields(args)
		t.Setenv("GOMAXPROCS", "1")
		one := run(t, dir, "", f[0], f[1:]...)
		require.Zero(t, one.code, one.err)
		for _, n := range []string{"1", "2", "4"} {
			t.Setenv("GOMAXPROCS", n)
			got := run(t, dir, "", f[0], f[1:]...)
			assert.Equal(t, one.out, got.out, "%s differs at GOMAXPROCS %s", args, n)
		}
	}
}

func TestUse(t *testing.T) {
	t.Parallel()
	programs, err := os.ReadDir("../../examples")
	require.NoError(t, err)
	for _, p := range programs {
		if !p.IsDir() {
			continue
		}
		name := p.Name()
		got := run(t, "", "", name, "-h")
		assert.Zero(t, got.code, name)
		assert.Empty(t, got.out, name)
		assert.Contains(t, got.err, "usage: "+name)
		assert.Regexp(t, `(?m)^  (\S+ \| )*.*\b`+name+`( |$)`, got.err, "%s shows no example", name)
		got = run(t, "", "", name, "-no-such-flag")
		assert.Equal(t, 2, got.code, name)
		assert.Empty(t, got.out, name)
		assert.Contains(t, got.err, "no-such-flag", name)
	}
}
