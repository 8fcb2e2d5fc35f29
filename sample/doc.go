// Package sample embeds the logs of one captured intrusion, so that the
// programs under examples have something to hunt in without any set-up.
//
// The logs were written by real daemons on a host made for the purpose. All
// names, addresses, keys and passwords in them are made up; the addresses are
// from the ranges that RFC 5737 and RFC 2544 set aside for documentation and
// benchmarks. README.md beside this file says how the capture was made.
package sample
