package bind

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// set reads SET and RESET in all their forms.
func (u *utility) set(n *pg.VariableSetStmt) (plan.Statement, error) {
	switch n.Kind {
	case pg.VariableSetKind_VAR_RESET:
		return plan.Reset{Name: n.Name}, nil
	case pg.VariableSetKind_VAR_RESET_ALL:
		return plan.Reset{}, nil
	case pg.VariableSetKind_VAR_SET_DEFAULT:
		return plan.Set{Name: n.Name, Default: true, Local: n.IsLocal}, nil
	case pg.VariableSetKind_VAR_SET_MULTI:
		switch n.Name {
		case "TRANSACTION":
			return plan.SetTransaction{Mode: transactionMode(n.Args)}, nil
		case "SESSION CHARACTERISTICS":
			return plan.SetTransaction{Session: true, Mode: transactionMode(n.Args)}, nil
		}
		return nil, u.refuse("SET TRANSACTION SNAPSHOT is not supported")
	case pg.VariableSetKind_VAR_SET_CURRENT:
		return nil, u.refuse("SET … FROM CURRENT is not supported")
	}
	s := plan.Set{Name: n.Name, Local: n.IsLocal}
	for _, a := range n.Args {
		c := a.GetAConst()
		if c == nil {
			return nil, u.refuse("an interval as time zone is not supported").WithHint("Name the zone, or give hours east of UTC.")
		}
		switch v := c.Val.(type) {
		case *pg.A_Const_Sval:
			s.Values = append(s.Values, v.Sval.GetSval())
		case *pg.A_Const_Fval:
			s.Values = append(s.Values, v.Fval.GetFval())
		case *pg.A_Const_Boolval:
			s.Values = append(s.Values, strconv.FormatBool(v.Boolval.GetBoolval()))
		default:
			s.Values = append(s.Values, number(int64(c.GetIval().GetIval())))
		}
	}
	return s, nil
}

// explain reads EXPLAIN; options that change nothing here are accepted.
func (u *utility) explain(n *pg.ExplainStmt) (plan.Statement, error) {
	if n.Query.GetSelectStmt() == nil {
		switch n.Query.GetNode().(type) {
		case *pg.Node_ExecuteStmt, *pg.Node_DeclareCursorStmt:
			return nil, u.refuse("EXPLAIN of this statement is not supported").WithHint("Write EXPLAIN before the query itself.")
		}
		return u.write(n.Query), nil
	}
	e := plan.Explain{Format: "text"}
	for _, o := range n.Options {
		d := o.GetDefElem()
		at := u.span.Offset + int(d.GetLocation())
		on, ok := defBool(d)
		switch d.GetDefname() {
		case "analyze":
			e.Analyze = on
		case "verbose":
			e.Verbose = on
		case "format":
			if e.Format, ok = strings.ToLower(defText(d)), true; e.Format != "text" && e.Format != "json" {
				return nil, pgerr.New(pgerr.FeatureNotSupported, "EXPLAIN format \"%s\" is not supported", e.Format).
					WithHint("Use text or json.").At(at)
			}
		case "costs", "buffers", "timing", "settings", "summary", "wal", "generic_plan", "memory":
		case "serialize":
			ok = true
		default:
			return nil, pgerr.New(pgerr.SyntaxError, "unrecognized EXPLAIN option \"%s\"", d.GetDefname()).At(at)
		}
		if !ok {
			return nil, pgerr.New(pgerr.SyntaxError, "%s requires a Boolean value", d.GetDefname()).At(at)
		}
	}
	tokens := u.tokens()
	for i := 1; i < len(tokens); i++ {
		if tokens[i].depth == 0 && startsQuery(tokens, i) {
			e.Query = u.from(tokens, i)
			return e, nil
		}
	}
	return nil, u.refuse("this form of EXPLAIN is not supported")
}

// startsQuery reports whether a token begins the query of an EXPLAIN: a query's first word, or a parenthesis that opens one.
func startsQuery(tokens []token, i int) bool {
	for k := i; k < len(tokens); k++ {
		switch tokens[k].word {
		case "select", "values", "with", "table":
			return true
		case "(":
			continue
		}
		return false
	}
	return false
}
