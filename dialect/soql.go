package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxSOQL is what Salesforce takes as one statement, in characters
// (https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet).
const maxSOQL = 100_000

// maxSOQLPath is up to how many bytes a statement takes in a request's address, which has 16,384 with its headers.
const maxSOQLPath = 12_000

// soqlSQL is Salesforce's query language: one object's records, with fields of the objects that they refer to. What it says of a plan
// depends on the fields' facts (plan.Field): texts are equal there in any case, so that most conditions on text are wider than
// PostgreSQL's. What the proxy computes for it is computed under the asking session's settings.
type soqlSQL struct{ session plan.Settings }

func (d soqlSQL) Say(n plan.Node) error {
	p := newSOQL(d)
	p.dry = true
	p.check(n)
	return p.err
}

// SayExpr gives the reason why an expression stays: columns count as fields that may stand anywhere.
func (d soqlSQL) SayExpr(e plan.Expr) error {
	p := newSOQL(d)
	p.dry, p.free, p.wide = true, true, true
	switch e := e.(type) {
	case *plan.Ref:
		if textual(e.T.OID) {
			p.refuse(e.At, "order and equality of text as PostgreSQL's")
		}
	case *plan.Agg:
		p.refuse(e.At, "%s of this", e.Name)
	default:
		if e.Type().OID != pgcat.Bool {
			p.refuse(e.Pos(), "a computed column")
			break
		}
		q := &soqlQuery{}
		if p.filter(q, e); q.wider {
			p.refuse(e.Pos(), "a condition on this field")
		}
	}
	return p.err
}

// widens reports whether a plan can be said when filters may let more rows pass.
func (d soqlSQL) widens(n plan.Node) bool {
	p := newSOQL(d)
	p.dry, p.wide = true, true
	p.check(n)
	return p.err == nil
}

// check finds what cannot be said of a plan: its operators and conditions, and a statement that is too long for Salesforce and cannot be
// asked in parts.
func (p *soql) check(n plan.Node) {
	q, out := p.node(n), columnIDs(n)
	p.columns(q, n, out)
	if p.err != nil {
		return
	}
	text := p.statement(q, out)
	whole := !q.bare() && len(text) > maxSOQLPath/3 && pathLength(text) > maxSOQLPath
	if p.err == nil && (whole || len(text) > maxSOQL && p.longest(q) == nil) {
		p.refuse(-1, "a condition of %d bytes", len(text))
	}
}

func (d soqlSQL) Print(root plan.Node, out []plan.ColID) (Text, error) {
	p := newSOQL(d)
	p.wide = true
	q := p.node(root)
	t := Text{Columns: p.columns(q, root, out)}
	if p.err != nil {
		return Text{}, p.err
	}
	t.Records = &Records{Values: q.values(t.Columns), Rows: q.bare()}
	t.Text = p.statement(q, out)
	if p.err == nil && len(t.Text) > maxSOQLPath/3 {
		p.split(q, out, &t)
	}
	if p.err == nil && len(t.Text) > maxSOQL && t.Records.Parts == nil {
		p.err = pgerr.New(pgerr.StatementTooComplex, "the statement for the source is too long").WithDetail("It would have %d bytes, of %d.", len(t.Text), maxSOQL)
	}
	return t, p.err
}

func (d soqlSQL) Template(root plan.Node, mask bool) string {
	p := newSOQL(d)
	p.wide, p.show, p.mask = true, true, mask
	q, out := p.node(root), columnIDs(root)
	p.columns(q, root, out)
	if p.err != nil {
		return ""
	}
	return p.statement(q, out)
}

// soql prints one statement. The first error stops it.
type soql struct {
	env   *datum.Env
	dry   bool // nothing is printed: Late leaves are allowed
	free  bool // columns are not known
	wide  bool // filters may let more rows pass
	show  bool // Late leaves are shown
	mask  bool // literals are $
	depth int
	part  *soqlPart // what one part of a long list is replaced by; nil for none
	err   error
}

func newSOQL(d soqlSQL) *soql {
	env := d.session.Env()
	return &soql{env: &env}
}

// refuse keeps the first error.
func (p *soql) refuse(at int, format string, args ...any) {
	if p.err == nil {
		p.err = pgerr.New(pgerr.FeatureNotSupported, format+" is not said in SOQL", args...).At(at)
	}
}

