// Package export writes an investigation in the forms that other programs
// read: tables ([CSV]), an Elastic Common Schema stream ([ECS]), a timeline for
// Timesketch ([Timesketch]), a STIX 2.1 bundle ([STIX]) and a ticket
// ([Markdown]). The investigation's own JSON is written by package report; its
// JSON Schema is docs/investigation.schema.json.
//
// The same investigation gives the same bytes. What it holds comes from logs
// and so from whoever could write to them: every value is escaped for the form
// it is written in, so that no spreadsheet takes it for a formula, no page for
// markup and no terminal for a command. Control characters, characters that
// reorder text and invalid UTF-8 are shown as escapes such as \x1b in tables
// and tickets; JSON escapes them by its own rules. Nothing else is left out:
// what is private stays in, so an export is as confidential as its logs.
package export
