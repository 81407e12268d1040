// Package bind turns the syntax trees of pg_query into typed plans, by PostgreSQL's own catalogs and resolution rules. It is
// the only importer of pg_query, whose nodes never leave it. Errors are *pgerr.Error in PostgreSQL's words with the
// position of the offending token in the client's whole text.
package bind

import (
	"fmt"
	"runtime/debug"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// Input is all that binding a query depends on; equal inputs give equal results.
type Input struct {
	Query    plan.Span
	Params   []uint32 // parameter types given by the client, 0 for unknown
	View     *semantic.View
	Settings plan.Settings
	Values   []datum.Value // the parameters' values for a custom plan; nil binds for any values
}

// Result is a bound query. Root.Cols() may hold hidden sort columns that are not among Columns.
type Result struct {
	Root    plan.Node
	Columns []Column
	Params  []plan.Type
	Custom  bool       // a parameter stands where its value decides the plan (DECISIONS 6)
	NextID  plan.ColID // the first id that the plan does not use
}

// Column is an output column.
type Column struct {
	Name   string
	ID     plan.ColID
	Type   plan.Type
	Origin plan.Origin
}

// Query binds one SELECT, VALUES, TABLE or WITH statement.
func Query(in Input) (res *Result, err error) {
	defer fence(&err)
	b := newBinder(in)
	stmt, perr := parseOne(in.Query)
	if perr != nil {
		return nil, perr
	}
	sel := stmt.GetSelectStmt()
	if tag := writeTag(stmt); tag != "" {
		return nil, pgerr.New(pgerr.ReadOnlyTransaction, "cannot execute %s in a read-only transaction", tag).
			At(in.Query.Offset + leading(in.Query.Text))
	}
	if sel == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "this is no query").At(in.Query.Offset)
	}
	out := b.query(sel, nil, queryOptions{root: true})
	b.finishParams()
	b.nameRelations(out)
	if b.err != nil {
		return nil, b.err
	}
	return b.result(out), nil
}

func (b *binder) result(out *output) *Result {
	r := &Result{Root: dropIdleProjects(out.node), Custom: b.custom, NextID: plan.ColID(len(b.owner))}
	for _, c := range out.cols {
		r.Columns = append(r.Columns, Column{Name: c.name, ID: c.id, Type: c.typ, Origin: c.origin})
	}
	for _, p := range b.params {
		r.Params = append(r.Params, p.typ)
	}
	return r
}

// fence turns a panic into XX000: no syntax tree may end the process.
func fence(err *error) {
	if p := recover(); p != nil {
		*err = pgerr.New(pgerr.Internal, "internal error").WithHint("the server's log has the details").
			Because(fmt.Errorf("bind: %v\n%s", p, debug.Stack()))
	}
}

// maxDepth bounds recursion over syntax trees; the guard's limits on nesting and chains keep ordinary statements far below.
const maxDepth = 5000

// binder holds the state of one call. The first failure is kept in err, as PostgreSQL reports the first; after it, methods
// return harmless values, so that their callers need not check.
type binder struct {
	in        Input
	env       datum.Env
	err       *pgerr.Error
	owner     []*scope // by column id: the scope whose FROM produces it, nil for none
	table     []string // by column id: the alias to name it by in errors
	params    []param
	custom    bool
	untyped   map[*plan.Late]bool // references to parameters that no context has typed
	nextCTE   int
	depth     int
	aggs      map[*plan.Agg]*scope // the scope that each aggregate belongs to
	groupings map[*plan.Grouping]groupingArgs
	inlined   map[*plan.Subquery]int // answers of the system catalog, see inlinedLevel
	grows     map[*plan.Project]*entityItem
	model     *modelText  // set while an expression of the model is bound
	bodyArgs  []plan.Expr // of the catalog function whose body is being bound, nil for none
}

func newBinder(in Input) *binder {
	b := &binder{in: in, env: in.Settings.Env(), aggs: map[*plan.Agg]*scope{}, grows: map[*plan.Project]*entityItem{},
		untyped: map[*plan.Late]bool{}, inlined: map[*plan.Subquery]int{}}
	b.owner, b.table = make([]*scope, 1), make([]string, 1)
	for _, oid := range in.Params {
		b.params = append(b.params, param{typ: plan.Type{OID: oid, Mod: -1}})
	}
	return b
}

// fail keeps the first error and returns a NULL in place of what could not be bound.
func (b *binder) fail(e *pgerr.Error, at int) plan.Expr {
	if b.err == nil {
		if b.model != nil {
			e = b.model.locate(e)
		}
		b.err = e.At(at)
	}
	return null(pgcat.Unknown, at)
}

func (b *binder) refuse(at int, format string, args ...any) plan.Expr {
	return b.fail(pgerr.New(pgerr.FeatureNotSupported, format, args...), at)
}

// deeper counts a level of recursion; the caller calls shallower in any case.
func (b *binder) deeper(at int) bool {
	b.depth++
	if b.depth > maxDepth {
		b.fail(pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").
			WithDetail("The statement nests deeper than %d levels.", maxDepth).WithHint("Split the statement."), at)
		return false
	}
	return b.err == nil
}

func (b *binder) shallower() { b.depth-- }

// at converts a location of pg_query to an offset in the client's text.
func (b *binder) at(location int32) int {
	if location < 0 {
		return -1
	}
	if b.model != nil {
		return b.model.at
	}
	return b.in.Query.Offset + int(location)
}

// newID makes a column that the FROM of s produces and that errors name as table.name.
func (b *binder) newID(s *scope, table string) plan.ColID {
	b.owner = append(b.owner, s)
	b.table = append(b.table, table)
	return plan.ColID(len(b.owner) - 1)
}

func (b *binder) newCol(s *scope, table, name string, t plan.Type) plan.Col {
	return plan.Col{ID: b.newID(s, table), Name: name, Type: t}
}

// parseOne parses a text that holds one statement.
func parseOne(s plan.Span) (*pg.Node, error) {
	tree, err := pg.Parse(s.Text)
	if err != nil {
		return nil, syntaxError(err, s)
	}
	if len(tree.Stmts) != 1 || tree.Stmts[0].Stmt == nil {
		return nil, pgerr.New(pgerr.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	return tree.Stmts[0].Stmt, nil
}
