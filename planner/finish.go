package planner

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
)

// finish lets avg over integers and numerics travel as sum and count, and a division of numerics as its operands, where it is an
// output column and nothing else reads it (DECISIONS 2): the division is left to rowenc, which has PostgreSQL's rule for its scale.
//
//	project [a#9]                          project [a#9, divisor#11]
//	  aggregate [] [a#9 = avg(x)]    →       aggregate [] [a#9 = sum(x), divisor#11 = count(x)]
//
// It returns the plan and, for each finished output column, the column of its denominator.
func finish(env *rules.Env, root plan.Node, out []plan.ColID) (plan.Node, map[plan.ColID]quotient) {
	f := &finisher{next: env.Next, quotients: map[plan.ColID]quotient{}, wanted: map[plan.ColID]bool{}}
	for _, id := range out {
		f.wanted[id] = true
	}
	root = f.node(root)
	env.Next = f.next
	return root, f.quotients
}

type finisher struct {
	next      plan.ColID
	wanted    map[plan.ColID]bool // columns that may be finished
	quotients map[plan.ColID]quotient
}

// quotient is a column that has become a numerator: its type now, its denominator's column, and how they are divided.
type quotient struct {
	sum    plan.Type
	den    plan.ColID
	divide plan.Type // the denominator's type
	finish Finish
}

// node goes down from the root through what passes rows on unchanged, and drops from wanted what is read on the way.
func (f *finisher) node(n plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.Limit:
		if n.WithTies {
			return n
		}
		return n.WithInputs([]plan.Node{f.node(n.Input)})
	case *plan.Sort:
		f.unwant(ownRefs(n))
		return n.WithInputs([]plan.Node{f.node(n.Input)})
	case *plan.Project:
		return f.project(n)
	case *plan.Filter:
		f.unwant(ownRefs(n))
		return n.WithInputs([]plan.Node{f.node(n.Input)})
	case *plan.Aggregate:
		return f.aggregate(n)
	}
	return n
}

func (f *finisher) unwant(ids map[plan.ColID]bool) {
	for id := range ids {
		delete(f.wanted, id)
	}
}

func ownRefs(n plan.Node) map[plan.ColID]bool {
	refs := map[plan.ColID]bool{}
	plan.MapOwn(n, func(e plan.Expr) plan.Expr {
		for id := range plan.Refs(e) {
			refs[id] = true
		}
		return e
	})
	return refs
}

// project follows wanted columns that are plain references, each read once, to their inputs, and passes denominators up.
func (f *finisher) project(p *plan.Project) plan.Node {
	reads := map[plan.ColID]int{}
	inner := map[plan.ColID]plan.ColID{} // input column → wanted output column
	for i, e := range p.Exprs {
		for id := range plan.Refs(e) {
			reads[id]++
		}
		if r, ok := e.(*plan.Ref); ok && f.wanted[p.Out[i].ID] {
			inner[r.ID] = p.Out[i].ID
		}
	}
	below := &finisher{next: f.next, wanted: map[plan.ColID]bool{}, quotients: map[plan.ColID]quotient{}}
	for id := range inner {
		below.wanted[id] = reads[id] == 1
	}
	c := &plan.Project{Input: below.node(p.Input), Exprs: slices.Clone(p.Exprs), Out: slices.Clone(p.Out)}
	f.next = below.next
	for i, e := range p.Exprs {
		if d, ok := division(e); ok && f.wanted[p.Out[i].ID] {
			f.divide(c, i, d)
			continue
		}
		r, ok := e.(*plan.Ref)
		if !ok || below.quotients[r.ID] == (quotient{}) {
			continue
		}
		q := below.quotients[r.ID]
		f.quotients[p.Out[i].ID] = q
		c.Exprs[i], c.Out[i].Type = &plan.Ref{Base: plan.Base{T: q.sum, At: r.At}, ID: r.ID, Name: r.Name}, q.sum
		col := plan.Col{ID: q.den, Name: "divisor", Type: q.divide}
		c.Exprs, c.Out = append(c.Exprs, &plan.Ref{Base: plan.Base{T: col.Type, At: -1}, ID: q.den, Name: col.Name}), append(c.Out, col)
	}
	return c
}

// division reads an expression as a division of numerics.
func division(e plan.Expr) (*plan.Call, bool) {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 2 {
		return nil, false
	}
	p, found := pgcat.ProcByOID(c.Proc)
	return c, found && p.Signature() == "numeric_div(numeric,numeric)"
}

// divide makes item i of a projection the numerator of a division, and adds its denominator.
//
//	project [q#9 = a / b]    →    project [q#9 = a, divisor#11 = b]
func (f *finisher) divide(p *plan.Project, i int, d *plan.Call) {
	num, den := d.Args[0], d.Args[1]
	p.Exprs[i], p.Out[i].Type = num, num.Type()
	col := plan.Col{ID: f.next, Name: "divisor", Type: den.Type()}
	f.next++
	p.Exprs, p.Out = append(p.Exprs, den), append(p.Out, col)
	f.quotients[p.Out[i].ID] = quotient{num.Type(), col.ID, den.Type(), Division}
}

// averages are the averages with a numeric result, and the sums that they divide.
var averages = map[string]string{"avg(int2)": "sum(int2)", "avg(int4)": "sum(int4)", "avg(int8)": "sum(int8)", "avg(numeric)": "sum(numeric)"}

func (f *finisher) aggregate(a *plan.Aggregate) plan.Node {
	c := *a
	c.Aggs, c.Out = append([]plan.Expr(nil), a.Aggs...), append([]plan.Col(nil), a.Out...)
	for i, e := range a.Aggs {
		agg, ok := e.(*plan.Agg)
		id := a.Out[len(a.Groups)+i].ID
		if !ok || !f.wanted[id] {
			continue
		}
		sum, count, ok := split(agg)
		if !ok {
			continue
		}
		c.Aggs[i] = sum
		c.Out[len(a.Groups)+i].Type = sum.T
		den := plan.Col{ID: f.next, Name: "divisor", Type: count.T}
		f.next++
		c.Aggs, c.Out = append(c.Aggs, count), append(c.Out, den)
		f.quotients[id] = quotient{sum.T, den.ID, count.T, Quotient}
	}
	return &c
}

// split makes sum and count of an average.
func split(avg *plan.Agg) (sum, count *plan.Agg, ok bool) {
	p, found := pgcat.ProcByOID(avg.Proc)
	if !found {
		return nil, nil, false
	}
	s, ok := pgcat.ProcBySignature(averages[p.Signature()])
	n, counts := pgcat.ProcBySignature("count(any)")
	if !ok || !counts {
		return nil, nil, false
	}
	num, den := *avg, *avg
	num.Proc, num.Name, num.T = s.OID, "sum", plan.Type{OID: s.Result, Mod: -1}
	den.Proc, den.Name, den.T = n.OID, "count", plan.Type{OID: pgcat.Int8, Mod: -1}
	return &num, &den, true
}
