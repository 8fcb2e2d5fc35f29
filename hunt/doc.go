// Package hunt investigates one Linux host: it reads the evidence of a
// [Source], joins it into logons, sessions, commands and processes, and says
// what a hunter should look at, with the lines that show it.
package hunt
