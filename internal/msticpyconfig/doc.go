// Package msticpyconfig reads msticpyconfig.yaml, the settings file of msticpy,
// as users have it: who is asked for threat intelligence and with which keys,
// where the workspaces are, and everything else by its path.
//
// The format is described at
// https://msticpy.readthedocs.io/en/latest/getting_started/msticpyconfig.html.
// Keys are never part of an error or of anything that is printed: texts in the
// file are held as secrets until they are asked for.
package msticpyconfig
