package semantic

import (
	"strconv"

	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// checkFacts demands that the facts file speaks of this model's entities and numbers no two columns alike. A property
// that the model no longer has may stay: it keeps its number from being given again.
func (l *loader) checkFacts() {
	for _, c := range pairs(l.facts) {
		if _, ok := l.model.Entity(c.Key); !ok {
			l.problems.Add(c.At, "run waggle model pull", "facts.yaml has facts of %q, which is no entity of this model", c.Key)
		}
		l.checkNumbers(c.Value.Get("properties"), 1, MaxProperties)
		l.checkNumbers(c.Value.Get("metrics"), MaxProperties+1, 32767)
	}
}

func (l *loader) checkNumbers(n *strictyaml.Node, least, most int) {
	seen := make(map[int]string)
	for _, c := range pairs(n) {
		v := c.Value.Get("num")
		if v == nil {
			continue
		}
		num, err := strconv.Atoi(v.Text)
		switch before, dup := seen[num]; {
		case err != nil || num < least || num > most:
			l.problems.Add(v.At, "run waggle model pull", "the number of %s is not between %d and %d", c.Key, least, most)
		case dup:
			l.problems.Add(v.At, "run waggle model pull", "%s and %s have the same number", before, c.Key)
		}
		seen[num] = c.Key
		if t := c.Value.Get("type"); t != nil {
			l.typeOf(t)
		}
	}
}

// number gives every property and metric its attribute number: the facts file's, else the next after all that it names,
// in declared order.
func (l *loader) number() {
	for _, e := range l.model.Entities {
		facts := l.facts.Get(e.Name)
		next := numberer(facts.Get("properties"), 0)
		for _, p := range e.Properties {
			p.Num = next(p.Name)
		}
		next = numberer(facts.Get("metrics"), MaxProperties)
		for _, m := range e.Metrics {
			m.Num = next(m.Name)
		}
	}
}

func numberer(facts *strictyaml.Node, base int) func(name string) int16 {
	known, last := make(map[string]int16), int16(base)
	for _, c := range pairs(facts) {
		if num, err := strconv.ParseInt(c.Value.String("num"), 10, 16); err == nil {
			known[c.Key] = int16(num)
			last = max(last, int16(num))
		}
	}
	return func(name string) int16 {
		if num, ok := known[name]; ok {
			return num
		}
		last++
		return last
	}
}
