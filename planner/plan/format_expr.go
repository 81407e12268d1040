package plan

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
)

func (p *printer) expr(e Expr) {
	switch e := e.(type) {
	case nil:
		p.WriteString("-")
	case *Const:
		p.WriteString(formatConst(e))
	case *Ref:
		fmt.Fprintf(p, "%s#%d", e.Name, e.ID)
	case *Late:
		p.WriteString(formatLate(e))
	case *Call:
		p.call(e)
	case *Cast:
		p.expr(e.Arg)
		p.WriteString("::" + TypeName(e.T))
	case *And:
		p.joined(e.Args, " and ")
	case *Or:
		p.joined(e.Args, " or ")
	case *Not:
		p.WriteString("not ")
		p.expr(e.Arg)
	case *IsNull:
		p.expr(e.Arg)
		p.WriteString(" is" + opt(e.Negated, " not") + " null")
	case *BoolTest:
		p.expr(e.Arg)
		p.WriteString(" is" + opt(e.Negated, " not") + [...]string{" true", " false", " unknown"}[e.Truth])
	case *Distinct:
		p.expr(e.Left)
		p.WriteString(" is" + opt(e.Negated, " not") + " distinct from ")
		p.expr(e.Right)
	case *Case:
		p.caseExpr(e)
	case *Choose:
		fmt.Fprintf(p, "%s(%s)", [...]string{"coalesce", "nullif", "greatest", "least"}[e.Kind], list(e.Args))
	default:
		p.moreExpr(e)
	}
}

func (p *printer) moreExpr(e Expr) {
	switch e := e.(type) {
	case *In:
		p.expr(e.Arg)
		fmt.Fprintf(p, "%s in (%s)", opt(e.Negated, " not"), list(e.List))
	case *AnyAll:
		p.expr(e.Arg)
		fmt.Fprintf(p, " %s %s(%s)", e.Op, anyAll(e.All), FormatExpr(e.Array))
	case *ArrayOf:
		fmt.Fprintf(p, "array[%s]", list(e.Items))
	case *RowOf:
		fmt.Fprintf(p, "row(%s)", list(e.Items))
	case *Subscript:
		p.expr(e.Arg)
		if e.Slice {
			fmt.Fprintf(p, "[%s:%s]", FormatExpr(e.Lower), FormatExpr(e.Upper))
		} else {
			fmt.Fprintf(p, "[%s]", FormatExpr(e.Index))
		}
	case *Subquery:
		p.subquery(e)
	case *Agg:
		p.agg(e)
	case *WindowFunc:
		p.window(e)
	case *Grouping:
		fmt.Fprintf(p, "grouping%v", e.Groups)
	default:
		fmt.Fprintf(p, "%T", e)
	}
}

func anyAll(all bool) string {
	if all {
		return "all"
	}
	return "any"
}

func formatConst(c *Const) string {
	if c.Value == nil {
		return "null"
	}
	text := string(datum.AppendText(nil, c.T.OID, c.Value, &datum.Env{}))
	switch c.Value.(type) {
	case datum.Int, datum.Float, *datum.Numeric, datum.Bool:
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

func formatLate(l *Late) string {
	switch l.Kind {
	case Parameter:
		return fmt.Sprintf("$%d", l.Index)
	case Setting:
		return fmt.Sprintf("current_setting('%s')", l.Name)
	case InputText:
		return fmt.Sprintf("'%s'::%s", l.Name, TypeName(l.T))
	}
	return lateNames[l.Kind]
}

var lateNames = [...]string{Now: "now()", StatementTime: "statement_timestamp()", ClockTime: "clock_timestamp()",
	CurrentDate: "current_date", CurrentTime: "current_time", LocalTime: "localtime", LocalTimestamp: "localtimestamp",
	CurrentUser: "current_user", SessionUser: "session_user", CurrentCatalog: "current_catalog", CurrentSchema: "current_schema"}

func (p *printer) joined(args []Expr, sep string) {
	p.WriteByte('(')
	for i, a := range args {
		if i > 0 {
			p.WriteString(sep)
		}
		p.expr(a)
	}
	p.WriteByte(')')
}

func (p *printer) call(c *Call) {
	switch {
	case c.Op != "" && len(c.Args) == 2:
		p.joined(c.Args, " "+c.Op+" ")
	case c.Op != "" && len(c.Args) == 1:
		p.WriteString(c.Op + " ")
		p.expr(c.Args[0])
	default:
		fmt.Fprintf(p, "%s(%s)", c.Name, list(c.Args))
	}
}

func (p *printer) caseExpr(c *Case) {
	p.WriteString("case")
	for _, w := range c.Whens {
		fmt.Fprintf(p, " when %s then %s", FormatExpr(w.Cond), FormatExpr(w.Then))
	}
	if c.Else != nil {
		p.WriteString(" else " + FormatExpr(c.Else))
	}
	p.WriteString(" end")
}

func (p *printer) subquery(s *Subquery) {
	kind := [...]string{"scalar", "exists", "any", "all", "array"}[s.Kind]
	if s.Test != nil {
		fmt.Fprintf(p, "%s %s ", FormatExpr(s.Test), s.Op)
	}
	fmt.Fprintf(p, "%s(subquery [%s])", kind, cols(s.Plan.Cols()))
}

func (p *printer) agg(a *Agg) {
	args := list(a.Args)
	if a.Star {
		args = "*"
	}
	fmt.Fprintf(p, "%s(%s%s%s)", a.Name, opt(a.Distinct, "distinct "), args, opt(len(a.Order) > 0, " order by "+keys(a.Order)))
	if a.Filter != nil {
		p.WriteString(" filter " + FormatExpr(a.Filter))
	}
}

func (p *printer) window(w *WindowFunc) {
	p.agg(&w.Agg)
	p.WriteString(" over (")
	if len(w.Partition) > 0 {
		p.WriteString("partition by " + list(w.Partition) + " ")
	}
	if len(w.Order) > 0 {
		p.WriteString("order by " + keys(w.Order) + " ")
	}
	f := w.Frame
	fmt.Fprintf(p, "%s %s %s)", [...]string{"range", "rows", "groups"}[f.Mode], bound(f.Start), bound(f.End))
}

func bound(b Bound) string {
	name := [...]string{"unbounded preceding", "preceding", "current row", "following", "unbounded following"}[b.Kind]
	if b.Offset != nil {
		return FormatExpr(b.Offset) + " " + name
	}
	return name
}
