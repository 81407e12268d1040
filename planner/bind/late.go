package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// lateFunctions are the functions without arguments that a moment or a person decides.
var lateFunctions = map[string]plan.LateKind{
	"now": plan.Now, "transaction_timestamp": plan.Now, "statement_timestamp": plan.StatementTime,
	"clock_timestamp": plan.ClockTime, "current_user": plan.CurrentUser, "getpgusername": plan.CurrentUser,
	"session_user": plan.SessionUser, "current_database": plan.CurrentCatalog, "current_schema": plan.CurrentSchema,
}

// lateCall makes a Late leaf of a call whose result a moment or a person decides; nil for other calls.
func (b *binder) lateCall(c *plan.Call) plan.Expr {
	if kind, ok := lateFunctions[c.Name]; ok && len(c.Args) == 0 {
		return &plan.Late{Base: c.Base, Kind: kind}
	}
	if c.Name != "current_setting" || len(c.Args) != 1 {
		return nil
	}
	v, ok := constValue(c.Args[0])
	if name, text := v.(datum.Text); ok && text {
		return &plan.Late{Base: c.Base, Kind: plan.Setting, Name: string(name)}
	}
	return nil
}

// sqlValue binds CURRENT_DATE and its kin.
func (b *binder) sqlValue(n *pg.SQLValueFunction) plan.Expr {
	at := b.at(n.Location)
	late := func(kind plan.LateKind, oid uint32, mod int32) plan.Expr {
		e := &plan.Late{Base: base(oid, at), Kind: kind}
		return b.applyMod(e, plan.Type{OID: oid, Mod: min(mod, 6)}, implicit)
	}
	switch n.Op {
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		return late(plan.CurrentDate, pgcat.Date, -1)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME:
		return late(plan.CurrentTime, pgcat.TimeTZ, -1)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		return late(plan.CurrentTime, pgcat.TimeTZ, n.Typmod)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:
		return late(plan.Now, pgcat.TimestampTZ, -1)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		return late(plan.Now, pgcat.TimestampTZ, n.Typmod)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIME:
		return late(plan.LocalTime, pgcat.Time, -1)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		return late(plan.LocalTime, pgcat.Time, n.Typmod)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:
		return late(plan.LocalTimestamp, pgcat.Timestamp, -1)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		return late(plan.LocalTimestamp, pgcat.Timestamp, n.Typmod)
	case pg.SQLValueFunctionOp_SVFOP_SESSION_USER:
		return late(plan.SessionUser, pgcat.Name, -1)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		return late(plan.CurrentCatalog, pgcat.Name, -1)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		return late(plan.CurrentSchema, pgcat.Name, -1)
	}
	return late(plan.CurrentUser, pgcat.Name, -1)
}
