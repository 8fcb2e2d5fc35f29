// Package yamlnode reads the nodes of a YAML file that holds rules: what both
// rule loaders, of cmdline and of cmdline/sigma, ask of one.
package yamlnode
