package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Bits of frameOptions (parsenodes.h).
const (
	frameRows             = 0x00004
	frameGroups           = 0x00008
	startUnboundedPrec    = 0x00020
	endUnboundedFollowing = 0x00100
	startCurrentRow       = 0x00200
	endCurrentRow         = 0x00400
	startOffsetPreceding  = 0x00800
	endOffsetPreceding    = 0x01000
	startOffsetFollowing  = 0x02000
	endOffsetFollowing    = 0x04000
	excludeCurrentRow     = 0x08000
	excludeGroup          = 0x10000
	excludeTies           = 0x20000
)

// frame binds a frame clause; without one it is RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW.
func (b *binder) frame(s *scope, n *pg.WindowDef, sp spec) plan.Frame {
	o := n.FrameOptions
	f := plan.Frame{Mode: plan.Range, Start: plan.Bound{Kind: plan.UnboundedPreceding}, End: plan.Bound{Kind: plan.CurrentRow}}
	if !sp.framed {
		return f
	}
	mode := "RANGE"
	switch {
	case o&frameRows != 0:
		f.Mode, mode = plan.Rows, "ROWS"
	case o&frameGroups != 0:
		f.Mode, mode = plan.Groups, "GROUPS"
		if sp.order == nil {
			b.fail(pgerr.New(pgerr.WindowingError, "GROUPS mode requires an ORDER BY clause"), b.at(n.Location))
		}
	}
	f.Start.Kind = boundKind(o, [4]int32{startUnboundedPrec, startOffsetPreceding, startCurrentRow, startOffsetFollowing})
	f.End.Kind = boundKind(o, [4]int32{0, endOffsetPreceding, endCurrentRow, endOffsetFollowing})
	if f.Mode == plan.Range && (n.StartOffset != nil || n.EndOffset != nil) && len(sp.order) != 1 && b.err == nil {
		b.fail(pgerr.New(pgerr.WindowingError,
			"RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column"), b.at(n.Location))
	}
	f.Start.Offset = b.frameOffset(s, n.StartOffset, mode, sp)
	f.End.Offset = b.frameOffset(s, n.EndOffset, mode, sp)
	switch {
	case o&excludeCurrentRow != 0:
		f.Exclude = plan.ExcludeCurrentRow
	case o&excludeGroup != 0:
		f.Exclude = plan.ExcludeGroup
	case o&excludeTies != 0:
		f.Exclude = plan.ExcludeTies
	}
	return f
}

// boundKind tells an end of the frame by its bits, in the order of plan.BoundKind.
func boundKind(options int32, bits [4]int32) plan.BoundKind {
	for i, bit := range bits {
		if options&bit != 0 {
			return plan.BoundKind(i)
		}
	}
	return plan.UnboundedFollowing
}

// frameOffset binds an offset: a bigint for ROWS and GROUPS, for RANGE what can be added to the ORDER BY column.
func (b *binder) frameOffset(s *scope, n *pg.Node, mode string, sp spec) plan.Expr {
	if n == nil || b.err != nil {
		return nil
	}
	saved := s.frameMode
	s.frameMode = mode
	e := b.within(s, inFrame, n)
	s.frameMode = saved
	if b.err != nil {
		return e
	}
	if mode == "RANGE" {
		e = b.rangeOffset(e, sp.order[0].Expr.Type().OID)
	} else {
		e = b.toSpecific(e, pgcat.Int8, mode)
	}
	plan.WalkExpr(e, func(x plan.Expr) {
		if r, ok := x.(*plan.Ref); ok && b.owner[r.ID] == s {
			b.fail(pgerr.New(pgerr.InvalidColumnReference, "argument of %s must not contain variables", mode), r.At)
		}
	})
	return e
}

func (b *binder) rangeOffset(e plan.Expr, column uint32) plan.Expr {
	var want uint32
	switch from := e.Type().OID; baseOf(column) {
	case pgcat.Date, pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Interval:
		want = pgcat.Interval
	case pgcat.Numeric:
		want = pgcat.Numeric
	case pgcat.Float4, pgcat.Float8:
		want = pgcat.Float8
	case pgcat.Int2, pgcat.Int4, pgcat.Int8:
		want = pgcat.Int8
		if from == pgcat.Int2 || from == pgcat.Int4 {
			return e
		}
	default:
		return b.fail(pgerr.New(pgerr.FeatureNotSupported,
			"RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", typeName(column)), pos(e))
	}
	r, ok := b.coerceTo(e, unmodified(want), implicit, -1)
	if !ok {
		return b.fail(pgerr.New(pgerr.FeatureNotSupported,
			"RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s",
			typeName(column), typeName(e.Type().OID)).WithHint("Cast the offset value to an appropriate type."), pos(e))
	}
	return r
}
