package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// plainWindows have DuckDB's name and meaning; the result is cast to the type.
var plainWindows = map[string]bool{
	"row_number": true, "rank": true, "dense_rank": true, "percent_rank": true, "cume_dist": true, "ntile": true,
	"lag": true, "lead": true, "first_value": true, "last_value": true, "nth_value": true,
}

// positiveArguments are the functions whose last argument counts from one.
var positiveArguments = map[string]*pgerr.Error{
	"ntile":     pgerr.New("22014", "argument of ntile must be greater than zero"),
	"nth_value": pgerr.New("22016", "argument of nth_value must be greater than zero"),
}

func (p *duck) windowFunc(f *plan.WindowFunc) sx {
	over := " OVER (" + p.overClause(f) + ")"
	proc, ok := pgcat.ProcByOID(f.Agg.Proc)
	if !ok {
		return p.unsupported(f.Base.At, "window function %s", f.Agg.Name)
	}
	if proc.Kind == 'a' {
		a := f.Agg
		a.Base = f.Base
		return p.agg(&a, over)
	}
	if !plainWindows[proc.Name] || f.IgnoreNulls {
		return p.unsupported(f.Base.At, "window function %s", proc.Signature())
	}
	args := make([]sx, len(f.Agg.Args))
	for i, e := range f.Agg.Args {
		args[i] = p.expr(e)
	}
	if proc.Name == "ntile" && len(plan.Refs(f.Agg.Args[0])) > 0 { // PostgreSQL reads it in the partition's first row only
		return p.unsupported(f.Base.At, "ntile of a column")
	}
	if err := positiveArguments[proc.Name]; err != nil {
		n := &args[len(args)-1]
		n.text, n.plain = "CASE WHEN "+n.text+" <= 0 THEN "+raise(err.At(f.Base.At))+" ELSE "+n.text+" END", false
	}
	rep := sx{oid: f.Base.T.OID}
	if len(args) > 0 && proc.Name != "ntile" {
		rep = args[0]
		if len(args) == 3 { // lag and lead with a default
			rep = p.unify(args[0], args[2])
			rep.oid = f.Base.T.OID
			args[0], args[2] = p.convert(args[0], rep), p.convert(args[2], rep)
		}
	}
	rep.text, rep.plain, rep.null = p.windowText(proc.Name, args, over), false, false
	if f.Base.T.OID != numericOID {
		rep.text = "CAST(" + rep.text + " AS " + WorkspaceType(f.Base.T.OID) + ")"
	}
	rep.oid = f.Base.T.OID
	return rep
}

func (p *duck) windowText(name string, args []sx, over string) string {
	return name + paren(strings.Join(texts(args), ", ")) + over
}

// overClause says partition, order and frame.
func (p *duck) overClause(f *plan.WindowFunc) string {
	var parts []string
	if len(f.Partition) > 0 {
		keys := make([]string, len(f.Partition))
		for i, e := range f.Partition {
			keys[i] = p.key(p.expr(e), e.Pos())
		}
		parts = append(parts, "PARTITION BY "+strings.Join(keys, ", "))
	}
	if keys := p.sortKeys(f.Order); len(keys) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(keys, ", "))
	} else if f.Frame.Mode != plan.Rows {
		return strings.Join(append(parts, p.peerless(f)), " ")
	}
	return strings.Join(append(parts, p.frame(f)), " ")
}

// peerless is a RANGE or GROUPS frame without an order: all rows are peers, so that it holds the whole partition.
func (p *duck) peerless(f *plan.WindowFunc) string {
	if f.Frame.Exclude != plan.ExcludeNone || f.Frame.Start.Offset != nil || f.Frame.End.Offset != nil {
		p.unsupported(f.Base.At, "this frame without an order")
	}
	return "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
}

func (p *duck) frame(f *plan.WindowFunc) string {
	fr := f.Frame
	mode := map[plan.FrameMode]string{plan.Range: "RANGE", plan.Rows: "ROWS", plan.Groups: "GROUPS"}[fr.Mode]
	if fr.Mode == plan.Range && (fr.Start.Offset != nil || fr.End.Offset != nil) {
		if len(f.Order) != 1 || needsKey(p.expr(f.Order[0].Expr)) {
			p.unsupported(f.Base.At, "RANGE with an offset over this order")
		}
	}
	exclude := map[plan.Exclusion]string{plan.ExcludeCurrentRow: " EXCLUDE CURRENT ROW", plan.ExcludeGroup: " EXCLUDE GROUP", plan.ExcludeTies: " EXCLUDE TIES"}[fr.Exclude]
	p.offset(fr.Start, fr.Mode, "starting")
	p.offset(fr.End, fr.Mode, "ending")
	return mode + " BETWEEN " + p.bounds(fr.Start) + " AND " + p.bounds(fr.End) + exclude
}

// offset refuses a frame's offset that is NULL or negative, as PostgreSQL does when it meets the first row.
func (p *duck) offset(b plan.Bound, mode plan.FrameMode, which string) {
	c, ok := b.Offset.(*plan.Const)
	if !ok {
		return
	}
	if c.Value == nil {
		p.fail(pgerr.New(pgerr.NullNotAllowed, "frame %s offset must not be null", which).At(c.At))
		return
	}
	if !negative(c.Value) {
		return
	}
	if mode == plan.Range {
		p.fail(pgerr.New("22013", "invalid preceding or following size in window function").At(c.At))
		return
	}
	p.fail(pgerr.New("22013", "frame %s offset must not be negative", which).At(c.At))
}

func negative(v datum.Value) bool {
	switch v := v.(type) {
	case datum.Int:
		return v < 0
	case datum.Float:
		return v < 0
	case *datum.Numeric:
		return strings.HasPrefix(string(datum.AppendNumeric(nil, v)), "-")
	case datum.Interval:
		return datum.CompareInterval(v, datum.Interval{}) < 0
	}
	return false
}

func (p *duck) bounds(b plan.Bound) string {
	switch b.Kind {
	case plan.UnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case plan.OffsetPreceding:
		return p.expr(b.Offset).text + " PRECEDING"
	case plan.OffsetFollowing:
		return p.expr(b.Offset).text + " FOLLOWING"
	case plan.UnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	}
	return "CURRENT ROW"
}
