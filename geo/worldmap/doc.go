// Package worldmap draws a map of the world as SVG, with points sized by how
// many logons came from there and coloured by how many of them failed, or with
// countries shaded by a count.
//
// The result is one svg element that can stand inside an HTML page or in a file
// of its own. It needs no network, script or style sheet and has no style
// attribute, so it is drawn under any content security policy. All is drawn in
// currentColor but the points, whose blue and vermilion can be told apart on
// light and dark ground and by people who see fewer colours; failures are also
// a sector of the disk. A style sheet can change all by class:
//
//	wm-map         the svg element
//	wm-land        the countries
//	wm-mark        a point: a group with a title
//	wm-success     the disk of a point, or what succeeded of it
//	wm-failure     what failed
//	wm-area        the dashed ring of a point that stands for a country
//	wm-1 … wm-5    the shades of counted countries, beside wm-land
//
// People who listen to the page get the title and a description with the
// largest points in words; [Text] returns all of them, for a list beside the
// map.
//
// The outlines are Natural Earth's 1:110m countries (public domain, see
// NOTICE) in the Equal Earth projection. Borders are Natural Earth's view of
// who controls what, not ours. Antarctica is shown only when a point lies in
// the far south.
package worldmap
