package visible

import "io"

// Lines returns a Writer of lines of text to w in which everything that [Text]
// escapes is escaped, but for line ends and tabs. A character must come in one
// Write.
func Lines(w io.Writer) io.Writer { return lines{w} }

type lines struct{ w io.Writer }

func (l lines) Write(p []byte) (int, error) {
	clean := true
	for _, c := range p {
		if c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			clean = false
		}
	}
	out := p
	if !clean {
		out = nil
		for start := 0; start < len(p); {
			end := start
			for end < len(p) && p[end] != '\n' && p[end] != '\t' {
				end++
			}
			out = append(out, Text(string(p[start:end]))...)
			if end < len(p) {
				out = append(out, p[end])
			}
			start = end + 1
		}
	}
	if _, err := l.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// JSONWriter returns a Writer that writes to w what [JSON] makes of each value.
// A value must come in one Write, as json.Encoder gives it.
func JSONWriter(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(p []byte) (int, error) {
	if _, err := j.w.Write(JSON(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
