// Package tui is linuxhost's terminal program: it asks for the choices that
// steer a hunt (time window, host, finding, alert, session, sudo command,
// account, application, address), shows what the investigation holds on each,
// and always shows the flags that repeat the choice without it.
//
// It runs in the alternate screen of any terminal of 80 by 24 or more, also
// over ssh, and leaves the terminal as it was: when the user leaves, when the
// context ends, on interrupt, hangup and termination.
package tui
