package dialect

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Bound is a filter term that a REST object's sink can say.
type Bound struct {
	Sink    Sink
	Op      string      // of the term, with the column on its left: =, <, <=, >, >=, in
	Values  []plan.Expr // no column in them; one but for `in`
	Array   bool        // Values[0] is an array of the values of `in`
	Support plan.Support
	Column  plan.Column
}

// BindSink finds the sink of object that says term, a conjunct above scan. A comparison that the sink can only
// approximate from outside is a Superset: `a > x` through a sink for >=, `a <= x` through one for < at the next instant,
// `a = x` through one for >=.
func BindSink(object Object, scan *plan.Scan, term plan.Expr) (Bound, bool) {
	b, ok := comparison(scan, term)
	if !ok {
		return Bound{}, false
	}
	best := Bound{}
	for _, s := range object.Sinks {
		if s.Column != b.Column.Physical {
			continue
		}
		support := sinkSupport(s, b.Op)
		if support > best.Support {
			best = b
			best.Sink, best.Support = s, support
		}
	}
	return best, best.Support != plan.None
}

// sinkSupport says how well a sink for one operator answers another.
func sinkSupport(s Sink, op string) plan.Support {
	switch {
	case s.Op == op, s.Op == "in" && op == "=", s.Op == "=" && op == "in":
		return s.Support
	case s.Op == ">=" && (op == ">" || op == "="), s.Op == "<=" && (op == "<" || op == "="):
		return plan.Superset
	case s.Op == ">" && op == "=", s.Op == "<" && op == "=":
		return plan.None
	case s.Op == "<" && op == "<=":
		return plan.Superset
	}
	return plan.None
}

// comparison reads a term as column op constant expression.
func comparison(scan *plan.Scan, term plan.Expr) (Bound, bool) {
	switch t := term.(type) {
	case *plan.Call:
		return callComparison(scan, t)
	case *plan.In:
		c, ok := column(scan, t.Arg)
		if !ok || t.Negated || !constant(t.List...) {
			return Bound{}, false
		}
		return Bound{Op: "in", Values: t.List, Column: c}, true
	case *plan.AnyAll:
		c, ok := column(scan, t.Arg)
		if !ok || t.All || t.Op != "=" || !constant(t.Array) {
			return Bound{}, false
		}
		return Bound{Op: "in", Values: []plan.Expr{t.Array}, Array: true, Column: c}, true
	}
	return Bound{}, false
}

var flipped = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func callComparison(scan *plan.Scan, c *plan.Call) (Bound, bool) {
	if len(c.Args) != 2 || flipped[c.Op] == "" {
		return Bound{}, false
	}
	op, left, right := c.Op, c.Args[0], c.Args[1]
	col, ok := column(scan, left)
	if !ok {
		op, left, right = flipped[op], right, left
		if col, ok = column(scan, left); !ok {
			return Bound{}, false
		}
	}
	value, ok := toColumn(right, col.Type)
	if !ok || !constant(right) {
		return Bound{}, false
	}
	return Bound{Op: op, Values: []plan.Expr{value}, Column: col}, true
}

// toColumn brings the other operand to the column's type where PostgreSQL's cross-type comparison does the same.
func toColumn(e plan.Expr, t plan.Type) (plan.Expr, bool) {
	from := e.Type().OID
	if from == t.OID || textual(from) && textual(t.OID) || integral(from) && integral(t.OID) {
		return e, true
	}
	if t.OID == pgcat.TimestampTZ && (from == pgcat.Date || from == pgcat.Timestamp) ||
		t.OID == pgcat.Timestamp && from == pgcat.Date {
		cast, ok := pgcat.CastFor(from, t.OID)
		if !ok {
			return nil, false
		}
		return &plan.Cast{Base: plan.Base{T: plan.Type{OID: t.OID, Mod: -1}, At: e.Pos()}, Arg: e, Method: plan.FunctionCast, Proc: cast.Func}, true
	}
	return nil, false
}

func textual(oid uint32) bool { return oid == pgcat.Text || oid == pgcat.Varchar }

func integral(oid uint32) bool { return oid == pgcat.Int2 || oid == pgcat.Int4 || oid == pgcat.Int8 }

// column reads e as a column of scan, through casts that change no value.
func column(scan *plan.Scan, e plan.Expr) (plan.Column, bool) {
	if c, ok := e.(*plan.Cast); ok && c.Method == plan.Relabel && textual(c.T.OID) {
		e = c.Arg
	}
	r, ok := e.(*plan.Ref)
	if !ok {
		return plan.Column{}, false
	}
	for i, c := range scan.Out {
		if c.ID == r.ID {
			return scan.Table.Columns[scan.Fields[i]], true
		}
	}
	return plan.Column{}, false
}

// constant reports whether expressions read no column and run no subquery, so that they have one value an execution.
func constant(exprs ...plan.Expr) bool {
	for _, e := range exprs {
		ok := true
		plan.WalkExpr(e, func(c plan.Expr) {
			switch c.(type) {
			case *plan.Ref, *plan.Subquery, *plan.Agg, *plan.WindowFunc:
				ok = false
			}
		})
		if !ok {
			return false
		}
	}
	return true
}
