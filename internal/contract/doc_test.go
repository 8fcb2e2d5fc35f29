// Package contract holds the programs, as they are built, to what they all
// promise: what they read and print, how they end, and with which code.
package contract
