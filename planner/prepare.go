package planner

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
	"github.com/waggle-sql/waggle/source"
)

// catalog is the connection of the system's own relations; it takes no token and no Access record.
const catalog = "catalog"

// Prepare plans one query. Errors are the user's: 42601, 42P01, 42703, 42804, 42883, 0A000 … with positions.
func Prepare(in Input) (*Prepared, error) {
	b, err := bind.Query(bind.Input{Query: in.Query, Params: in.Params, View: in.View, Settings: in.Settings, Values: in.Values})
	if err != nil {
		return nil, err
	}
	out := make([]plan.ColID, len(b.Columns))
	for i, c := range b.Columns {
		out[i] = c.ID
	}
	in.Sources = within(in.Sources, in.Settings)
	named := lineage(rules.Prune(b.Root, out))
	env := &rules.Env{Sources: in.Sources, Off: in.Settings.Pushdown == "off", Ask: hides(in.View, named), Next: b.NextID}
	root, quotients := place(env, rules.Rewrite(env, b.Root, out), out)
	p := &Prepared{Input: in, Params: b.Params, Custom: b.Custom && in.Values == nil, Remainder: root}
	p.Input.Values = nil
	p.Template, p.Literals = Template(in.Query.Text)
	p.Entities, p.Named = lineage(root), connections(in.View, named)
	p.fragments()
	p.keys(env)
	p.choosePath()
	p.columns(b.Columns, quotients)
	if p.Path == Local {
		p.Schema = schemaOf(p.Columns)
	}
	p.Notes = notes(p, in.Sources)
	return p, nil
}

// within is the sources as a session with these settings may use them.
func within(sources map[string]source.Capabilities, set plan.Settings) map[string]source.Capabilities {
	out := make(map[string]source.Capabilities, len(sources))
	for name, c := range sources {
		out[name] = c.In(set)
	}
	return out
}

// place makes fragments. A plan that its source answers whole stays as it is; where finishing its output columns here lets a
// source answer the rest, they are finished, and so they are when there is a remainder.
func place(env *rules.Env, root plan.Node, out []plan.ColID) (plan.Node, map[plan.ColID]quotient) {
	whole := rules.Place(env, root)
	if direct(whole) != nil || oneRow(whole) {
		return whole, nil
	}
	if halves, quotients := finish(env, root, out); len(quotients) > 0 {
		if placed := rules.Place(env, halves); direct(placed) != nil {
			return placed, quotients
		}
	}
	whole, quotients := finish(env, whole, out)
	read := slices.Clone(out)
	for _, q := range quotients {
		read = append(read, q.den)
	}
	return rules.Trim(env, whole, read), quotients
}

// fragments numbers the Remotes of the remainder and lists them.
func (p *Prepared) fragments() {
	number := func(n plan.Node) plan.Node {
		r, ok := n.(*plan.Remote)
		if !ok {
			return n
		}
		c := *r
		c.ID = len(p.Fragments)
		scan := scanOf(c.Plan)
		p.Fragments = append(p.Fragments, Fragment{ID: c.ID, Connection: c.Connection, Object: scan.Table.Object, Table: scan.Table, Plan: c.Plan})
		return &c
	}
	p.Remainder = deep(p.Remainder, number)
}

// deep applies f to every node of a plan, bottom-up, the plans of subqueries included.
func deep(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	return plan.Transform(n, func(m plan.Node) plan.Node {
		m = plan.MapOwn(m, func(e plan.Expr) plan.Expr {
			return plan.MapExprSubqueries(e, func(s *plan.Subquery) plan.Node { return deep(s.Plan, f) })
		})
		return f(m)
	})
}

// scanOf is the first table that a fragment reads.
func scanOf(n plan.Node) *plan.Scan {
	var first *plan.Scan
	deep(n, func(m plan.Node) plan.Node {
		if s, ok := m.(*plan.Scan); ok && first == nil {
			first = s
		}
		return m
	})
	return first
}

func (p *Prepared) choosePath() {
	connections := map[string]bool{}
	for _, f := range p.Fragments {
		if f.Connection != catalog {
			connections[f.Connection] = true
		}
	}
	switch {
	case len(connections) > 1:
		p.Path = Federate
	case len(connections) == 1 && len(p.Fragments) == 1 && direct(p.Remainder) != nil:
		p.Path = Direct
	case len(connections) == 1:
		p.Path = Extract
	case len(p.Fragments) == 0 && oneRow(p.Remainder):
		p.Path = Local
	default:
		p.Path = Workspace
	}
}

// direct returns the Remote below projections that only rename, drop or reorder columns; nil for anything else.
func direct(n plan.Node) *plan.Remote {
	switch n := n.(type) {
	case *plan.Remote:
		return n
	case *plan.Project:
		for _, e := range n.Exprs {
			if _, plain := e.(*plan.Ref); !plain {
				return nil
			}
		}
		return direct(n.Input)
	}
	return nil
}

// oneRow reports whether a plan is expressions over one row without columns, all of which datum computes.
func oneRow(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Values:
		return len(n.Rows) == 1 && computable(n)
	case *plan.Project, *plan.Filter:
		return computable(n) && oneRow(n.Inputs()[0])
	}
	return false
}

func computable(n plan.Node) bool {
	ok := true
	plan.MapOwn(n, func(e plan.Expr) plan.Expr {
		plan.WalkExpr(e, func(c plan.Expr) {
			switch c := c.(type) {
			case *plan.Call:
				ok = ok && datum.Has(c.Proc)
			case *plan.Subquery, *plan.Agg, *plan.WindowFunc, *plan.Grouping, *plan.RowOf:
				ok = false
			}
		})
		return e
	})
	return ok
}

// columns describes the output. On path Direct a column points into the fragment's batches, else into the remainder's,
// which are asked for in the order of Out.
func (p *Prepared) columns(out []bind.Column, quotients map[plan.ColID]quotient) {
	var place map[plan.ColID]int
	if p.Path == Direct {
		place = directPlaces(p.Remainder)
		p.Remainder = nil
	}
	for _, c := range out {
		col := Column{Name: c.Name, Type: c.Type, Origin: c.Origin, Index: len(p.Out)}
		if place != nil {
			col.Index = place[c.ID]
		}
		p.Out = append(p.Out, c.ID)
		if q, ok := quotients[c.ID]; ok {
			col.Finish, col.Divisor = q.finish, len(p.Out)
			if place != nil {
				col.Divisor = place[q.den]
			}
			p.Out = append(p.Out, q.den)
		}
		p.Columns = append(p.Columns, col)
	}
}

func schemaOf(columns []Column) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.Name, Type: plan.ArrowType(c.Type), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// directPlaces maps each output column of renaming projections over a Remote to its place in the Remote's columns.
func directPlaces(n plan.Node) map[plan.ColID]int {
	place := map[plan.ColID]int{}
	if p, ok := n.(*plan.Project); ok {
		below := directPlaces(p.Input)
		for i, e := range p.Exprs {
			place[p.Out[i].ID] = below[e.(*plan.Ref).ID]
		}
		return place
	}
	for i, c := range n.Cols() {
		place[c.ID] = i
	}
	return place
}