// soqlQuery is one SELECT.
type soqlQuery struct {
	object  string
	cols    map[plan.ColID]soqlColumn
	parents []string // paths of objects that must be there
	where   []plan.Expr
	semis   []soqlSemi
	groups  []string // what is grouped by
	grouped bool     // the records are groups
	counted bool     // the whole answer is the number of records
	order   []string
	limit   plan.Expr
	wider   bool // a filter lets more rows pass than it should
}

// soqlColumn is a column of a SELECT: a field, or something computed of one.
type soqlColumn struct {
	prefix   string // of a parent's field: "Account."
	name     string // of the field
	column   plan.Column
	outer    bool   // the parent may be missing
	computed string // "SUM(Amount)", of a grouped query
	scale    int32
}

func (c soqlColumn) path() string { return c.prefix + c.name }

// soqlSemi is a condition on another object's records.
type soqlSemi struct {
	column plan.ColID
	query  *soqlQuery
	inner  plan.ColID
	anti   bool
}

// bare reports whether the records are those of the object, in any order and number.
func (q *soqlQuery) bare() bool {
	return !q.grouped && !q.counted && len(q.order) == 0 && q.limit == nil
}

// columns returns the plan's columns with these identities, all of which the query must know.
func (p *soql) columns(q *soqlQuery, root plan.Node, out []plan.ColID) []plan.Col {
	byID := map[plan.ColID]plan.Col{}
	for _, c := range root.Cols() {
		byID[c.ID] = c
	}
	cols := make([]plan.Col, 0, len(out))
	for _, id := range out {
		c, ok := byID[id]
		if _, known := q.cols[id]; !ok || !known && !q.counted {
			p.refuse(-1, "this column")
		}
		cols = append(cols, c)
	}
	return cols
}

// values says where the columns stand in a record.
func (q *soqlQuery) values(cols []plan.Col) []RecordValue {
	out := make([]RecordValue, len(cols))
	for i, c := range cols {
		k := q.cols[c.ID]
		switch {
		case q.counted:
			out[i] = RecordValue{Scale: -1}
		case q.grouped:
			out[i] = RecordValue{Path: name(c.ID), Scale: k.scale}
		default:
			out[i] = RecordValue{Path: k.path(), Scale: -1}
		}
	}
	return out
}

// statement prints the query with the columns that are wanted.
func (p *soql) statement(q *soqlQuery, out []plan.ColID) string {
	var b strings.Builder
	b.WriteString("SELECT " + strings.Join(q.items(out), ", ") + " FROM " + q.object)
	b.WriteString(p.conditions(q))
	if len(q.groups) > 0 {
		b.WriteString(" GROUP BY " + strings.Join(q.groups, ", "))
	}
	if len(q.order) > 0 {
		b.WriteString(" ORDER BY " + strings.Join(q.order, ", "))
	}
	if n, limited := p.limited(q); limited {
		b.WriteString(" LIMIT " + n)
	}
	return b.String()
}

// items are the SELECT's: each field once, computed values under the columns' names.
func (q *soqlQuery) items(out []plan.ColID) []string {
	if q.counted {
		return []string{"COUNT()"}
	}
	var items []string
	seen := map[string]bool{}
	for _, id := range out {
		c := q.cols[id]
		item := c.path()
		if q.grouped {
			item = c.computed + " " + name(id)
		}
		if !seen[item] {
			seen[item] = true
			items = append(items, item)
		}
	}
	if len(items) == 0 && q.grouped {
		return []string{"COUNT(Id)"}
	}
	if len(items) == 0 {
		return []string{"Id"}
	}
	return items
}

// maxSOQLRows is the greatest number that LIMIT takes.
const maxSOQLRows = 1<<31 - 1

// limited is the number of a LIMIT; false for none.
func (p *soql) limited(q *soqlQuery) (string, bool) {
	if q.limit == nil {
		return "", false
	}
	v, known := p.evaluate(q.limit)
	if !known {
		return p.shown(q.limit), true
	}
	n, ok := v.(datum.Int)
	switch {
	case v == nil || ok && n > maxSOQLRows:
		return "", false
	case !ok || n < 0:
		p.err = pgerr.New(pgerr.InvalidLimit, "LIMIT must not be negative").At(q.limit.Pos())
		return "", false
	case p.mask:
		return "$", true
	}
	return strconv.FormatInt(int64(n), 10), true
}
