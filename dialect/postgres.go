package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxPostgresSQL bounds a printed statement: repeated operands must not multiply without end.
const maxPostgresSQL = 16 << 20

// Postgres prints a fragment as one PostgreSQL statement that returns the columns out of root, in order, named c<id>. Late
// leaves are already filled. collation is what Capabilities.Collation says: with another than C.UTF-8, order and comparison of
// text are said with COLLATE "C". What cannot be said is refused with 0A000 and its position.
func Postgres(root plan.Node, out []plan.ColID, collation string) (Text, error) {
	p := newPostgres(collation)
	s := p.node(root)
	t := p.top(s, root, out)
	return t, p.err
}

// SayPostgres reports, as an 0A000 with its position, the first thing in a plan that Postgres cannot say; Late leaves count as
// sayable, since they are filled before a plan is printed.
func SayPostgres(n plan.Node, collation string) error {
	p := newPostgres(collation)
	p.dry = true
	p.node(n)
	return p.err
}

// SayPostgresExpr is SayPostgres for an expression over columns that are not known here.
func SayPostgresExpr(e plan.Expr, collation string) error {
	p := newPostgres(collation)
	p.dry = true
	p.expr(e)
	return p.err
}

// PostgresTemplate is the statement of a fragment for people and for the audit log: Late leaves show what will fill them, and
// with mask each literal is $. It is "" for what cannot be said.
func PostgresTemplate(root plan.Node, collation string, mask bool) string {
	p := newPostgres(collation)
	p.show, p.mask = true, mask
	return p.top(p.node(root), root, columnIDs(root)).Text
}

// postgres prints one statement.
type postgres struct {
	composer
	plain bool // the source's text collates as C.UTF-8
	dry   bool // nothing is printed: Late leaves and unknown columns are allowed
	show  bool // Late leaves are shown
	mask  bool // literals are $
}

func newPostgres(collation string) *postgres {
	p := &postgres{plain: collation == "C.UTF-8"}
	p.composer = newComposer(p, maxPostgresSQL, "source")
	p.flat, p.once, p.recursion = true, " AS MATERIALIZED ", p.recursive
	return p
}

func (p *postgres) value(e plan.Expr) sx {
	x := sx{text: p.expr(e), oid: e.Type().OID}
	if r, ok := e.(*plan.Ref); ok {
		x.plain = p.cols[r.ID].plain
	}
	return x
}

func (p *postgres) unsupported(at int, format string, args ...any) sx {
	return sx{text: p.refuse(at, format, args...)}
}

func (p *postgres) refuse(at int, format string, args ...any) string {
	p.fail(pgerr.New(pgerr.FeatureNotSupported, format+" is not said in PostgreSQL's language", args...).At(at))
	return "NULL"
}

// top lists the result's columns. Records travel as text.
func (p *postgres) top(s *sel, root plan.Node, out []plan.ColID) Text {
	if p.err != nil {
		return Text{}
	}
	if s.distinct != "" {
		s = p.wrap(s)
	}
	t := Text{Columns: p.columns(root, out)}
	items := make([]string, len(out))
	for i, c := range t.Columns {
		text := p.cols[c.ID].text
		if c.Type.OID == recordOID {
			text = paren(text) + "::pg_catalog.text"
		}
		items[i] = text + " AS " + name(c.ID)
	}
	t.Text = p.count(s.render(items))
	return t
}

// ident quotes an identifier, so that it is never folded.
func ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// pgObject is an object's qualified name: schema.name, "schema"."name" where one holds a dot, or a name in public.
func pgObject(object string) string {
	parts := splitObject(object)
	if len(parts) == 1 {
		parts = []string{"public", parts[0]}
	}
	return ident(parts[0]) + "." + ident(strings.Join(parts[1:], "."))
}

// splitObject cuts at the first dot outside of double quotes.
func splitObject(object string) []string {
	schema, rest, ok := cutIdent(object)
	if !ok {
		return []string{schema}
	}
	table, more, ok := cutIdent(rest)
	if ok {
		table += "." + more
	}
	return []string{schema, table}
}

func cutIdent(s string) (first, rest string, more bool) {
	if !strings.HasPrefix(s, `"`) {
		return strings.Cut(s, ".")
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '"':
			b.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == '"':
			b.WriteByte('"')
			i++
		case i+1 < len(s) && s[i+1] == '.':
			return b.String(), s[i+2:], true
		default:
			return b.String() + s[i+1:], "", false
		}
	}
	return b.String(), "", false
}
