package cmdline

import (
	"math"
	"strings"
)

// MaxPast is how many distinct commands a [Past] remembers; beyond it new ones
// are only counted.
const MaxPast = 200_000

// Past is what a host usually runs: how often each command was seen. The zero
// value is an empty past. It is not safe for concurrent use.
type Past struct {
	seen     map[string]int64
	programs map[string]int64
	total    int64
	lost     int64
}

// Rarity says how common a command is in a [Past].
type Rarity struct {
	// Seen is how often this command was seen, with numbers, hashes and
	// addresses in it taken for equal; Program how often its program was.
	Seen, Program int64
	// Total is the number of commands seen.
	Total int64
	// Bits is the surprise, log2((Total+1)/(Seen+1)): 0 for a command that is
	// all the host does, 10 for one in a thousand.
	Bits float64
}

// Add counts a command.
func (p *Past) Add(c Command) { p.AddN(c, 1) }

// AddN counts n runs of a command; n below 1 is none.
func (p *Past) AddN(c Command, n int64) {
	if n < 1 {
		return
	}
	if p.seen == nil {
		p.seen, p.programs = map[string]int64{}, map[string]int64{}
	}
	p.total += n
	k := shapeOf(c.Text)
	if _, ok := p.seen[k]; ok || len(p.seen) < MaxPast {
		p.seen[k] += n
	} else {
		p.lost += n
	}
	if name := programOf(&c); name != "" {
		if _, ok := p.programs[name]; ok || len(p.programs) < MaxPast {
			p.programs[name] += n
		}
	}
}

// Rarity returns how common a command was in what was added so far.
func (p *Past) Rarity(c Command) Rarity {
	r := Rarity{Total: p.total, Seen: p.seen[shapeOf(c.Text)], Program: p.programs[programOf(&c)]}
	r.Bits = math.Log2(float64(r.Total+1) / float64(r.Seen+1))
	return r
}

// Distinct returns how many distinct commands are remembered, and Lost how
// many were not because of [MaxPast].
func (p *Past) Distinct() int { return len(p.seen) }

// Lost returns how many commands were counted in the total only.
func (p *Past) Lost() int64 { return p.lost }

// programOf is the program that a command is about: the first that wraps no
// other.
func programOf(c *Command) string {
	for i := range c.Calls {
		if len(c.Calls[i].Argv) == 0 {
			continue
		}
		n := c.Calls[i].Name()
		if _, wraps := wrappers[n]; wraps && i+1 < len(c.Calls) {
			continue
		}
		return n
	}
	return ""
}

// shapeOf writes runs of digits and long hex as "#", and runs of blanks as one.
func shapeOf(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n':
			for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n') {
				i++
			}
			out.WriteByte(' ')
		case hexValue(c) >= 0:
			start, digit := i, false
			for i < len(s) && hexValue(s[i]) >= 0 {
				digit = digit || s[i] <= '9'
				i++
			}
			run := s[start:i]
			switch {
			case strings.Trim(run, "0123456789") == "" || digit && len(run) >= 8:
				out.WriteByte('#')
			default:
				out.WriteString(run)
			}
		default:
			out.WriteByte(c)
			i++
		}
	}
	return strings.TrimSpace(out.String())
}
