package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// node prints one operator; after it, p.cols says what its columns are.
func (p *postgres) node(n plan.Node) *sel {
	if !p.enter(-1) {
		return &sel{}
	}
	defer p.leave()
	switch n := n.(type) {
	case *plan.Scan:
		return p.scan(n)
	case *plan.Values:
		return p.values(n)
	case *plan.FuncScan:
		return p.funcScan(n)
	case *plan.Filter:
		s := p.open(p.node(n.Input))
		s.where = append(s.where, paren(p.expr(n.Cond)))
		return s
	case *plan.Project:
		return p.project(n)
	case *plan.ProjectSet:
		return p.projectSet(n)
	case *plan.Join:
		return p.join(n)
	case *plan.Aggregate:
		return p.aggregate(n)
	case *plan.Window:
		return p.window(n)
	case *plan.Sort:
		return p.sort(n)
	case *plan.Limit:
		return p.limit(n)
	case *plan.SetOp:
		return p.setOp(n)
	case *plan.Unique:
		return p.unique(n)
	case *plan.With:
		return p.with(n)
	case *plan.CTERef:
		return p.cteRef(n)
	}
	if _, ok := n.(*plan.Remote); ok {
		p.unsupported(-1, "a query over another source")
	}
	p.unsupported(-1, "this operator")
	return &sel{}
}

// scan reads a table. A column declared as text is cast: at the source it may be of an enumeration or another type of its own.
func (p *postgres) scan(n *plan.Scan) *sel {
	alias := p.alias("t")
	s := &sel{from: pgObject(n.Table.Object) + " AS " + alias, plain: true}
	for i, f := range n.Fields {
		c := n.Table.Columns[f]
		text := alias + "." + ident(c.Physical)
		if textual(c.Type.OID) && c.Type.Mod < 0 {
			text = paren(text + "::" + p.typeName(c.Type))
		}
		p.set(s, n.Out[i], text, true)
	}
	return s
}

// project computes over a select that is not closed; an ORDER BY below stays, since it sorts by the input's columns.
func (p *postgres) project(n *plan.Project) *sel {
	s := p.node(n.Input)
	if s.closed() {
		s = p.wrap(s)
	}
	out := s.keep()
	texts, bare := make([]string, len(n.Exprs)), make([]bool, len(n.Exprs))
	own := map[plan.ColID]bool{}
	for _, id := range s.cols {
		own[id] = true
	}
	out.plain = out.from != ""
	for i, e := range n.Exprs {
		texts[i] = p.expr(e)
		if r, ok := e.(*plan.Ref); ok && own[r.ID] { // an outer query's column is none of this FROM
			bare[i] = p.cols[r.ID].bare
		}
		out.plain = out.plain && bare[i]
	}
	for i, c := range n.Out {
		p.set(out, c, texts[i], bare[i])
	}
	return out
}

// projectSet runs set-returning functions of a select list, which run before the order and the limit of other selects.
func (p *postgres) projectSet(n *plan.ProjectSet) *sel {
	s := p.node(n.Input)
	if s.closed() || len(s.order) > 0 {
		s = p.wrap(s)
	}
	out := s.keep()
	texts := make([]string, len(n.Exprs))
	for i, e := range n.Exprs {
		texts[i] = p.setExpr(e)
	}
	for i, c := range n.Out {
		p.set(out, c, texts[i], false)
	}
	out.plain = false
	return out
}

func (p *postgres) setExpr(e plan.Expr) string {
	if c, ok := e.(*plan.Call); ok && returnsSet(c.Proc) {
		return p.function(c)
	}
	return p.expr(e)
}

func (p *postgres) sort(n *plan.Sort) *sel {
	s := p.node(n.Input)
	if s.closed() || len(s.order) > 0 {
		s = p.wrap(s)
	}
	s.order = p.sortKeys(n.Keys)
	return s
}

// limit closes a select. WITH TIES needs the order in the same select.
func (p *postgres) limit(n *plan.Limit) *sel {
	s := p.node(n.Input)
	if s.tail != "" || s.distinct != "" && n.WithTies {
		s = p.wrap(s)
	}
	if n.WithTies && len(s.order) == 0 {
		p.unsupported(-1, "WITH TIES of this order")
	}
	if n.Offset != nil {
		s.tail += " OFFSET " + p.expr(n.Offset)
	}
	switch {
	case n.Count == nil && s.tail == "":
		s.tail = " LIMIT ALL"
	case n.Count == nil:
	case n.WithTies:
		s.tail += " FETCH FIRST " + paren(p.expr(n.Count)) + " ROWS WITH TIES"
	default:
		s.tail += " LIMIT " + p.expr(n.Count)
	}
	return s
}

