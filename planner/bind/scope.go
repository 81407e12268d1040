package bind

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// scope is one query level: what its FROM makes visible, and what its expressions were found to use.
type scope struct {
	up        *scope
	depth     int
	items     []*item // visible here, in the order of FROM
	all       []*item // every item of FROM, visible or not, for the hints of errors
	clause    clause
	lateral   bool // a LATERAL item is being bound
	ctes      *cteFrame
	aggs      bool // has aggregates of its own
	recursing bool // FROM reads the common table expression that is being defined
	windows   bool
	setAt     int // where the last set-returning function stands
	sets      bool
	laterals  []*lateralCall // functions of the select list that are run as lateral joins
	named     []*windowDef
	bare      []bareMetric
	grouped   bool // GROUP BY or HAVING is written
	inAgg     int  // depth of aggregate arguments being bound
	groups    []plan.Expr
	inline    func(*semantic.Property) plan.Expr // in the scope of a property's text: another property, put in place
	home      *scope                             // for the scope of a metric's text: the scope that its aggregates belong to
	metric    func(*column) plan.Expr            // in the scope of a metric's text: another metric, put in place
	topLevel  bool                               // the call being bound is itself an item of FROM
	frameMode string                             // ROWS, RANGE or GROUPS while a frame offset is bound
}

// item is one entry of FROM.
type item struct {
	name        string // alias, or the relation's name
	schema      string // of an unaliased relation
	cols        []*column
	relVisible  bool // name.column works
	colsVisible bool // column works
	lateralOnly bool
	lateralOK   bool
	scalar      bool      // a function with one plain column: its whole row is that column
	nullable    bool      // an outer join may put NULLs in place of its rows
	witness     plan.Expr // a column that is not NULL in the rows that outer joins have matched, nil for none
	rel         *semantic.Relation
	entity      *entityItem
	isJoin      bool
	renamed     bool
}

// column is a column of an item.
type column struct {
	name     string
	expr     plan.Expr // nil until a property's expression is first used
	origin   plan.Origin
	hidden   bool // bindable by name, absent from *
	metric   *semantic.Metric
	property *semantic.Property
	entity   *entityItem
}

func newScope(up *scope) *scope {
	s := &scope{up: up}
	if up != nil {
		s.depth, s.ctes = up.depth+1, up.ctes
	}
	return s
}

// clause is the place of an expression.
type clause uint8

const (
	inSelect clause = iota
	inWhere
	inHaving
	inGroupBy
	inOrderBy
	inDistinctOn
	inLimit
	inOffset
	inJoinOn
	inFunction
	inValues
	inFilter
	inPartition
	inWindowOrder
	inFrame
)

func (c clause) String() string {
	return [...]string{"SELECT", "WHERE", "HAVING", "GROUP BY", "ORDER BY", "DISTINCT ON", "LIMIT", "OFFSET",
		"JOIN conditions", "functions in FROM", "VALUES", "FILTER", "window PARTITION BY", "window ORDER BY", "window ROWS"}[c]
}

// in binds one expression for a clause.
func (b *binder) within(s *scope, c clause, n *pg.Node) plan.Expr {
	saved := s.clause
	s.clause = c
	e := b.expr(s, n)
	s.clause = saved
	return e
}

// searchPath lists the schemas in which unqualified names are looked up.
func (b *binder) searchPath() []string {
	var path []string
	for _, p := range strings.Split(b.in.Settings.SearchPath, ",") {
		p = strings.TrimSpace(p)
		if strings.HasPrefix(p, `"`) && strings.HasSuffix(p, `"`) && len(p) > 1 {
			p = strings.ReplaceAll(p[1:len(p)-1], `""`, `"`)
		}
		if p != "" && p != "$user" {
			path = append(path, p)
		}
	}
	if path == nil && b.in.View != nil {
		path = b.in.View.Path()
	}
	if !slices.Contains(path, "pg_catalog") {
		path = append([]string{"pg_catalog"}, path...)
	}
	return path
}

func (b *binder) hasSchema(name string) bool {
	return name == "pg_catalog" || name == "information_schema" || b.in.View != nil && b.in.View.HasSchema(name)
}

// findRelation looks a relation up by its possibly qualified name.
func (b *binder) findRelation(schema, name string) (*semantic.Relation, *pgerr.Error) {
	if b.in.View != nil {
		path := []string{schema}
		if schema == "" {
			path = b.searchPath()
		}
		for _, s := range path {
			if r, ok := b.in.View.Find(s, name); ok {
				return r, nil
			}
		}
	}
	if schema != "" {
		return nil, pgerr.New(pgerr.UndefinedTable, "relation \"%s.%s\" does not exist", schema, name)
	}
	return nil, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", name)
}
