package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxDuckSQL bounds a printed statement: repeated operands must not multiply without end.
const maxDuckSQL = 32 << 20

// DuckDB prints a plan as one DuckDB statement that returns the columns out of root, in order. tables names the workspace's
// table of each Remote by its ID; the table's columns are called c<id>. Late leaves are already filled. What cannot be said
// exactly is refused with 0A000 and its position.
func DuckDB(root plan.Node, out []plan.ColID, tables map[int]string) (Statement, error) {
	p := newDuck(tables)
	s := p.node(root)
	st := p.top(s, root, out)
	if p.err != nil {
		return Statement{}, p.err
	}
	return st, nil
}

// CanDuckDB reports, as an 0A000 with its position, the first thing in e that has neither a native form nor an
// implementation in datum.
func CanDuckDB(e plan.Expr) error {
	p := newDuck(nil)
	p.dry = true
	p.expr(e)
	return p.err
}

// duck prints one statement.
type duck struct {
	composer
	tables map[int]string
	funcs  []Func
	names  map[string]bool
	dry    bool // columns are unknown: CanDuckDB
}

func newDuck(tables map[int]string) *duck {
	p := &duck{tables: tables, names: map[string]bool{}}
	p.composer = newComposer(p, maxDuckSQL, "workspace")
	p.common, p.matched = p.ownTable, p.onTerms
	return p
}

func (p *duck) value(e plan.Expr) sx { return p.expr(e) }

func (p *duck) ordered(e plan.Expr) string { return p.key(p.expr(e), e.Pos()) }

func (p *duck) unsupported(at int, format string, args ...any) sx {
	p.fail(pgerr.New(pgerr.FeatureNotSupported, format+" is not supported yet", args...).At(at))
	return sx{text: "NULL"}
}

// top casts each result column to its Arrow type's DuckDB type.
func (p *duck) top(s *sel, root plan.Node, out []plan.ColID) Statement {
	if s.distinct != "" {
		s = p.wrap(s)
	}
	byID := map[plan.ColID]plan.Col{}
	for _, c := range root.Cols() {
		byID[c.ID] = c
	}
	st := Statement{}
	var items []string
	for i, id := range out {
		c, ok := byID[id]
		if !ok {
			p.fail(pgerr.New(pgerr.Internal, "the plan has no column %d", id))
			return st
		}
		st.Types = append(st.Types, c.Type)
		items = append(items, p.output(p.cols[id], c.Type)+" AS r"+strconv.Itoa(i))
	}
	if len(items) == 0 {
		st.Types, items = []plan.Type{{OID: pgcat.Bool, Mod: -1}}, []string{"true AS r0"}
	}
	st.SQL = p.count(s.render(items))
	st.Funcs = p.funcs
	return st
}

// output is the last conversion: DECIMAL(p,s) for a numeric with a known precision, canonical text for any other, and an
// error for an interval that Arrow's nanoseconds cannot hold.
func (p *duck) output(x sx, t plan.Type) string {
	switch {
	case t.OID == pgcat.Numeric:
		if q, s, ok := decimalOf(t); ok {
			return p.toDecimal(x, q, s).text
		}
		return p.asText(x).text
	case t.OID == pgcat.NumericArray:
		if q, s, ok := decimalOf(t); ok {
			return "CAST(" + x.text + " AS DECIMAL(" + itoa(q) + "," + itoa(s) + ")[])"
		}
	case t.OID == pgcat.Interval:
		over := pgerr.New(pgerr.DatetimeOverflow, "interval out of range")
		return "CASE WHEN abs(date_part('hour'," + x.text + ")) >= 2562047 AND abs(date_part('year'," + x.text + ")) < 178956970 THEN " +
			raise(over) + " ELSE " + x.text + " END"
	}
	if t.OID == pgcat.Bpchar && t.Mod < 0 && x.pad > 0 {
		return padded(x)
	}
	return "CAST(" + x.text + " AS " + WorkspaceType(t.OID) + ")"
}

// padded is a char(n) with its blanks, for where n is no longer part of the type.
func padded(x sx) string {
	if x.pad == 0 {
		return x.text
	}
	return "CASE WHEN length(" + x.text + ") < " + itoa(x.pad) + " THEN rpad(" + x.text + ", " + itoa(x.pad) + ", ' ') ELSE " + x.text + " END"
}

// decimalOf returns precision and scale of a numeric type whose values fit DECIMAL.
func decimalOf(t plan.Type) (int32, int32, bool) {
	q, s, ok := datum.NumericPrecision(t.Mod)
	return q, s, ok && q <= 38 && s >= 0 && s <= q
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }

// raise is an expression that fails with one of our errors.
func raise(e *pgerr.Error) string {
	return "error(" + quote(markedError(e)) + ")"
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func paren(s string) string { return "(" + s + ")" }