func (p *postgres) sortKeys(keys []plan.SortKey) []string {
	var out []string
	for _, k := range keys {
		if _, ok := k.Expr.(*plan.Const); ok {
			continue
		}
		text := p.ordered(k.Expr)
		if k.Desc {
			text += " DESC"
		} else {
			text += " ASC"
		}
		if k.NullsFirst {
			text += " NULLS FIRST"
		} else {
			text += " NULLS LAST"
		}
		out = append(out, text)
	}
	return out
}

// unique removes duplicates; DISTINCT ON keeps the first row in the order of its keys.
func (p *postgres) unique(n *plan.Unique) *sel {
	s := p.open(p.node(n.Input))
	if n.On == nil {
		if len(s.cols) == 0 {
			s.tail = " LIMIT 1"
			return s
		}
		s.distinct = "DISTINCT "
		return s
	}
	var on []string
	for _, e := range n.On {
		if _, ok := e.(*plan.Const); !ok {
			on = append(on, p.ordered(e))
		}
	}
	s.order = p.sortKeys(n.Keys)
	if len(on) == 0 {
		s.tail = " LIMIT 1"
		return s
	}
	s.distinct = "DISTINCT ON (" + strings.Join(on, ", ") + ") "
	return s
}

// setOp prints UNION, INTERSECT or EXCEPT of the inputs' columns in order.
func (p *postgres) setOp(n *plan.SetOp) *sel {
	left := p.arm(n.Left, nil)
	right := p.arm(n.Right, nil)
	op := map[plan.SetKind]string{plan.Union: " UNION ", plan.Intersect: " INTERSECT ", plan.Except: " EXCEPT "}[n.Kind]
	if n.All {
		op += "ALL "
	}
	return p.aliased(paren(left)+op+paren(right), n.Out)
}

// aliased is a select from a query or a VALUES list whose columns get the names of out.
func (p *postgres) aliased(query string, out []plan.Col) *sel {
	alias := p.alias("t")
	s := &sel{plain: true, from: paren(p.count(query)) + " AS " + alias + columnAliases(out)}
	for _, c := range out {
		p.set(s, c, alias+"."+name(c.ID), true)
	}
	return s
}

func columnAliases(out []plan.Col) string {
	if len(out) == 0 {
		return ""
	}
	names := make([]string, len(out))
	for i, c := range out {
		names[i] = name(c.ID)
	}
	return paren(strings.Join(names, ", "))
}

// arm prints a plan as a query with its columns in the node's order, cast to types when they are given.
func (p *postgres) arm(n plan.Node, types []plan.Col) string {
	s := p.node(n)
	if s.distinct != "" {
		s = p.wrap(s)
	}
	var items []string
	for i, c := range n.Cols() {
		text := p.cols[c.ID].text
		if types != nil {
			text = paren(text) + "::" + p.typeName(types[i].Type)
		}
		items = append(items, text+" AS "+name(c.ID))
	}
	return p.count(s.render(items))
}

func (p *postgres) with(n *plan.With) *sel {
	refs, recursive := countRefs(n), ""
	var parts []string
	for i := range n.CTEs {
		c := &n.CTEs[i]
		if c.Recursive {
			recursive = "RECURSIVE "
		}
		parts = append(parts, p.cte(c, refs[c.ID]))
	}
	s := p.node(n.Body)
	if s.with != "" {
		s = p.wrap(s)
	}
	s.with = "WITH " + recursive + strings.Join(parts, ", ") + " "
	return s
}

func (p *postgres) cte(c *plan.CTE, refs int) string {
	info := &pgCTE{"w" + strconv.Itoa(c.ID), len(c.Cols)}
	p.ctes[c.ID] = info
	names := make([]string, len(c.Cols))
	for i := range names {
		names[i] = "x" + strconv.Itoa(i)
	}
	head := info.name
	if len(names) > 0 {
		head += paren(strings.Join(names, ", "))
	}
	if op, ok := c.Plan.(*plan.SetOp); ok && c.Recursive && op.Kind == plan.Union {
		all := " UNION "
		if op.All {
			all = " UNION ALL "
		}
		return head + " AS (" + paren(p.arm(op.Left, op.Out)) + all + paren(p.arm(op.Right, op.Out)) + ")"
	}
	if refs > 1 {
		return head + " AS MATERIALIZED (" + p.arm(c.Plan, nil) + ")"
	}
	return head + " AS (" + p.arm(c.Plan, nil) + ")"
}

