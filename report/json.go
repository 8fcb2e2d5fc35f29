package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/visible"
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
	if _, err := w.Write(visible.JSON(b.Bytes())); err != nil {
		return fmt.Errorf("write the investigation as JSON: %w", err)
	}
	return nil
}
