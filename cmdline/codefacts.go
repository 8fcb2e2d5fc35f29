package cmdline

import "strings"

// code notes the files and URLs that stand as constants in the code given to
// an interpreter, by the call that they are given to.
func (n *noter) code(code string) {
	if len(code) > MaxText {
		return
	}
	for _, fn := range codeFetches {
		eachCall(code, fn, func(rest string) {
			if u := firstURL(literals(rest)); u != "" {
				n.note(FactFetch, u)
			}
		})
	}
	for _, fn := range codeOpens {
		eachCall(code, fn, func(rest string) {
			p, mode := openArgs(rest)
			switch {
			case isURL(p):
				n.note(FactFetch, p)
			case p == "" || p[0] != '/' && p[0] != '~':
			case strings.ContainsAny(mode, "wax+>"):
				n.files(FactWrite, p)
			default:
				n.files(FactRead, p)
			}
		})
	}
}

var (
	codeFetches = []string{
		"urlopen(", "requests.get(", "requests.post(", "urlretrieve(", "Request(", "getprint ", "getprint(", "getstore(", "getstore ",
		"get(", "get ", "Net::HTTP.get(", "URI.open(", "URI(", "http.get(", "https.get(", "fetch(", "curl_init(", "URI.parse(", "mirror(",
	}
	codeOpens = []string{
		"open(", "open ", "file_get_contents(", "readfile(", "fopen(", "file(", "include(", "require(", "File.read(", "File.open(", "IO.read(", "Path(",
		"readFileSync(", "writeFileSync(", "file_put_contents(", "File.write(", "copyfile(", "shutil.copy(", "io.open(",
	}
)

// eachCall calls do with what follows each use of a function.
func eachCall(code, fn string, do func(rest string)) {
	for range 64 {
		i := strings.Index(code, fn)
		if i < 0 {
			return
		}
		rest := code[i+len(fn):]
		if i == 0 || !isLetter(code[i-1]) && code[i-1] != '_' || strings.Contains(fn, ".") {
			do(rest)
		}
		code = rest
	}
}

func firstURL(s string) string {
	i := strings.Index(s, "://")
	if i < 0 {
		return ""
	}
	for i > 0 && isLetter(s[i-1]) {
		i--
	}
	u := s[i:]
	if k := strings.IndexAny(u, "\"' )>"); k >= 0 {
		u = u[:k]
	}
	return u
}

// openArgs reads the path and the mode of an open call, in the orders that
// Python, Ruby and PHP (path, mode) and Perl (handle, mode, path) have.
func openArgs(rest string) (path, mode string) {
	rest = strings.TrimLeft(rest, " (")
	if k := strings.IndexByte(rest, ','); k >= 0 && rest != "" && rest[0] != '"' && rest[0] != '\'' { // a handle in front
		rest = strings.TrimLeft(rest[k+1:], " ")
	}
	var list []string
	for len(list) < 2 {
		if rest == "" || rest[0] != '"' && rest[0] != '\'' {
			break
		}
		end := closing(rest)
		if end < 0 {
			break
		}
		list = append(list, rest[1:end])
		rest = strings.TrimLeft(rest[end+1:], " ")
		if rest == "" || rest[0] != ',' {
			break
		}
		rest = strings.TrimLeft(rest[1:], " ")
	}
	if len(list) == 2 && strings.Trim(list[0], "<>+ ") == "" {
		return list[1], list[0]
	}
	if len(list) == 0 {
		return "", ""
	}
	path = list[0]
	if t := strings.TrimLeft(path, "<>+ "); t != path { // perl: open(F, ">>/etc/x")
		return t, path[:len(path)-len(t)]
	}
	if len(list) == 2 && len(list[1]) <= 4 {
		mode = list[1]
	}
	return path, mode
}

// In returns the command as run in a folder: relative paths in its facts are
// made whole. A command line's own cd goes first.
func (c Command) In(dir string) Command {
	if !strings.HasPrefix(dir, "/") {
		return c
	}
	facts := make([]Fact, len(c.Facts))
	for i, f := range c.Facts {
		switch f.Kind {
		case FactRead, FactWrite, FactDelete, FactChange, FactRun, FactFetched, FactModule:
			if relative(f.Value) && !(f.Kind == FactModule && !strings.Contains(f.Value, ".")) {
				f.Value = plainPath(strings.TrimSuffix(dir, "/") + "/" + f.Value)
			}
		}
		facts[i] = f
	}
	c.Facts = facts
	return c
}

func relative(p string) bool {
	return p != "" && strings.IndexByte("/~$-<`", p[0]) < 0 && !strings.Contains(p, "://")
}