func (p *postgres) cteRef(n *plan.CTERef) *sel {
	info, ok := p.ctes[n.ID]
	if !ok || info.width != len(n.Out) {
		p.fail(pgerr.New(pgerr.FeatureNotSupported, "a reference to the common table expression %q stands without it", n.Name))
		return &sel{}
	}
	alias := p.alias("t")
	s := &sel{from: info.name + " AS " + alias, plain: true}
	for i, c := range n.Out {
		p.set(s, c, alias+".x"+strconv.Itoa(i), true)
	}
	return s
}

// values prints rows of expressions; a single row needs no FROM.
func (p *postgres) values(n *plan.Values) *sel {
	s := &sel{}
	if len(n.Rows) == 1 {
		texts := make([]string, len(n.Out))
		for i, e := range n.Rows[0] {
			texts[i] = p.expr(e)
		}
		for i, c := range n.Out {
			p.set(s, c, texts[i], false)
		}
		return s
	}
	if len(n.Rows) == 0 || len(n.Out) == 0 {
		if len(n.Rows) > 1 {
			p.unsupported(-1, "rows without columns")
		}
		for _, c := range n.Out {
			p.set(s, c, "NULL::"+p.typeName(c.Type), false)
		}
		s.where = []string{"false"}
		return s
	}
	var rows []string
	for _, r := range n.Rows {
		items := make([]string, len(r))
		for i, e := range r {
			items[i] = p.expr(e)
		}
		rows = append(rows, paren(strings.Join(items, ", ")))
	}
	return p.aliased("VALUES "+strings.Join(rows, ", "), n.Out)
}

// funcScan prints functions in FROM, side by side.
func (p *postgres) funcScan(n *plan.FuncScan) *sel {
	var calls []string
	for _, c := range n.Calls {
		if proc, ok := pgcat.ProcByOID(c.Proc); !ok || proc.Result == recordOID && proc.AllArgs == nil {
			p.unsupported(c.At, "function %s in FROM", c.Name)
		}
		calls = append(calls, p.function(c))
	}
	alias := p.alias("t")
	from := "ROWS FROM (" + strings.Join(calls, ", ") + ")"
	if n.Ordinality {
		from += " WITH ORDINALITY"
	}
	s := &sel{plain: true, from: from + " AS " + alias + columnAliases(n.Out)}
	for _, c := range n.Out {
		p.set(s, c, alias+"."+name(c.ID), true)
	}
	return s
}

// join prints an inner, outer or lateral join; a semi or anti join as [NOT] EXISTS, whose condition may be anything.
func (p *postgres) join(n *plan.Join) *sel {
	if n.Kind == plan.Semi || n.Kind == plan.Anti {
		return p.semi(n)
	}
	left := p.item(p.node(n.Left))
	right, lateral := p.node(n.Right), ""
	if n.Lateral {
		right, lateral = p.wrap(right), "LATERAL "
	}
	right = p.item(right)
	s := &sel{plain: true}
	p.copy(s, left.cols)
	p.copy(s, right.cols)
	from := right.from
	if strings.Contains(from, " JOIN ") && lateral == "" {
		from = paren(from)
		if strings.HasPrefix(right.from, "(SELECT") || strings.HasPrefix(right.from, "(WITH") || strings.HasPrefix(right.from, "(VALUES") {
			from = p.parenthesised(right.from)
		}
	}
	if n.Cond == nil && n.Kind == plan.Inner {
		s.from = left.from + " CROSS JOIN " + lateral + from
		return s
	}
	cond := "true"
	if n.Cond != nil {
		cond = p.expr(n.Cond)
	}
	kind := map[plan.JoinKind]string{plan.Inner: " JOIN ", plan.Left: " LEFT JOIN ", plan.Right: " RIGHT JOIN ", plan.Full: " FULL JOIN "}[n.Kind]
	s.from = left.from + kind + lateral + from + " ON " + paren(cond)
	return s
}

// parenthesised puts a FROM of joins into parentheses; a single subquery with its alias needs none.
func (p *postgres) parenthesised(from string) string {
	depth, quoted := 0, byte(0)
	for i := 0; i < len(from); i++ {
		switch c := from[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(from[i:], " JOIN "):
			return paren(from)
		}
	}
	return from
}

func (p *postgres) semi(n *plan.Join) *sel {
	left := p.open(p.node(n.Left))
	right := p.open(p.node(n.Right))
	if n.Cond != nil {
		right.where = append(right.where, paren(p.expr(n.Cond)))
	}
	not := ""
	if n.Kind == plan.Anti {
		not = "NOT "
	}
	left.where = append(left.where, not+"EXISTS ("+right.render([]string{"true"})+")")
	return left
}
