// Package unpack finds what is packed inside text or bytes and unpacks it,
// layer by layer: base64 (standard and URL alphabet, with or without padding,
// wrapped over lines), hexadecimal digits, \x escapes, UTF-16, gzip, zlib, zip,
// tar, bzip2 and xz.
//
// An intruder's command often carries its work in such layers:
//
//	echo H4sIAAAA… | base64 -d | gunzip | sh
//
// [Text] returns a tree of what was found, each node with its range in the
// layer above, its bytes, what they are, and their hashes. Nothing is
// executed, written or fetched.
//
// The input is hostile. Depth, size, total size and count are limited by
// [Options]; a layer that hits a limit keeps what was unpacked so far and says
// so in [Node.Err], so that a decompression bomb costs no more than the limit.
package unpack
