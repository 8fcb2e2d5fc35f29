// Package report shows an investigation to people and programs: as text for a
// terminal ([Text]), as JSON ([JSON]) and as one HTML file that opens from
// disk and asks nothing of any network ([HTML]).
//
// What an investigation holds comes from logs and so from whoever could write
// to them. Every value is escaped at the output: control characters, terminal
// escapes, invalid UTF-8 and characters that reorder text are shown as escapes
// such as \x1b or \u202e in text and HTML; JSON escapes them by its own rules.
//
// The page says first what the worst finding comes to, tells each story by its
// acts in order and with its graph, has a timeline that zooms, charts, a map, a page for
// each session, account and program, tables that sort and filter, a search over
// all of it and the raw line behind every reference. All of it but the interaction works without scripts;
// it follows the reader's choice of dark and light, and prints. It carries a
// content security policy that forbids every connection and every script but
// its own, which is known by its hash.
package report
