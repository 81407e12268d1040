package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Utility reads a statement that is no query. What would change something becomes plan.Write with PostgreSQL's command tag;
// queries inside keep their byte offsets. Errors are 42601 with a position, and 0A000 for what is not supported.
func Utility(s plan.Span) (stmt plan.Statement, err error) {
	defer fence(&err)
	node, err := parseOne(s)
	if err != nil {
		return nil, err
	}
	u := &utility{span: s}
	switch x := node.Node.(type) {
	case *pg.Node_SelectStmt:
		return plan.Query{Span: s}, nil
	case *pg.Node_VariableSetStmt:
		return u.set(x.VariableSetStmt)
	case *pg.Node_VariableShowStmt:
		return plan.Show{Name: x.VariableShowStmt.Name}, nil
	case *pg.Node_TransactionStmt:
		return u.transaction(x.TransactionStmt)
	case *pg.Node_PrepareStmt:
		return u.prepare(x.PrepareStmt)
	case *pg.Node_ExecuteStmt:
		return u.execute(x.ExecuteStmt)
	case *pg.Node_DeallocateStmt:
		return plan.Deallocate{Name: x.DeallocateStmt.Name}, nil
	case *pg.Node_DiscardStmt:
		return plan.Discard{What: discardNames[x.DiscardStmt.Target]}, nil
	case *pg.Node_DeclareCursorStmt:
		return u.declare(x.DeclareCursorStmt)
	case *pg.Node_FetchStmt:
		return u.fetch(x.FetchStmt)
	case *pg.Node_ClosePortalStmt:
		return plan.CloseCursor{Name: x.ClosePortalStmt.Portalname}, nil
	case *pg.Node_CopyStmt:
		return u.copy(x.CopyStmt)
	case *pg.Node_ExplainStmt:
		return u.explain(x.ExplainStmt)
	case *pg.Node_ListenStmt:
		return plan.Listen{Tag: "LISTEN"}, nil
	case *pg.Node_UnlistenStmt:
		return plan.Listen{Tag: "UNLISTEN"}, nil
	case *pg.Node_NotifyStmt:
		return plan.Listen{Tag: "NOTIFY"}, nil
	case *pg.Node_ConstraintsSetStmt:
		return nil, u.refuse("SET CONSTRAINTS is not supported")
	}
	return u.write(node), nil
}

// utility holds the text of the statement being read.
type utility struct{ span plan.Span }

func (u *utility) refuse(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.FeatureNotSupported, format, args...).At(u.span.Offset + leading(u.span.Text))
}

func (u *utility) write(n *pg.Node) plan.Write {
	return plan.Write{Tag: u.writeTag(n), Offset: u.span.Offset + leading(u.span.Text)}
}

var discardNames = map[pg.DiscardMode]string{
	pg.DiscardMode_DISCARD_ALL: "ALL", pg.DiscardMode_DISCARD_PLANS: "PLANS", pg.DiscardMode_DISCARD_SEQUENCES: "SEQUENCES",
	pg.DiscardMode_DISCARD_TEMP: "TEMP",
}

func (u *utility) transaction(n *pg.TransactionStmt) (plan.Statement, error) {
	switch n.Kind {
	case pg.TransactionStmtKind_TRANS_STMT_BEGIN, pg.TransactionStmtKind_TRANS_STMT_START:
		tag := "BEGIN"
		if n.Kind == pg.TransactionStmtKind_TRANS_STMT_START {
			tag = "START TRANSACTION"
		}
		return plan.Begin{Tag: tag, Mode: transactionMode(n.Options)}, nil
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT:
		return plan.Commit{Chain: n.Chain}, nil
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		return plan.Rollback{Chain: n.Chain}, nil
	case pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		return plan.Savepoint{Name: n.SavepointName}, nil
	case pg.TransactionStmtKind_TRANS_STMT_RELEASE:
		return plan.Release{Name: n.SavepointName}, nil
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		return plan.RollbackTo{Name: n.SavepointName}, nil
	}
	return nil, u.refuse("two-phase commit is not supported")
}

func transactionMode(options []*pg.Node) plan.TransactionMode {
	var m plan.TransactionMode
	for _, o := range options {
		d := o.GetDefElem()
		c := d.GetArg().GetAConst()
		on := c.GetIval().GetIval() != 0
		switch d.GetDefname() {
		case "transaction_isolation":
			m.Isolation = c.GetSval().GetSval()
		case "transaction_read_only":
			m.Access = "read write"
			if on {
				m.Access = "read only"
			}
		case "transaction_deferrable":
			m.Deferrable = "off"
			if on {
				m.Deferrable = "on"
			}
		}
	}
	return m
}

func (u *utility) prepare(n *pg.PrepareStmt) (plan.Statement, error) {
	if n.Query.GetSelectStmt() == nil {
		return u.write(n.Query), nil
	}
	p := plan.Prepare{Name: n.Name}
	b := &binder{in: Input{Query: u.span}}
	for _, t := range n.Argtypes {
		x, ok := b.typeOf(t.GetTypeName())
		if !ok {
			return nil, b.err
		}
		if x.OID == pgcat.Unknown {
			x.OID = 0
		}
		p.Types = append(p.Types, x)
	}
	tokens := u.tokens()
	for i, t := range tokens {
		if t.depth == 0 && t.word == "as" && i > 1 {
			p.Query = u.from(tokens, i+1)
			return p, nil
		}
	}
	return nil, u.refuse("this form of PREPARE is not supported")
}

func (u *utility) execute(n *pg.ExecuteStmt) (plan.Statement, error) {
	e := plan.Execute{Name: n.Name}
	if len(n.Params) == 0 {
		return e, nil
	}
	tokens := u.tokens()
	start := -1
	for _, t := range tokens {
		switch {
		case t.depth == 0 && t.word == "(" && start < 0:
			start = t.end
		case start >= 0 && (t.depth == 1 && t.word == "," || t.depth == 0 && t.word == ")"):
			e.Args = append(e.Args, u.slice(start, t.start))
			start = t.end
		}
	}
	return e, nil
}

// Bits of a cursor's options (parsenodes.h).
const (
	cursorBinary = 0x0001
	cursorScroll = 0x0002
	cursorHold   = 0x0020
)

func (u *utility) declare(n *pg.DeclareCursorStmt) (plan.Statement, error) {
	if n.Query.GetSelectStmt() == nil {
		return u.write(n.Query), nil
	}
	d := plan.Declare{Name: n.Portalname, Binary: n.Options&cursorBinary != 0, Scroll: n.Options&cursorScroll != 0,
		Hold: n.Options&cursorHold != 0}
	tokens := u.tokens()
	for i, t := range tokens {
		if t.word == "for" && i > 2 {
			d.Query = u.from(tokens, i+1)
			return d, nil
		}
	}
	return nil, u.refuse("this form of DECLARE is not supported")
}

func (u *utility) fetch(n *pg.FetchStmt) (plan.Statement, error) {
	f := plan.Fetch{Cursor: n.Portalname, Count: n.HowMany, Move: n.Ismove}
	switch n.Direction {
	case pg.FetchDirection_FETCH_BACKWARD:
		f.Direction = plan.Backward
	case pg.FetchDirection_FETCH_ABSOLUTE:
		f.Direction = plan.Absolute
	case pg.FetchDirection_FETCH_RELATIVE:
		f.Direction = plan.Relative
	}
	return f, nil
}
