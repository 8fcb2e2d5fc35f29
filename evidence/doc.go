// Package evidence says where a claim comes from.
//
// Every record that tuxtrail reads carries a [Ref]: the file, the line and the
// byte offset of the text it was read from, so that a finding can be traced to
// its bytes and read again. [Lines] cuts a stream into lines and makes those
// references; [LineError] is what a reader yields for one bad line while it
// goes on with the next; [Stats] counts what was read, understood and lost;
// [Shapes] groups the lines that nobody understood, with a count and an
// example of each, in bounded memory.
//
// The package depends on the standard library only and is safe for hostile
// input: no call panics, whatever the bytes.
package evidence
