package planner

import (
	"fmt"
	"slices"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
	"github.com/waggle-sql/waggle/source"
)

// notes says for each fragment which filters stay here and why, and for a remainder which node made it necessary.
func notes(p *Prepared, sources map[string]source.Capabilities) []Note {
	if p.Remainder == nil || p.Path == Local || p.Path == Workspace {
		return nil
	}
	var out []Note
	deep(p.Remainder, func(n plan.Node) plan.Node {
		if f, ok := n.(*plan.Filter); ok {
			if r, above := f.Input.(*plan.Remote); above && r.Connection != catalog {
				out = append(out, filterNotes(f, r, sources[r.Connection])...)
			}
		}
		for _, in := range n.Inputs() {
			if r, ok := in.(*plan.Remote); ok && r.Connection != catalog {
				out = append(out, nodeNotes(n, r, sources[r.Connection])...)
			}
		}
		return n
	})
	return out
}

func filterNotes(f *plan.Filter, r *plan.Remote, c source.Capabilities) []Note {
	scan := scanOf(r.Plan)
	object := c.Objects[scan.Table.Object]
	var out []Note
	for _, t := range rules.Conjuncts(f.Cond) {
		reason := fmt.Sprintf("no parameter of %s says it exactly or as a superset", scan.Table.Object)
		if sql, ok := c.SQL(); ok {
			reason = r.Connection + " is asked for the tables alone"
			if err := sql.SayExpr(t); err != nil {
				reason = err.Error()
			}
			if asked(r.Plan, t) {
				reason = r.Connection + " answers it with too many rows, so it is repeated here"
			}
		}
		if b, ok := dialect.BindSink(object, scan, t); ok && b.Support == plan.Superset {
			reason = fmt.Sprintf("%s answers it with too many rows, so it is repeated here", b.Sink.Into)
		}
		out = append(out, Note{Fragment: r.ID, Expression: plan.FormatExpr(t), Reason: reason})
	}
	return out
}

// asked reports whether a fragment holds a term as well.
func asked(n plan.Node, t plan.Expr) bool {
	found := false
	plan.Transform(n, func(m plan.Node) plan.Node {
		if f, ok := m.(*plan.Filter); ok {
			found = found || slices.Contains(rules.Conjuncts(f.Cond), t)
		}
		return m
	})
	return found
}

// nodeNotes names what stands directly above a fragment and keeps the statement off path direct.
func nodeNotes(n plan.Node, r *plan.Remote, c source.Capabilities) []Note {
	var what string
	switch n.(type) {
	case *plan.Aggregate:
		what = "grouping"
	case *plan.Sort:
		what = "order"
	case *plan.Join:
		what = "join"
	case *plan.Window:
		what = "window functions"
	case *plan.Unique:
		what = "distinct"
	case *plan.SetOp:
		what = "set operation"
	case *plan.Limit:
		what = "limit"
	case *plan.Project, *plan.ProjectSet:
		what = "expressions"
	default:
		return nil
	}
	if p, ok := n.(*plan.Project); ok && direct(p) != nil {
		return nil
	}
	reason := r.Connection + " has no form for it"
	if sql, ok := c.SQL(); ok {
		reason = sqlReason(n, r, sql)
	}
	return []Note{{Fragment: r.ID, Expression: what, Reason: "computed in the workspace: " + reason}}
}

// sqlReason is why a node above a fragment of a SQL source is not part of it.
func sqlReason(n plan.Node, r *plan.Remote, sql dialect.SQL) string {
	if in := n.Inputs(); len(in) > 1 {
		for _, i := range in {
			if other, ok := i.(*plan.Remote); !ok || other.Connection != r.Connection {
				return "its inputs come from several places"
			}
		}
	}
	var said error
	_, shows := n.(*plan.Project) // a column that is only shown is no reason
	plan.MapOwn(n, func(e plan.Expr) plan.Expr {
		if _, plain := e.(*plan.Ref); plain && shows {
			return e
		}
		if err := sql.SayExpr(e); err != nil && said == nil {
			said = err
		}
		return e
	})
	switch {
	case said != nil:
		return said.Error()
	case len(n.Inputs()) > 1:
		return "it would make more rows than it reads"
	}
	return r.Connection + " is asked for what is below it alone"
}
