package evidence

import "time"

// Digest names the bytes of one input, so that a claim can be held against the
// same bytes later. Size and SHA256 are of the input as it is stored: before
// decompression.
type Digest struct {
	File   string `json:"file"`             // as in a [Ref]
	Size   int64  `json:"size"`             // bytes
	SHA256 string `json:"sha256,omitempty"` // of all its bytes, in lower-case hex; "" where it could not be read to its end
	// ContentSHA256 is that of what a compressed input unpacks to: it stays
	// when the input is packed anew. "" where the input is not compressed, or
	// could not be unpacked to its end.
	ContentSHA256 string    `json:"content_sha256,omitempty"`
	ModTime       time.Time `json:"mod_time,omitzero"` // zero where the source has none
	Error         string    `json:"error,omitempty"`   // why SHA256 is missing
}
