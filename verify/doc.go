// Package verify holds the JSON of an investigation against its sources again:
// which files still have the bytes that their SHA-256 stands for, and which
// cited lines still stand where the investigation saw them, also inside
// compressed files and archives.
//
// The JSON is taken as hostile: it is read up to a limit, the names in it are
// only compared with those that the source itself lists and are never opened,
// and offsets are only counted to.
package verify
