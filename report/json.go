package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/jsonstream"
	"github.com/tuxtrail/tuxtrail/internal/visible"
)

// JSON writes inv as one indented JSON object that unmarshals into an equal
// [hunt.Investigation]. HTML characters, line separators and invalid UTF-8 are
// escaped, so that the text is also safe inside a page; so are the control
// characters that Unicode has above ASCII and those that reorder text, so that
// it is safe on a terminal. It is written as it is made, so that it takes no
// memory of its own length; after an error a part of it may have been written.
func JSON(w io.Writer, inv *hunt.Investigation) error {
	b := bufio.NewWriterSize(w, 64<<10)
	err := jsonstream.Encode(visible.JSONWriter(b), inv)
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the investigation as JSON: %w", err)
	}
	return nil
}
