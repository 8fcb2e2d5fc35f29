package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// JSON writes inv as one indented JSON object that unmarshals into an equal
// [hunt.Investigation]. HTML characters, line separators and invalid UTF-8 are
// escaped, so that the text is also safe inside a page; so are the control
// characters that Unicode has above ASCII and those that reorder text, so that
// it is safe on a terminal.
func JSON(w io.Writer, inv *hunt.Investigation) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(inv); err != nil {
		return fmt.Errorf("write the investigation as JSON: %w", err)
	}
	if _, err := w.Write(escapeHidden(b.Bytes())); err != nil {
		return fmt.Errorf("write the investigation as JSON: %w", err)
	}
	return nil
}

// escapeHidden escapes what has no picture of its own in a JSON text. Outside
// of strings JSON is ASCII, so only strings are changed, and not their meaning.
func escapeHidden(text []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if hidden(r) {
			out = append(out, text[done:i]...)
			if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
				out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
			done = i + n
		}
		i += n
	}
	if out == nil {
		return text
	}
	return append(out, text[done:]...)
}
