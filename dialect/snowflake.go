package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxSnowflakeSQL is what Snowflake takes as one statement: 1 MB.
const maxSnowflakeSQL = 1_000_000

// snowflakeSQL is Snowflake's dialect. Its texts rely on a session with TIMEZONE = UTC, WEEK_START = 1 and WEEK_OF_YEAR_POLICY
// = 0. With another collation than C.UTF-8 no text is compared.
type snowflakeSQL struct {
	collation string
	utc       bool
}

// utcZones are names of the zone of our sessions at Snowflake: only for a session in it do instants have the same calendar there.
var utcZones = map[string]bool{"UTC": true, "Etc/UTC": true, "GMT": true, "Etc/GMT": true, "UCT": true, "Zulu": true}

func (d snowflakeSQL) Say(n plan.Node) error {
	p := newSnow(d)
	p.dry = true
	s := p.node(n)
	p.listed(s, n, columnIDs(n))
	return p.err
}

func (d snowflakeSQL) SayExpr(e plan.Expr) error {
	p := newSnow(d)
	p.dry, p.where, p.filtering = true, true, true
	p.expr(e)
	return p.err
}

func (d snowflakeSQL) Print(root plan.Node, out []plan.ColID) (Text, error) {
	p := newSnow(d)
	t := p.top(p.node(root), root, out)
	return t, p.err
}

func (d snowflakeSQL) Template(root plan.Node, mask bool) string {
	p := newSnow(d)
	p.show, p.mask = true, mask
	return p.top(p.node(root), root, columnIDs(root)).Text
}

func columnIDs(n plan.Node) []plan.ColID {
	cols := n.Cols()
	ids := make([]plan.ColID, len(cols))
	for i, c := range cols {
		ids[i] = c.ID
	}
	return ids
}

// snow prints one statement.
type snow struct {
	composer
	binary    bool     // text compares byte by byte
	utc       bool     // the asking session is in UTC
	where     bool     // what is printed stands in a WHERE, where scalar subqueries may be correlated
	filtering bool     // what is printed is a conjunct of a WHERE, where Snowflake takes any subquery
	shared    []string // queries of the statement's own WITH: "q1 AS (…)"
	dry       bool     // nothing is printed: Late leaves and unknown columns are allowed
	show      bool     // Late leaves are shown
	mask      bool     // literals are $
}

func newSnow(d snowflakeSQL) *snow {
	p := &snow{binary: d.collation == "C.UTF-8", utc: d.utc}
	p.composer = newComposer(p, maxSnowflakeSQL, "source")
	p.flat = true
	return p
}

func (p *snow) unsupported(at int, format string, args ...any) sx {
	p.fail(pgerr.New(pgerr.FeatureNotSupported, format+" is not said in Snowflake's language", args...).At(at))
	return sx{text: "NULL"}
}

// value passes columns on, also those whose text the source compares otherwise.
func (p *snow) value(e plan.Expr) sx {
	if r, ok := e.(*plan.Ref); ok {
		return p.ref(r)
	}
	return p.expr(e)
}

// ordered prints a sort key; values of other types have no order that is PostgreSQL's.
func (p *snow) ordered(e plan.Expr) string {
	x := p.expr(e)
	p.comparable(x, e.Pos())
	return x.text
}

// comparable refuses values that are not equal, smaller and greater exactly as PostgreSQL's are.
func (p *snow) comparable(x sx, at int) {
	switch {
	case x.den != 0:
		p.unsupported(at, "order and equality of a quotient")
	case !snowComparable[x.oid]:
		p.unsupported(at, "order and equality of this type")
	case (!p.binary || x.foreign) && collatable(x.oid):
		p.unsupported(at, "comparison of text under an unknown collation")
	}
}

// snowComparable are the types whose values compare as PostgreSQL's do. A float4 is a double in Snowflake, a uuid any text.
var snowComparable = map[uint32]bool{
	pgcat.Bool: true, pgcat.Int2: true, pgcat.Int4: true, pgcat.Int8: true, pgcat.Numeric: true, pgcat.Float8: true,
	pgcat.Text: true, pgcat.Varchar: true, pgcat.Bpchar: true, pgcat.Bytea: true,
	pgcat.Date: true, pgcat.Time: true, pgcat.Timestamp: true, pgcat.TimestampTZ: true,
}

// top lists the result's columns.
func (p *snow) top(s *sel, root plan.Node, out []plan.ColID) Text {
	if p.err != nil {
		return Text{}
	}
	if s.distinct != "" {
		s = p.wrap(s)
	}
	t := Text{Columns: p.columns(root, out)}
	items := p.listed(s, root, out)
	if len(p.shared) > 0 && s.with != "" {
		s = p.wrap(s)
		items = p.listed(s, root, out)
	}
	if len(p.shared) > 0 {
		s.with = "WITH " + strings.Join(p.shared, ", ") + " "
	}
	t.Text = p.count(s.render(items))
	return t
}

// columns returns the plan's columns with these identities.
func (p *composer) columns(root plan.Node, out []plan.ColID) []plan.Col {
	byID := map[plan.ColID]plan.Col{}
	for _, c := range root.Cols() {
		byID[c.ID] = c
	}
	cols := make([]plan.Col, 0, len(out))
	for _, id := range out {
		c, ok := byID[id]
		if !ok {
			p.fail(pgerr.New(pgerr.Internal, "the plan has no column %d", id))
		}
		cols = append(cols, c)
	}
	return cols
}

// listed are the items of the outermost select, with the display scale that PostgreSQL's numbers have.
func (p *snow) listed(s *sel, root plan.Node, out []plan.ColID) []string {
	if p.err != nil {
		return nil
	}
	var items []string
	for _, c := range p.columns(root, out) {
		x := p.cols[c.ID]
		if x.raw != "" { // the connector cuts to microseconds
			x.text = x.raw
		}
		items = append(items, p.shown(x, c.Type)+" AS "+name(c.ID))
	}
	return items
}

// snowObject quotes an object's name: schema.table or database.schema.table.
func snowObject(object string) string {
	var parts []string
	for rest, more := object, true; more; {
		var first string
		first, rest, more = cutIdent(rest)
		parts = append(parts, ident(first))
	}
	return strings.Join(parts, ".")
}
