// Package sigma runs Sigma detection and correlation rules, natively, over
// events of one host.
//
// [Load] reads rules as the Sigma specification (version 2.1, with the parts
// of version 1 that rules still use) describes them. A [Run] takes events, in
// any order, and [Run.Results] says of each rule one of three things: it
// matched, it did not match, or it could not have matched with these logs,
// because (a sentence). The last is for rules whose log source or fields the
// events do not have, and for parts of the language that are refused, so that
// silence is never mistaken for absence.
//
// Events are made by [Process], [Audit] and [Syslog], which give them the
// names of the Sigma taxonomy for Linux, or by hand as an [Event].
//
// What is supported: search identifiers as maps, lists of maps and keywords;
// wildcards, escapes, null and empty values; the modifiers contains,
// startswith, endswith, all, cased, exists, neq, windash, re (with i, m, s; the
// syntax of RE2), base64, base64offset, wide, utf16le, utf16be, utf16, lt, lte,
// gt, gte, minute, hour, day, week, month, year, cidr, fieldref, and expand for
// the placeholders that the caller knows; conditions with and, or, not,
// brackets, "1 of", "all of" and lists of conditions; correlations of the types
// event_count, value_count, temporal and temporal_ordered, with aliases and
// chains. Refused: aggregations behind a pipe (the old form), "near", filters,
// "action: global", and correlations of other types.
package sigma
