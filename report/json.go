package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// JSON writes inv as one indented JSON object that unmarshals into an equal
// [hunt.Investigation]. HTML characters, line separators and invalid UTF-8 are
// escaped, so that the text is also safe inside a page.
func JSON(w io.Writer, inv *hunt.Investigation) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(inv); err != nil {
		return fmt.Errorf("write the investigation as JSON: %w", err)
	}
	return nil
}
