// Geogen makes the embedded tables of package geo from the exact npm packages
// that .ci/package.json names: country names and middles, the outlines of the
// world map, and the country database.
//
//	.ci/run setup
//	go generate ./geo/...
package main
