package planner

import (
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
	"github.com/waggle-sql/waggle/semantic"
)

// keys finds the transfers of join keys between the fragments of a plan.
func (p *Prepared) keys(env *rules.Env) {
	if len(p.Fragments) < 2 {
		return
	}
	p.Keys = rules.Transfer(env, p.Remainder, flows(p.Input.View))
}

// flows lists what the models allow to travel from one source to another (invariant 13), with the relationship that does.
func flows(v *semantic.View) map[rules.Flow]rules.Permit {
	out := map[rules.Flow]rules.Permit{}
	for _, m := range v.Models() {
		for _, r := range m.Relationships {
			from, to := m.Name+"."+r.From, m.Name+"."+r.To
			for _, direction := range r.KeysFlow {
				for i := range min(len(r.FromKey), len(r.ToKey)) {
					f := rules.Flow{From: from, FromProperty: r.FromKey[i], To: to, ToProperty: r.ToKey[i]}
					if direction == "to-from" {
						f = rules.Flow{From: to, FromProperty: r.ToKey[i], To: from, ToProperty: r.FromKey[i]}
					}
					out[f] = rules.Permit{Relationship: "relationship " + m.Name + "." + r.Name, Up: direction == "to-from", Across: r.Across}
				}
			}
		}
	}
	return out
}

// KeysTo returns the transfers that restrict a fragment.
func (p *Prepared) KeysTo(fragment int) []plan.Keyed {
	var out []plan.Keyed
	for _, k := range p.Keys {
		if k.Probe == fragment {
			out = append(out, k)
		}
	}
	return out
}

// KeysFrom returns the transfers that a fragment's values make.
func (p *Prepared) KeysFrom(fragment int) []plan.Keyed {
	var out []plan.Keyed
	for _, k := range p.Keys {
		if k.Build == fragment {
			out = append(out, k)
		}
	}
	return out
}
