package cmdline

// need is a set of things that a call must have so that a condition can hold;
// it spares the conditions that cannot.
type need uint32

const (
	needCode need = 1 << iota
	needEnv
	needVia
	needTrick
	needRedirect
	needDecoded
	needArgs
	needPipe // some pipe or substitution joins it to another call
	needOthers
	needPlanted
	needFacts // the first of the kinds of facts
)

func factNeed(k FactKind) need {
	for i, f := range factKinds {
		if f == k {
			return needFacts << i
		}
	}
	return 0
}

// needs says what a condition asks for, apart from its program.
func (k *cond) needs() need {
	var n need
	for kind := range k.facts {
		n |= factNeed(kind)
	}
	set := func(on bool, bit need) {
		if on {
			n |= bit
		}
	}
	set(k.code != nil, needCode)
	set(len(k.env) > 0, needEnv)
	set(len(k.via) > 0, needVia)
	set(len(k.trick) > 0, needTrick)
	set(len(k.redirect) > 0, needRedirect)
	set(k.decoded != nil && *k.decoded, needDecoded)
	set(len(k.args) > 0 || len(k.anyArg) > 0 || len(k.flags) > 0 || len(k.verb) > 0 || k.count > 0, needArgs)
	set(k.from != nil || k.to != nil || k.executed != nil && *k.executed, needPipe)
	set(k.before != nil || k.after != nil, needOthers)
	set(k.planted != nil, needPlanted)
	return n
}

// has says what the calls of a command have.
func (c *Command) has(buf []need) []need {
	for i := range c.Calls {
		k := &c.Calls[i]
		var n need
		set := func(on bool, bit need) {
			if on {
				n |= bit
			}
		}
		set(k.Code != "", needCode)
		set(len(k.Env) > 0, needEnv)
		set(len(k.Via) > 0, needVia)
		set(len(k.Tricks) > 0, needTrick)
		set(len(k.Redirects) > 0, needRedirect)
		set(k.decoded, needDecoded)
		set(len(k.Argv) > 1, needArgs)
		set(len(k.pipes) > 0 || len(k.subst) > 0, needPipe)
		set(len(c.Calls) > 1, needOthers)
		set(k.Planted != "", needPlanted)
		buf = append(buf, n)
	}
	for _, f := range c.Facts {
		if f.Call < len(buf) {
			buf[f.Call] |= factNeed(f.Kind)
		}
	}
	return buf
}
