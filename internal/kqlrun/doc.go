// Package kqlrun runs the KQL that package sentinel sends, over rows in memory.
// It is for tests: a query is run as its text says, beside the answer that a
// test's workspace gives to what the query means, and the two must agree.
//
// It knows the operators and functions that those queries use and refuses any
// other. What each does is as the reference of KQL
// (https://learn.microsoft.com/kusto/query/) has it: a comparison with null is
// false but for !=, the text functions give "" where there is nothing, sorting
// puts null first when it ascends, has looks for whole terms, coalesce skips
// empty strings as it does nulls.
package kqlrun
