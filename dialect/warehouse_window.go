package dialect

import (
	"math"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// rankings are window functions that know no frame; warehouses want an order for them.
var rankings = map[string]bool{"row_number": true, "rank": true, "dense_rank": true, "percent_rank": true, "cume_dist": true, "ntile": true}

// windowFunc prints a window function. Frames are said where functions have them, since the default is not PostgreSQL's everywhere.
func (p *warehouse) windowFunc(f *plan.WindowFunc) sx {
	proc, ok := pgcat.ProcByOID(f.Agg.Proc)
	if !ok || f.IgnoreNulls {
		return p.unsupported(f.Base.At, "window function %s", f.Agg.Name)
	}
	if proc.Kind == 'a' {
		a := f.Agg
		a.Base = f.Base
		if a.Distinct || len(a.Order) > 0 || a.Within {
			return p.unsupported(f.Base.At, "this aggregate over a window")
		}
		return p.agg(&a, p.overClause(f, true))
	}
	args := p.exprs(f.Agg.Args)
	if !p.divided(args, f.Base.At) {
		return sx{text: "NULL"}
	}
	x, ok := p.windowValue(f, proc.Name, args)
	if !ok {
		return p.unsupported(f.Base.At, "window function %s", proc.Signature())
	}
	x.oid, x.plain, x.raw, x.null = f.Base.T.OID, false, "", false
	x.text = p.count(x.text)
	return x
}

func (p *warehouse) windowValue(f *plan.WindowFunc, name string, args []sx) (sx, bool) {
	call := strings.ToUpper(name) + paren(strings.Join(texts(args), ", "))
	ordered := len(p.sortKeys(f.Order)) > 0
	switch {
	case rankings[name]:
		if n, ok := intConst(last(f.Agg.Args)); name == "ntile" && (!ok || n < 1) {
			return sx{}, false
		}
		x := sx{text: call + p.overClause(f, false), p: 38, mag: widest[f.Base.T.OID]}
		return x, ordered
	case name == "lag" || name == "lead":
		if n, ok := intConst(second(f.Agg.Args)); len(args) > 1 && (!ok || n < 0) {
			return sx{}, false
		}
		x := args[0]
		if len(args) == 3 {
			x = mixed(x, args[2])
		}
		x.text = call + p.overClause(f, false)
		return unscaled(x), ordered && p.lang.comparable[x.oid]
	case name == "first_value" || name == "last_value":
		x := args[0]
		x.text = call + p.overClause(f, true)
		return unscaled(x), p.lang.comparable[x.oid] && ordered
	}
	return sx{}, false
}

// unscaled forgets a display scale that belongs to another row.
func unscaled(x sx) sx {
	if x.scale != 0 {
		x.scale, x.loose = 0, true
	}
	return x
}

func last(list []plan.Expr) plan.Expr {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

func second(list []plan.Expr) plan.Expr {
	if len(list) < 2 {
		return nil
	}
	return list[1]
}

func (p *warehouse) overClause(f *plan.WindowFunc, framed bool) string {
	partition := make([]string, len(f.Partition))
	for i, e := range f.Partition {
		partition[i] = p.ordered(e)
	}
	order := p.sortKeys(f.Order)
	parts := []string{}
	if len(partition) > 0 {
		parts = append(parts, "PARTITION BY "+strings.Join(partition, ", "))
	}
	if len(order) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(order, ", "))
	}
	if !framed || len(order) == 0 && p.peerless(f) {
		return " OVER " + paren(strings.Join(parts, " "))
	}
	return " OVER " + paren(p.framed(f, partition, order))
}

// peerless reports a frame that holds the whole partition when there is no order.
func (p *warehouse) peerless(f *plan.WindowFunc) bool {
	whole := f.Frame.Start.Kind == plan.UnboundedPreceding && (f.Frame.End.Kind == plan.UnboundedFollowing || f.Frame.Mode != plan.Rows && f.Frame.End.Kind == plan.CurrentRow)
	if !whole || f.Frame.Exclude != plan.ExcludeNone {
		p.unsupported(f.Base.At, "this frame without an order")
	}
	return true
}

// framed says a frame of rows, or one of peers between the partition's ends and the current row.
func (p *warehouse) framed(f *plan.WindowFunc, partition, order []string) string {
	fr := f.Frame
	offsets := fr.Start.Offset != nil || fr.End.Offset != nil
	if fr.Mode == plan.Groups || fr.Exclude != plan.ExcludeNone || fr.Mode == plan.Range && offsets {
		p.unsupported(f.Base.At, "this frame")
	}
	framed := *f
	for _, b := range []*plan.Bound{&framed.Frame.Start, &framed.Frame.End} {
		if b.Offset == nil {
			continue
		}
		n, ok := intConst(b.Offset)
		if !ok || n < 0 {
			p.unsupported(f.Base.At, "this frame")
		}
		b.Offset = &plan.Const{Base: plan.Base{T: plan.Type{OID: pgcat.Int4, Mod: -1}, At: b.Offset.Pos()}, Value: datum.Int(min(n, math.MaxInt32))}
	}
	return p.over(&framed, partition, order)
}
