package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// agg prints an aggregate's call with its FILTER.
func (p *postgres) agg(a *plan.Agg, at int) string {
	proc, ok := p.proc(a.Proc, at)
	if !ok {
		return "NULL"
	}
	head := "pg_catalog." + ident(proc.Name)
	filter := ""
	if a.Filter != nil {
		filter = " FILTER (WHERE " + p.expr(a.Filter) + ")"
	}
	if a.Star {
		return head + "(*)" + filter
	}
	args := p.aggArgs(a, proc)
	if a.Within {
		keys := p.withinKeys(a, args)
		return head + paren(strings.Join(args[:a.Direct], ", ")) + " WITHIN GROUP (ORDER BY " + strings.Join(keys, ", ") + ")" + filter
	}
	text := strings.Join(args, ", ")
	if a.Distinct {
		text = "DISTINCT " + text
	}
	if keys := p.sortKeys(a.Order); len(keys) > 0 {
		text += " ORDER BY " + strings.Join(keys, ", ")
	}
	return head + paren(text) + filter
}

// aggArgs prints arguments; those that are compared by order under the collation that is ours.
func (p *postgres) aggArgs(a *plan.Agg, proc *pgcat.Proc) []string {
	args := make([]string, len(a.Args))
	for i, e := range a.Args {
		if a.Distinct || proc.Name == "min" || proc.Name == "max" || a.Within && i >= a.Direct {
			args[i] = p.ordered(e)
			continue
		}
		args[i] = p.expr(e)
	}
	return args
}

// withinKeys are the arguments of WITHIN GROUP with the directions of Order.
func (p *postgres) withinKeys(a *plan.Agg, args []string) []string {
	keys := append([]string(nil), args[a.Direct:]...)
	for i := range keys {
		if i >= len(a.Order) {
			continue
		}
		if a.Order[i].Desc {
			keys[i] += " DESC"
		}
		if a.Order[i].NullsFirst {
			keys[i] += " NULLS FIRST"
		} else {
			keys[i] += " NULLS LAST"
		}
	}
	return keys
}

func (p *postgres) windowFunc(f *plan.WindowFunc) string {
	proc, ok := p.proc(f.Agg.Proc, f.Base.At)
	if !ok {
		return "NULL"
	}
	if f.IgnoreNulls {
		return p.refuse(f.Base.At, "IGNORE NULLS")
	}
	over := " OVER (" + p.over(f, p.exprs(f.Partition), p.windowKeys(f.Order)) + ")"
	if proc.Kind == 'a' {
		return p.agg(&f.Agg, f.Base.At) + over
	}
	return "pg_catalog." + ident(proc.Name) + paren(strings.Join(p.exprs(f.Agg.Args), ", ")) + over
}

// windowKeys are sort keys; constants stay, since RANGE and GROUPS need an order.
func (p *postgres) windowKeys(keys []plan.SortKey) []string {
	var out []string
	for _, k := range keys {
		if c, ok := k.Expr.(*plan.Const); ok {
			out = append(out, "("+p.constant(c)+")")
			continue
		}
		out = append(out, p.sortKeys([]plan.SortKey{k})...)
	}
	return out
}
