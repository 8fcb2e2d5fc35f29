package logdir

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

var errLZ4 = errors.New("damaged lz4 data")

// unLZ4 unpacks one block as systemd stores it: the unpacked size in 64 bits,
// then the block in LZ4's block format.
func unLZ4(b []byte) ([]byte, error) {
	if len(b) < 8 {
		return nil, errLZ4
	}
	size := binary.LittleEndian.Uint64(b)
	if size > maxField || size > uint64(len(b))*255 {
		return nil, ErrTooLarge
	}
	src, dst := b[8:], make([]byte, 0, size)
	for len(src) > 0 {
		token := src[0]
		src = src[1:]
		n, rest, ok := lz4Length(src, int(token>>4))
		if !ok || n > len(rest) || len(dst)+n > int(size) {
			return nil, errLZ4
		}
		dst, src = append(dst, rest[:n]...), rest[n:]
		if len(src) == 0 {
			break // the last sequence has literals only
		}
		if len(src) < 2 {
			return nil, errLZ4
		}
		back := int(binary.LittleEndian.Uint16(src))
		n, src, ok = lz4Length(src[2:], int(token&15))
		n += 4
		if !ok || back == 0 || back > len(dst) || len(dst)+n > int(size) {
			return nil, errLZ4
		}
		for range n { // may overlap what it makes
			dst = append(dst, dst[len(dst)-back])
		}
	}
	if len(dst) != int(size) {
		return nil, errLZ4
	}
	return dst, nil
}

// lz4Length reads the bytes that go on with a length of 15.
func lz4Length(src []byte, n int) (int, []byte, bool) {
	if n < 15 {
		return n, src, true
	}
	for i, c := range src {
		if n += int(c); n > maxField {
			return 0, nil, false
		}
		if c < 255 {
			return n, src[i+1:], true
		}
	}
	return 0, nil, false
}

func bufioOf(b []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(b)) }

// readLimited reads r to its end, at most limit bytes.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = ErrTooLarge
	}
	return b, err
}
